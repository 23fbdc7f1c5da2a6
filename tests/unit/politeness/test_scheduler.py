"""Whose turn it is, so that one host's queue never blocks the others."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from lmsys_enrich.model.finding import LinkTask, Verdict
from lmsys_enrich.politeness.scheduler import Scheduler
from tests.builders import finding


def _questions(*urls: str) -> list[LinkTask]:
    return [LinkTask(url) for url in urls]


def _taken(scheduler: Scheduler, most: int = 100) -> list[str]:
    taken: list[str] = []
    while len(taken) < most and (task := scheduler.take()) is not None:
        taken.append(task.url)
    return taken


def test_the_host_with_most_left_is_next_and_each_keeps_its_order() -> None:
    scheduler = Scheduler(_questions("https://b/1", "https://a/1", "https://a/2", "https://a/3"), per_host=9)
    assert _taken(scheduler) == ["https://a/1", "https://a/2", "https://b/1", "https://a/3"]


def _one_after_the_other(scheduler: Scheduler) -> list[str]:
    taken, asked = [], scheduler.take()
    while asked is not None:
        taken.append(asked.url)
        scheduler.done(asked)
        asked = scheduler.take(after=asked)
    return taken


def test_who_comes_from_a_host_stays_until_its_queue_is_less_than_half_of_the_longest() -> None:
    urls = [f"https://{host}/{number}" for host in "ab" for number in range(6)]
    asked = _one_after_the_other(Scheduler(_questions(*urls), per_host=9))
    assert " ".join(url[-3:] for url in asked) == "a/0 a/1 a/2 a/3 b/0 b/1 b/2 b/3 b/4 b/5 a/4 a/5"


def test_nobody_stays_where_something_more_urgent_waits() -> None:
    urls = _questions("https://a/1", "https://b/1", "https://a/2", "https://b/2")
    asked = _one_after_the_other(Scheduler(urls, per_host=9, urgent_first=True))
    assert asked == ["https://a/1", "https://b/1", "https://a/2", "https://b/2"]

    known = [*_questions("https://a/1", "https://a/2", "https://a/3"), _failed("https://b/1")]
    assert _one_after_the_other(Scheduler(known, per_host=9))[0] == "https://b/1"


def test_nobody_stays_at_a_host_that_has_its_fill() -> None:
    scheduler = Scheduler(
        _questions(*[f"https://a/{n}" for n in range(9)], "https://b/1", "https://b/2"), per_host=2
    )
    first, second, other = scheduler.take(), scheduler.take(), scheduler.take()
    assert first is not None
    assert second is not None
    assert other is not None
    scheduler.done(first)
    assert scheduler.take() is not None
    scheduler.done(other)
    assert scheduler.take(after=second) == LinkTask("https://b/2")


def test_where_a_run_may_not_reach_its_end_the_most_urgent_is_next() -> None:
    scheduler = Scheduler(
        _questions("https://b/1", "https://a/1", "https://a/2"), per_host=9, urgent_first=True
    )
    assert _taken(scheduler) == ["https://b/1", "https://a/1", "https://a/2"]


def _failed(url: str) -> LinkTask:
    return LinkTask(url, finding(url, Verdict.FAILING))


def test_what_failed_the_last_time_is_not_waited_for_at_the_end() -> None:
    known = [*_questions("https://a/1", "https://a/2", "https://a/3"), _failed("https://b/1")]
    assert _taken(Scheduler([*known, _failed("https://a/4")], per_host=9)) == [
        "https://a/4",
        "https://b/1",
        "https://a/1",
        "https://a/2",
        "https://a/3",
    ]


def test_where_a_run_may_not_reach_its_end_what_failed_has_no_precedence() -> None:
    scheduler = Scheduler([*_questions("https://a/1"), _failed("https://b/1")], per_host=9, urgent_first=True)
    assert _taken(scheduler) == ["https://a/1", "https://b/1"]


def test_a_host_that_does_not_answer_holds_its_few_places_and_nobody_elses() -> None:
    slow = [f"https://slow/{n}" for n in range(50)]
    quick = [f"https://quick/{n}" for n in range(20)]
    scheduler = Scheduler(_questions(*slow, *quick), per_host=2)
    under_way = [scheduler.take() for _ in range(4)]
    assert scheduler.take() is None
    for _ in range(18):
        finished = next(q for q in under_way if q is not None and q.url.startswith("https://quick"))
        under_way.remove(finished)
        scheduler.done(finished)
        under_way.append(scheduler.take())
    assert sum(q is not None and q.url.startswith("https://slow") for q in under_way) == 2


def test_a_host_is_left_when_its_last_question_is_answered() -> None:
    scheduler = Scheduler(_questions("https://a/1", "https://a/2"), per_host=1)
    first = scheduler.take()
    assert first is not None
    assert scheduler.done(first) is None
    second = scheduler.take()
    assert second is not None
    assert scheduler.done(second) == "a"


def test_an_address_without_a_host_waits_in_a_line_of_its_own() -> None:
    assert _taken(Scheduler(_questions("https://[::1", "https://a/1"), per_host=1)) == [
        "https://[::1",
        "https://a/1",
    ]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9)), unique=True, max_size=20), st.randoms())
def test_every_question_is_handed_out_once_in_whatever_order_answers_come(
    links: list[tuple[str, int]], chance: Random
) -> None:
    urls = [f"https://{host}/{number}" for host, number in links]
    scheduler, taken, under_way = Scheduler(_questions(*urls), per_host=9), [], []
    after = None
    while (task := scheduler.take(after)) is not None:
        taken.append(task.url)
        under_way.append(task)
        if len(under_way) > 2:
            chance.shuffle(under_way)
            after = under_way.pop()
            scheduler.done(after)
    assert sorted(taken) == sorted(urls)
