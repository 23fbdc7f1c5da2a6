"""One issue: opened when something died, edited while it lasts, closed when all is well."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree

import pytest

from lmsys_enrich.simulation.github import SimulatedGitHub, SimulatedIssue
from lmsys_enrich.simulation.server import Sent, Server
from lmsys_enrich.simulation.world import SimulatedRepository, World
from tests.builders import day
from tests.journeys.conftest import Serve, ServeGitHub
from tests.journeys.program import Ended, Program, Site

_HOME = "acme/list"


@dataclass
class Story:
    """The list, its links and its issues, night after night."""

    program: Program
    site: Site
    urls: list[str]
    github: SimulatedGitHub
    server: Server
    nights: int = 0

    @property
    def issues(self) -> list[SimulatedIssue]:
        return self.github.issues.all

    def night(self, *gone: str) -> Ended:
        """Let these pages be gone, run, and keep the issue current."""
        self.nights += 1
        self.site.gone = set(gone)
        self.program.night = day(self.nights)
        self.program.run("--refresh", "--accept-changes")
        return self.issue()

    def issue(self, *argv: str) -> Ended:
        return self.program("issue", *argv)

    def written(self) -> int:
        return sum(received.method in {"POST", "PATCH"} for received in self.server.log)


@pytest.fixture
def story(program: Program, serve: Serve, serve_github: ServeGitHub) -> Story:
    site = Site()
    sites = serve(site)
    github, server = serve_github(World((SimulatedRepository(name=_HOME, id=1),), {"acme": "Organization"}))
    program.environ["GITHUB_REPOSITORY"] = _HOME
    urls = [f"{sites.url}{path}" for path in ("/a", "/b", "/c")]
    program.write_list(*urls)
    return Story(program, site, urls, github, server)


def test_an_issue_is_opened_edited_and_closed(story: Story) -> None:
    assert "no issue is open" in story.night().out
    opened = story.night("/a")
    assert (opened.code, opened.out) == (
        0,
        "Issue #1 opened: https://github.com/acme/list/issues/1\n",
    )
    (issue,) = story.issues
    assert (issue.state, issue.title, issue.labels) == ("open", "Dead links in A list", ("dead-links",))
    assert f"`{story.urls[0]}`: 404 Not Found" in issue.body
    assert "blob/HEAD/entries.yaml?plain=1#L6" in issue.body
    assert story.night("/a", "/b").out.startswith("Issue #1 edited")
    assert [story.urls[1] in issue.body, issue.state] == [True, "open"]
    assert story.night().out.startswith("Issue #1 closed")
    assert [issue.state for issue in story.issues] == ["closed"]
    assert story.night("/c").out.startswith("Issue #2 opened")


def test_second_update_sends_nothing(story: Story) -> None:
    story.night("/a")
    written = story.written()
    assert story.issue().out.startswith("Issue #1 is up to date")
    story.issues[0].body = story.issues[0].body.replace("\n", "\r\n")  # as GitHub's own editor leaves it
    story.night("/a")
    assert story.written() == written


def test_edited_title_is_kept(story: Story) -> None:
    story.night("/a")
    story.issues[0].title = "Spring cleaning"
    story.night("/a", "/b")
    assert story.issues[0].title == "Spring cleaning"


def test_night_without_answers_closes_nothing(story: Story) -> None:
    story.night("/a")
    story.nights += 1
    story.program.night = day(story.nights)
    story.program.run("--refresh", "--offline")
    assert story.issue().out.startswith("Issue #1 is up to date")
    assert story.issues[0].state == "open"


def test_lost_cache_closes_nothing(story: Story) -> None:
    story.night("/a")
    for left in ("build", "cache"):
        rmtree(left)
    assert "is left open: 3 links not checked yet" in story.issue().out
    assert story.issues[0].state == "open"


def test_other_issues_are_left_alone(story: Story) -> None:
    story.night("/a")
    body = story.issues[0].body
    story.github.issues.all[:] = [
        SimulatedIssue(_HOME, 1, "By a stranger, who cannot set labels", body),
        SimulatedIssue(_HOME, 2, "With the label alone", "words", ("dead-links",)),
        SimulatedIssue(_HOME, 3, "A pull request", body, ("dead-links",), is_pull_request=True),
    ]
    assert story.night().out == "No link is dead, and no issue is open.\n"
    assert {issue.state for issue in story.issues} == {"open"}


def test_two_lists_have_two_issues(story: Story) -> None:
    story.night("/a")
    story.program.write_list(story.urls[0], name="other.yaml")
    assert story.issue("other.yaml").out.startswith("Issue #2 opened")
    assert story.issue().out.startswith("Issue #1 is up to date")


def test_issue_mentions_no_user_and_no_other_issue(story: Story) -> None:
    text = Path("entries.yaml").read_text(encoding="utf-8")
    Path("entries.yaml").write_text(text.replace("Entry 1", "'@somebody #12 <b>'"), encoding="utf-8")
    story.night("/a")
    body = story.issues[0].body
    assert "@somebody" not in body
    assert "#12" not in body
    assert "<b>" not in body
    assert "`http" in body


@pytest.mark.parametrize(
    "name",
    [
        "see https://github.com/victim/repo/issues/1",
        "victim/repo#2",
        "victim/repo@1234567890123456789012345678901234567890",
        "0123abc",
        "cc @victim/team",
        "mail me@evil.example",
        "GH-12",
        "www.example.org",
        "`@victim`",
        "(@victim)",
        "xmpp:a@b.example",
    ],
)
def test_no_form_of_a_reference_in_a_name_is_linked(name: str, story: Story) -> None:
    text = Path("entries.yaml").read_text(encoding="utf-8")
    text = text.replace("Entry 1", json.dumps(name)).replace("Tools", json.dumps(f"S {name}"))
    Path("entries.yaml").write_text(text, encoding="utf-8")
    story.night("/a")
    words = re.sub(r"`[^`]*`|<!--.*?-->|\]\([^)]*\)", "", story.issues[0].body)
    assert re.search(r"[@#]|://|www\.|GH-\d|[0-9a-f]{7}|xmpp:", words) is None


def test_new_death_is_commented_once(story: Story) -> None:
    story.night("/a")
    story.night("/a")
    [issue] = story.issues
    assert issue.comments == []
    story.night("/a", "/b")
    [comment] = issue.comments
    assert story.urls[1] in comment
    assert story.urls[0] not in comment
    assert "Still dead as of 2026-11-03: 1 more" in comment
    assert issue.body.index(story.urls[1]) < issue.body.index(story.urls[0])
    written = story.written()
    story.night("/a", "/b")
    assert story.written() == written
    story.night("/b")
    assert len(issue.comments) == 1
    story.night("/a", "/b")
    assert len(issue.comments) == 2


def test_locked_issue_is_edited_without_a_comment(story: Story) -> None:
    story.night("/a")
    [issue] = story.issues
    issue.is_locked = True
    assert story.night("/a", "/b").out.startswith("Issue #1 edited")
    assert (story.urls[1] in issue.body, issue.comments) == (True, [])


def test_many_lists_have_a_title_that_github_accepts(story: Story) -> None:
    names = []
    for number in range(14):
        names.append(f"l{number}.yaml")
        story.program.write_list(story.urls[0], name=names[-1])
        path = Path(names[-1])
        path.write_text(
            path.read_text().replace("A list", f"Awesome list number {number} of all of the lists")
        )
    story.site.gone = {"/a"}
    story.program.run(*names)
    assert story.issue(*names).code == 0
    [issue] = story.issues
    assert len(issue.title) <= 256
    assert "number 0" in issue.title
    assert "more lists" in issue.title


def test_text_that_github_refuses_is_not_blamed_on_the_token(story: Story) -> None:
    story.github.faults = [lambda received, answer: Sent(422, body=b'{"message": "Validation Failed"}')]  # noqa: ARG005 - as below
    ended = story.night("/a")
    assert (ended.code, "text is the reason" in ended.err) == (2, True)


def test_issue_stays_within_the_limit_of_github(story: Story) -> None:
    paths = [f"/{number}/{'x' * 900}" for number in range(200)]
    base = story.urls[0].removesuffix("/a")
    story.program.write_list(*(f"{base}{path}" for path in paths))
    assert story.night(*paths).code == 0
    body = story.issues[0].body
    assert len(body) < 65_536
    assert "200 links are dead" in body
    assert "more, which `dead-links.md` names" in body


def test_dry_run_sends_nothing(story: Story) -> None:
    story.night("/a")
    asked = len(story.server.log)
    shown = story.issue("--dry-run")
    assert (shown.code, len(story.server.log)) == (0, asked)
    assert shown.out.startswith("Dead links in A list\n")
    assert story.urls[0] in shown.out


def test_a_clone_names_the_repository_of_its_issue(story: Story) -> None:
    story.night("/a")
    story.program.environ |= {"GITHUB_REPOSITORY": "", "GITHUB_SERVER_URL": "https://github.example"}
    config = story.program.folder / ".git" / "config"
    config.parent.mkdir()
    config.write_text(f'[remote "origin"]\n\turl = git@github.example:{_HOME}.git\n')
    assert story.issue().code == 0
    config.write_text(f'[remote "origin"]\n\turl = git@github.elsewhere.example:{_HOME}.git\n')
    assert "no repository is given" in story.issue().err


@pytest.mark.parametrize(
    ("change", "shown", "hint"),
    [
        ({"GITHUB_TOKEN": ""}, "needs a token", "--dry-run"),
        ({"GITHUB_TOKEN": "ghp_expired"}, "401", "has expired"),
        ({"GITHUB_REPOSITORY": ""}, "no repository is given", "--repository"),
        ({"GITHUB_REPOSITORY": "acme/list/issues"}, "is not a repository", "--repository"),
        ({"GITHUB_REPOSITORY": "acme/unknown"}, "404", "issues: write"),
        ({"GITHUB_API_URL": "https://codeberg.org/api/v1"}, "Forgejo", "dead-links.md"),
    ],
)
def test_error_comes_with_its_next_step(story: Story, change: dict[str, str], shown: str, hint: str) -> None:
    story.night("/a")
    story.program.environ |= change
    ended = story.issue()
    assert ended.code == 2
    assert shown in ended.err
    assert hint in ended.err
    assert "ghp_expired" not in ended.err


@pytest.mark.parametrize(
    ("status", "message", "hint"),
    [
        (403, "Repository was archived so is read-only.", "Unarchive"),
        (403, "Resource protected by organization SAML enforcement.", "Authorize the token"),
        (403, "Resource not accessible by integration", "issues: write"),
        (410, "This issue was deleted", "run it again"),
        (499, "What nobody knows", "issues: write"),
    ],
)
def test_refusal_comes_with_the_step_for_its_reason(
    story: Story, status: int, message: str, hint: str
) -> None:
    story.night()
    body = json.dumps({"message": message}).encode()
    story.github.faults = [lambda received, answer: Sent(status, body=body)]  # noqa: ARG005 - as below
    ended = story.issue()
    assert (ended.code, message in ended.err, hint in ended.err) == (2, True, True)


def test_disabled_issues_are_an_error(story: Story) -> None:
    story.github.issues.turned_off.add(_HOME)
    ended = story.night("/a")
    assert (ended.code, "Turn issues on" in ended.err) == (2, True)


def test_failed_update_is_repeated_by_the_next_run(story: Story) -> None:
    story.night()
    story.github.faults = [lambda received, answer: Sent(503)]  # noqa: ARG005 - what a fault is handed
    story.site.gone = {"/a"}
    story.nights += 1
    story.program.night = day(story.nights)
    story.program.run("--refresh", "--accept-changes")
    assert story.issue().code == 3
    assert story.issues == []
    assert story.issue().out.startswith("Issue #1 opened")


def test_token_follows_no_redirect(story: Story, serve: Serve) -> None:
    elsewhere = serve(Site())
    story.night()
    story.github.faults = [lambda received, answer: Sent(301, {"location": elsewhere.url})]  # noqa: ARG005 - as above
    ended = story.issue()
    assert (ended.code, elsewhere.log) == (2, [])
    assert "--repository" in ended.err


def test_issue_follows_its_list_through_a_rename(story: Story) -> None:
    story.night("/a")
    Path("entries.yaml").rename("list.yaml")
    assert story.issue("list.yaml").out.startswith("Issue #1 edited")
    assert story.issue("list.yaml").out.startswith("Issue #1 is up to date")
    assert len(story.issues) == 1


def test_issue_of_several_lists_does_not_depend_on_their_order(story: Story) -> None:
    story.program.write_list(*story.urls[1:], name="other.yaml")
    story.night("/a")
    assert story.issue("entries.yaml", "other.yaml").out.startswith("Issue #2 opened")
    assert "Issue #2" in story.issue("other.yaml", "entries.yaml").out


def test_issue_does_not_depend_on_the_working_directory(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = story.program.folder
    (folder / ".git").mkdir()
    (folder / "lists").mkdir()
    story.night("/a")
    monkeypatch.chdir(folder / "lists")
    again = story.issue("../entries.yaml", "--out", "../build", "--cache", "../cache")
    assert again.out.startswith("Issue #1 is up to date")
    assert "blob/HEAD/entries.yaml" in story.issues[0].body
