"""Every form in which GitHub's API fails means what GitHub's documentation says."""

import pytest

from lmsys_enrich.api.json_values import node as json_node
from lmsys_enrich.api.results import (
    Classified,
    Ok,
    QueryTooLarge,
    RateLimited,
    Refused,
    TokenRejected,
    TransientError,
)
from lmsys_enrich.checkers.github.responses import (
    classify_graphql,
    classify_rest,
    error_type,
    pause_until,
    seconds_until_reset,
)
from lmsys_enrich.http.messages import ErrorKind, FetchError, Outcome, Response
from tests.unit.checkers.github.api_double import DATE, DATE_EPOCH, recorded, response

IN_TEN_MINUTES = str(DATE_EPOCH + 600)
USED_UP: dict[str, str] = {"x_ratelimit_remaining": "0", "x_ratelimit_reset": IN_TEN_MINUTES}
REJECTED = recorded("rest-bad-credentials.json", 401, x_ratelimit_limit="0", x_ratelimit_remaining="0")


@pytest.mark.parametrize(
    ("outcome", "pause", "is_primary"),
    [
        (recorded("rest-rate-limit.json", 403, **USED_UP), 601, True),
        (recorded("rest-rate-limit.json", 429, **USED_UP), 601, True),
        (recorded("rest-rate-limit.json", 403, x_ratelimit_remaining="0"), None, True),
        (recorded("rest-secondary-limit.json", 403, retry_after="30"), 30, False),
        (recorded("rest-secondary-limit.json", 429, retry_after="30", **USED_UP), 30, False),
        (recorded("rest-secondary-limit.json", 403), None, False),
        (response({"message": "slow down"}, 429), None, False),
        (response({"message": "You have triggered an abuse detection mechanism."}, 403), None, False),
    ],
)
def test_limit_is_alike_in_rest_and_graphql(
    outcome: Response, pause: float | None, *, is_primary: bool
) -> None:
    for read in (classify_rest, classify_graphql):
        reading = read(outcome)
        assert isinstance(reading, RateLimited)
        assert (reading.pause, reading.is_primary) == (pause, is_primary)


@pytest.mark.parametrize(
    ("outcome", "pause", "is_primary"),
    [
        (recorded("graphql-rate-limited.json", **USED_UP), 601, True),
        (recorded("graphql-rate-limit.json", **USED_UP), 601, True),
        # With points remaining the reset is not that of the limit that was met.
        (recorded("graphql-rate-limit.json", x_ratelimit_remaining="4979"), None, False),
        (recorded("rest-secondary-limit.json"), None, False),
        (
            response({"data": None, "errors": [{"message": "You have exceeded a secondary rate limit."}]}),
            None,
            False,
        ),
        (response({"errors": [{"code": "graphql_rate_limit"}]}, retry_after="5"), 5, False),
    ],
)
def test_a_limit_in_a_graphql_answer_of_status_200_is_a_limit(
    outcome: Response, pause: float | None, *, is_primary: bool
) -> None:
    reading = classify_graphql(outcome)
    assert isinstance(reading, RateLimited)
    assert (reading.pause, reading.is_primary) == (pause, is_primary)


@pytest.mark.parametrize(
    "outcome",
    [
        recorded("graphql-timeout.json", 502),
        recorded("graphql-timeout.json", 200),
        recorded("bad-gateway.html", 502),
        recorded("bad-gateway.html", 504),
        recorded("graphql-resource-limits.json").__class__(
            200, {}, b'{"data":null,"errors":[{"type":"RESOURCE_LIMITS_EXCEEDED","message":"limits"}]}'
        ),
        response({"errors": [{"message": "Timeout on validation of query"}]}),
        response({"message": "We couldn't respond to your request in time."}, 504),
        FetchError(ErrorKind.TIMEOUT, "no answer"),
        FetchError(ErrorKind.RESET, "hung up"),
    ],
)
def test_query_that_is_too_large_is_divided(outcome: Outcome) -> None:
    assert isinstance(classify_graphql(outcome), QueryTooLarge)


@pytest.mark.parametrize(
    "outcome",
    [
        recorded("unicorn.html", 500),
        recorded("unicorn.html", 503),
        recorded("unicorn.html", 200),
        Response(200, {}, b'{"data": {"r0": {'),
        Response(200, {}, b'{"data": {"r0": {}}}', whole=False),
        Response(200, {}, b"[" * 100_000),
        response({}),
        response({"data": None}),
        recorded("bad-gateway.html", 404),
        FetchError(ErrorKind.NAME_UNKNOWN, "no such host"),
        FetchError(ErrorKind.REFUSED, "refused"),
        FetchError(ErrorKind.TLS, "expired"),
    ],
)
def test_what_github_cannot_have_meant_may_pass(outcome: Outcome) -> None:
    assert isinstance(classify_graphql(outcome), TransientError)


