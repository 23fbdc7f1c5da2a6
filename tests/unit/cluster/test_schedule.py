"""The simulated schedule keeps to the limits that a run keeps to."""

import pytest

from benchmarks.schedule import Limits, Web, simulate

URLS = [f"http://h{number % 40}.example/200/{number}" for number in range(4000)]


def _second(url: str) -> float:
    del url
    return 1.0


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_wait_decides_where_processors_do_not(workers: int) -> None:
    found = simulate(URLS, Web(_second), workers, Limits(concurrency=50, per_host=10, cpu=0.0))
    assert 4000 / (50 * workers) <= found.seconds <= 1.25 * 4000 / (50 * workers) + 1
    assert found.most_at_a_host <= 10


def test_processors_decide_where_they_are_slow() -> None:
    one, two = (simulate(URLS, Web(_second), workers, Limits(500, 100, cpu=0.01)) for workers in (1, 2))
    assert one.seconds == pytest.approx(41.0, abs=2)
    assert two.seconds == pytest.approx(21.0, abs=2)
    assert one.busy > 0.9


def test_one_host_is_as_slow_on_a_cluster() -> None:
    urls = [f"http://large.example/200/{number}" for number in range(600)]
    found = [simulate(urls, Web(_second), workers, Limits(100, 6)).seconds for workers in (1, 8)]
    assert found == [pytest.approx(100.0, abs=1)] * 2


@pytest.mark.parametrize("workers", [1, 4])
def test_target_of_redirects_gets_the_limit_from_each_worker(workers: int) -> None:
    web = Web(_second, target_of=lambda _: "target.example")
    found = simulate(URLS, web, workers, Limits(concurrency=50, per_host=10, cpu=0.0))
    assert found.most_at_a_target == 10 * workers
    assert found.most_at_a_host <= 10
    assert found.seconds >= 4000 / (10 * workers)


def test_one_address_of_many_hosts_gets_what_all_workers_send() -> None:
    web = Web(_second, address_of=lambda _: "192.0.2.1")
    found = [simulate(URLS, web, workers, Limits(50, 10, cpu=0.0)) for workers in (1, 4)]
    assert [one.most_at_an_address for one in found] == [50, 200]
