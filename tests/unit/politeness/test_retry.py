"""Retry: how often, and after how long."""

import pytest

from lmsys_enrich.politeness.retry import retry
from tests.fakes import FakeClock


class _Attempts:
    def __init__(self, *outcomes: str) -> None:
        self.outcomes = list(outcomes)

    async def __call__(self) -> str:
        return self.outcomes.pop(0)


def _twice_as_long(outcome: str, tries: int) -> float | None:
    return None if outcome == "good" or tries > 3 else 2.0**tries


@pytest.mark.parametrize(
    ("outcomes", "stands", "slept"),
    [
        (["good"], "good", []),
        (["bad", "good"], "good", [2.0]),
        (["bad", "bad", "good"], "good", [2.0, 4.0]),
        (["bad", "bad", "bad", "worse"], "worse", [2.0, 4.0, 8.0]),
    ],
)
async def test_attempts_until_the_outcome_is_final(
    outcomes: list[str], stands: str, slept: list[float]
) -> None:
    clock, attempts = FakeClock(), _Attempts(*outcomes)
    assert await retry(attempts, _twice_as_long, clock.sleep) == stands
    assert (clock.slept, attempts.outcomes) == (slept, [])


@pytest.mark.parametrize("first", [[], ["bad"]])
async def test_exceptions_are_not_retried(first: list[str]) -> None:
    outcomes = list(first)

    async def attempt() -> str:
        if outcomes:
            return outcomes.pop()
        raise ValueError("a bug in lmsys-enrich")

    with pytest.raises(ValueError, match="a bug"):
        await retry(attempt, _twice_as_long, FakeClock().sleep)
