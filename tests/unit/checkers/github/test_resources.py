"""Files, commits, issues and releases of a repository: proved by the API, or left to their pages."""

import pytest

from lmsys_enrich.http.messages import ErrorKind, FetchError, Outcome, Response
from lmsys_enrich.model.finding import Verdict
from tests.unit.checkers.github.api_double import API, HOME, UNAVAILABLE, GitHub, node, response
from tests.unit.checkers.github.conftest import Start

BLOB: dict[str, object] = {"__typename": "Blob"}


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("blob/main/docs/a.md", {"object main:docs/a.md": BLOB}),
        ("blob/feature/x/docs/a.md", {"object feature/x:docs/a.md": BLOB}),
        ("tree/feature/x", {"object feature/x": BLOB}),
        ("tree/main", {"object main": BLOB}),
        ("commit/abc", {"object abc": BLOB}),
        ("issues/5", {"issueOrPullRequest 5": {"url": f"{HOME}/octo/hello/issues/5"}}),
        ("issues/5", {"issueOrPullRequest 5": {"url": f"{HOME}/octo/hello/pull/5"}}),
        ("pull/5", {"issueOrPullRequest 5": {"url": f"{HOME}/octo/hello/pull/5"}}),
        ("discussions/5", {"discussion 5": {"url": f"{HOME}/octo/hello/discussions/5"}}),
        ("releases/tag/v1", {"release v1": {"url": f"{HOME}/octo/hello/releases/tag/v1"}}),
        ("releases/tag/v1", {"ref refs/tags/v1": {"name": "v1"}}),
        ("releases/download/v1/a.whl", {"release v1": {"releaseAssets": {"nodes": [{"name": "a.whl"}]}}}),
    ],
)
async def test_resource_of_a_repository_is_proved_by_the_api(
    start: Start, path: str, there: dict[str, object]
) -> None:
    url = f"{HOME}/octo/hello/{path}"
    run = start(GitHub({"octo/hello": node("octo/hello", **there)}))
    answer = (await run.check(url))[url]
    assert (answer.verdict, answer.final_url, answer.repository) == (Verdict.ALIVE, url, None)
    assert len(run.github.requests) == 1
    assert run.deferred == []


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("blob/main/docs/a.md", {}),
        ("tree/nowhere", {}),
        ("commit/abc", {}),
        ("issues/5", {}),
        ("discussions/5", {}),
        ("releases/tag/v1", {}),
        ("releases/download/v1/a.whl", {"release v1": {"releaseAssets": {"nodes": []}}}),
    ],
)
async def test_resource_that_is_missing_is_dead(start: Start, path: str, there: dict[str, object]) -> None:
    url = f"{HOME}/octo/hello/{path}"
    run = start(GitHub({"octo/hello": node("octo/hello", **there)}))
    answer = (await run.check(url))[url]
    assert answer.verdict is Verdict.DEAD
    assert "the repository exists" in answer.reason
    assert run.deferred == []


@pytest.mark.parametrize(
    ("contents", "verdict"),
    [
        (response({"type": "submodule", "name": "lib"}), Verdict.ALIVE),
        (response({"message": "Not Found"}, 404), Verdict.DEAD),
        (response({"message": "Server Error"}, 500), None),
        (FetchError(ErrorKind.TIMEOUT, "no response"), None),
    ],
)
async def test_folder_may_be_a_submodule(start: Start, contents: Outcome, verdict: Verdict | None) -> None:
    url = f"{HOME}/octo/hello/tree/main/third_party/lib"
    rest = {
        "/repos/octo/hello/branches/main": response({"name": "main"}),
        "/repos/octo/hello/contents/third_party/lib?ref=main": contents,
    }
    run = start(GitHub({"octo/hello": node("octo/hello")}, rest=rest))
    found = (await run.check(url)).get(url)
    assert (found.verdict if found else None) is verdict
    assert run.deferred == []


async def test_ref_that_git_would_misread_is_deferred(start: Start) -> None:
    run = start(GitHub({"octo/hello": node("octo/hello")}))
    url = f"{HOME}/octo/hello/tree/main:odd"
    assert (await run.check(url))[url].reason == "the page is there"


async def test_page_that_no_api_proves_has_its_repositorys_verdict(start: Start) -> None:
    run = start(GitHub({"octo/hello": node("octo/hello")}))
    url = f"{HOME}/octo/hello/wiki/Home"
    answer = (await run.check(url))[url]
    assert answer.verdict is Verdict.ALIVE
    assert "no API covers" in answer.reason
    assert "wiki" in answer.reason


async def test_an_issue_that_was_transferred_is_moved(start: Start) -> None:
    elsewhere = f"{HOME}/octo/other/issues/9"
    run = start(
        GitHub(
            {"octo/hello": node("octo/hello")},
            rest={"/repos/octo/hello/issues/5": response({"html_url": elsewhere})},
        )
    )
    url = f"{HOME}/octo/hello/issues/5"
    answer = (await run.check(url))[url]
    assert (answer.verdict, answer.final_url) == (Verdict.MOVED, elsewhere)


async def test_a_file_on_a_renamed_branch_is_moved_and_not_dead(start: Start) -> None:
    there = node("octo/hello", **{"object main:docs/a.md": BLOB})
    branch = Response(301, {"location": f"{API}/repositories/1/branches/main"})
    run = start(
        GitHub(
            {"octo/hello": there},
            rest={
                "/repos/octo/hello/branches/master": branch,
                "/repositories/1/branches/main": response({"name": "main"}),
            },
        )
    )
    urls = [f"{HOME}/octo/hello/blob/master/docs/a.md", f"{HOME}/octo/hello/blob/master/docs/gone.md"]
    observations = await run.check(*urls)
    assert observations[urls[0]].verdict is Verdict.MOVED
    assert observations[urls[0]].final_url == f"{HOME}/octo/hello/blob/main/docs/a.md"
    assert observations[urls[1]].verdict is Verdict.DEAD


