"""Batch sizes: they grow while GitHub responds quickly, and shrink when it does not."""

from collections.abc import Callable

import pytest

from lmsys_enrich.checkers.github.batches import (
    BatchItem,
    BatchQuery,
    BatchResult,
    Job,
    batch_items,
    count_queries,
    run_batches,
)
from lmsys_enrich.checkers.github.links import parse_link
from tests.builders import task


def _items(repositories: int) -> list[BatchItem]:
    urls = [f"https://github.com/octo/r{number}" for number in range(repositories)]
    links = [(task(url), parse_link(url, "https://github.com")) for url in urls]
    return batch_items((asked, target) for asked, target in links if target is not None)


async def _sizes(repositories: int, answer: Callable[[int], BatchResult]) -> list[int]:
    """Return the sizes of the batches, where `answer` gives the result of each."""
    sizes: list[int] = []

    async def do(job: Job) -> BatchResult:
        assert isinstance(job, BatchQuery)
        sizes.append(len(job.items))
        return answer(len(job.items))

    async for _ in run_batches(_items(repositories), do):
        pass
    assert sum(sizes) >= repositories
    return sizes


async def test_batch_grows_while_responses_are_quick_up_to_one_point() -> None:
    sizes = await _sizes(2000, lambda size: BatchResult(completed=size, seconds=1.0))
    assert (sizes[0], max(sizes)) == (50, 100)
    assert len(sizes) <= 24


@pytest.mark.parametrize("repositories", [0, 1, 101, 251, 600, 2000])
async def test_plan_counts_the_queries_of_a_run(repositories: int) -> None:
    sizes = await _sizes(repositories, lambda size: BatchResult(completed=size, seconds=1.0))
    assert count_queries(_items(repositories)) == len(sizes)


async def test_a_batch_neither_grows_nor_shrinks_at_a_middling_pace() -> None:
    assert await _sizes(500, lambda size: BatchResult(completed=size, seconds=4.0)) == [50] * 10


async def test_batch_shrinks_when_responses_get_slow() -> None:
    sizes = await _sizes(500, lambda size: BatchResult(completed=size, seconds=size / 8))
    assert sizes[0] == 50
    assert max(sizes[4:]) < 40


async def test_after_a_batch_too_large_none_exceeds_its_half() -> None:
    def answer(size: int) -> BatchResult:
        return BatchResult(too_large=size) if size > 40 else BatchResult(completed=size, seconds=0.1)

    sizes = await _sizes(500, answer)
    assert max(sizes[2:]) == 25


async def test_a_batch_never_shrinks_to_nothing() -> None:
    sizes = await _sizes(300, lambda size: BatchResult(completed=size, seconds=9.0))
    assert min(sizes[:-1]) >= 10
