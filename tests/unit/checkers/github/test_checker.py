"""GitHub is run in batches, and whatever it answers, every link gets the verdict that it deserves."""

import asyncio
import json
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta
from typing import overload

import httpx
import pytest

from lmsys_enrich.checkers.protocol import TaskQueue
from lmsys_enrich.http.messages import ErrorKind, FetchError, Outcome, Response
from lmsys_enrich.model.finding import Finding, LinkTask, Observation, Suggestion, Verdict
from tests.builders import finding, repository, task
from tests.fakes import NIGHT, closed_queue
from tests.unit.checkers.github.api_double import (
    API,
    DATE_EPOCH,
    GitHub,
    hosts,
    node,
    path_of,
    recorded,
    response,
)
from tests.unit.checkers.github.conftest import Start

HOME = "https://github.com"
ALPA = f"{HOME}/alpa-projects/alpa"


def many(count: int) -> tuple[list[str], dict[str, dict[str, object]]]:
    names = [f"octo/r{number}" for number in range(count)]
    return [f"{HOME}/{name}" for name in names], {
        name: node(name, databaseId=i) for i, name in enumerate(names)
    }


def verdicts(observations: dict[str, Observation]) -> set[Verdict]:
    return {answer.verdict for answer in observations.values()}


async def test_repository_is_alive_with_its_facts(start: Start) -> None:
    run = start(GitHub({"alpa-projects/alpa": node("alpa-projects/alpa")}))
    answer = (await run.check(ALPA))[ALPA]
    assert (answer.verdict, answer.final_url) == (Verdict.ALIVE, ALPA)
    assert answer.repository is not None
    facts = answer.repository.facts
    assert (facts.stars, facts.license, facts.topics) == (3000, "Apache-2.0", ("llm", "jax"))
    assert facts.last_commit is not None
    assert facts.last_commit.isoformat() == "2023-12-09T00:00:00+00:00"
    assert facts.fetched_at == NIGHT
    assert not answer.repository.missing_fields


async def test_thousand_repositories_cost_at_most_twenty_requests(start: Start) -> None:
    urls, repositories = many(1000)
    run = start(GitHub(repositories))
    observations = await run.check(*urls)
    assert len(observations) == 1000
    assert sum(run.github.sizes) == 1000
    assert sum(run.points) == len(run.github.sizes) <= 20


class MadeTasks(Sequence[LinkTask]):
    """Tasks made when they are read, as those of a plan are; `made` counts them."""

    def __init__(self, urls: Sequence[str]) -> None:
        self._urls = urls
        self.made = 0

    def __len__(self) -> int:
        return len(self._urls)

    @overload
    def __getitem__(self, index: int) -> LinkTask: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[LinkTask]: ...

    def __getitem__(self, index: int | slice) -> LinkTask | Sequence[LinkTask]:
        found = self._urls[index]
        self.made += 1 if isinstance(found, str) else len(found)
        return task(found) if isinstance(found, str) else [task(url) for url in found]


async def test_very_long_list_is_not_held_in_memory(start: Start) -> None:
    tasks = MadeTasks([f"{HOME}/octo/r{number}" for number in range(50_000)])
    queue = TaskQueue(tasks)
    queue.close()
    async with aclosing(start(GitHub({})).checker.check(queue)) as results:
        assert isinstance(await anext(results), Observation)
    assert 0 < tasks.made < 25_000


async def test_repository_with_many_links_is_requested_once(start: Start) -> None:
    run = start(
        GitHub({"octo/hello": node("octo/hello", **{"object main:README.md": {"__typename": "Blob"}})})
    )
    urls = [f"{HOME}/octo/hello", f"{HOME}/Octo/Hello.git", f"{HOME}/octo/hello/wiki"]
    observations = await run.check(*urls, f"{HOME}/octo/hello/blob/main/README.md")
    assert run.github.sizes == [1]
    assert len(observations) == 4
    assert verdicts(observations) == {Verdict.ALIVE}


