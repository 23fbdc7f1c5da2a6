"""The simulated schedule keeps to the limits that a run keeps to."""

import pytest

from benchmarks.schedule import Limits, simulate

URLS = [f"http://h{number % 40}.example/200/{number}" for number in range(4000)]


def _second(url: str) -> float:
    del url
    return 1.0


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_wait_decides_where_processors_do_not(workers: int) -> None:
    found = simulate(URLS, _second, workers, Limits(concurrency=50, per_host=10, cpu=0.0))
    assert 4000 / (50 * workers) <= found.seconds <= 1.25 * 4000 / (50 * workers) + 1
    assert found.most_at_a_host <= 10


def test_processors_decide_where_they_are_slow() -> None:
    one, two = (simulate(URLS, _second, workers, Limits(500, 100, cpu=0.01)) for workers in (1, 2))
    assert one.seconds == pytest.approx(41.0, abs=2)
    assert two.seconds == pytest.approx(21.0, abs=2)
    assert one.busy > 0.9


def test_one_host_is_as_slow_on_a_cluster() -> None:
    urls = [f"http://large.example/200/{number}" for number in range(600)]
    found = [simulate(urls, _second, workers, Limits(100, 6)).seconds for workers in (1, 8)]
    assert found == [pytest.approx(100.0, abs=1)] * 2
