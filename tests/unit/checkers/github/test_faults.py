"""Failures of GitHub's API: they cost time and facts, never a link."""

import json
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest

from lmsys_enrich.http.messages import ErrorKind, FetchError, Outcome, Response
from lmsys_enrich.model.finding import Verdict
from tests.unit.checkers.github.api_double import (
    DATE_EPOCH,
    HOME,
    UNAVAILABLE,
    GitHub,
    many,
    node,
    path_of,
    recorded,
    response,
)
from tests.unit.checkers.github.conftest import Start


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
    assert "failing" in run.checker.obstacles[0].what
    assert run.deferred == []


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