async def test_missing_repository_is_dead_and_its_neighbours_alive(start: Start) -> None:
    run = start(GitHub({"octo/hello": node("octo/hello")}))
    observations = await run.check(f"{HOME}/octo/gone", f"{HOME}/octo/hello", f"{HOME}/octo/gone/wiki")
    assert observations[f"{HOME}/octo/gone"].verdict is Verdict.DEAD
    assert observations[f"{HOME}/octo/gone/wiki"].verdict is Verdict.DEAD
    assert observations[f"{HOME}/octo/hello"].verdict is Verdict.ALIVE
    assert len(run.github.requests) == 1


@pytest.mark.parametrize(
    ("field", "flag"),
    [
        ("isArchived", "archived"),
        ("isDisabled", "disabled"),
        ("isLocked", "locked"),
        ("isEmpty", "empty"),
        ("isMirror", "mirror"),
    ],
)
async def test_archived_or_otherwise_special_repository_is_flagged(
    start: Start, field: str, flag: str
) -> None:
    run = start(GitHub({"octo/hello": node("octo/hello", **{field: True})}))
    answer = (await run.check(f"{HOME}/octo/hello"))[f"{HOME}/octo/hello"]
    assert answer.verdict is Verdict.ALIVE
    assert flag in answer.reason
    assert answer.repository is not None
    assert getattr(answer.repository.facts, flag) is True


@pytest.mark.parametrize(
    ("path", "new"),
    [
        ("octo/old", "new/name"),
        ("octo/old?tab=readme", "new/name?tab=readme"),
        ("octo/old/wiki/Home", "new/name/wiki/Home"),
        ("octo/old/issues/5", "new/name/issues/5"),
        ("octo/old/blob/main/a%20b.md?plain=1", "new/name/blob/main/a%20b.md?plain=1"),
    ],
)
async def test_renamed_repository_is_moved_with_its_whole_address(start: Start, path: str, new: str) -> None:
    there = node(
        "new/name",
        **{
            "object main:a b.md": {"__typename": "Blob"},
            "issueOrPullRequest 5": {"url": f"{HOME}/new/name/issues/5"},
        },
    )
    answer = (await start(GitHub({"octo/old": there})).check(f"{HOME}/{path}"))[f"{HOME}/{path}"]
    assert answer.verdict is Verdict.MOVED
    assert answer.final_url == f"{HOME}/{new}"
    assert answer.suggestion == Suggestion(f"{HOME}/{new}", "the repository is now new/name")


async def test_rename_is_among_the_facts_and_another_case_is_none(start: Start) -> None:
    run = start(GitHub({"octo/old": node("new/name"), "octo/hello": node("Octo/Hello")}))
    observations = await run.check(f"{HOME}/octo/old", f"{HOME}/octo/hello")
    renamed, same = observations[f"{HOME}/octo/old"], observations[f"{HOME}/octo/hello"]
    assert renamed.repository is not None
    assert same.repository is not None
    assert (renamed.repository.facts.renamed_from, same.repository.facts.renamed_from) == ("octo/old", None)
    assert same.verdict is Verdict.ALIVE


def previous(identifier: int | None, name: str = "octo/hello") -> Finding:
    return finding(f"{HOME}/octo/hello", repository=repository(name, id=identifier, stars=7))


async def test_name_taken_over_keeps_the_facts_of_the_old_repository(start: Start) -> None:
    run = start(GitHub({"octo/hello": node("octo/hello", databaseId=99)}))
    answer = (await run.check(task(f"{HOME}/octo/hello", previous(1))))[f"{HOME}/octo/hello"]
    assert answer.verdict is Verdict.ALIVE
    assert "another repository" in answer.reason
    assert answer.repository is not None
    facts = answer.repository.facts
    assert (facts.id, facts.stars, facts.taken_over_by) == (1, 7, 99)


