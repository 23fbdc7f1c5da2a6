"""Guard against mass changes."""

import pytest

from lmsys_enrich.errors import MassChange
from lmsys_enrich.model.finding import Finding, Verdict
from lmsys_enrich.pipeline.mass_change import refuse_mass_change
from lmsys_enrich.values import replace
from tests.builders import finding, repository


def living(count: int) -> dict[str, Finding]:
    urls = [f"https://example.org/{number}" for number in range(count)]
    return {url: finding(url, reported=Verdict.ALIVE) for url in urls}


def dying(previous: dict[str, Finding], count: int) -> list[Finding]:
    return [
        replace(found, verdict=Verdict.DEAD if number < count else Verdict.ALIVE)
        for number, found in enumerate(previous.values())
    ]


def test_more_than_a_fifth_dead_at_once_is_refused_and_reported() -> None:
    previous = living(20)
    with pytest.raises(MassChange, match=r"6 of 20 links .*\n  https://example.org/0: ") as refused:
        refuse_mass_change(dying(previous, 6), previous.get, max_change=20)
    assert refused.value.exit_code == 5
    assert "--accept-changes" in (refused.value.hint or "")


def test_a_fifth_is_not_more_than_a_fifth() -> None:
    previous = living(40)
    refuse_mass_change(dying(previous, 8), previous.get, max_change=20)


def test_five_links_of_a_short_list_may_die() -> None:
    previous = living(6)
    refuse_mass_change(dying(previous, 5), previous.get, max_change=20)
    with pytest.raises(MassChange):
        refuse_mass_change(dying(previous, 6), previous.get, max_change=20)


def test_the_list_of_what_was_seen_has_an_end() -> None:
    previous = living(1000)
    with pytest.raises(MassChange, match="and 990 more"):
        refuse_mass_change(dying(previous, 1000), previous.get, max_change=20)


@pytest.mark.parametrize("verdict", [Verdict.FAILING, Verdict.GUARDED, Verdict.UNCHECKED, Verdict.MOVED])
def test_what_is_not_dead_is_no_loss(verdict: Verdict) -> None:
    previous = living(10)
    refuse_mass_change(
        [replace(found, verdict=verdict) for found in previous.values()], previous.get, max_change=20
    )


def test_links_never_published_as_alive_cannot_be_lost() -> None:
    previous = {url: replace(found, reported=Verdict.FAILING) for url, found in living(10).items()}
    refuse_mass_change(dying(previous, 10), previous.get, max_change=20)
    refuse_mass_change(dying(living(10), 10), lambda _: None, max_change=20)


def test_facts_that_would_vanish_are_a_loss() -> None:
    previous = {url: replace(found, repository=repository()) for url, found in living(6).items()}
    without = [replace(found, repository=None) for found in previous.values()]
    with pytest.raises(MassChange, match="its facts would be lost"):
        refuse_mass_change(without, previous.get, max_change=20)
