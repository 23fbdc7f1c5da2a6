"""Which host a run waits for longest."""

from lmsys_enrich.model.report import HostTime
from lmsys_enrich.net.meter import Meter, Pulse


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


def test_the_pulse_tells_who_is_waited_for_the_longest_first_and_what_is_left() -> None:
    meter = Meter()
    assert meter.pulse() == Pulse((), None)
    for host in ("a.org", "b.org", "c.org"):
        meter.began(host, 0.0)
    meter.ended("b.org", 1.0)
    meter.spent(1, 4999)
    meter.spent(1, None)
    assert meter.pulse() == Pulse(("a.org", "c.org"), 4999)
