"""How long the farm lets an address wait: the same every time, so that the limit can be computed."""

from math import exp, log
from statistics import NormalDist
from zlib import crc32

_MEDIAN = 0.1  # seconds
_SIGMA = 0.8
_LONGEST = 5.0
_NORMAL = NormalDist()


def latency(path: str) -> float:
    """Return the seconds until the farm answers for a path: log-normal, drawn by the path's checksum."""
    share = (crc32(path.encode()) + 0.5) / 2**32
    return min(_LONGEST, exp(log(_MEDIAN) + _SIGMA * _NORMAL.inv_cdf(share)))
