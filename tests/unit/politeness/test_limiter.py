"""Host limiter: spacing, Retry-After, circuit breaker."""

from lmsys_enrich.http.messages import ErrorKind, FetchError, Response
from lmsys_enrich.politeness.limiter import HostLimiter
from tests.fakes import FakeClock

_DOWN = FetchError(ErrorKind.REFUSED, "refused")


async def test_requests_to_a_host_are_spaced() -> None:
    clock = FakeClock()
    limiter = HostLimiter(clock)
    limiter.space("a.org", 2.0)
    for _ in range(3):
        await limiter.acquire("a.org", "https")
    await limiter.acquire("b.org", "https")
    assert clock.slept == [2.0, 2.0]


async def test_paused_host_gets_nothing_until_then() -> None:
    clock = FakeClock()
    limiter = HostLimiter(clock)
    limiter.pause("a.org", 30.0)
    limiter.pause("a.org", 10.0)
    await limiter.acquire("a.org", "https")
    assert clock.slept == [30.0]


async def test_tripped_host_is_not_waited_for() -> None:
    clock = FakeClock()
    limiter = HostLimiter(clock)
    limiter.pause("a.org", 30.0)
    limiter.trip("a.org", "given up")
    await limiter.acquire("a.org", "https")
    assert (clock.slept, limiter.tripped_by("a.org", "https")) == ([], "given up")


async def test_left_host_is_remembered_only_for_what_it_did() -> None:
    clock = FakeClock()
    limiter = HostLimiter(clock)
    limiter.pause("paused.org", 30.0)
    limiter.trip("down.org", "given up")
    for _ in range(2):
        limiter.record("failing.org", "https", _DOWN)
    for host in ("paused.org", "down.org", "failing.org", "unknown.org"):
        limiter.leave(host)
    await limiter.acquire("paused.org", "https")
    limiter.record("failing.org", "https", _DOWN)
    assert clock.slept == [30.0]
    assert limiter.tripped_by("down.org", "https") == "given up"
    assert limiter.tripped_by("failing.org", "https") is not None


def test_third_failure_in_a_row_breaks_the_circuit() -> None:
    limiter = HostLimiter(FakeClock())
    for outcome in (_DOWN, _DOWN, Response(500, {}), _DOWN, _DOWN):
        limiter.record("a.org", "https", outcome)
    assert limiter.tripped_by("a.org", "https") is None
    limiter.record("a.org", "https", _DOWN)
    assert limiter.tripped_by("a.org", "https") == "no more requests to its host after 3 failures in a row"
    assert limiter.tripped_by("b.org", "https") is None


def test_host_without_http_is_not_given_up_over_https() -> None:
    limiter = HostLimiter(FakeClock())
    for _ in range(3):
        limiter.record("a.org", "http", _DOWN)
    assert limiter.tripped_by("a.org", "http") is not None
    assert limiter.tripped_by("a.org", "https") is None
