"""Badges: messages, colours and widths."""

import json
from datetime import timedelta
from typing import Any

import pytest

from lmsys_enrich.model.document import DocumentView
from lmsys_enrich.model.figures import Day
from lmsys_enrich.model.finding import Finding, Verdict
from lmsys_enrich.outputs.badges import badge_svg, badges
from lmsys_enrich.outputs.text import Broken
from tests.builders import finding, report, repository
from tests.fakes import NIGHT

_GREEN, _YELLOW, _ORANGE, _RED = "#1f7a3d", "#8a6100", "#a84b00", "#b3261e"
_BLUE, _GREY = "#1f5fbf", "#616a75"
_FOR_ENTRIES = DocumentView(entry_badges=True)


def _badge(name: str, *findings: Finding) -> tuple[str, str]:
    content = json.loads(str(badges(report(*findings, view=_FOR_ENTRIES))[f"badges/{name}.json"]))
    assert content["schemaVersion"] == 1
    return content["message"], content["color"]


def _links(**counts: int) -> list[Finding]:
    return [
        finding(f"https://{verdict}.example/{number}", Verdict(verdict))
        for verdict, count in counts.items()
        for number in range(count)
    ]


@pytest.mark.parametrize(
    ("links", "message", "color"),
    [
        (_links(alive=2, moved=1, guarded=1), "3 of 3", _GREEN),
        (_links(alive=24, dead=1), "24 of 25", _GREEN),
        (_links(alive=9, failing=1), "9 of 10", _YELLOW),
        (_links(alive=3, dead=1), "3 of 4", _ORANGE),
        (_links(alive=1, dead=1), "1 of 2", _RED),
        (_links(unchecked=3, skipped=1), "not checked yet", _GREY),
        (_links(alive=1, unchecked=1), "1 of 1", _GREEN),
    ],
)
def test_links_alive_badge_counts_known_links(links: list[Finding], message: str, color: str) -> None:
    assert _badge("links-alive", *links) == (message, color)


def test_unchecked_link_keeps_its_last_verdict() -> None:
    known = finding("https://a.example/", Verdict.UNCHECKED, last_verdict=Verdict.ALIVE)
    assert _badge("links-alive", known) == ("1 of 1", _GREEN)


@pytest.mark.parametrize(
    ("stars", "message"), [(985, "985"), (1000, "1.0k"), (3111, "3.1k"), (39870, "39k"), (1_250_000, "1.2M")]
)
def test_stars_badge_is_short(stars: int, message: str) -> None:
    found = finding("https://github.com/a/b", repository=repository(stars=stars))
    assert _badge("entry 0-stars", found)[0] == message


def test_unknown_fact_has_no_badge() -> None:
    found = finding("https://github.com/a/b", repository=repository(stars=None))
    made = [name for name in badges(report(found, view=_FOR_ENTRIES)) if name.startswith("badges/entry 0-")]
    assert made == ["badges/entry 0-status.svg", "badges/entry 0-status.json"]


@pytest.mark.parametrize(
    ("facts", "color"),
    [
        (repository(last_commit=NIGHT), _GREEN),
        (repository(last_commit=NIGHT - timedelta(days=400)), _ORANGE),
        (repository(last_commit=NIGHT, archived=True), _ORANGE),
    ],
)
def test_last_commit_badge_has_the_colour_of_its_age(facts: object, color: str) -> None:
    assert _badge("entry 0-last-commit", finding("https://github.com/a/b", repository=facts))[1] == color


def test_stale_repositories_are_counted() -> None:
    asleep = repository(last_commit=NIGHT - timedelta(days=400))
    assert _badge("stale", finding("https://github.com/a/b", repository=asleep)) == ("1", _BLUE)


def test_foreign_text_is_escaped_in_svg() -> None:
    made = badge_svg("license", '</text><script>alert(1)</script>"&', "red", remark='"><x>')
    assert "<script>" not in made
    assert "<x>" not in made


def test_a_long_message_is_cut() -> None:
    assert "…" in badge_svg("license", "x" * 1000, "red")
    assert len(badge_svg("license", "x" * 1000, "red")) < 2000


def test_text_has_its_width_in_verdana() -> None:
    # 26.7 and 41.8 pixels by the font; shields.io gives them 27 and 41.
    made = badge_svg("build", "passing", "green")
    assert 'textLength="27"' in made
    assert 'textLength="42"' in made


@pytest.mark.parametrize(
    ("verdict", "facts", "message", "color"),
    [
        (Verdict.ALIVE, {}, "alive", _GREEN),
        (Verdict.MOVED, {}, "moved", _GREEN),
        (Verdict.ALIVE, {"archived": True}, "archived", _ORANGE),
        (Verdict.ALIVE, {"last_commit": NIGHT - timedelta(days=900)}, "stale", _YELLOW),
        (Verdict.DEAD, {"archived": True}, "dead", _RED),
        (Verdict.FAILING, {}, "failing", _RED),
        (Verdict.UNCHECKED, {}, "unknown", _GREY),
        (Verdict.GUARDED, {}, "guarded", _GREY),
    ],
)
def test_a_repository_has_a_status(verdict: Verdict, facts: dict[str, Any], message: str, color: str) -> None:
    found = finding("https://github.com/a/b", verdict, repository=repository(**facts))
    assert _badge("entry 0-status", found) == (message, color)


def test_died_badge_needs_a_history() -> None:
    def died(days: int, *urls: str) -> Day:
        return Day(NIGHT.date() - timedelta(days=days), died=urls)

    past = (died(40, "https://a.org/old"), died(29, "https://a.org/1"), died(0, "https://a.org/2"))
    made = badges(report(finding("https://a.org/"), past=past))
    assert json.loads(str(made["badges/died.json"]))["message"] == "2"
    assert "badges/died.svg" not in badges(report(finding("https://a.org/")))


def test_entries_have_badges_only_if_wanted() -> None:
    found = finding("https://github.com/a/b", repository=repository())
    names = {name.removesuffix(".svg") for name in badges(report(found)) if name.endswith(".svg")}
    assert names == {f"badges/{name}" for name in ("links-alive", "entries", "stale", "last-check")}


def test_bug_in_one_badge_costs_one_entry() -> None:
    broken = repository(last_commit="no date")
    found = [
        finding("https://github.com/a/b", repository=broken),
        finding("https://github.com/a/c", repository=repository()),
    ]
    made = badges(report(*found, view=_FOR_ENTRIES, stale_after=timedelta.max))
    assert "badges/entry 1-status.svg" in made
    assert "badges/entries.svg" in made
    assert [type(text) for text in made.values()].count(Broken) == 1


def test_white_text_has_enough_contrast() -> None:
    def light(color: str) -> float:
        parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    for color in (_GREEN, _YELLOW, _ORANGE, _RED, _BLUE, _GREY):
        assert 1.05 / (light(color) + 0.05) >= 4.5, color