@pytest.mark.parametrize("earlier", [previous(99), previous(None), previous(99, "octo/before")])
async def test_the_same_repository_is_not_taken_over(start: Start, earlier: Finding) -> None:
    run = start(GitHub({"octo/hello": node("octo/hello", databaseId=99)}))
    answer = (await run.check(task(f"{HOME}/octo/hello", earlier)))[f"{HOME}/octo/hello"]
    assert answer.repository is not None
    assert (answer.repository.facts.taken_over_by, answer.repository.facts.stars) == (None, 3000)


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
    assert "the repository is there" in answer.reason
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
    assert "no API proves" in answer.reason
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


@pytest.mark.parametrize("body", [{}, {"login": "another"}, {"login": None}, {"login": 7}])
async def test_response_about_another_account_proves_nothing(start: Start, body: dict[str, object]) -> None:
    faults = [response({"data": {"r0": body}})]
    run = start(GitHub(faults=list[Outcome](faults), rest={"/users/octocat": response(body)}))
    assert await run.check(f"{HOME}/octocat") == {}
    assert run.checker.obstacles


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


async def test_account_is_alive_or_dead(start: Start) -> None:
    run = start(GitHub(owners=["octocat", "octo-org"]))
    urls = [f"{HOME}/octocat", f"{HOME}/orgs/octo-org/people", f"{HOME}/nobody"]
    observations = await run.check(*urls)
    assert [observations[url].verdict for url in urls] == [Verdict.ALIVE, Verdict.ALIVE, Verdict.DEAD]
    assert "no API proves" in observations[urls[1]].reason
    assert run.github.rest_paths == ["/users/nobody"]


async def test_account_that_graphql_lacks_is_looked_up_by_rest(start: Start) -> None:
    run = start(GitHub(rest={"/users/ghost-org": response({"login": "Ghost-Org"})}))
    assert (await run.check(f"{HOME}/ghost-org"))[f"{HOME}/ghost-org"].verdict is Verdict.ALIVE


async def test_perhaps_a_page_of_github_is_deferred_without_an_account(start: Start) -> None:
    run = start(GitHub({"education/classroom": node("education/classroom")}))
    page, repository_there = f"{HOME}/education/students", f"{HOME}/education/classroom"
    observations = await run.check(page, repository_there)
    assert run.deferred == [page]
    assert observations[page].reason == "the page is there"
    assert observations[repository_there].repository is not None


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [("rest-dmca.json", 451, "blocked it: DMCA"), ("rest-tos.json", 403, "blocked it: tos")],
)
async def test_a_blocked_repository_is_dead_with_its_reason(
    start: Start, body: str, status: int, reason: str
) -> None:
    error: dict[str, object] = {"type": "INTERNAL", "message": "Repository access blocked"}
    run = start(GitHub(errors={"octo/hello": error}, rest={"/repos/octo/hello": recorded(body, status)}))
    answer = (await run.check(f"{HOME}/octo/hello"))[f"{HOME}/octo/hello"]
    assert (answer.verdict, answer.http_status) == (Verdict.DEAD, status)
    assert reason in answer.reason


async def test_repository_withheld_for_legal_reasons_is_dead(start: Start) -> None:
    run = start(
        GitHub(
            errors={"octo/hello": {"type": "X"}}, rest={"/repos/octo/hello": response({"message": "no"}, 451)}
        )
    )
    assert (await run.check(f"{HOME}/octo/hello"))[f"{HOME}/octo/hello"].http_status == 451


@pytest.mark.parametrize("name", ["graphql-saml.json", "graphql-ip-allow-list.json"])
async def test_token_denied_by_an_organisation_is_left_out(start: Start, name: str) -> None:
    error = json.loads(recorded(name).body)["errors"][0]
    run = start(
        GitHub(errors={"octo/hello": error}, rest={"/repos/octo/hello": recorded("rest-repository.json")})
    )
    urls = [f"{HOME}/octo/hello", f"{HOME}/octo/hello/wiki", f"{HOME}/octo/hello/issues/1"]
    observations = await run.check(*urls)
    assert len(observations) == 3
    update = observations[urls[0]].repository
    assert update is not None
    assert update.facts.full_name == "octokit-fixture-org/hello-world"
    assert "last_commit" in update.missing_fields
    assert run.deferred == [urls[2]]
    opened = [r for r in run.github.requests if r.method == "GET"]
    assert all("authorization" not in r.headers for r in opened)


