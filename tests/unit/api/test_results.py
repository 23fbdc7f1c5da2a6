"""Pauses that responses name, in the forms of the services."""

import pytest

from lmsys_enrich.api.results import pause_of, pause_until_reset

DATE = "Thu, 26 Nov 2026 12:00:00 GMT"
NOON = 1795694400  # the same in seconds since 1970


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7", "ratelimit-reset": "90"}, 7.0),
        ({"retry-after": "Thu, 26 Nov 2026 12:00:30 GMT"}, 30.0),
        ({"retry-after": "soon", "ratelimit-reset": "90"}, 91.0),
        ({"ratelimit-reset": str(NOON + 60), "ratelimit-remaining": "0"}, 61.0),
        ({"ratelimit-reset": str(NOON - 60), "ratelimit-remaining": "0"}, 1.0),
        ({"x-ratelimit-reset": str(NOON + 60)}, 61.0),
        ({"x-rate-limit-reset": "3"}, 4.0),
        ({"ratelimit": '"api";r=0;t=55', "ratelimit-policy": '"fixed window";"api";q=500;w=300'}, 56.0),
        ({"ratelimit": '"pages";r=12;t=55'}, None),
        ({"ratelimit-reset": "90", "ratelimit-remaining": "12"}, None),
        ({"ratelimit-reset": "garbage", "ratelimit-remaining": "0"}, None),
        ({"ratelimit-remaining": "0"}, None),
        ({}, None),
    ],
)
def test_refusal_names_its_pause(headers: dict[str, str], seconds: float | None) -> None:
    assert pause_of({"date": DATE, **headers}) == seconds


def test_time_of_the_clock_counts_from_the_response() -> None:
    assert pause_of({"ratelimit-reset": str(NOON + 60)}) is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"ratelimit": '"api";r=0;t=9'}, 10.0),
        ({"ratelimit": '"api";r=1;t=9'}, None),
        ({"ratelimit-remaining": "0", "ratelimit-reset": str(NOON + 9)}, 10.0),
        ({"ratelimit-remaining": "1", "ratelimit-reset": str(NOON + 9)}, None),
        ({"ratelimit-reset": str(NOON + 9)}, None),
    ],
)
def test_success_that_used_up_the_quota_is_waited_for(headers: dict[str, str], seconds: float | None) -> None:
    assert pause_until_reset({"date": DATE, **headers}) == seconds