@pytest.mark.parametrize("read", [classify_rest, classify_graphql])
def test_a_rejected_token_is_not_taken_for_a_used_up_quota(read: object) -> None:
    reading: Classified = classify_rest(REJECTED) if read is classify_rest else classify_graphql(REJECTED)
    assert reading == TokenRejected("Bad credentials")


@pytest.mark.parametrize(
    "outcome",
    [
        response({"errors": [{"message": 'Parse error on "}" (RCURLY) at [1, 1]'}]}),
        response({"message": "This endpoint requires you to be authenticated."}),
        recorded("rest-not-found.json", 404),
        response({}, 302),
    ],
)
def test_queries_that_github_rejects_close_the_api(outcome: Response) -> None:
    assert isinstance(classify_graphql(outcome), Refused)


@pytest.mark.parametrize("status", [400, 403, 413, 414, 422, 431])
def test_4xx_divides_the_batch(status: int) -> None:
    assert classify_graphql(response({"message": "Problems parsing JSON"}, status)) == QueryTooLarge(
        "Problems parsing JSON"
    )


@pytest.mark.parametrize("header", ["retry_after", "x_ratelimit_reset", "x_ratelimit_remaining"])
def test_number_with_4300_digits_is_ignored(header: str) -> None:
    outcome = response({"message": "secondary rate limit"}, 403, **{header: "9" * 5000})
    assert classify_rest(outcome) == RateLimited("secondary rate limit", None, is_primary=False)


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (recorded("rest-dmca.json", 451), 451),
        (recorded("rest-tos.json", 403), 403),
        (recorded("rest-tos.json", 403, **USED_UP), 403),
        (recorded("rest-not-found.json", 404), 404),
        (recorded("rest-moved.json", 301), 301),
        (Response(301, {}), 301),
        (response({"message": "Git Repository is empty."}, 409), 409),
        (response({"message": "Resource protected by organization SAML enforcement."}, 403), 403),
    ],
)
def test_an_answer_of_rest_is_an_answer_whatever_its_status(outcome: Response, status: int) -> None:
    reading = classify_rest(outcome)
    assert isinstance(reading, Ok)
    assert reading.status == status


@pytest.mark.parametrize(
    "body",
    [
        {
            "data": {"r0": {"nameWithOwner": "a/b"}, "r1": None},
            "errors": [{"type": "RATE_LIMITED", "path": ["r1"]}],
        },
        {"data": {"r0": None}},
        {"data": {"rateLimit": {"cost": 1}, "r0": None}, "errors": [{"type": "NOT_FOUND", "path": ["r0"]}]},
    ],
)
def test_good_aliases_are_kept_whatever_became_of_the_others(body: object) -> None:
    assert isinstance(classify_graphql(response(body)), Ok)


@pytest.mark.parametrize(
    "error",
    [{"type": "X"}, {"extensions": {"type": "X"}}, {"extensions": {"code": "X"}}, {"code": "X"}],
)
def test_the_type_of_an_error_is_found_wherever_github_writes_it(error: dict[str, object]) -> None:
    assert error_type(json_node(error)) == "X"


@pytest.mark.parametrize(
    ("headers", "rate_limit", "pause"),
    [
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": IN_TEN_MINUTES, "date": DATE}, {}, 601),
        (
            {"x-ratelimit-remaining": "5", "x-ratelimit-reset": IN_TEN_MINUTES, "date": DATE},
            {"remaining": 0},
            None,
        ),
        ({"date": DATE}, {"remaining": 0, "resetAt": "2026-11-23T02:01:00Z"}, 61),
        ({"date": DATE}, {"remaining": 1, "resetAt": "2026-11-23T02:01:00Z"}, None),
        ({"date": DATE}, {}, None),
    ],
)
def test_used_up_quota_is_noticed_before_github_refuses(
    headers: dict[str, str], rate_limit: dict[str, object], pause: float | None
) -> None:
    assert seconds_until_reset(headers, rate_limit) == pause


@pytest.mark.parametrize("date", ["", "yesterday"])
def test_a_reset_is_not_measured_by_our_own_clock(date: str) -> None:
    assert pause_until(DATE_EPOCH + 600, {"date": date}) is None


def test_a_reset_in_the_past_is_over_at_once() -> None:
    assert pause_until(DATE_EPOCH - 600, {"date": DATE}) == 1