class _Saml(GitHub):
    """Has no GraphQL for this token, and refuses it in REST for want of a single sign-on."""

    async def __call__(self, request: httpx.Request) -> Outcome:
        if "authorization" in request.headers and path_of(request).startswith("/repos/"):
            self.requests.append(request)
            sso = "required; url=https://github.com/orgs/octo/sso?authorization_request=x"
            message = "Resource protected by organization SAML enforcement."
            return response({"message": message}, 403, x_github_sso=sso)
        return await super().__call__(request)


async def test_token_denied_in_rest_is_left_out(start: Start) -> None:
    meta = response({"verifiable_password_authentication": False})
    known = {"/meta": meta, "/repos/octo/hello": recorded("rest-repository.json")}
    run = start(_Saml(faults=[response({"message": "Not Found"}, 404)], rest=known))
    found = (await run.check(f"{HOME}/octo/hello"))[f"{HOME}/octo/hello"]
    assert found.repository is not None
    assert found.repository.facts.stars is not None
    assert run.deferred == []


async def test_where_anonymous_requests_are_limited_the_page_decides(start: Start) -> None:
    error = json.loads(recorded("graphql-saml.json").body)["errors"][0]
    limit = recorded(
        "rest-rate-limit.json", 403, x_ratelimit_remaining="0", x_ratelimit_reset=str(DATE_EPOCH + 3000)
    )
    run = start(GitHub(errors={"octo/hello": error}, rest={"/repos/octo/hello": limit}))
    observations = await run.check(f"{HOME}/octo/hello")
    assert run.deferred == [f"{HOME}/octo/hello"]
    assert len(observations) == 1
    assert run.checker.obstacles == ()
    assert run.waits == []


async def test_batch_that_is_too_large_is_halved_and_later_ones_shrink(start: Start) -> None:
    urls, repositories = many(200)
    run = start(GitHub(repositories, too_large=30))
    observations = await run.check(*urls)
    assert len(observations) == 200
    assert run.checker.obstacles == ()
    assert run.github.sizes.count(50) <= 2, "only what was under way at once"
    assert len(run.github.sizes) <= 11


@pytest.mark.parametrize("number", [0, 17, 49])
async def test_repository_that_fails_a_batch_fails_no_other(start: Start, number: int) -> None:
    urls, repositories = many(50)
    rest = {f"/repos/octo/r{number}": recorded("rest-repository.json")}
    run = start(_Poisoned(repositories, rest=rest, poison=f"r{number}"))
    observations = await run.check(*urls)
    assert len(observations) == 50
    assert run.checker.obstacles == ()


@dataclass
class _Poisoned(GitHub):
    """Runs out of time whenever it is run about one repository."""

    poison: str = ""

    async def __call__(self, request: httpx.Request) -> Outcome:
        if f'"{self.poison}"'.encode() in request.content:
            self.requests.append(request)
            return recorded("graphql-timeout.json", 502)
        return await super().__call__(request)


async def test_only_aliases_over_the_resource_limit_are_repeated(start: Start) -> None:
    urls, repositories = many(4)
    limited = {
        "data": {"r0": repositories["octo/r0"], "r1": None, "r2": None, "r3": repositories["octo/r3"]},
        "errors": [
            {"type": "RESOURCE_LIMITS_EXCEEDED", "path": [alias], "message": "Resource limits"}
            for alias in ("r1", "r2")
        ],
    }
    run = start(GitHub(repositories, faults=[response(limited)]))
    observations = await run.check(*urls)
    assert len(observations) == 4
    assert run.github.sizes == [4, 2]


