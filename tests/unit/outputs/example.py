"""List with everything that an output must be able to show."""

from pathlib import Path

from lmsys_enrich.model.catalog import Catalog, Column, Entry, Exemption, Link, Location, Section, keys_of
from lmsys_enrich.model.document import DocumentView
from lmsys_enrich.model.facts import Release, Repository
from lmsys_enrich.model.figures import Traffic
from lmsys_enrich.model.finding import Finding, Hop, Suggestion, Verdict
from lmsys_enrich.model.report import Report
from lmsys_enrich.settings.settings import Settings
from lmsys_enrich.values import replace
from tests.builders import day
from tests.fakes import NIGHT

NOTICE = "The facts on this page are made up."

ALPA = Repository(
    full_name="alpa-projects/alpa",
    id=350000001,
    fetched_at=NIGHT,
    stars=3111,
    forks=359,
    license="Apache-2.0",
    last_commit=day(9).replace(year=2023, month=12),
    archived=True,
    archived_at=day(11).replace(year=2023, month=12),
    description="Pipes | and <b>tags</b>\n::error::",
    language="Python",
    topics=("compiler", "jax"),
    default_branch="main",
    latest_release=Release("v1.0.0.dev0", None),
)
DEEPSPEED = Repository(
    full_name="deepspeedai/DeepSpeed",
    id=235860204,
    fetched_at=NIGHT,
    stars=39870,
    license="Apache-2.0",
    last_commit=day(20),
    renamed_from="microsoft/DeepSpeed",
    kept={"license": day(3)},
)
UNLICENSED = Repository(full_name="example/empty", id=7, fetched_at=NIGHT, stars=0, empty=True, disabled=True)
TAKEN = Repository(full_name="example/taken", id=8, fetched_at=NIGHT, stars=12, taken_over_by=99)


def _links(line: int, **urls: str) -> tuple[Link, ...]:
    return tuple(Link(url, role, Location("entries.yaml", line, 12)) for role, url in urls.items())


def _entry(line: int, name: str, id_: str | None = None, **urls: str) -> Entry:
    return Entry(
        id=id_ or name.lower().replace(" ", "-"),
        name=name,
        location=Location("entries.yaml", line, 9),
        links=_links(line + 1, **urls),
        id_is_written=id_ is not None,
    )


def _section(title: str, *entries: Entry, columns: tuple[Column, ...] = (), text: str = "") -> Section:
    return Section(title, Location("entries.yaml", 1, 1), text=text, columns=columns, entries=entries)


def _columns(*keys: str) -> tuple[Column, ...]:
    return tuple(Column(key, key.capitalize()) for key in keys)


_PAPER = replace(
    _entry(
        10,
        "Alpa: Automating | Parallelism",
        url="https://arxiv.org/abs/2201.12023",
        talk="https://talk.example/a_(b)",
    ),
    cells={"year": 2022, "publisher": "OSDI", "framework": "alpa"},
)
_PLAIN = replace(_entry(14, "No link at all"), cells={"framework": "an own one", "publisher": None})
_ALPA = replace(
    _entry(20, "Alpa", "alpa", url="https://github.com/alpa-projects/alpa"),
    cells={"year": 2022, "training": True, "serving": False, "comments": "Compilation | based"},
)
_DEEPSPEED = replace(
    _entry(
        26, "DeepSpeed", "ds", url="https://github.com/microsoft/DeepSpeed", code="https://gone.example/x"
    ),
    cells={"year": 2020, "training": True},
)
_BULLETS = (
    replace(
        _entry(40, "A *starred* tool", url="https://ill.example/page"),
        cells={"year": 2021, "description": "Does `this`\nand that"},
    ),
    _entry(44, "Another", url="https://old.example/", mirror="https://github.com/example/empty"),
    _entry(48, "Name taken", url="https://github.com/example/taken"),
    _entry(52, "Not looked at", url="https://later.example/"),
    replace(
        _entry(56, "Exempt", url="https://exempt.example/"), ignore=Exemption("our own site", day(30).date())
    ),
    _entry(60, "To its home page", url="https://soft.example/deep"),
    _entry(64, "To plain http", url="https://down.example/"),
)