@pytest.mark.parametrize("elsewhere", ["https://evil.example/octo/other/issues/9", "../..", "<b>", 7])
async def test_address_outside_of_github_is_no_suggestion(start: Start, elsewhere: object) -> None:
    url, other = f"{HOME}/octo/hello/issues/5", f"{HOME}/octo/hello/issues/6"
    run = start(
        GitHub(
            {"octo/hello": node("octo/hello", **{"issueOrPullRequest 5": {"url": elsewhere}})},
            rest={"/repos/octo/hello/issues/6": response({"html_url": elsewhere})},
        )
    )
    found = await run.check(url, other)
    assert (found[url].verdict, found[url].final_url) == (Verdict.ALIVE, url)
    assert other not in found, "nothing was learned"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("blob/feature/x/a.md", "blob/feature/y/a.md"),
        ("blob/refs/heads/feature/x/a.md", "blob/refs/heads/feature/y/a.md"),
        ("tree/feature/x", "tree/feature/y"),
    ],
)
async def test_branch_with_slashes_that_was_renamed_is_found(start: Start, old: str, new: str) -> None:
    there = {
        "object feature/y:a.md": BLOB,
        "object refs/heads/feature/y:a.md": BLOB,
        "object feature/y": BLOB,
    }
    run = start(
        GitHub(
            {"octo/hello": node("octo/hello", **there)},
            rest={"/repos/octo/hello/branches/feature%2Fx": response({"name": "feature/y"})},
        )
    )
    found = (await run.check(f"{HOME}/octo/hello/{old}"))[f"{HOME}/octo/hello/{old}"]
    assert (found.verdict, found.final_url) == (Verdict.MOVED, f"{HOME}/octo/hello/{new}")


async def test_missing_file_in_deep_folders_is_for_its_page(start: Start) -> None:
    run = start(GitHub({"octo/hello": node("octo/hello")}))
    deep, shallow = f"{HOME}/octo/hello/blob/a/b/c/d/e/f.md", f"{HOME}/octo/hello/blob/a/b.md"
    found = await run.check(deep, shallow)
    assert run.deferred == [deep]
    assert found[shallow].verdict is Verdict.DEAD


async def test_a_missing_file_on_a_branch_that_is_there_is_dead(start: Start) -> None:
    run = start(
        GitHub(
            {"octo/hello": node("octo/hello")},
            rest={"/repos/octo/hello/branches/main": response({"name": "main"})},
        )
    )
    url = f"{HOME}/octo/hello/blob/main/gone.md"
    assert (await run.check(url))[url].verdict is Verdict.DEAD
    assert run.github.rest_paths == ["/repos/octo/hello/branches/main"]


async def test_trouble_with_a_resource_leaves_it_without_a_result(start: Start) -> None:
    run = start(
        GitHub(
            {"octo/hello": node("octo/hello")},
            rest={"/repos/octo/hello/issues/5": response({"message": "no, ghp_secret"}, 500)},
        )
    )
    assert await run.check(f"{HOME}/octo/hello/issues/5") == {}
    assert "no response" in run.checker.obstacles[0].what
    assert "ghp_secret" not in run.checker.obstacles[0].what


async def test_resource_that_the_token_may_not_see_is_for_its_page(start: Start) -> None:
    url = f"{HOME}/octo/hello/issues/7"
    denied = {"type": "FORBIDDEN", "message": "Resource not accessible by integration"}
    shy = node(
        "octo/hello", errors=[{**denied, "path": ["part0_0"]}, {"type": "NOT_FOUND", "path": ["part0_1"]}]
    )
    run = start(GitHub({"octo/hello": shy}))
    await run.check(url)
    assert run.deferred == [url]
    assert (run.github.sizes, run.github.rest_paths) == ([1], [])
    assert not run.checker.obstacles


@pytest.mark.parametrize("path", ["issues/7", "blob/main/a.md"])
async def test_resource_that_rest_denies_is_for_its_page(start: Start, path: str) -> None:
    denied = response({"message": "Resource not accessible by personal access token"}, 403)
    rest = {"/repos/octo/hello/issues/7": denied, "/repos/octo/hello/branches/main": denied}
    run = start(GitHub({"octo/hello": node("octo/hello")}, rest=rest))
    await run.check(f"{HOME}/octo/hello/{path}")
    assert run.deferred == [f"{HOME}/octo/hello/{path}"]
    assert not run.checker.obstacles


async def test_file_that_git_could_not_read_is_not_dead(start: Start) -> None:
    url = f"{HOME}/octo/hello/blob/main/a.md"
    ailing = node("octo/hello", errors=[{**UNAVAILABLE, "path": ["part0_0"]}])
    run = start(GitHub({"octo/hello": ailing}))
    assert await run.check(url) == {}
    assert run.github.sizes == [1, 1]
    assert "no response" in run.checker.obstacles[0].what


async def test_issue_that_became_a_discussion_is_alive(start: Start) -> None:
    found = {"url": f"{HOME}/octo/hello/discussions/10"}
    run = start(GitHub({"octo/hello": node("octo/hello", **{"discussion 10": found})}))
    link = f"{HOME}/octo/hello/issues/10"
    assert (await run.check(link))[link].verdict is Verdict.ALIVE
