"""Cluster checker: links sent to workers, and the results that remain when workers or the cluster fail."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Collection, Iterable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field

import pytest

from lmsys_enrich.about import __version__
from lmsys_enrich.checkers.protocol import CheckError, CheckResult, TaskQueue
from lmsys_enrich.cluster.checker import ClusterChecker, ClusterError, WorkerError
from lmsys_enrich.cluster.wire import Call, Failed, Reply, decode_call, encode_reply
from lmsys_enrich.model.figures import HostTime
from lmsys_enrich.model.finding import LinkTask, Observation, Verdict
from lmsys_enrich.model.report import Obstacle
from lmsys_enrich.politeness.scheduler import host_or_text
from lmsys_enrich.politeness.stats import RequestStats
from lmsys_enrich.settings.settings import Settings
from tests.fakes import NIGHT, closed_queue

URLS = [f"https://h{number % 40}.example/{number}" for number in range(400)]
Behaviour = Callable[[str, Call], Reply]


def alive(worker: str, call: Call) -> Reply:
    observed = [Observation(task.url, Verdict.ALIVE, "200 OK") for task in call.tasks]
    return Reply(crawl=worker, observations=observed, requests=len(observed))


@dataclass
class FakeCluster:
    """
    Workers with a behaviour each; `lost` ones are gone, and a `broken` cluster does not answer.

    A reply takes so many `turns` of the event loop.
    """

    behaviours: dict[str, Behaviour]
    calls: dict[str, list[Call]] = field(default_factory=lambda: defaultdict(list))
    lost: set[str] = field(default_factory=set)
    broken: bool = False
    opened: int = 0
    turns: int = 0

    async def workers(self) -> Collection[str]:
        if self.broken:
            raise ClusterError("the cluster no longer answers")
        return [worker for worker in self.behaviours if worker not in self.lost]

    async def exchange(self, worker: str, message: bytes) -> bytes:
        call = decode_call(message)
        self.calls[worker].append(call)
        for _ in range(self.turns):
            await asyncio.sleep(0)
        if worker in self.lost or self.broken:
            raise WorkerError("it is gone")
        return encode_reply(Reply() if call.stops else self.behaviours[worker](worker, call))

    @asynccontextmanager
    async def open(self) -> AsyncGenerator["FakeCluster", None]:
        self.opened += 1
        yield self

    def sent(self, worker: str) -> set[str]:
        return {task.url for call in self.calls[worker] for task in call.tasks}


def checker(
    cluster: FakeCluster,
    stats: RequestStats | None = None,
    patience: float = 0.0,
    warn: Callable[[str], None] = print,
) -> ClusterChecker:
    return ClusterChecker(cluster.open, Settings(), NIGHT, stats or RequestStats(), warn, patience=patience)


async def results(checker: ClusterChecker, urls: Iterable[str] = URLS) -> list[CheckResult]:
    async with aclosing(checker.check(closed_queue(*map(LinkTask, urls)))) as stream:
        return [result async for result in stream]


def urls_of(found: Iterable[CheckResult]) -> list[str]:
    return sorted(one.url if isinstance(one, Observation) else one.task.url for one in found)


async def test_every_link_is_checked_once_by_the_worker_of_its_host() -> None:
    cluster, stats = FakeCluster({"w1": alive, "w2": alive}), RequestStats()
    assert urls_of(await results(checker(cluster, stats))) == sorted(URLS)
    first, second = ({host_or_text(url) for url in cluster.sent(worker)} for worker in ("w1", "w2"))
    assert not first & second
    assert stats.traffic(cached=0, seconds=0).web == len(URLS)


@pytest.mark.parametrize(
    ("url", "claimed"),
    [
        ("https://a.example/", True),
        ("mailto:a@a.example", False),
        ("https://docs.example/page", False),
        ("http://docs.example/page", False),
        ("https://wiki.example:8443/", False),
        ("https://wiki.example/", True),
    ],
)
def test_hosts_with_secret_headers_are_not_claimed(url: str, claimed: bool) -> None:
    secret = ("docs.example", "wiki.example:8443")
    under_test = ClusterChecker(
        FakeCluster({}).open, Settings(), NIGHT, RequestStats(), print, own_hosts=secret
    )
    assert under_test.claims(url) is claimed


@pytest.mark.parametrize("turns", range(8))
async def test_idle_worker_does_not_keep_the_run(turns: int) -> None:
    """The last result and the end of a conversation may come in one turn of the event loop."""
    cluster = FakeCluster({"w1": alive, "w2": alive}, turns=turns)
    async with asyncio.timeout(10):
        assert urls_of(await results(checker(cluster), URLS[:1])) == URLS[:1]


async def test_no_link_opens_no_cluster() -> None:
    cluster = FakeCluster({})
    assert await results(checker(cluster), []) == []
    assert cluster.opened == 0


async def test_deferred_link_is_checked_too() -> None:
    cluster = FakeCluster({"w": alive})
    queue = TaskQueue([])
    queue.defer(LinkTask(URLS[0]))
    queue.close()
    async with aclosing(checker(cluster).check(queue)) as stream:
        assert urls_of([result async for result in stream]) == [URLS[0]]


async def test_links_of_a_lost_worker_go_to_the_others() -> None:
    cluster = FakeCluster({"w1": alive}, turns=1)

    def dies(worker: str, _: Call) -> Reply:
        cluster.lost.add(worker)
        raise WorkerError("it was killed")

    cluster.behaviours["w2"] = dies
    warnings: list[str] = []
    under_test = checker(cluster, warn=warnings.append)
    assert urls_of(await results(under_test)) == sorted(URLS)
    assert under_test.obstacles == ()
    [warning] = warnings
    assert "worker w2 of the cluster: it " in warning
    assert f"its {len(cluster.sent('w2'))} links will go to another" in warning


async def test_links_of_a_restarted_worker_are_sent_again() -> None:
    replies = iter(["first", "second"])

    def restarted(worker: str, call: Call) -> Reply:
        reply = alive(worker, call)
        crawl = next(replies, "second")
        some = reply.observations if crawl == "second" else reply.observations[:3]
        return Reply(crawl=crawl, observations=some)

    warnings: list[str] = []
    under_test = checker(FakeCluster({"w": restarted}), warn=warnings.append)
    assert urls_of(await results(under_test)) == sorted(URLS)
    assert ["it was restarted" in warning for warning in warnings] == [True]


async def test_lost_cluster_keeps_what_was_found() -> None:
    cluster = FakeCluster({})

    def answers_once(worker: str, call: Call) -> Reply:
        cluster.broken = True
        return alive(worker, call)

    cluster.behaviours["w"] = answers_once
    under_test = checker(cluster)
    found = await results(under_test)
    assert 0 < len(found) < len(URLS)
    assert [obstacle.what for obstacle in under_test.obstacles] == ["the cluster no longer answers"]


async def test_cluster_without_workers_is_an_obstacle() -> None:
    under_test = checker(FakeCluster({}))
    assert await results(under_test) == []
    assert "no worker" in under_test.obstacles[0].what


async def test_worker_of_another_version_is_not_used() -> None:
    def other(_: str, call: Call) -> Reply:
        return Reply(refused=f"it has lmsys-enrich 0.0.9, not {call.version}")

    cluster = FakeCluster({"old": other, "new": alive})
    warnings: list[str] = []
    assert urls_of(await results(checker(cluster, warn=warnings.append))) == sorted(URLS)
    assert len(cluster.calls["old"]) == 1
    assert ["worker old of the cluster: it has lmsys-enrich 0.0.9" in one for one in warnings] == [True]


async def test_worker_that_joins_late_takes_its_share() -> None:
    cluster = FakeCluster({}, turns=5)

    def lets_join(worker: str, call: Call) -> Reply:
        cluster.behaviours["late"] = alive
        return alive(worker, call)

    cluster.behaviours["w"] = lets_join
    assert urls_of(await results(checker(cluster))) == sorted(URLS)
    assert cluster.sent("late")
    assert not cluster.sent("late") & cluster.sent("w")


async def test_cluster_of_another_version_is_an_obstacle() -> None:
    def other(_: str, call: Call) -> Reply:
        return Reply(refused=f"it has lmsys-enrich 0.0.9, not {call.version}")

    under_test = checker(FakeCluster({"old": other, "older": other}))
    assert await results(under_test) == []
    assert f"not {__version__}" in under_test.obstacles[0].what
    assert "and 1 other" in under_test.obstacles[0].what


async def test_worker_without_network_leaves_its_links_to_the_others() -> None:
    def offline(worker: str, _: Call) -> Reply:
        return Reply(crawl=worker, obstacles=[Obstacle("No host name can be looked up", "Check DNS.")])

    found = await results(checker(FakeCluster({"offline": offline, "online": alive})))
    assert urls_of(found) == sorted(URLS)
    alone = checker(FakeCluster({"offline": offline}))
    assert await results(alone) == []
    assert [obstacle.what for obstacle in alone.obstacles] == ["No host name can be looked up"]


async def test_bug_on_a_worker_costs_one_link() -> None:
    def buggy(worker: str, call: Call) -> Reply:
        reply = alive(worker, call)
        if URLS[0] not in {one.url for one in reply.observations}:
            return reply
        sound = [one for one in reply.observations if one.url != URLS[0]]
        return Reply(crawl=worker, observations=sound, failed=[Failed(URLS[0], "Traceback …")])

    found = await results(checker(FakeCluster({"w": buggy})))
    assert [one.traceback for one in found if isinstance(one, CheckError)] == ["Traceback …"]
    assert urls_of(found) == sorted(URLS)


async def test_longest_host_of_all_workers_is_reported() -> None:
    def slow(worker: str, call: Call) -> Reply:
        reply = alive(worker, call)
        return Reply(
            crawl=worker, observations=reply.observations, longest=HostTime(f"{worker}.example", 9.0, 3)
        )

    stats = RequestStats()
    await results(checker(FakeCluster({"w": slow}), stats))
    assert stats.traffic(cached=0, seconds=0).longest == HostTime("w.example", 9.0, 3)


async def test_closed_check_stops_the_workers() -> None:
    cluster = FakeCluster({"w": alive})
    stream = checker(cluster).check(closed_queue(*map(LinkTask, URLS)))
    await anext(stream)
    await stream.aclose()
    assert cluster.calls["w"][-1].stops
