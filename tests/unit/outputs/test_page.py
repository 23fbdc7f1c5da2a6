"""One page that needs no network, and runs nothing but its own."""

import re
from base64 import b64encode
from hashlib import sha256

import pytest

from lmsys_enrich.model.finding import Verdict
from lmsys_enrich.outputs.page.contents import page_of
from lmsys_enrich.outputs.page.render import index_html
from tests.builders import finding, report, repository
from tests.fakes import NIGHT
from tests.reliability.harmless_html import Harmless
from tests.unit.outputs.example import NOTICE, example


def _html() -> str:
    return index_html(example())["index.html"]


def _hash(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


def test_its_policy_allows_its_own_style_and_script_and_nothing_else() -> None:
    html = _html()
    [policy] = re.findall(r'Content-Security-Policy" content="([^"]*)"', html)
    [style] = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    [script] = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    assert "default-src 'none'" in policy
    assert f"style-src '{_hash(style)}'" in policy
    assert f"script-src '{_hash(script)}'" in policy


def test_it_loads_nothing_and_leads_to_the_web_alone() -> None:
    Harmless().feed(_html())


def test_what_to_act_on_stands_first_with_what_to_write_instead() -> None:
    acts = page_of(example()).acts
    assert [act.kind for act in acts[:4]] == [Verdict.DEAD, Verdict.DEAD, Verdict.FAILING, Verdict.FAILING]
    moved = next(act for act in acts if act.subject == "https://github.com/microsoft/DeepSpeed")
    assert moved.better == "https://github.com/deepspeedai/DeepSpeed"
    assert moved.places.startswith("entries.yaml:27:12")
    assert {act.kind for act in acts} >= {"archived"}


def test_every_entry_is_a_row_with_its_facts_and_its_evidence() -> None:
    rows = {row.name: row for row in page_of(example()).rows}
    alpa = rows["Alpa"]
    assert (alpa.stars, alpa.licence, alpa.commit, alpa.language) == (
        "3,111",
        "Apache-2.0",
        "2023-12-09",
        "Python",
    )
    assert (alpa.verdict, list(alpa.flags), alpa.age) == ("alive", ["archived"], "older")
    assert rows["DeepSpeed"].verdict == "dead"
    assert "code: dead (404): 404 Not Found, 2026-11-23, failing on 3 days" in rows["DeepSpeed"].evidence
    assert rows["No link at all"].verdict == ""


def test_figures_and_charts_count_what_there_is() -> None:
    page = page_of(example())
    assert {figure.label: figure.value for figure in page.figures}["dead"] == "2"
    links = next(chart for chart in page.charts if chart.title == "Links")
    assert "dead 2" in links.told
    assert max(bar.width for bar in links.bars) == 150


def test_filters_offer_what_the_rows_have() -> None:
    choices = {choice.name: choice.options for choice in page_of(example()).choices}
    assert choices["licence"] == ["Apache-2.0"]
    assert "Frameworks" in choices["section"]
    assert "dead" in choices["verdict"]


def test_strangers_words_are_words() -> None:
    facts = repository(language="<script>alert(1)</script>", license='"><img src=x>', last_commit=NIGHT)
    html = index_html(report(finding("https://github.com/a/b", repository=facts)))["index.html"]
    assert "<script>alert" not in html
    assert "<img" not in html
    Harmless().feed(html)


def test_an_address_that_runs_something_cannot_be_clicked_on() -> None:
    html = index_html(report(finding("javascript:alert(1)", Verdict.SKIPPED)))["index.html"]
    assert "javascript:" not in re.sub(r"<script>.*?</script>", "", html, flags=re.DOTALL)


def test_where_all_is_well_it_says_so() -> None:
    html = index_html(report(finding("https://a.example/")))["index.html"]
    assert "Nothing: every link that could be checked is alive" in html


def test_many_things_to_act_on_are_cut_and_counted() -> None:
    dead = [finding(f"https://a.example/{n}", Verdict.DEAD) for n in range(230)]
    page = page_of(report(*dead))
    assert (len(page.acts), page.more_acts) == (200, 30)


@pytest.mark.parametrize("notice", [NOTICE, None])
def test_a_notice_stands_on_top_where_there_is_one(notice: str | None) -> None:
    assert ('role="note"' in index_html(example(notice))["index.html"]) == (notice is not None)


def test_stale_repositories_are_folded_the_longest_asleep_first() -> None:
    found = [
        finding(
            f"https://github.com/a/{name}",
            repository=repository(f"a/{name}", last_commit=NIGHT.replace(year=year)),
        )
        for name, year in (("young", 2024), ("old", 2012), ("awake", 2026))
    ]
    page = page_of(report(*found))
    assert [act.subject for act in page.asleep] == ["a/old", "a/young"]
    assert page.acts == []
