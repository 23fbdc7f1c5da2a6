"""Time budget: never more of GitHub's time in any minute than it grants, and little of it unused."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from lmsys_enrich.api.rate_limiter import RateLimiter
from lmsys_enrich.http.messages import RequestKind
from tests.fakes import NIGHT

_MINUTE, _ALLOWED, _AT_ONCE = 60.0, 50.0, 2
Span = tuple[float, float]


@dataclass
class SharedClock:
    """Several sleep at once, and time passes when all of them do."""

    run_time: datetime = NIGHT
    elapsed: float = 0.0
    sleepers: list[tuple[float, asyncio.Event]] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.elapsed

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.Event()
        self.sleepers.append((self.elapsed + seconds, woken))
        await woken.wait()

    async def run(self, *acts: asyncio.Task[None]) -> None:
        """Let time pass until all is done."""
        while not all(act.done() for act in acts):
            for _ in range(5):  # all that were woken come to rest
                await asyncio.sleep(0)
            if self.sleepers:
                self.sleepers.sort(key=lambda sleeper: sleeper[0])
                self.elapsed, woken = self.sleepers.pop(0)
                woken.set()


async def spans_of(lengths: Sequence[float]) -> list[Span]:
    """When each of many questions began and ended, all of which want to begin at once."""
    clock, spans = SharedClock(), list[Span]()
    rate_limiter = RateLimiter(clock, timedelta(0), api="GitHub", status_page="")

    async def request(length: float) -> None:
        async with rate_limiter.acquire(RequestKind.GRAPHQL) as is_open:
            assert is_open
            began = clock.elapsed
            await clock.sleep(length)
        spans.append((began, clock.elapsed))

    await clock.run(*[asyncio.create_task(request(length)) for length in lengths])
    return spans


def within(spans: Sequence[Span], end: float) -> float:
    """How much of GitHub's time lies in the minute before."""
    return sum(max(0.0, min(to, end) - max(since, end - _MINUTE)) for since, to in spans)


def shortest(lengths: Sequence[float]) -> float:
    """The time that it takes if the allowance is used up as soon as it can be: as each minute begins."""
    minutes, rest = divmod(sum(lengths), _ALLOWED)
    return _MINUTE * minutes + rest / _AT_ONCE


observations = st.lists(st.floats(0.1, 6.0), min_size=20, max_size=150)


@settings(max_examples=30)
@given(observations)
@example([2.0] * 100)
@example([6.0, 0.1] * 60)
def test_nothing_begins_once_a_minute_holds_what_is_allowed(lengths: list[float]) -> None:
    spans = asyncio.run(spans_of(lengths))
    assert len(spans) == len(lengths)
    for began, _ in spans:
        assert within(spans, began) <= _ALLOWED + 1e-6
    for _, ended in spans:
        assert within(spans, ended) <= _ALLOWED + _AT_ONCE * max(lengths)


@settings(max_examples=30)
@given(observations)
def test_the_allowance_is_used(lengths: list[float]) -> None:
    spans = asyncio.run(spans_of(lengths))
    assert max(ended for _, ended in spans) <= 1.01 * shortest(lengths) + max(lengths)


async def test_request_need_not_wait_for_a_whole_response_to_leave() -> None:
    spans = await spans_of([2.2] * 103)
    assert max(ended for _, ended in spans) <= 1.01 * shortest([2.2] * 103)
