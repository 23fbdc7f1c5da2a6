"""HTTP dates (RFC 9110 section 5.6.7): one reader for whatever a server sends."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def parse_http_date(text: str) -> datetime | None:
    """Parse a date header, in UTC; None for anything that is no date. Never raises."""
    try:
        parsed = parsedate_to_datetime(text)
        # A zone of thousands of hours, or a day before the year 1 once the zone is taken off.
        return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
