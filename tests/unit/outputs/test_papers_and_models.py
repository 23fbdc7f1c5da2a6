"""Papers and models in documents, and archived copies of dead links."""

import json

import pytest

from lmsys_enrich.model.catalog import Entry, Link, Location
from lmsys_enrich.model.document import DocumentView, Fact
from lmsys_enrich.model.facts import Model, Paper
from lmsys_enrich.model.finding import Suggestion, SuggestionKind, Verdict
from lmsys_enrich.outputs.fact_words import coarse
from lmsys_enrich.outputs.page.contents import page_of
from lmsys_enrich.values import replace
from tests.builders import catalog, entry, finding, rendered, report, repository
from tests.fakes import NIGHT

_PAPER = Paper(fetched_at=NIGHT, ids={"arxiv": "2201.12023"}, venue="OSDI", year=2022, citations=1234)
_MODEL = Model(fetched_at=NIGHT, full_name="a/m", likes=57, downloads=123_456, license="mit", gated=True)
_VIEW = DocumentView((Fact.VENUE, Fact.CITATIONS, Fact.LIKES, Fact.DOWNLOADS, Fact.LICENSE, Fact.STATUS))


def test_facts_of_papers_and_models_are_shown_on_wish() -> None:
    found = (
        finding("https://arxiv.org/abs/2201.12023", paper=_PAPER),
        finding("https://huggingface.co/a/m", model=_MODEL),
    )
    made = rendered(report(*found, view=_VIEW))["enriched.md"]
    assert "<!--facts-->· OSDI 2022 · 1,200+ citations<!--/facts-->" in made
    assert "<!--facts-->· ♥ 50+ · ↓ 120,000+ · MIT · access on request<!--/facts-->" in made
    assert "OSDI" not in rendered(report(*found))["enriched.md"]


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0, "0"), (9, "9"), (10, "10+"), (57, "50+"), (199, "190+"), (98_765, "98,000+"), (None, "")],
)
def test_counts_that_grow_are_coarse(number: int | None, shown: str) -> None:
    assert coarse(number) == shown


def test_withdrawn_paper_is_marked() -> None:
    withdrawn = replace(_PAPER, withdrawn=True)
    made = rendered(report(finding("https://arxiv.org/abs/2201.12023", paper=withdrawn)))
    assert "**withdrawn**" in made["enriched.md"]
    assert '<span class="flag">withdrawn</span>' in made["index.html"]
    assert json.loads(made["enriched.json"])["summary"]["withdrawn"] == 1


def test_dead_link_is_proposed_its_archived_copy() -> None:
    copy = Suggestion(
        "https://web.archive.org/web/2020/https://a.example/", "archived", SuggestionKind.ARCHIVED
    )
    made = rendered(report(finding("https://a.example/", Verdict.DEAD, snapshot=copy)))
    assert f"Replace it with the archived copy: <{copy.url}>" in made["dead-links.md"]
    [shown] = json.loads(made["dead-links.json"])["findings"]
    assert shown["suggestion"] == {"url": copy.url, "why": "archived", "kind": "archived"}
    assert f"**dead** ([archived copy]({copy.url}))" in made["enriched.md"]
    assert copy.url in made["index.html"]
    assert copy.url not in rendered(report(finding("https://a.example/", snapshot=copy)))["dead-links.md"]


def test_page_has_figures_charts_and_filters_of_each_kind() -> None:
    found = (
        finding("https://arxiv.org/abs/2201.12023", paper=replace(_PAPER, withdrawn=True)),
        finding("https://doi.org/10.1145/1", paper=replace(_PAPER, ids={"doi": "10.1145/1"}, venue=None)),
        finding("https://huggingface.co/a/m", model=_MODEL),
        finding("https://github.com/a/b", repository=repository("a/b")),
    )
    page = page_of(report(*found))
    assert {figure.label: figure.value for figure in page.figures}["papers"] == "2"
    assert [group.title for group in page.chart_groups] == ["Repositories", "Papers", "Models and data sets"]
    choices = {choice.name: choice.options for choice in page.choices}
    assert choices["kind"] == ["model", "paper", "repository"]
    assert choices["venue"] == ["OSDI"]
    assert {"citations", "downloads", "stars"} <= {header.key for header in page.headers}
    assert [group.kind for group in page.groups] == ["withdrawn"]


def test_page_names_venue_and_doi_of_a_publication_apart() -> None:
    url, published = "https://arxiv.org/abs/2201.12023", replace(_PAPER, published_as="10.1145/1")
    listed = replace(entry("Alpa", url), cells={"publisher": "arXiv"})
    made = report(finding(url, paper=published), catalogs=(catalog(listed),))
    tasks = {group.kind: group.tasks for group in page_of(made).groups}
    (task,) = tasks["published"]
    assert (task.why, task.better) == ("OSDI 2022", "https://doi.org/10.1145/1")


def test_page_without_papers_has_no_columns_of_theirs() -> None:
    page = page_of(report(finding("https://a.example/")))
    assert [header.key for header in page.headers] == ["name", "section", "links"]


def test_what_the_list_says_otherwise_is_a_task() -> None:
    paper = Paper(fetched_at=NIGHT, ids={"arxiv": "2201.12023"}, venue="OSDI", year=2022)
    found = finding("https://arxiv.org/abs/2201.12023", paper=paper)
    link = Link(found.url, "url", Location("entries.yaml", 3, 9))
    listed = Entry("a", "A paper", link.location, (link,), {"publisher": "arXiv", "year": 2019})
    groups = page_of(report(catalogs=(catalog(listed),), findings={found.url: found})).groups
    shown = {group.kind: [(task.name, task.why) for task in group.tasks] for group in groups}
    assert shown["published"] == [("A paper", "OSDI 2022")]
    assert any("2019" in why for _, why in shown.get("differs", []))
