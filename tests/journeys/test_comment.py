"""The comment on a pull request: found by the workflow's event, written once, edited later."""

import json

import pytest
from pytest_httpx import HTTPXMock

from tests.journeys.program import Ended, Json, Program

_API = "https://api.github.com/repos/acme/list"
_FINDING = {"url": "https://a.example/", "verdict": "dead", "reason": "404 Not Found"}


@pytest.fixture(autouse=True)
def pull_request(program: Program) -> None:
    """A report with a dead link, in a repository with a token."""
    program.environ |= {"GITHUB_REPOSITORY": "acme/list", "GITHUB_TOKEN": "t"}
    (program.folder / "build").mkdir()
    (program.folder / "build" / "dead-links.json").write_text(json.dumps({"findings": [_FINDING]}))


def comment(program: Program, event: Json, *argv: str) -> Ended:
    path = program.folder / "event.json"
    path.write_text(event if isinstance(event, str) else json.dumps(event), encoding="utf-8")
    program.environ["GITHUB_EVENT_PATH"] = str(path)
    return program("comment", *argv)


def of_a_fork(commit: object = "abc") -> Json:
    owner = {"login": "fork"}
    run = {"head_branch": "new links", "head_sha": commit, "head_repository": {"owner": owner}}
    return {"workflow_run": {**run, "pull_requests": []}}


def add_comments(httpx_mock: HTTPXMock, *pages: Json) -> None:
    for number, page in enumerate(pages, 1):
        httpx_mock.add_response(url=f"{_API}/issues/7/comments?per_page=100&page={number}", json=page)


def test_event_of_a_pull_request_names_it(program: Program, httpx_mock: HTTPXMock) -> None:
    add_comments(httpx_mock, [])
    httpx_mock.add_response(method="POST", url=f"{_API}/issues/7/comments", status_code=201, json={})
    ended = comment(program, {"pull_request": {"number": 7}})
    assert (ended.code, ended.out) == (0, "Comment on pull request #7: written\n")
    [sent] = httpx_mock.get_requests(method="POST")
    assert "`https://a.example/`: `404 Not Found`" in json.loads(sent.content)["body"]


def test_run_for_a_fork_is_found_by_its_commit(program: Program, httpx_mock: HTTPXMock) -> None:
    pulls = f"{_API}/pulls?state=open&head=fork%3Anew+links&per_page=100"
    found = [{"number": 6, "head": {"sha": "old"}}, {"number": 7, "head": {"sha": "abc"}}]
    httpx_mock.add_response(url=pulls, json=found)
    add_comments(httpx_mock, [])
    httpx_mock.add_response(method="POST", url=f"{_API}/issues/7/comments", status_code=201, json={})
    assert "#7: written" in comment(program, of_a_fork()).out


def test_newer_push_ends_the_comment_without_an_error(program: Program, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(json=[{"number": 7, "head": {"sha": "newer"}}])
    ended = comment(program, of_a_fork())
    assert (ended.code, "nothing to comment on" in ended.out) == (0, True)


def test_own_comment_is_found_behind_a_hundred_others(program: Program, httpx_mock: HTTPXMock) -> None:
    others = [{"id": number, "body": "words", "user": {"type": "User"}} for number in range(100)]
    ours = {
        "id": 500,
        "body": "<!-- lmsys-enrich: new links of this pull request -->",
        "user": {"type": "Bot"},
    }
    add_comments(httpx_mock, others, [ours])
    httpx_mock.add_response(method="PATCH", url=f"{_API}/issues/comments/500", json={})
    assert "#7: edited" in comment(program, {}, "--pull-request", "7").out


@pytest.mark.parametrize(("rights", "done"), [("COLLABORATOR", "edited"), ("CONTRIBUTOR", "written")])
def test_comment_by_the_token_of_a_person_is_found(
    program: Program, httpx_mock: HTTPXMock, rights: str, done: str
) -> None:
    marker = "<!-- lmsys-enrich: new links of this pull request -->"
    one = {"id": 500, "body": marker, "user": {"type": "User"}, "author_association": rights}
    add_comments(httpx_mock, [one])
    httpx_mock.add_response(method="PATCH" if done == "edited" else "POST", status_code=201, json={})
    assert f"#7: {done}" in comment(program, {}, "--pull-request", "7").out


def test_job_of_forgejo_is_told_that_comments_are_for_github(program: Program) -> None:
    program.environ["GITHUB_API_URL"] = "https://codeberg.org/api/v1"
    ended = comment(program, {}, "--pull-request", "7")
    assert (ended.code, "runs on Forgejo or Gitea" in ended.err) == (2, True)


@pytest.mark.parametrize(
    "event",
    [
        "",
        "[1]",
        "{",
        "[" * 10_000,
        {},
        {"pull_request": None},
        {"workflow_run": {"head_sha": 1}},
        of_a_fork(3),
    ],
    ids=["empty", "array", "broken", "deep", "none", "null", "shape", "number"],
)
def test_event_that_names_no_pull_request_is_an_error(program: Program, event: Json) -> None:
    ended = comment(program, event)
    assert (ended.code, "--pull-request N" in ended.err) == (2, True)


def test_missing_report_is_an_error_with_its_next_step(program: Program) -> None:
    (program.folder / "build" / "dead-links.json").unlink()
    ended = comment(program, {"pull_request": {"number": 7}})
    assert (ended.code, "the artifact of the run" in ended.err) == (2, True)
