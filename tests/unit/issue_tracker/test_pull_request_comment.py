"""The comment on a pull request, whose report may be a stranger's."""

import json
from collections.abc import Mapping

import pytest
from pytest_httpx import HTTPXMock

from lmsys_enrich.clock import SystemClock
from lmsys_enrich.errors import InputError
from lmsys_enrich.issue_tracker.github_issues import GitHubIssues
from lmsys_enrich.issue_tracker.pull_request_comment import MARKER, comment_text, update_comment
from lmsys_enrich.network import open_network
from lmsys_enrich.politeness.stats import RequestStats
from lmsys_enrich.settings.access import github_access
from lmsys_enrich.settings.settings import Settings

_API = "https://api.github.com/repos/o/n"


def report(*findings: object) -> bytes:
    return json.dumps({"findings": findings}).encode()


def finding(url: str = "https://a.example/", **rest: object) -> Mapping[str, object]:
    places = [{"file": "list.md", "line": 3}]
    return {"url": url, "verdict": "dead", "reason": "404 Not Found", "places": places, **rest}


def test_comment_lists_what_to_look_at() -> None:
    moved = finding("https://b.example/", verdict="moved", suggestion={"url": "https://c.example/"})
    text = comment_text(report(finding(), moved)) or ""
    assert text.startswith(MARKER)
    assert "- dead `https://a.example/` at `list.md:3`: `404 Not Found`" in text
    assert "write `https://c.example/` instead" in text


def test_nothing_to_act_on_is_no_comment() -> None:
    assert comment_text(report()) is None
    assert comment_text(report(finding(verdict="alive"))) is None


@pytest.mark.parametrize(
    "hostile", ["@octocat", "`@octocat`", "a\n\n# heading @octocat", "<img src=x>", "x" * 10_000, "o/n #1"]
)
def test_words_of_a_report_stand_in_code_alone(hostile: str) -> None:
    found = finding(hostile, reason=hostile, places=[{"file": hostile, "line": 1}])
    text = comment_text(report(found)) or ""
    outside = "".join(text.split("`")[::2])
    assert not {"@octocat", "<img", "#1", "heading"} & set(outside.split())
    assert len(text) < 2_000


@pytest.mark.parametrize("wrong", [b"", b"[]", b"{}", b"[" * 100_000, b'{"findings": 3}', b"\xff"])
def test_report_of_another_shape_is_refused_in_words(wrong: bytes) -> None:
    with pytest.raises(InputError, match=r"not a dead-links\.json"):
        comment_text(wrong)


def test_findings_of_another_shape_are_left_out() -> None:
    assert comment_text(report(1, {"url": 2, "verdict": "dead"}, {"url": "x", "verdict": []}, None)) is None


async def updated(text: str | None) -> str:
    environ = {"GITHUB_TOKEN": "t"}
    async with open_network(Settings(), environ, SystemClock(environ), RequestStats()) as network:
        issues = GitHubIssues(network.api, github_access(environ), "o/n", "")
        assert await issues.pull_request_of("fork", "main", "abc") == 7
        return await update_comment(issues, 7, text)


def pull_request(httpx_mock: HTTPXMock, *comments: Mapping[str, object]) -> None:
    httpx_mock.add_response(
        url=f"{_API}/pulls?state=open&head=fork%3Amain&per_page=100",
        json=[{"number": 6, "head": {"sha": "old"}}, {"number": 7, "head": {"sha": "abc"}}],
    )
    httpx_mock.add_response(url=f"{_API}/issues/7/comments?per_page=100&page=1", json=list(comments))


def comment(body: str, kind: str = "Bot") -> Mapping[str, object]:
    return {"id": 9, "body": body, "user": {"type": kind}}


async def test_comment_of_somebody_else_is_not_edited(httpx_mock: HTTPXMock) -> None:
    pull_request(httpx_mock, comment(f"{MARKER} mine", "User"))
    httpx_mock.add_response(method="POST", url=f"{_API}/issues/7/comments", status_code=201, json={})
    assert await updated(f"{MARKER}\nnew") == "written"


async def test_own_comment_is_edited_when_all_is_well(httpx_mock: HTTPXMock) -> None:
    pull_request(httpx_mock, comment(f"{MARKER}\nold"))
    httpx_mock.add_response(method="PATCH", url=f"{_API}/issues/comments/9", json={})
    assert await updated(None) == "edited"
    [edit] = httpx_mock.get_requests(method="PATCH")
    assert "No new link" in json.loads(edit.content)["body"]


async def test_same_comment_is_not_sent_again(httpx_mock: HTTPXMock) -> None:
    pull_request(httpx_mock, comment(f"{MARKER}\nsame"))
    assert await updated(f"{MARKER}\nsame") == "up to date"


async def test_no_comment_without_anything_to_say(httpx_mock: HTTPXMock) -> None:
    pull_request(httpx_mock)
    assert await updated(None) == "nothing to say"
