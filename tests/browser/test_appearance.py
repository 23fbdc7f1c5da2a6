"""Appearance of the page: light and dark, wide and narrow, printed, without scripts, for screen readers."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.browser.chromium import Page, expect
from tests.browser.conftest import Open
from tests.browser.lists import long, with_a_past

_NARROW = {"width": 360, "height": 740}
_AXE = os.environ.get("AXE_CORE")


def _background(page: Page) -> int:
    """Return the lightness of the page, from 0 to 765."""
    color = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return sum(int(part) for part in color.removeprefix("rgb(").removesuffix(")").split(","))


def test_page_is_dark_in_dark_mode(open_page: Open) -> None:
    assert _background(open_page(with_a_past(), color_scheme="light")) > 700
    assert _background(open_page(with_a_past(), color_scheme="dark")) < 120


def test_nothing_is_wider_than_a_phone(open_page: Open) -> None:
    page = open_page(with_a_past(), viewport=_NARROW)
    page.evaluate("document.querySelectorAll('details').forEach(folded => folded.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= _NARROW["width"]


@pytest.mark.parametrize("width", [360, 768, 1023, 1024, 1920])
def test_no_cell_runs_over_its_neighbour(open_page: Open, width: int) -> None:
    page = open_page(with_a_past(), viewport={"width": width, "height": 900})
    wide = "[...document.querySelectorAll('th, td')].filter(cell => cell.scrollWidth > cell.clientWidth + 1)"
    assert page.evaluate(f"{wide}.map(cell => cell.textContent)") == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_trends_have_drawing_and_description(open_page: Open) -> None:
    page = open_page(with_a_past())
    for name in ("Links alive: 96.7%", "Stars by month: 2026-02: 1,000", "Links that died: 2026-02: 0"):
        expect(page.get_by_role("img", name=name)).to_be_visible()
    page.get_by_text("Links that died, by date").click()
    expect(page.get_by_role("link", name="https://gone.example/9")).to_be_visible()


def test_print_has_every_entry_and_no_buttons(open_page: Open) -> None:
    page = open_page(long(400))
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("tbody tr")).to_have_count(400)
    expect(page.get_by_role("searchbox")).to_be_hidden()
    expect(page.get_by_role("button", name="Show all")).to_be_hidden()
    expect(page.get_by_role("columnheader", name="Stars")).to_be_visible()


def test_page_without_scripts_has_the_whole_list(open_page: Open) -> None:
    page = open_page(long(400), java_script_enabled=False)
    assert page.locator("tbody tr").count() == 400
    assert page.locator("tbody tr").last.is_visible()
    assert not page.locator("form").is_visible()


@pytest.mark.skipif(_AXE is None, reason="AXE_CORE does not name axe.min.js (npm axe-core): see .ci/run")
@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 900}, _NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault(open_page: Open, scheme: str, viewport: dict[str, int]) -> None:
    page = open_page(with_a_past(), color_scheme=scheme, viewport=viewport)
    page.evaluate("document.querySelectorAll('details').forEach(folded => folded.open = true)")
    # Not as a script of the page, which its policy would refuse.
    page.evaluate(Path(str(_AXE)).read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate("axe.run()")
    assert len(found["passes"]) > 10
    grave = [fault for fault in found["violations"] if fault["impact"] in {"serious", "critical"}]
    assert grave == [], json.dumps(grave, indent=2)[:3000]
