"""Scheduler: the order of links, and the limit of each host."""

import asyncio
import tracemalloc
from itertools import groupby
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmsys_enrich.http.messages import ErrorKind, FetchError, Outcome, Response
from lmsys_enrich.model.finding import LinkTask, Verdict
from lmsys_enrich.politeness.scheduler import Lease, Scheduler, host_or_text
from tests.builders import finding

_GOOD = Response(200, {})


def _tasks(*urls: str) -> list[LinkTask]:
    return [LinkTask(url) for url in urls]


def _scheduler(tasks: list[LinkTask], *, per_host: int = 18, urgent_first: bool = False) -> Scheduler:
    """A scheduler whose hosts have proved that they bear `per_host` links at once."""
    scheduler = Scheduler(per_host=per_host, urgent_first=urgent_first)
    scheduler.add(tasks)
    for host in scheduler.queued():
        for _ in range(per_host):
            scheduler.record(host, _GOOD)
    return scheduler


def _taken(scheduler: Scheduler) -> list[str]:
    taken: list[str] = []
    while (lease := scheduler.take()) is not None:
        taken.append(lease.task.url)
    return taken


def test_longest_host_queue_comes_first_in_order() -> None:
    scheduler = _scheduler(_tasks("https://b/1", "https://a/1", "https://a/2", "https://a/3"), per_host=9)
    assert _taken(scheduler) == ["https://a/1", "https://a/2", "https://b/1", "https://a/3"]


def _one_after_the_other(scheduler: Scheduler) -> list[str]:
    taken, lease = [], scheduler.take()
    while lease is not None:
        taken.append(lease.task.url)
        scheduler.release(lease)
        lease = scheduler.take(after=lease)
    return taken


def test_worker_stays_until_half_of_the_longest_queue() -> None:
    urls = [f"https://{host}/{number}" for host in "ab" for number in range(20)]
    order = _one_after_the_other(_scheduler(_tasks(*urls), per_host=9))
    # Where no queue is longer than ten links, a worker stays for all of its host's.
    assert [host for host, _ in groupby(url[8] for url in order)] == ["a", "b", "a"]
    assert [url[8] for url in order].index("b") == 11  # nine of `a` are left, and twenty of `b`


def test_worker_stays_while_all_queues_are_short() -> None:
    urls = [f"https://{host}/{number}" for host in "ab" for number in range(6)]
    order = _one_after_the_other(_scheduler(_tasks(*urls), per_host=9))
    assert "".join(url[8] for url in order) == "aaaaaabbbbbb"


def test_worker_does_not_stay_before_urgent_links() -> None:
    urls = _tasks("https://a/1", "https://b/1", "https://a/2", "https://b/2")
    order = _one_after_the_other(_scheduler(urls, per_host=9, urgent_first=True))
    assert order == ["https://a/1", "https://b/1", "https://a/2", "https://b/2"]

    known = [*_tasks("https://a/1", "https://a/2", "https://a/3"), _failed("https://b/1")]
    assert _one_after_the_other(_scheduler(known, per_host=9))[0] == "https://b/1"


def test_worker_leaves_host_at_its_limit() -> None:
    scheduler = _scheduler(
        _tasks(*[f"https://a/{n}" for n in range(9)], "https://b/1", "https://b/2"), per_host=2
    )
    first, second, other = scheduler.take(), scheduler.take(), scheduler.take()
    assert first is not None
    assert second is not None
    assert other is not None
    scheduler.release(first)
    assert scheduler.take() is not None
    scheduler.release(other)
    following = scheduler.take(after=second)
    assert following is not None
    assert following.task.url == "https://b/2"


def test_urgent_first_keeps_the_order_added() -> None:
    scheduler = _scheduler(_tasks("https://b/1", "https://a/1", "https://a/2"), per_host=9, urgent_first=True)
    assert _taken(scheduler) == ["https://b/1", "https://a/1", "https://a/2"]


def _failed(url: str) -> LinkTask:
    return LinkTask(url, finding(url, Verdict.FAILING))


def test_links_that_failed_last_time_come_first() -> None:
    known = [*_tasks("https://a/1", "https://a/2", "https://a/3"), _failed("https://b/1")]
    assert _taken(_scheduler([*known, _failed("https://a/4")], per_host=9)) == [
        "https://a/4",
        "https://b/1",
        "https://a/1",
        "https://a/2",
        "https://a/3",
    ]


def test_urgent_first_ignores_past_failures() -> None:
    scheduler = _scheduler([*_tasks("https://a/1"), _failed("https://b/1")], per_host=9, urgent_first=True)
    assert _taken(scheduler) == ["https://a/1", "https://b/1"]


def test_silent_host_holds_only_its_own_slots() -> None:
    slow = [f"https://slow/{n}" for n in range(50)]
    quick = [f"https://quick/{n}" for n in range(20)]
    scheduler = _scheduler(_tasks(*slow, *quick), per_host=2)
    under_way = [scheduler.take() for _ in range(4)]
    assert scheduler.take() is None
    for _ in range(18):
        finished = next(q for q in under_way if q is not None and q.task.url.startswith("https://quick"))
        under_way.remove(finished)
        scheduler.release(finished)
        under_way.append(scheduler.take())
    assert sum(q is not None and q.task.url.startswith("https://slow") for q in under_way) == 2


def test_host_is_left_with_its_last_link() -> None:
    left: list[str] = []
    scheduler = Scheduler(per_host=2, leave=left.append)
    scheduler.add(_tasks("https://a/1", "https://a/2"))
    for expected in ([], ["a"]):
        lease = scheduler.take()
        assert lease is not None
        scheduler.release(lease)
        assert left == expected


