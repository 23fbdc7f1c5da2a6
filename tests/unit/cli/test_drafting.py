"""What can be written is written while the network is waited for, and nobody can tell it from the outputs."""

import asyncio
from dataclasses import dataclass

from lmsys_enrich.cli.drafting import Drafting
from lmsys_enrich.outputs.registry import render_all
from tests.builders import finding, rendered, report
from tests.fakes import FakeClock

_REPORT = report(*(finding(f"https://a.example/{number}") for number in range(100)))


@dataclass
class _Passing(FakeClock):
    """While somebody sleeps, others do what they have to."""

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds)
        await asyncio.sleep(0)


async def _let_pass(scheduler: int) -> None:
    for _ in range(scheduler):
        await asyncio.sleep(0)


async def test_drafts_are_made_where_there_is_little_else_to_do() -> None:
    drafting = Drafting(_Passing(), worked=lambda: 0.0)
    async with drafting.of(_REPORT):
        while drafting.drafts is None:
            await _let_pass(1)
        await _let_pass(50)
    assert drafting.drafts.make(1000) == 0  # none is left to make
    assert {name: str(text) for name, text in render_all(_REPORT, drafting.drafts).items()} == rendered(
        _REPORT
    )
    drafting.close()


async def test_who_has_nothing_else_to_do_is_soon_done_with_a_thousand() -> None:
    clock = _Passing()
    drafting = Drafting(clock, worked=lambda: 0.0)
    async with drafting.of(report(*(finding(f"https://a.example/{number}") for number in range(1000)))):
        while drafting.drafts is None:
            await _let_pass(1)
        began = len(clock.slept)
        while max(clock.slept) < 0.1:  # it looks up seldom when nothing is left
            await _let_pass(1)
        waited = sum(clock.slept[began:-1])
    assert drafting.drafts.make(1) == 0
    assert waited < 0.2
    drafting.close()


async def test_while_the_network_keeps_us_busy_none_is_made() -> None:
    clock = _Passing()
    drafting = Drafting(clock, worked=clock.monotonic)
    async with drafting.of(_REPORT):
        await _let_pass(200)
    assert drafting.drafts is None
    drafting.close()
