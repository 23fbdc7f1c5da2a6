"""No regular expression of the package takes time that grows faster than the text."""

import os
import re
import time
from collections.abc import Callable

import pytest

from tests.reliability.patterns import Use, hostile_texts, uses

LONGEST = int(os.environ.get("TORTURE_TEXT", "4096"))
_SHORT = 0.003 + LONGEST * 3e-7
"""Seconds of processor time that nothing linear needs for a text of the longest length."""
_DISTURBED = 0.1
"""Seconds of processor time that no other program can cost a text."""
BOUNDED = {"lmsys_enrich.lists.markdown.phrases._NAME_END": 40}
"""Patterns that are applied to a slice of this length alone."""
_USES = uses()


def _seconds(use: Use, text: str) -> float:
    start = time.process_time()
    use.run(text)
    return time.process_time() - start


def _least(use: Use, make: Callable[[int], str], length: int, rounds: int) -> tuple[float, float]:
    """Return the least seconds for a text of half the length, and for one of the length."""
    texts = make(length // 2), make(length)
    times = [tuple(_seconds(use, text) for text in texts) for _ in range(rounds)]
    return min(short for short, _ in times), min(long for _, long in times)


def growth(use: Use, make: Callable[[int], str], longest: int = LONGEST) -> float | None:
    """Return how many times as long a text of double length takes; None while it takes no time."""
    for length in (*range(16, 64, 8), *(2**n for n in range(6, 24, 2))):  # an exponential one must not hang
        if length > longest:
            break
        if _seconds(use, make(length)) > _SHORT:
            short, long = _least(use, make, length, rounds=2)
            if short * 3 < long < _DISTURBED:  # another program may have had the caches
                short, long = _least(use, make, length, rounds=10)
            if long > _SHORT:
                return long / short
    return None


@pytest.mark.parametrize("use", _USES, ids=lambda use: f"{use.name}.{use.method}")
def test_time_of_pattern_grows_no_faster_than_text(use: Use) -> None:
    for make in hostile_texts(use.pattern):
        found = growth(use, make, BOUNDED.get(use.name, LONGEST))
        assert found is None or found < 3, (make(40), found)


@pytest.mark.parametrize(
    ("pattern", "method"),
    [(r"(a+)+$", "match"), (r"<!--[^>]*-->", "search"), (r"\s+$", "search"), (r"\[[^\]]*\]\(", "finditer")],
)
def test_pattern_that_backtracks_is_found(pattern: str, method: str) -> None:
    use = Use("", re.compile(pattern), method)
    found = (growth(use, make) for make in hostile_texts(use.pattern))
    assert any(factor is not None and factor > 3 for factor in found)
