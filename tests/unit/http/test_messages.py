"""Dates in headers."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from lmsys_enrich.http.messages import parse_http_date


@pytest.fixture
def _far_from_greenwich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as context:
        context.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("_far_from_greenwich")
@pytest.mark.parametrize("zone", ["GMT", "-0000", "", "+0000"])
def test_date_is_read_in_utc_wherever_the_program_runs(zone: str) -> None:
    read = parse_http_date(f"Mon, 23 Nov 2026 02:00:00 {zone}".strip())
    assert read == datetime(2026, 11, 23, 2, tzinfo=UTC)
    assert parse_http_date("Mon, 23 Nov 2026 02:00:00 +0100") == datetime(2026, 11, 23, 1, tzinfo=UTC)
