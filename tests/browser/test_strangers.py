"""Untrusted text in the browser stays text."""

import dataclasses
from pathlib import Path

import pytest

from lmsys_enrich.model.catalog import Catalog, Section, key_of
from lmsys_enrich.model.figures import Day
from lmsys_enrich.model.finding import Finding, Hop, Suggestion, Verdict
from lmsys_enrich.values import replace
from tests.browser.chromium import expect
from tests.browser.conftest import Open
from tests.builders import entry, finding, report, repository
from tests.fakes import NIGHT

_HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style></script><svg onload=alert(1)>",
    "javascript:alert(1)",
    "{{ 7 * 7 }}' onmouseover='alert(1)",
    "</textarea></title><iframe src=https://evil.example>",
]


@pytest.mark.parametrize("words", _HOSTILE)
def test_foreign_text_is_shown_and_runs_nothing(open_page: Open, words: str) -> None:
    url = f"https://a.example/{words}"
    facts = repository(words, description=words, language=words, license=words, last_commit=NIGHT)
    found = Finding(
        url=url,
        verdict=Verdict.MOVED,
        reason=words,
        hops=(Hop(words, 301),),
        suggestion=Suggestion(words, words),
        repository=facts,
    )
    named = entry(words, url)
    shown = dataclasses.replace(
        report(found, notice=words, past=(Day(NIGHT.date(), {Verdict.ALIVE: 1}, died=(words,)),)),
        catalogs=(
            Catalog(
                words, Path("entries.yaml"), sections=(Section(words, named.location, entries=(named,)),)
            ),
        ),
        findings={key_of(named.links[0]): replace(found, url=key_of(named.links[0]))},
    )
    page = open_page(shown)
    expect(page.get_by_role("heading", level=1)).to_have_text(words)
    expect(page.locator("tbody .name")).to_have_text(words)
    expect(page.locator("tbody p")).to_have_text(words)
    expect(page.locator("td").nth(1)).to_have_text(words)
    assert page.locator("select[name=licence] option").all_text_contents() == ["all", words]
    page.get_by_role("searchbox").fill(words)
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("button[data-copy]").click()
    assert page.evaluate("navigator.clipboard.readText()") == words
    assert page.locator("img, iframe, script:not(body > script)").count() == 0
    hrefs = page.eval_on_selector_all("a", "links => links.map(link => link.getAttribute('href'))")
    assert [href for href in hrefs if not href.startswith(("https://", "http://", "#"))] == []


def test_javascript_address_is_text(open_page: Open) -> None:
    page = open_page(report(finding("javascript:document.title='run'", Verdict.SKIPPED)))
    page.locator("tbody summary").click()
    page.get_by_text("javascript:document.title='run'").click()
    expect(page).to_have_title("A list")


def test_view_in_the_address_is_text(open_page: Open) -> None:
    page = open_page(report(finding("https://a.example/")), "#q=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E")
    expect(page.get_by_role("searchbox")).to_have_value("<img src=x onerror=alert(1)>")
    expect(page.get_by_text("No entry matches.")).to_be_visible()
