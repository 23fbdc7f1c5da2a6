"""Without a token the quota goes to the oldest facts, and pages prove the rest."""

from datetime import timedelta

import httpx
import pytest

from lmsys_enrich.checkers.github.anonymous import advice
from lmsys_enrich.checkers.github.checker import estimate
from lmsys_enrich.http.messages import ErrorKind, FetchError, Outcome, Response
from lmsys_enrich.model.finding import Verdict
from tests.builders import finding, repository, task
from tests.fakes import NIGHT
from tests.unit.checkers.github.api_double import (
    API,
    DATE_EPOCH,
    HOME,
    WITHOUT_TOKEN,
    path_of,
    recorded,
    response,
)
from tests.unit.checkers.github.conftest import Start

HEAD = [{"commit": {"committer": {"date": "2026-11-01T00:00:00Z"}}}]


class Rest:
    """GitHub's REST with a quota: every repository is there but those in `fates`."""

    def __init__(self, quota: int = 60, fates: dict[str, Outcome] | None = None) -> None:
        self.left, self.fates = quota, fates or {}
        self.paths: list[str] = []

    async def __call__(self, request: httpx.Request) -> Outcome:
        assert "authorization" not in request.headers
        path = path_of(request)
        self.paths.append(path)
        reset = str(DATE_EPOCH + 3600)
        if not self.left:
            return recorded("rest-rate-limit.json", 403, x_ratelimit_remaining="0", x_ratelimit_reset=reset)
        self.left -= 1
        if path == "/meta":
            return response({"verifiable_password_authentication": True})
        if path in self.fates:
            return self.fates[path]
        quota = {"x_ratelimit_remaining": str(self.left), "x_ratelimit_reset": reset}
        if path.endswith("/commits?per_page=1"):
            return response(HEAD, 200, **quota)
        if path.endswith("/releases/latest"):
            return response({"tag_name": "v1", "published_at": "2026-10-01T00:00:00Z"}, 200, **quota)
        name = path.removeprefix("/repos/")
        return response({"full_name": name, "id": 1, "stargazers_count": 5, "license": None}, 200, **quota)


def urls(count: int) -> list[str]:
    return [f"{HOME}/octo/r{number}" for number in range(count)]


async def test_small_list_gets_all_its_facts_from_rest(start: Start) -> None:
    run = start(Rest(), WITHOUT_TOKEN)
    observations = await run.check(*urls(4))
    assert len(observations) == 4
    for answer in observations.values():
        assert answer.verdict is Verdict.ALIVE
        assert answer.repository is not None
        facts = answer.repository.facts
        assert (facts.stars, facts.empty) == (5, False)
        assert facts.last_commit is not None
        assert facts.latest_release is not None
    assert run.deferred == []
    assert len(run.github.paths) == 12
    assert run.checker.obstacles == ()


async def test_repositories_beyond_the_quota_are_deferred(start: Start) -> None:
    run = start(Rest(), WITHOUT_TOKEN)
    observations = await run.check(*urls(100))
    assert len(observations) == 100
    assert len(run.github.paths) == 60
    assert len(run.deferred) == 40
    assert all(observations[url].repository is None for url in run.deferred)
    (obstacle,) = run.checker.obstacles
    assert "40 repositories" in obstacle.what
    assert "GITHUB_TOKEN" in obstacle.hint
    assert run.clock.slept.count(0.0) == len(run.clock.slept), "an hour is not waited for"


async def test_each_repository_comes_before_anyones_last_commit(start: Start) -> None:
    run = start(Rest(quota=5), WITHOUT_TOKEN)
    observations = await run.check(*urls(4))
    assert all(answer.repository is not None for answer in observations.values())
    assert sum("commits" in path for path in run.github.paths) == 1
    update = observations[urls(4)[3]].repository
    assert update is not None
    assert "last_commit" in update.missing_fields


async def test_repositories_with_the_oldest_facts_come_first(start: Start) -> None:
    new, old, never = urls(3)
    run = start(Rest(quota=2), WITHOUT_TOKEN)
    observations = await run.check(
        task(new, finding(new, repository=repository(fetched_at=NIGHT))),
        task(old, finding(old, repository=repository(fetched_at=NIGHT - timedelta(days=9)))),
        task(never, finding(never)),
    )
    assert run.github.paths == ["/repos/octo/r2", "/repos/octo/r1"]
    assert run.deferred == [new]
    assert len(observations) == 3


