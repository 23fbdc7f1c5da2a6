"""Twenty nights of a README that is its own list: one workflow, facts in place, badges and the issue."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lmsys_enrich.simulation.github import SimulatedGitHub, SimulatedIssue
from lmsys_enrich.simulation.server import Received, Response, Sent, Server
from lmsys_enrich.simulation.world import SimulatedRepository, World
from lmsys_enrich.values import replace
from tests.builders import day
from tests.documentation.pages import blocks
from tests.golden import ROOT
from tests.journeys.conftest import Serve, ServeGitHub
from tests.journeys.program import NOT_FOUND, Program
from tests.journeys.runner import Job, Repository, Runner, git

_HOME = "acme/list"
_WORKFLOW = ".github/workflows/links.yml"
_SOURCE = "git+https://git.example.org/o/lmsys-enrich@0123"
_COMMIT = f"github-actions[bot]: Links and facts as of {datetime.now(UTC):%Y-%m-%d}"
_FACTS = re.compile(r" ?<!--facts-->.*?<!--/facts-->")
# Every link is checked each night, so that the story below has one order.
_SETTINGS = 'max-age = "12h"\nallow-private = true\npatience = "1s"\n'
_README = """\
# My list

Words about it, with a [file](docs/a.md).

## Tools

- [Alpha](https://github.com/acme/alpha) - does it
- [Beta](https://github.com/acme/beta)
- [Guide]({site}/guide)
- [Notes]({site}/notes)

## Papers

| Title | Code |
| --- | --- |
| One | [code](https://github.com/acme/gamma) |

## Pages

{pages}
"""


@dataclass
class Website:
    """A website of which some pages are gone, and some fail."""

    gone: set[str] = field(default_factory=set)
    ill: set[str] = field(default_factory=set)

    async def __call__(self, received: Received) -> Response:
        if received.path in self.gone:
            return NOT_FOUND
        return Sent(503 if received.path in self.ill else 200)


@dataclass
class Night:
    """What is seen in the morning: the job, the lines that changed, and what was written elsewhere."""

    job: Job
    lines: list[str]
    files: list[str]
    commits: list[str]
    requests: list[str]


@dataclass
class Story:
    """The list, its repository, and the world that it speaks of."""

    runner: Runner
    website: Website
    site: str
    github: SimulatedGitHub
    server: Server

    @property
    def repository(self) -> Repository:
        return self.runner.repository

    @property
    def issues(self) -> list[SimulatedIssue]:
        return self.github.issues.all

    def badge(self, name: str) -> str:
        content = json.loads(self.repository.file(f"build/badges/{name}.json"))
        return str(content["message"])

    def change(self, name: str, **facts: object) -> None:
        """Change facts of a repository."""
        repositories = tuple(
            replace(one, **facts) if one.name == f"acme/{name}" else one
            for one in self.github.world.repositories
        )
        self.github.world = World(repositories, {"acme": "Organization"})

    def night(self) -> Night:
        """Run the workflow on the next night."""
        time = day(1) + timedelta(days=self.runner.number)
        self.runner.environ["SOURCE_DATE_EPOCH"] = str(int(time.timestamp()))
        readme, commits = self.repository.file("README.md"), self.repository.commits()
        received = len(self.server.log)
        job = self.runner.run(_WORKFLOW)
        assert "Traceback" not in job.log
        return Night(
            job,
            _changed(readme, self.repository.file("README.md")),
            self.repository.changed(len(self.repository.commits()) - len(commits)),
            self.repository.commits()[len(commits) :],
            [f"{one.method} {one.path}" for one in self.server.log[received:] if _writes(one)],
        )


def _writes(received: Received) -> bool:
    return received.method in {"POST", "PATCH"} and "/issues" in received.path


def _changed(before: str, after: str) -> list[str]:
    """The lines that are new, without those that a person wrote in between."""
    old = before.splitlines()
    return [line for line in after.splitlines() if line not in old]


def _by_init(program: Program) -> str:
    assert program("init", "--in-place").code == 0
    return (program.folder / _WORKFLOW).read_text(encoding="utf-8")


def _by_pull_request(program: Program) -> str:
    assert program("init", "--publish", "pull-request").code == 0
    return (program.folder / _WORKFLOW).read_text(encoding="utf-8")


def _of_readme(program: Program) -> str:
    del program
    [workflow] = [block.text for block in blocks(ROOT / "README.md") if "in-place:" in block.text]
    return workflow


@pytest.fixture
def story(
    request: pytest.FixtureRequest, program: Program, serve: Serve, serve_github: ServeGitHub, tmp_path: Path
) -> Story:
    website = Website()
    site = serve(website)
    names = ("alpha", "beta", "gamma", "delta")
    repositories = tuple(
        SimulatedRepository(name=f"acme/{name}", id=id_, stars=1000 * id_, license="MIT", committed_at=day(1))
        for id_, name in enumerate(names, 1)
    )
    home = SimulatedRepository(name=_HOME, id=9)
    github, server = serve_github(World((*repositories, home), {"acme": "Organization"}))
    pages = "\n".join(f"- [Page {number}]({site.url}/{number})" for number in range(10))
    readme = _README.format(site=site.url, pages=pages)
    (program.folder / "README.md").write_text(readme, encoding="utf-8")
    write: Callable[[Program], str] = getattr(request, "param", _by_init)
    workflow = write(program)
    files = {
        "README.md": readme,
        "docs/a.md": "# A\n",
        "lmsys-enrich.toml": _SETTINGS,
        _WORKFLOW: workflow,
    }
    repository = Repository.create(tmp_path / "github" / "list.git", files)
    environ = {key: value for key, value in program.environ.items() if "TOKEN" not in key}
    environ |= {"GITHUB_REPOSITORY": _HOME, "RETRY_SECONDS": "0"}
    (tmp_path / "machines").mkdir()
    runner = Runner(repository, tmp_path / "machines", environ, {"LMSYS_ENRICH_SOURCE": _SOURCE})
    return Story(runner, website, site.url, github, server)


def _facts(shown: str) -> str:
    return f"<!--facts-->· {shown} · 2026-11-01<!--/facts-->"


def _fails(received: Received, answer: Sent) -> Response:
    del received, answer
    return Sent(502, {"content-type": "text/html"}, b"<html>Unicorn!</html>")


def _is_quiet(night: Night) -> bool:
    """Nothing is written anywhere, and the job succeeds."""
    return not (night.lines or night.commits or night.requests or night.job.has_failed)


def _nights_of_facts(story: Story) -> None:
    first = story.night()
    assert [line.partition("<!--facts-->")[0] for line in first.lines] == [
        "- [Alpha](https://github.com/acme/alpha) - does it ",
        "- [Beta](https://github.com/acme/beta) ",
        "| Title | Code | ",
        "| --- | --- | ---: | --- | --- |",
        "| One | [code](https://github.com/acme/gamma) | ",
    ]
    assert (first.commits, first.requests) == ([_COMMIT], [])
    assert (story.badge("links-alive"), story.badge("entries")) == ("16 of 16", "15")
    assert not [name for name in story.repository.files() if "last-check" in name]
    assert _is_quiet(story.night())

    story.change("alpha", stars=1234)
    story.repository.push_in_between("sed -i 's/Words/More words/' README.md")
    more_stars = story.night()
    assert more_stars.commits == ["b: In between", _COMMIT]
    assert more_stars.lines == [
        "More words about it, with a [file](docs/a.md).",
        f"- [Alpha](https://github.com/acme/alpha) - does it {_facts('★ 1,234 · MIT')}",
    ]
    # The copy of the list follows the edit.
    assert story.night().files == ["build/enriched.md"]


def _nights_of_a_death(story: Story) -> SimulatedIssue:
    story.website.gone = {"/guide"}
    death = story.night()
    assert [line.partition("](")[0] for line in death.lines] == ["- [Guide"]
    assert "<!--facts-->· **dead**" in death.lines[0]
    assert (death.job.has_failed, death.commits) == (True, [_COMMIT])
    [issue] = story.issues
    assert (issue.title, issue.state, issue.comments) == ("Dead links in My list", "open", [])
    assert "/guide`: 404 Not Found" in issue.body
    assert "1 link is dead, as of 2026-11-05." in issue.body
    assert story.badge("links-alive") == "15 of 16"
    assert _is_quiet(story.night())
    return issue


def _nights_of_deaths(story: Story) -> None:
    issue = _nights_of_a_death(story)
    story.website.gone = {"/guide", "/notes"}
    second = story.night()
    assert [line.partition("](")[0] for line in second.lines] == ["- [Notes"]
    assert second.job.has_failed
    [comment] = issue.comments
    assert ("/notes`" in comment, "/guide`" in comment) == (True, False)
    assert "Still dead as of 2026-11-07: 1 more" in comment
    assert issue.body.index("/notes`") < issue.body.index("/guide`")
    assert _is_quiet(story.night())

    story.website.gone = {"/notes"}
    revival = story.night()
    assert [(line, _FACTS.search(line)) for line in revival.lines] == [
        (f"- [Guide]({story.site}/guide)", None)
    ]
    assert (revival.job.has_failed, len(issue.comments), "/guide`" in issue.body) == (False, 1, False)
    story.website.gone = set()
    story.night()
    assert (issue.state, len(issue.comments), story.badge("links-alive")) == ("closed", 1, "16 of 16")
    assert _is_quiet(story.night())


def _nights_of_trouble(story: Story) -> None:
    story.website.ill = {"/guide"}
    failing = story.night()
    guide = f"- [Guide]({story.site}/guide)"
    assert failing.lines == [f"{guide} <!--facts-->· failing since 2026-11-12<!--/facts-->"]
    assert (failing.requests, failing.job.has_failed) == ([], False)
    story.website.ill = set()
    assert story.night().lines == [guide]

    story.github.lasting = _fails
    bad = story.night()
    assert (bad.lines, bad.commits, bad.job.has_failed) == ([], [], True)
    assert "Not everything could be checked" in bad.job.summary
    story.github.lasting = None

    story.website.gone = {f"/{number}" for number in range(10)}
    refused = story.night()
    assert (refused.lines, refused.commits, refused.requests) == ([], [], [])
    assert refused.job.has_failed
    assert "--accept-changes" in refused.job.log
    story.website.gone = set()
    assert _is_quiet(story.night())

    story.runner.caches.clear()
    lost = story.night()
    assert (lost.lines, lost.requests, lost.job.has_failed) == ([], [], False)


def _nights_of_edits(story: Story) -> None:
    readme = story.repository.file("README.md")
    entry = "- [Delta](https://github.com/acme/delta)\n- [Guide]"
    story.repository.push({"README.md": readme.replace("- [Guide]", entry) + "\n"})
    edited = story.night()
    assert edited.lines == [f"- [Delta](https://github.com/acme/delta) {_facts('★ 4,000 · MIT')}"]
    assert story.badge("entries") == "16"

    story.change("gamma", archived_at=day(9))
    archived = story.night()
    [row] = [line for line in archived.lines if "acme" in line]
    assert row.endswith(" <!--facts-->3,000 | MIT | 2026-11-01 | archived 2026-11-09<!--/facts--> |")
    assert len(archived.lines) == 3, "the head of the table has one more column"
    assert _is_quiet(story.night())


def test_twenty_nights_write_only_what_changed(story: Story) -> None:
    for nights in (_nights_of_facts, _nights_of_deaths, _nights_of_trouble, _nights_of_edits):
        nights(story)
    assert story.runner.number == 20
    assert f"install {_SOURCE}" in story.runner.installed


@pytest.mark.parametrize("story", [_of_readme], ids=["action"], indirect=True)
def test_nights_of_the_action_write_only_what_changed(story: Story) -> None:
    _nights_of_facts(story)
    _nights_of_a_death(story)
    assert "--require-hashes" in story.runner.installed


@pytest.mark.parametrize("story", [_by_init, _of_readme], ids=["init", "action"], indirect=True)
def test_line_edited_meanwhile_is_left_to_the_next_night(story: Story) -> None:
    story.night()
    story.change("alpha", stars=1234)
    story.repository.push_in_between("sed -i 's/does it/does more/' README.md")
    conflict = story.night()
    assert (conflict.commits, conflict.job.has_failed) == (["b: In between"], False)
    assert "::warning" in conflict.job.log
    assert story.night().lines == [
        f"- [Alpha](https://github.com/acme/alpha) - does more {_facts('★ 1,234 · MIT')}"
    ]


@pytest.mark.parametrize("story", [_by_init, _of_readme], ids=["init", "action"], indirect=True)
def test_file_that_a_force_push_removes_does_not_come_back(story: Story) -> None:
    story.night()
    story.repository.push({"secret": "secret"})
    story.change("alpha", stars=1234)
    story.repository.push_in_between("git reset --quiet --hard HEAD~1; echo more >> docs/a.md")
    story.night()
    assert "secret" not in story.repository.files()
    assert "★ 1,234" in story.repository.file("README.md") or story.night().commits == [_COMMIT]


@pytest.mark.parametrize("story", [_by_pull_request], ids=["pull-request"], indirect=True)
def test_pull_request_is_pushed_again_only_with_new_facts(story: Story) -> None:
    bare = story.repository.bare
    pushed = []
    for stars in (1000, 1000, 1234):
        story.change("alpha", stars=stars)
        night = story.night()
        assert (night.commits, night.job.has_failed) == ([], False), night.job.log
        pushed.append(git(bare, "rev-parse", "lmsys-enrich/update"))
    assert pushed[0] == pushed[1] != pushed[2]
    assert "★ 1,234" in git(bare, "show", "lmsys-enrich/update:build/enriched.md")
    log = (story.runner.folder / "gh.log").read_text()
    assert "github.com/acme/list pr create --head lmsys-enrich/update --base main" in log
