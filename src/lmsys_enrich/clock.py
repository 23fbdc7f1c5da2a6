"""Clock: the time of the run, elapsed time and sleeping; injected, so that tests need not wait."""

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Protocol

from lmsys_enrich.errors import InputError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""Replaces an unknown date in comparisons: earlier than any other."""

_END = datetime(8000, 1, 1, tzinfo=UTC)


class Clock(Protocol):
    """
    Source of time.

    `run_time` is one moment, in UTC, for the whole run: it dates every finding
    and counts the days. `monotonic` measures elapsed seconds.
    """

    @property
    def run_time(self) -> datetime: ...

    def monotonic(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's clock; `SOURCE_DATE_EPOCH` fixes the run's time."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.run_time = _run_time(environ.get("SOURCE_DATE_EPOCH", ""))

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def _run_time(epoch: str) -> datetime:
    """Whole seconds; see https://reproducible-builds.org/specs/source-date-epoch/."""
    if not epoch:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        run_time = datetime.fromtimestamp(int(epoch), UTC)
    except (ValueError, OverflowError, OSError):
        run_time = _END
    # Settings add and subtract up to a thousand years, and Python's calendar ends with the year 9999.
    if not EPOCH <= run_time < _END:
        raise InputError(
            f"SOURCE_DATE_EPOCH is {epoch!r}, not a number of seconds since 1970",
            hint="Unset it, or set it to a whole number such as `date +%s` prints.",
        )
    return run_time