@pytest.mark.parametrize("repositories", [0, 1, 4, 20, 29, 31, 59, 60, 100])
async def test_plan_counts_the_requests_of_a_run(start: Start, repositories: int) -> None:
    run = start(Rest(), WITHOUT_TOKEN)
    await run.check(*urls(repositories))
    (api,) = estimate(urls(repositories), WITHOUT_TOKEN).apis
    assert api.requests == len(run.github.paths)


async def test_resources_of_a_repository_are_deferred(start: Start) -> None:
    run = start(Rest(), WITHOUT_TOKEN)
    links = [f"{HOME}/octo/r0", f"{HOME}/octo/r0/wiki", f"{HOME}/octo/r0/issues/1", f"{HOME}/octocat"]
    observations = await run.check(*links)
    assert sorted(run.deferred) == sorted([links[2], links[3]])
    assert len(observations) == 4
    assert run.checker.obstacles == ()


async def test_a_renamed_repository_is_followed_at_the_api(start: Start) -> None:
    moved = Response(301, {"location": f"{API}/repositories/1000"}, recorded("rest-moved.json").body)
    fates: dict[str, Outcome] = {
        "/repos/octo/old": moved,
        "/repositories/1000": recorded("rest-repository.json"),
    }
    run = start(Rest(fates=fates), WITHOUT_TOKEN)
    answer = (await run.check(f"{HOME}/octo/old"))[f"{HOME}/octo/old"]
    assert (answer.verdict, answer.final_url) == (
        Verdict.MOVED,
        f"{HOME}/octokit-fixture-org/hello-world",
    )
    assert answer.repository is not None
    assert answer.repository.facts.renamed_from == "octo/old"


@pytest.mark.parametrize(
    ("body", "status"), [("rest-not-found.json", 404), ("rest-dmca.json", 451), ("rest-tos.json", 403)]
)
async def test_a_missing_or_blocked_repository_is_dead(start: Start, body: str, status: int) -> None:
    run = start(Rest(fates={"/repos/octo/gone": recorded(body, status)}), WITHOUT_TOKEN)
    answer = (await run.check(f"{HOME}/octo/gone"))[f"{HOME}/octo/gone"]
    assert (answer.verdict, answer.http_status) == (Verdict.DEAD, status)
    assert run.deferred == []


@pytest.mark.parametrize(
    "fate",
    [
        recorded("unicorn.html", 500),
        recorded("bad-gateway.html", 502),
        FetchError(ErrorKind.REFUSED, "refused"),
        response({"message": "who knows"}, 418),
        response({"message": "no block of ours", "block": None}, 403),
        response({"id": 1}),
    ],
)
async def test_where_the_api_has_trouble_the_page_decides(start: Start, fate: Outcome) -> None:
    run = start(Rest(fates={"/repos/octo/r0": fate}), WITHOUT_TOKEN)
    observations = await run.check(f"{HOME}/octo/r0")
    assert len(observations) == 1
    assert run.deferred == [f"{HOME}/octo/r0"]


async def test_empty_repository_is_known_to_have_no_last_commit(start: Start) -> None:
    empty = response({"message": "Git Repository is empty."}, 409, x_ratelimit_remaining="50")
    none = recorded("rest-not-found.json", 404, x_ratelimit_remaining="49")
    fates: dict[str, Outcome] = {
        "/repos/octo/r0/commits?per_page=1": empty,
        "/repos/octo/r0/releases/latest": none,
    }
    answer = (await start(Rest(fates=fates), WITHOUT_TOKEN).check(f"{HOME}/octo/r0"))[f"{HOME}/octo/r0"]
    assert answer.repository is not None
    facts, missing_fields = answer.repository.facts, answer.repository.missing_fields
    assert (facts.empty, facts.last_commit, facts.latest_release) == (True, None, None)
    assert not {"empty", "last_commit", "latest_release"} & missing_fields


@pytest.mark.parametrize(
    "fate", [response([], 200), response({"message": "no"}, 500), response([{"commit": None}])]
)
async def test_last_commit_that_rest_lacks_is_not_learned(start: Start, fate: Outcome) -> None:
    fates = {"/repos/octo/r0/commits?per_page=1": fate, "/repos/octo/r0/releases/latest": response({}, 500)}
    answer = (await start(Rest(fates=fates), WITHOUT_TOKEN).check(f"{HOME}/octo/r0"))[f"{HOME}/octo/r0"]
    assert answer.repository is not None
    assert "last_commit" in answer.repository.missing_fields


def test_advice_to_set_a_token_where_there_are_repositories() -> None:
    assert advice(0) is None
    words = advice(1234)
    assert words is not None
    assert "1,234 repositories" in words
    assert "GITHUB_TOKEN" in words
