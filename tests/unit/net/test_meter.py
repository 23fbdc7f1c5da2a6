"""Which host a run waits for longest."""

from lmsys_enrich.model.report import HostTime
from lmsys_enrich.net.meter import Meter


def test_the_host_that_was_waited_for_longest_is_told() -> None:
    meter = Meter()
    meter.began("slow.org", 0.0)
    meter.began("slow.org", 1.0)
    meter.began("quick.org", 1.0)
    meter.ended("quick.org", 2.0)
    meter.ended("slow.org", 3.0)
    meter.ended("slow.org", 5.0)
    meter.began("quick.org", 8.0)
    meter.ended("quick.org", 9.0)
    assert meter.traffic(cached=0, seconds=9.0).longest == HostTime("slow.org", 5.0, 2)


def test_where_nobody_was_asked_there_is_none() -> None:
    assert Meter().traffic(cached=0, seconds=0.0).longest is None