def test_overload_of_a_host_is_remembered_after_its_last_link() -> None:
    scheduler = Scheduler(per_host=8)
    for number, host in enumerate(("https://a", "https://b")):
        scheduler.add([LinkTask(f"{host}/1")])
        lease = scheduler.take()
        assert lease is not None
        scheduler.record(host[-1], Response(429 if number else 200, {}))
        scheduler.release(lease)
    scheduler.add(_tasks(*[f"https://{host}/{number}" for host in "ab" for number in range(8)]))
    taken = _taken(scheduler)
    assert [sum(url.startswith(f"https://{host}") for url in taken) for host in "ab"] == [4, 2]


def test_hosts_take_little_memory() -> None:
    tasks = _tasks(*[f"https://{number % 2000}.example/{number}" for number in range(20_000)])
    for task in tasks:
        host_or_text(task.url)  # what a cache holds of it is not the scheduler's
    scheduler = Scheduler(per_host=10)
    tracemalloc.start()
    scheduler.add(tasks)
    waiting, _ = tracemalloc.get_traced_memory()
    while (lease := scheduler.take()) is not None:
        scheduler.release(lease)
    done, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert waiting < 2000 * 700
    assert done < 2000 * 250


def test_address_without_host_has_its_own_queue() -> None:
    assert _taken(_scheduler(_tasks("https://[::1", "https://a/1"), per_host=1)) == [
        "https://[::1",
        "https://a/1",
    ]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9)), unique=True, max_size=20), st.randoms())
def test_every_link_is_taken_once_in_any_order(links: list[tuple[str, int]], chance: Random) -> None:
    urls = [f"https://{host}/{number}" for host, number in links]
    scheduler = _scheduler(_tasks(*urls))
    taken: list[str] = []
    under_way: list[Lease] = []
    after = None
    while (lease := scheduler.take(after)) is not None:
        taken.append(lease.task.url)
        under_way.append(lease)
        if len(under_way) > 2:
            chance.shuffle(under_way)
            after = under_way.pop()
            scheduler.release(after)
    assert sorted(taken) == sorted(urls)


def _at_once(scheduler: Scheduler, host: str = "a") -> int:
    """How many links of a host are under way at once."""
    for number in range(50):
        scheduler.add([LinkTask(f"https://{host}/{number}")])
    return len(_taken(scheduler))


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([], 4),
        ([_GOOD] * 20, 8),
        ([Response(404, {})] * 20, 8),
        ([*[_GOOD] * 20, Response(429, {})], 4),
        ([*[_GOOD] * 20, Response(503, {})], 4),
        ([*[_GOOD] * 20, FetchError(ErrorKind.TIMEOUT, "")], 4),
        ([*[_GOOD] * 20, FetchError(ErrorKind.RESET, "")], 4),
        ([*[_GOOD] * 20, Response(429, {}), *[_GOOD] * 4], 4),
        ([*[_GOOD] * 20, Response(429, {}), *[_GOOD] * 7], 5),
        ([Response(429, {})] * 20, 1),
    ],
)
def test_limit_of_a_host_adapts(outcomes: list[Outcome], expected: int) -> None:
    scheduler = Scheduler(per_host=8)
    for outcome in outcomes:
        scheduler.record("a", outcome)
    assert _at_once(scheduler) == expected


def test_links_added_later_are_scheduled() -> None:
    scheduler = _scheduler(_tasks("https://a/1"))
    assert _taken(scheduler) == ["https://a/1"]
    scheduler.add(_tasks("https://b/1", "https://c/1", "https://c/2"))
    assert _taken(scheduler) == ["https://c/1", "https://b/1", "https://c/2"]


async def test_redirected_link_waits_for_a_slot_of_its_target() -> None:
    scheduler = Scheduler(per_host=1)
    scheduler.add(_tasks("https://a/1", "https://b/1"))
    first, second = scheduler.take(), scheduler.take()
    assert first is not None
    assert second is not None
    moving = asyncio.create_task(scheduler.move(first, "b"))
    await asyncio.sleep(0)
    assert not moving.done()
    scheduler.release(second)
    await moving
    assert first.host == "b"


async def test_hosts_that_redirect_to_each_other_do_not_deadlock() -> None:
    scheduler = Scheduler(per_host=1)
    scheduler.add(_tasks("https://a/1", "https://b/1"))
    first, second = scheduler.take(), scheduler.take()
    assert first is not None
    assert second is not None
    async with asyncio.timeout(5):
        await asyncio.gather(scheduler.move(first, "b"), scheduler.move(second, "a"))
    assert (first.host, second.host) == ("b", "a")


async def test_cancelled_move_leaves_the_slot_to_the_next() -> None:
    scheduler = Scheduler(per_host=1)
    scheduler.add(_tasks("https://a/1", "https://b/1", "https://c/1"))
    leases = [lease for lease in (scheduler.take(), scheduler.take(), scheduler.take()) if lease]
    holder, impatient, patient = leases
    waits = [asyncio.create_task(scheduler.move(lease, "a")) for lease in (impatient, patient)]
    await asyncio.sleep(0)
    waits[0].cancel()
    await asyncio.gather(waits[0], return_exceptions=True)
    scheduler.release(holder)
    await waits[1]
    assert patient.host == "a"
    scheduler.release(impatient)
    scheduler.release(patient)
    assert _at_once(scheduler) == 1
