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
        await limiter.acquire("a.org")
    await limiter.acquire("b.org")
    assert clock.slept == [2.0, 2.0]


async def test_paused_host_gets_nothing_until_then() -> None:
    clock = FakeClock()
    limiter = HostLimiter(clock)
    limiter.pause("a.org", 30.0)
    limiter.pause("a.org", 10.0)
    await limiter.acquire("a.org")
    assert clock.slept == [30.0]


async def test_tripped_host_is_not_waited_for() -> None:
    clock = FakeClock()
    limiter = HostLimiter(clock)
    limiter.pause("a.org", 30.0)
    limiter.trip("a.org", "given up")
    await limiter.acquire("a.org")
    assert (clock.slept, limiter.tripped_by("a.org")) == ([], "given up")


def test_third_failure_in_a_row_breaks_the_circuit() -> None:
    limiter = HostLimiter(FakeClock())
    for outcome in (_DOWN, _DOWN, Response(500, {}), _DOWN, _DOWN):
        limiter.record("a.org", outcome)
    assert limiter.tripped_by("a.org") is None
    limiter.record("a.org", _DOWN)
    assert limiter.tripped_by("a.org") == "its host was given up after 3 failures in a row"
    assert limiter.tripped_by("b.org") is None