async def test_a_null_without_an_error_is_no_death(start: Start) -> None:
    nothing = response({"data": {"r0": None}})
    run = start(GitHub(faults=[nothing], rest={"/repos/octo/hello": recorded("rest-repository.json")}))
    answer = (await run.check(f"{HOME}/octo/hello"))[f"{HOME}/octo/hello"]
    assert answer.verdict is Verdict.MOVED, "as the recorded repository has another name"


async def test_response_without_a_name_is_looked_up(start: Start) -> None:
    nameless = response({"data": {"r0": {"databaseId": 1}}})
    run = start(GitHub(faults=[nameless], rest={"/repos/octo/hello": response({"id": 1})}))
    assert await run.check(f"{HOME}/octo/hello") == {}
    assert run.checker.obstacles


UNAVAILABLE = {"path": ["defaultBranchRef", "target"], "extensions": {"code": "SERVICE_UNAVAILABLE"}}


async def test_failed_field_is_requested_once_more_then_not_learned(start: Start) -> None:
    ailing = node("octo/hello", defaultBranchRef=None, errors=[UNAVAILABLE])
    run = start(GitHub({"octo/hello": ailing}))
    answer = (await run.check(f"{HOME}/octo/hello"))[f"{HOME}/octo/hello"]
    assert run.github.sizes == [1, 1]
    assert answer.verdict is Verdict.ALIVE
    assert answer.repository is not None
    assert answer.repository.missing_fields == {"default_branch", "last_commit"}


async def test_a_field_that_recovers_is_learned(start: Start) -> None:
    resource = json.loads(recorded("graphql-partial.json").body)
    resource["data"]["r0"] = node("octo/hello", defaultBranchRef=None)
    run = start(GitHub({"octo/hello": node("octo/hello")}, faults=[response(resource)]))
    answer = (await run.check(f"{HOME}/octo/hello"))[f"{HOME}/octo/hello"]
    assert answer.repository is not None
    assert answer.repository.facts.default_branch == "main"
    assert not answer.repository.missing_fields


async def test_field_that_the_token_may_not_see_is_not_repeated(start: Start) -> None:
    shy = node("octo/hello", latestRelease=None, errors=[{"path": ["latestRelease"], "type": "FORBIDDEN"}])
    run = start(GitHub({"octo/hello": shy}))
    answer = (await run.check(f"{HOME}/octo/hello"))[f"{HOME}/octo/hello"]
    assert run.github.sizes == [1]
    assert answer.repository is not None
    assert answer.repository.missing_fields == {"latest_release"}


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


LIMITS = [
    recorded("graphql-rate-limited.json", x_ratelimit_remaining="0", x_ratelimit_reset=str(DATE_EPOCH + 30)),
    recorded("graphql-rate-limit.json", x_ratelimit_remaining="4979"),
    recorded("rest-secondary-limit.json", 403, retry_after="31"),
    recorded("rest-secondary-limit.json", 429),
]


@pytest.mark.parametrize(("limit", "pause"), list(zip(LIMITS, [31, 60, 31, 60], strict=True)))
async def test_limit_is_waited_for_and_nothing_is_lost(start: Start, limit: Response, pause: float) -> None:
    run = start(GitHub({"octo/hello": node("octo/hello")}, faults=[limit]))
    assert len(await run.check(f"{HOME}/octo/hello")) == 1
    assert run.waits == [pause]
    assert run.checker.obstacles == ()


@pytest.mark.parametrize("limit", LIMITS)
async def test_wait_beyond_the_patience_ends_the_requests(start: Start, limit: Response) -> None:
    urls, repositories = many(120)
    run = start(GitHub(repositories, faults=[limit] * 9), patience=timedelta(seconds=5))
    assert await run.check(*urls) == {}
    assert run.waits == []
    assert len(run.github.requests) <= 2, "those under way at once"
    assert [o for o in run.checker.obstacles if "--patience" in o.hint]


