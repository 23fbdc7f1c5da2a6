"""Facts and verdicts in the few words that a table's cell or a bullet has room for."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lmsys_enrich.model.catalog import Entry
from lmsys_enrich.model.finding import Finding, Verdict
from lmsys_enrich.model.report import Report
from lmsys_enrich.model.repository import Repository
from lmsys_enrich.outputs.markdown_text import escaped, link

# Links of these need no word beside those that stand in the list to be clicked.
_UNREMARKABLE = (Verdict.ALIVE, Verdict.SKIPPED, Verdict.UNCHECKED)


def stars(facts: Repository | None) -> str:
    """Return the number of stars, or nothing where it is not known."""
    return "" if facts is None or facts.stars is None else f"{facts.stars:,}"


def licence(facts: Repository | None) -> str:
    """Return the licence's identifier, or nothing where none is known."""
    return "" if facts is None or facts.license is None else escaped(facts.license)


def last_commit(facts: Repository | None) -> str:
    """Return the day of the last commit, or nothing where it is not known."""
    return "" if facts is None or facts.last_commit is None else f"{facts.last_commit:%Y-%m-%d}"


def suffix(report: Report, entry: Entry) -> str:
    """
    Return what a bullet has behind it: `· ★ 3,111 · Apache-2.0 · 2023-12-09`, or nothing.

    It begins with a comment that no reader sees, by which the reader of lists
    tells it from the list's own words.
    """
    facts = report.repository(entry)
    count = stars(facts)
    known = [f"★ {count}" if count else "", licence(facts), last_commit(facts), remarks(report, entry)]
    words = " · ".join(word for word in known if word)
    return f" <!--facts-->· {words}" if words else ""


def status(report: Report, entry: Entry) -> str:
    """Return how the entry's links stand, and whether its repository is still worked on."""
    return ", ".join(_status(report, entry))


def remarks(report: Report, entry: Entry) -> str:
    """Return the same where there is room only for what a reader should know."""
    return ", ".join(word for word in _status(report, entry) if word != Verdict.ALIVE)


def _status(report: Report, entry: Entry) -> Iterator[str]:
    findings = [(link.role, report.finding(link)) for link in entry.links]
    if all(finding.standing is Verdict.UNCHECKED for _, finding in findings):
        return  # nothing was ever found out about it
    (_, main), further = findings[0], findings[1:]
    yield _standing(main)
    for role, finding in further:
        if finding.standing not in _UNREMARKABLE:
            yield f"{escaped(role)} {_standing(finding)}"
    yield from _flags(report.repository(entry))


def _standing(finding: Finding) -> str:
    if finding.standing is Verdict.MOVED and finding.suggestion is not None:
        facts = finding.repository
        new_name = facts.full_name if facts is not None and facts.renamed_from else None
        return f"moved to {link(new_name or _short(finding.suggestion.url), finding.suggestion.url)}"
    if finding.standing is Verdict.DEAD:
        return "**dead**"
    if finding.standing is Verdict.FAILING and finding.failing_since is not None:
        return f"failing since {finding.failing_since:%Y-%m-%d}"
    return finding.standing.value


def _flags(facts: Repository | None) -> Iterator[str]:
    if facts is None:
        return
    if facts.taken_over_by is not None:
        yield "name taken over"
    if facts.archived:
        yield f"archived {facts.archived_at:%Y-%m-%d}" if facts.archived_at else "archived"
    if facts.disabled:
        yield "disabled"
    if facts.empty:
        yield "empty"


def _short(url: str) -> str:
    """Return an address without its scheme, no longer than a cell is wide."""
    bare = url.split("://", 1)[-1].rstrip("/")
    return bare if len(bare) <= _WIDEST else f"{bare[: _WIDEST - 1]}…"


_WIDEST = 40


@dataclass(frozen=True, slots=True)
class FactColumn:
    """A column that a table of repositories has more; `side` is how it is aligned."""

    title: str
    side: str
    words: Callable[[Repository | None], str]


COLUMNS = (
    FactColumn("Stars", "---:", stars),
    FactColumn("Licence", "---", licence),
    FactColumn("Last commit", "---", last_commit),
)
