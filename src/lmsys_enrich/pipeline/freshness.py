"""When what is known need not be asked again."""

from datetime import datetime, timedelta
from hashlib import blake2b

from lmsys_enrich.model.finding import LIVING, Finding, Verdict

# A site that turns robots away tells nothing new each night, and does not want to be asked.
_GUARDED_KEEPS = timedelta(days=2)


def is_fresh(finding: Finding, now: datetime, max_age: timedelta) -> bool:
    """
    Whether a finding may stand for an answer of today.

    Good news keeps for between half of `max_age` and all of it, how long being
    each link's own for ever, so that links first asked about in one night are
    not all due in the same night again. Bad news never keeps: a repaired link
    is to be noticed. A finding from the future is from a clock that was off.
    """
    if finding.checked_at is None:
        return False
    age = now - finding.checked_at
    if age < timedelta(0):
        return False
    if finding.verdict in LIVING:
        # Whose share it is need only be asked in the second half.
        return age < max_age / 2 or age < max_age * (0.5 + 0.5 * _share(finding.url))
    return finding.verdict is Verdict.GUARDED and age < min(_GUARDED_KEEPS, max_age)


def _share(url: str) -> float:
    """Return a number from 0 up to 1 that is always the same for a link."""
    return int.from_bytes(blake2b(url.encode(), digest_size=8).digest()) / 2**64