async def test_rejected_token_ends_the_requests_and_is_not_shown(start: Start) -> None:
    urls, _ = many(200)
    run = start(GitHub(faults=[response({"message": "Bad credentials: ghp_secret"}, 401)] * 9))
    assert await run.check(*urls) == {}
    assert len(run.github.requests) <= 2
    (obstacle,) = run.checker.obstacles
    assert "token" in obstacle.what
    assert "ghp_secret" not in repr(run.checker.obstacles)
    assert "GITHUB_TOKEN" in obstacle.hint


async def test_where_graphql_is_refused_rest_responds(start: Start) -> None:
    repository_, meta = {"full_name": "octo/hello", "id": 1}, {"verifiable_password_authentication": True}
    rest = {"/repos/octo/hello": response(repository_), "/meta": response(meta)}
    refusal = response({"errors": [{"message": "Not allowed"}]})
    run = start(GitHub(faults=[refusal], rest=rest))
    found = await run.check(f"{HOME}/octo/hello", f"{HOME}/octo/gone")
    verdicts = {url.rpartition("/")[2]: one.verdict for url, one in found.items()}
    assert verdicts == {"hello": Verdict.ALIVE, "gone": Verdict.DEAD}
    assert "Not allowed" in run.checker.obstacles[0].what


async def test_address_without_any_api_kills_nothing(start: Start) -> None:
    refusal = response({"message": "Not Found"}, 404)
    run = start(GitHub(faults=[refusal], rest={"/meta": response({"message": "Not Found"}, 404)}))
    assert await run.check(f"{HOME}/octo/hello") == {}
    assert "Not Found" in run.checker.obstacles[0].what


async def test_fields_that_an_old_server_lacks_are_left_out(start: Start) -> None:
    lacks = ("archivedAt", "discussion")
    errors = [{"message": f"Field '{one}' doesn't exist on type 'Repository'"} for one in lacks]
    old = {name: value for name, value in node("octo/hello").items() if name != "archivedAt"}
    github = GitHub({"octo/hello": old}, faults=[response({"errors": errors})])
    run = start(github)
    discussion = f"{HOME}/octo/hello/discussions/7"
    found = await run.check(f"{HOME}/octo/hello", discussion)
    update = found[f"{HOME}/octo/hello"].repository
    assert update is not None
    assert "archived_at" in update.missing_fields
    assert update.facts.stars == 3000
    assert run.deferred == [discussion]
    assert run.checker.obstacles == ()


TROUBLES = [
    recorded("unicorn.html", 500),
    Response(200, {}, b'{"data"'),
    FetchError(ErrorKind.REFUSED, "refused"),
    recorded("bad-gateway.html", 502),
    FetchError(ErrorKind.TIMEOUT, "no answer within 20 seconds"),
]


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_passing_trouble_costs_nothing_but_time(start: Start, trouble: Response | FetchError) -> None:
    urls, repositories = many(10)
    run = start(GitHub(repositories, faults=[trouble]))
    assert len(await run.check(*urls)) == 10
    assert run.checker.obstacles == ()


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_lasting_trouble_ends_the_requests_and_kills_nothing(
    start: Start,
    trouble: Response | FetchError,
) -> None:
    urls, repositories = many(1000)
    run = start(GitHub(repositories, faults=[trouble] * 999))
    assert await run.check(*urls) == {}
    assert len(run.github.requests) <= 8
    assert "trouble" in run.checker.obstacles[0].what
    assert run.deferred == []


@pytest.mark.parametrize(
    "location",
    [
        "https://evil.example/users/nobody",
        "//evil.example/",
        "\\\\evil.example\\",
        "https:\\\\evil.example\\@api.github.com/",
        "https://api.github.com@evil.example/",
        "https://api.github.com\\@evil.example/",
        "https://api.github.com:8443/",
        "https://[::",
    ],
)
async def test_the_token_goes_to_the_api_alone(start: Start, location: str) -> None:
    away = Response(301, {"location": location})
    run = start(GitHub(rest={"/users/nobody": away}, owners=["octocat"]))
    await run.check(f"{HOME}/nobody", f"{HOME}/octocat")
    assert hosts(run.github) == {"api.github.com"}
    assert all(str(r.url).startswith(API) for r in run.github.requests)


