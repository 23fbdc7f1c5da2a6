"""Whatever was made early, the same is written."""

import resource
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from lmsys_enrich import values
from lmsys_enrich.model.finding import Finding, Verdict
from lmsys_enrich.model.report import EnrichedEntry, Report
from lmsys_enrich.outputs.drafts import Drafts
from lmsys_enrich.outputs.protocol import Entrywise, Piece
from lmsys_enrich.outputs.registry import drafts_of, render_all
from tests.builders import catalog, entry, finding, rendered, report
from tests.unit.outputs.example import example

_URLS = [f"https://a.example/{number}" for number in range(30)]


def _texts(shown: Report, drafts: Drafts) -> dict[str, str]:
    return {name: str(text) for name, text in render_all(shown, drafts).items()}


def _two_lists() -> Report:
    """The same entry stands in both."""
    second = catalog(entry("Second", "https://b.example/"), entry("First", _URLS[0]), source="second.yaml")
    found = {url: finding(url) for url in (*_URLS, "https://b.example/")}
    lists = (catalog(*(entry(f"Entry {url[-1]}", url) for url in _URLS)), second)
    return replace(report(), catalogs=lists, findings=found)


@pytest.mark.parametrize("shown", [example(), _two_lists(), report()], ids=["one list", "two lists", "none"])
@pytest.mark.parametrize("share", [0, 2, 1])
def test_what_was_made_before_the_last_finding_came_changes_nothing(shown: Report, share: int) -> None:
    found: dict[str, Finding] = {}
    with drafts_of(replace(shown, findings=found)) as drafts:
        for number, (url, known) in enumerate(shown.findings.items()):
            if share and number % share == 0:
                found[url] = known
                drafts.arrived(url)
                drafts.make(3)
        drafts.make(1000)
        assert _texts(shown, drafts) == rendered(shown)


def test_what_changed_after_its_piece_was_made_is_told_as_it_is_then() -> None:
    before = report(*map(finding, _URLS))
    changed = {_URLS[3]: finding(_URLS[3], Verdict.DEAD), _URLS[7]: values.replace(before.findings[_URLS[7]])}
    after = replace(before, findings={**before.findings, **changed})
    with drafts_of(before) as drafts:
        assert drafts.make(1000) == len(_URLS)
        texts = _texts(after, drafts)
    assert texts == rendered(after)
    assert texts["enriched.md"].count("**dead**") == 1


@pytest.mark.parametrize(
    "other",
    [
        {"run_time": example().run_time + timedelta(days=800)},
        {"stale_after": timedelta(days=1)},
        {"catalogs": (catalog(*(entry("New", url) for url in _URLS)),)},
        {"catalogs": ()},
    ],
    ids=["another time", "another idea of stale", "another list", "no list"],
)
def test_pieces_of_another_report_are_not_taken(other: Mapping[str, object]) -> None:
    shown = report(*map(finding, _URLS))
    with drafts_of(replace(shown, **other)) as drafts:  # type: ignore[arg-type]  # its own fields
        drafts.make(1000)
        assert _texts(shown, drafts) == rendered(shown)


class _Counting:
    """An output that tells of which entries it was asked for a piece."""

    def __init__(self, *, early: bool = True, size: int = 1) -> None:
        self.asked: list[str] = []
        self.output = Entrywise(
            self._piece, lambda shown, piece: {"a": "".join(_all(shown, piece))}, lambda _: early
        )
        self._size = size

    def _piece(self, shown: Report) -> Piece:
        del shown

        def piece(known: EnrichedEntry) -> bytes:
            self.asked.append(known.entry.name)
            return known.entry.name.encode() * self._size

        return piece

    def text(self, shown: Report, drafts: Drafts) -> object:
        drafts.compare(shown)
        return self.output.files(shown, drafts.piece(self.output, shown))["a"]


def _all(shown: Report, piece: Piece) -> Iterator[str]:
    return (piece(known).decode() for known in shown.entries)


def test_a_piece_that_is_true_is_not_made_again() -> None:
    shown, counting = report(*map(finding, _URLS)), _Counting()
    with Drafts(shown, [counting.output]) as drafts:
        assert [drafts.make(20), drafts.make(20), drafts.make(20)] == [20, 10, 0]
        assert counting.text(shown, drafts) == "".join(known.entry.name for known in shown.entries)
    assert len(counting.asked) == len(_URLS)


def test_however_many_entries_share_a_link_no_more_are_made_at_once_than_were_asked_for() -> None:
    shared = catalog(*(entry(f"Entry {number}", _URLS[0]) for number in range(9)))
    counting = _Counting()
    shown = replace(report(), catalogs=(shared,), findings={_URLS[0]: finding(_URLS[0])})
    with Drafts(shown, [counting.output]) as drafts:
        assert [drafts.make(5), drafts.make(5), drafts.make(5)] == [5, 4, 0]


def test_an_entry_waits_until_its_last_link_is_known() -> None:
    both = catalog(entry("Both", *_URLS[:2]), entry("Third", _URLS[2]))
    found = {_URLS[0]: finding(_URLS[0]), _URLS[2]: finding(_URLS[2])}
    counting = _Counting()
    with Drafts(replace(report(), catalogs=(both,), findings=found), [counting.output]) as drafts:
        drafts.make(10)
        assert counting.asked == ["Third"]
        found[_URLS[1]] = finding(_URLS[1])
        drafts.arrived(_URLS[1])
        drafts.make(10)
        assert counting.asked == ["Third", "Both"]


def test_what_an_output_will_not_ask_for_is_not_made() -> None:
    shown, counting = report(*map(finding, _URLS)), _Counting(early=False)
    with Drafts(shown, [counting.output]) as drafts:
        drafts.make(1000)
        assert counting.asked == []
        counting.text(shown, drafts)
    assert len(counting.asked) == len(_URLS)


@contextmanager
def _no_room_for_more_than(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize(
    ("size", "room"), [(9000, 200_000), (1, 0)], ids=["while they are made", "at the end"]
)
def test_a_full_disk_ends_what_is_made_early_and_nothing_else(size: int, room: int) -> None:
    shown, counting = report(*map(finding, _URLS)), _Counting(size=size)
    with Drafts(shown, [counting.output]) as drafts, _no_room_for_more_than(room):
        drafts.make(1000)
        assert drafts.make(1000) == 0
        text = counting.text(shown, drafts)
    assert text == "".join(known.entry.name * size for known in shown.entries)
