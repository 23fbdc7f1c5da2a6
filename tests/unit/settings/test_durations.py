"""Lengths of time as people write them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmsys_enrich.settings.settings import format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("90s", timedelta(seconds=90)),
        ("20m", timedelta(minutes=20)),
        ("1.5h", timedelta(minutes=90)),
        (" 7 D ", timedelta(days=7)),
        ("2w", timedelta(weeks=2)),
        ("12mo", timedelta(days=365.25)),
        ("1y", timedelta(days=365.25)),
    ],
)
def test_units(text: str, length: timedelta) -> None:
    assert parse_duration(text) == length


@pytest.mark.parametrize("text", ["", "7", "d", "-1d", "1 fortnight", "1d2h", "1e3s"])
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a time"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["1001y", "99999999999999d", f"{'9' * 400}s"])
def test_length_beyond_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="longer than 1000y"):
        parse_duration(text)


@given(st.integers(0, 10**7))
def test_what_is_written_is_read_back(seconds: int) -> None:
    length = timedelta(seconds=seconds)
    assert parse_duration(format_duration(length)) == length