async def test_redirect_in_circles_or_to_plain_http_is_not_followed(start: Start) -> None:
    around = Response(301, {"location": f"{API}/users/nobody"})
    plain = Response(301, {"location": "http://api.github.com/users/plain"})
    nowhere = Response(301, {"location": "https://:0/"})
    run = start(GitHub(rest={"/users/nobody": around, "/users/plain": plain, "/users/nowhere": nowhere}))
    assert await run.check(f"{HOME}/nobody", f"{HOME}/plain", f"{HOME}/nowhere") == {}
    assert len(run.github.rest_paths) == 5
    assert run.checker.obstacles


async def test_requests_name_the_version_of_the_api(start: Start) -> None:
    run = start(GitHub())
    await run.check(f"{HOME}/nobody")
    assert {r.headers["x-github-api-version"] for r in run.github.requests} == {"2022-11-28"}
    assert all("accept" in r.headers for r in run.github.requests)


async def test_results_come_one_by_one_and_an_early_end_is_clean(start: Start) -> None:
    urls, repositories = many(500)
    run = start(GitHub(repositories))
    stream = run.checker.check(closed_queue(*map(task, urls)))
    first = await anext(stream)
    await stream.aclose()
    assert isinstance(first, Observation)
    assert first.verdict is Verdict.ALIVE
    assert len(run.github.requests) < 10


async def test_end_while_github_is_thinking_leaves_no_request(start: Start) -> None:
    thinking: list[str] = []

    class Thinks(GitHub):
        async def __call__(self, request: httpx.Request) -> Outcome:
            thinking.append(str(request.url))
            try:
                if self.requests:
                    await asyncio.Event().wait()
                return await super().__call__(request)
            finally:
                thinking.pop()

    urls, repositories = many(500)
    stream = start(Thinks(repositories)).checker.check(closed_queue(*map(task, urls)))
    await anext(stream)
    await stream.aclose()
    assert thinking == []


async def test_an_account_that_graphql_says_is_not_there_is_dead(start: Start) -> None:
    missing = response({"data": {"r0": None}, "errors": [{"type": "NOT_FOUND", "path": ["r0"]}]})
    run = start(GitHub(faults=[missing]))
    assert (await run.check(f"{HOME}/nobody"))[f"{HOME}/nobody"].verdict is Verdict.DEAD
    assert run.github.rest_paths == []


@pytest.mark.parametrize(
    ("url", "claimed"),
    [(ALPA, True), (f"{HOME}/topics/llm", False), ("https://example.org/a/b", False)],
)
async def test_checker_claims_what_the_api_knows(start: Start, url: str, *, claimed: bool) -> None:
    assert start(GitHub()).checker.claims(url) is claimed


async def test_issue_that_became_a_discussion_is_alive(start: Start) -> None:
    found = {"url": f"{HOME}/octo/hello/discussions/10"}
    run = start(GitHub({"octo/hello": node("octo/hello", **{"discussion 10": found})}))
    link = f"{HOME}/octo/hello/issues/10"
    assert (await run.check(link))[link].verdict is Verdict.ALIVE


async def test_4xx_to_a_batch_costs_its_one_bad_item_alone(start: Start) -> None:
    urls, repositories = many(8)
    github = _Rejecting(repositories, poison="r5", rest={"/repos/octo/r5": response({}, 404)})
    run = start(github)
    observations = await run.check(*urls)
    assert {url for url, found in observations.items() if found.verdict is Verdict.ALIVE} == {
        url for url in urls if not url.endswith("r5")
    }
    assert run.checker.obstacles == ()


@dataclass
class _Rejecting(GitHub):
    """Rejects every batch with one repository in it."""

    poison: str = ""

    async def __call__(self, request: httpx.Request) -> Outcome:
        if f'"{self.poison}"'.encode() in request.content:
            self.requests.append(request)
            return response({"message": "Problems parsing JSON"}, 400)
        return await super().__call__(request)
