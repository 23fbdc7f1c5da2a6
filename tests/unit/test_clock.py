"""The run's time."""

from datetime import UTC, datetime

import pytest

from lmsys_enrich.clock import SystemClock
from lmsys_enrich.errors import InputError


def test_source_date_epoch_is_the_runs_time() -> None:
    assert SystemClock({"SOURCE_DATE_EPOCH": "1"}).run_time == datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)


def test_without_it_the_runs_time_is_now_and_stays() -> None:
    before = datetime.now(UTC)
    clock = SystemClock({})
    assert before.replace(microsecond=0) <= clock.run_time <= datetime.now(UTC)
    assert clock.run_time == clock.run_time


@pytest.mark.parametrize("epoch", ["soon", "1e30", "9" * 30, "-1", "253402300799"])
def test_invalid_epoch_is_refused(epoch: str) -> None:
    with pytest.raises(InputError, match="SOURCE_DATE_EPOCH") as refusal:
        SystemClock({"SOURCE_DATE_EPOCH": epoch})
    assert refusal.value.exit_code == 2
