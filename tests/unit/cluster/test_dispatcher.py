"""Dispatcher: every link is with one worker, and every host is with one worker."""

import weakref
from collections import Counter
from collections.abc import Sequence
from typing import overload

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmsys_enrich.cluster.dispatcher import Dispatcher
from lmsys_enrich.model.finding import LinkTask
from lmsys_enrich.politeness.scheduler import host_or_text


class Task(LinkTask, weakref=True, frozen=True):
    """A task of which a test can see whether it is held."""


_hosts = st.integers(0, 12)
_events = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.lists(_hosts, max_size=8)),
        st.tuples(st.just("take"), st.integers(0, 3)),
        st.tuples(st.just("finish"), st.integers(0, 3)),
        st.tuples(st.just("lose"), st.integers(0, 3)),
    ),
    max_size=40,
)


class MadeTasks(Sequence[LinkTask]):
    """Tasks made when they are read; `held` has those that somebody still has."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._held: list[weakref.ref[Task]] = []

    @property
    def held(self) -> int:
        return sum(task() is not None for task in self._held)

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> LinkTask: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[LinkTask]: ...

    def __getitem__(self, index: int | slice) -> LinkTask | Sequence[LinkTask]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(self._count))]
        if index >= self._count:
            raise IndexError(index)
        made = Task(f"https://h{index % 100}.example/{index}")
        self._held.append(weakref.ref(made))
        return made


class Simulated:
    """A dispatcher, and what each worker holds according to what it was given."""

    def __init__(self) -> None:
        self.dispatcher = Dispatcher(smallest=2, largest=5)
        self.added: list[str] = []
        self.held: dict[str, list[LinkTask]] = {}
        self.finished: Counter[str] = Counter()

    def add(self, hosts: list[int]) -> None:
        tasks = [LinkTask(f"https://h{host}.example/{len(self.added) + n}") for n, host in enumerate(hosts)]
        self.added += [task.url for task in tasks]
        self.dispatcher.add(tasks)

    def take(self, number: int) -> None:
        self.held.setdefault(f"w{number}", []).extend(self.dispatcher.take(f"w{number}", 3))

    def finish(self, number: int) -> None:
        held = self.held.get(f"w{number}", [])
        some, self.held[f"w{number}"] = held[: len(held) // 2 + 1], held[len(held) // 2 + 1 :]
        self.finished.update(t.url for t in self.dispatcher.finish(f"w{number}", [t.url for t in some]))

    def lose(self, number: int) -> None:
        assert self.dispatcher.lose(f"w{number}") == len(self.held.pop(f"w{number}", []))

    def check(self) -> None:
        held = [task.url for tasks in self.held.values() for task in tasks]
        assert self.dispatcher.under_way == len(held)
        assert self.dispatcher.waiting == len(self.added) - len(held) - self.finished.total()
        assert len(set(held)) == len(held)
        assert not set(held) & self.finished.keys()
        workers_of_host: dict[str, set[str]] = {}
        for worker, tasks in self.held.items():
            for task in tasks:
                workers_of_host.setdefault(host_or_text(task.url), set()).add(worker)
        assert all(len(workers) == 1 for workers in workers_of_host.values())


@given(_events)
def test_links_are_partitioned_and_hosts_disjoint(events: list[tuple[str, object]]) -> None:
    simulated = Simulated()
    for name, argument in events:
        getattr(simulated, name)(argument)
        simulated.check()
    while simulated.dispatcher.waiting or simulated.dispatcher.under_way:
        for number in range(4):
            simulated.take(number)
            simulated.finish(number)
        simulated.check()
    assert simulated.finished == Counter(simulated.added)


def test_longest_host_goes_first() -> None:
    dispatcher = Dispatcher(smallest=1)
    dispatcher.add([LinkTask("https://a.example/1"), *(LinkTask(f"https://b.example/{n}") for n in range(3))])
    assert {host_or_text(task.url) for task in dispatcher.take("w", 4)} == {"b.example"}


def test_result_of_a_lost_worker_counts_no_more() -> None:
    dispatcher = Dispatcher()
    dispatcher.add([LinkTask("https://a.example/")])
    dispatcher.take("w1", 1)
    dispatcher.lose("w1")
    assert dispatcher.finish("w1", ["https://a.example/"]) == []
    assert [task.url for task in dispatcher.take("w2", 1)] == ["https://a.example/"]


def test_later_links_of_a_host_follow_it_to_its_worker() -> None:
    dispatcher = Dispatcher()
    dispatcher.add([LinkTask("https://a.example/1")])
    dispatcher.take("w1", 2)
    dispatcher.add([LinkTask("https://a.example/2")])
    assert dispatcher.take("w2", 2) == []
    assert [task.url for task in dispatcher.take("w1", 2)] == ["https://a.example/2"]


@pytest.mark.parametrize(("workers", "expected"), [(1, 500), (2, 250), (100, 50)])
def test_share_shrinks_with_what_waits(workers: int, expected: int) -> None:
    dispatcher = Dispatcher()
    dispatcher.add([LinkTask(f"https://h{number}.example/") for number in range(1000)])
    assert len(dispatcher.take("w", workers)) == expected


def test_waiting_links_are_not_held_in_memory() -> None:
    tasks = MadeTasks(1000)
    dispatcher = Dispatcher(smallest=10, largest=10)
    dispatcher.add(tasks)
    taken = dispatcher.take("w0", 1)
    assert 10 <= len(taken) == tasks.held < 100