CATALOG = Catalog(
    "Awesome <systems>",
    Path("entries.yaml"),
    "What *is* there.",
    (
        replace(
            _section("Papers", text="Some text."),
            sections=(
                _section(
                    "Training", _PAPER, _PLAIN, columns=_columns("year", "publisher", "name", "framework")
                ),
                _section("Inference", columns=_columns("year", "name")),
            ),
        ),
        _section(
            "Frameworks",
            _ALPA,
            _DEEPSPEED,
            columns=_columns("year", "name", "training", "serving", "comments"),
        ),
        _section("Links by role", _DEEPSPEED, columns=_columns("id", "code")),
        _section("Tools", *_BULLETS),
    ),
)


def _finding(url: str, verdict: Verdict = Verdict.ALIVE, reason: str = "200 OK", **rest: object) -> Finding:
    return Finding(url=url, verdict=verdict, reason=reason, **{"checked_at": NIGHT, **rest})  # type: ignore[arg-type]


_FINDINGS = (
    _finding("https://arxiv.org/abs/2201.12023", http_status=200, first_seen=day(1), last_alive=NIGHT),
    _finding("https://talk.example/a_(b)", Verdict.GUARDED, "403 Forbidden", http_status=403),
    _finding("https://github.com/alpa-projects/alpa", repository=ALPA),
    _finding(
        "https://github.com/microsoft/DeepSpeed",
        Verdict.MOVED,
        "the repository is now deepspeedai/DeepSpeed",
        suggestion=Suggestion("https://github.com/deepspeedai/DeepSpeed", "renamed on GitHub"),
        repository=DEEPSPEED,
    ),
    _finding(
        "https://gone.example/x",
        Verdict.DEAD,
        "404 Not Found",
        http_status=404,
        failing_since=day(20),
        failures=3,
        failed_on=day(22).date(),
    ),
    _finding(
        "https://ill.example/page",
        Verdict.UNCHECKED,
        "interrupted",
        failing_since=day(21),
        failures=1,
        last_verdict=Verdict.FAILING,
        last_reason="500 Internal Server Error",
    ),
    _finding(
        "https://old.example/",
        Verdict.MOVED,
        "moved permanently",
        hops=(Hop("https://old.example/", 301),),
        suggestion=Suggestion("https://new.example/a/path/that/is/longer/than/a/cell/is/wide", "301"),
    ),
    _finding("https://github.com/example/empty", repository=UNLICENSED),
    _finding(
        "https://github.com/example/taken", Verdict.DEAD, "another repository has this name", repository=TAKEN
    ),
    _finding("https://later.example/", Verdict.UNCHECKED, "interrupted", checked_at=None),
    _finding(
        "https://exempt.example/", Verdict.SKIPPED, "the list exempts it until 2026-11-30: our own site"
    ),
    _finding(
        "https://soft.example/deep",
        Verdict.FAILING,
        "redirects to the home page of its site",
        failing_since=NIGHT,
        failures=1,
        can_become_dead=False,
    ),
    _finding("https://down.example/", Verdict.MOVED, "moved permanently, but to plain http"),
)


def example(notice: str | None = NOTICE) -> Report:
    """The report, its findings in the order of the list."""
    findings = {found.url: found for found in _FINDINGS}
    return Report(
        run_time=NIGHT,
        catalogs=(CATALOG,),
        findings={key: findings[key] for key in keys_of((CATALOG,))},
        stale_after=Settings().stale_after,
        traffic=Traffic(web=9, graphql=1, rest=0, graphql_points=1, retries=2, cached=3, seconds=1.23456),
        notice=notice,
        view=DocumentView(entry_badges=True),
    )
