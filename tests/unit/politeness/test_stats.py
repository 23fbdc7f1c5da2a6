"""The host that a run waits for longest."""

from lmsys_enrich.model.figures import HostTime
from lmsys_enrich.politeness.stats import Activity, RequestStats


def test_longest_is_the_host_with_the_most_seconds() -> None:
    stats = RequestStats()
    stats.began("slow.org", 0.0)
    stats.began("slow.org", 1.0)
    stats.began("quick.org", 1.0)
    stats.ended("quick.org", 2.0)
    stats.ended("slow.org", 3.0)
    stats.ended("slow.org", 5.0)
    stats.began("quick.org", 8.0)
    stats.ended("quick.org", 9.0)
    assert stats.traffic(cached=0, seconds=9.0).longest == HostTime("slow.org", 5.0, 2)


def test_longest_host_is_kept_after_all_are_forgotten() -> None:
    stats = RequestStats()
    for host, seconds in (("a.org", 1.0), ("slow.org", 9.0), ("c.org", 2.0)):
        stats.began(host, 0.0)
        stats.leave(host)  # with a request under way it is not forgotten
        stats.ended(host, seconds)
        for _ in range(2):
            stats.leave(host)
    assert stats.traffic(cached=0, seconds=9.0).longest == HostTime("slow.org", 9.0, 1)


def test_no_requests_have_no_slowest_host() -> None:
    assert RequestStats().traffic(cached=0, seconds=0.0).longest is None


def test_stats_name_slowest_hosts_first() -> None:
    stats = RequestStats()
    assert stats.activity() == Activity((), None)
    for host in ("a.org", "b.org", "c.org"):
        stats.began(host, 0.0)
    stats.ended("b.org", 1.0)
    stats.spent(1, 4999)
    stats.spent(1, None)
    assert stats.activity() == Activity(("a.org", "c.org"), 4999)
