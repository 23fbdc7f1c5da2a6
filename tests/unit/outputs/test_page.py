"""Page: content, policy, escaping."""

import dataclasses
import re
from base64 import b64encode
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from lmsys_enrich.lists.markdown.reader import read_markdown
from lmsys_enrich.model.figures import Day, Relicensed
from lmsys_enrich.model.finding import Suggestion, SuggestionKind, Verdict
from lmsys_enrich.model.report import Report
from lmsys_enrich.model.workspace import Workspace
from lmsys_enrich.outputs.page.contents import page_of
from lmsys_enrich.outputs.page.render import index_html
from lmsys_enrich.outputs.page.words import worst
from tests.builders import catalog, day, entry, finding, report, repository
from tests.fakes import NIGHT
from tests.reliability.harmless_html import Harmless
from tests.unit.outputs.example import NOTICE, example


def _html(shown: Report | None = None) -> str:
    return str(index_html(shown or example())["index.html"])


def _row(name: str, shown: Report | None = None) -> str:
    """Return the last row with a name; its tags but for links are blanks."""
    rows = re.findall(r"<tr (data-.*?)</tr>", _html(shown), re.DOTALL)
    row = [row for row in rows if re.search(f'class="name">(<a[^>]*>)?{re.escape(name)}<', row)][-1]
    return " ".join(re.sub(r"<(?!a )[^>]*>", " ", row).split())


def _hash(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


def test_content_security_policy_allows_own_style_and_script() -> None:
    html = _html()
    [policy] = re.findall(r'Content-Security-Policy" content="([^"]*)"', html)
    [style] = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    [script] = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    assert "default-src 'none'" in policy
    assert f"style-src '{_hash(style)}'" in policy
    assert f"script-src '{_hash(script)}'" in policy


def test_page_loads_nothing_and_links_to_the_web_alone() -> None:
    Harmless().feed(_html())


def test_tasks_come_with_their_suggestion() -> None:
    groups = page_of(example()).groups
    assert [group.kind for group in groups] == ["dead", "open", "moved", "failing", "archived", "stale"]
    moved = next(act for act in groups[2].tasks if act.subject == "https://github.com/microsoft/DeepSpeed")
    assert moved.better == "https://github.com/deepspeedai/DeepSpeed"
    assert (moved.name, moved.locations[0].text) == ("DeepSpeed", "entries.yaml:27:12")
    assert moved.locations[0].href is None


def test_locations_lead_to_the_repository() -> None:
    workspace = Workspace(Path("/r"), Path("/r/lists"), "https://github.com/o/r")
    shown = dataclasses.replace(example(), workspace=workspace)
    [place, *_] = next(group for group in page_of(shown).groups if group.kind == "moved").tasks[0].locations
    assert place.href == "https://github.com/o/r/blob/HEAD/lists/entries.yaml?plain=1#L27"
    assert place.href in _html(shown)


def test_news_come_first_and_are_not_repeated() -> None:
    lasting = finding("https://old.example/", Verdict.DEAD, reported=Verdict.DEAD, verdict_since=day(1))
    new = finding("https://new.example/", Verdict.DEAD, reported=Verdict.ALIVE, verdict_since=NIGHT)
    groups = page_of(report(lasting, new)).groups
    assert [(group.kind, [task.subject for task in group.tasks]) for group in groups] == [
        ("new", ["https://new.example/"]),
        ("dead", ["https://old.example/"]),
    ]


def test_patch_of_what_moved_is_on_the_page(tmp_path: Path) -> None:
    source = tmp_path / "README.md"
    source.write_text("# L\n## T\n- [A](https://a.example/)\n")
    catalog = read_markdown(source.read_text(), source)
    better = Suggestion("https://b.example/<x>", "301")
    moved = finding("https://a.example/", Verdict.MOVED, suggestion=better, moves=1)
    shown = report(catalogs=(catalog,), findings={moved.url: moved}, workspace=Workspace(tmp_path, tmp_path))
    [group] = page_of(shown).groups
    assert group.patch == ""  # to another site: for a person
    better = Suggestion("https://a.example/new", "301")
    moved = finding("https://a.example/", Verdict.MOVED, suggestion=better, moves=1)
    shown = report(catalogs=(catalog,), findings={moved.url: moved}, workspace=Workspace(tmp_path, tmp_path))
    [group] = page_of(shown).groups
    assert "+++ b/README.md" in group.patch
    assert "+- [A](https://a.example/new)" in group.patch


def test_duplicates_are_tasks() -> None:
    found = finding("https://a.example/")
    twice = catalog(entry("A", "https://a.example/", line=3), entry("B", "https://a.example/", line=9))
    [group] = page_of(report(catalogs=(twice,), findings={found.url: found})).groups
    assert (group.kind, group.count, group.tasks[0].locations[0].text) == ("twice", 1, "entries.yaml:9:10")


def test_repositories_that_became_one_are_tasks() -> None:
    new = finding("https://github.com/new/x", repository=repository("new/x"))
    old = finding("https://github.com/old/x", repository=repository("new/x", renamed_from="old/x"))
    [group] = page_of(report(new, old)).groups
    assert (group.kind, group.count) == ("twice", 1)
    assert "new/x is listed under 2 addresses" in group.tasks[0].subject


def test_repositories_to_act_on_name_their_entries_and_lines() -> None:
    facts = repository("a/b", archived=True, archived_at=day(1), last_commit=NIGHT - timedelta(days=900))
    found = finding("https://github.com/a/b", repository=facts)
    listed = catalog(
        entry("A", "https://github.com/a/b", line=3), entry("Paper", "https://x.example/", found.url, line=9)
    )
    other = finding("https://x.example/")
    shown = report(catalogs=(listed,), findings={one.url: one for one in (found, other)})
    groups = {group.kind: group for group in page_of(shown).groups}
    for kind, why in (
        ("archived", "archived 2026-11-01"),
        ("stale", f"last commit {facts.last_commit:%Y-%m-%d}, archived 2026-11-01"),
    ):
        [task] = groups[kind].tasks
        assert (task.name, task.why) == ("A and 1 more", why)
        assert [place.text for place in task.locations] == ["entries.yaml:3:10", "entries.yaml:9:10"]
    assert groups["stale"].count == shown.summary.stale


def test_every_entry_is_a_row_with_its_facts() -> None:
    alpa = _row("Alpa")
    assert 'data-verdict="alive" data-age="over 2 years" data-flags="archived,stale"' in alpa
    assert alpa.endswith("alive archived stale 3,111 2 years ago 2023-12-09 Apache-2.0 Python")
    assert " Compilation | based " in alpa
    assert 'data-verdict="dead"' in _row("DeepSpeed")
    assert 'data-verdict=""' in _row("No link at all")


def test_each_link_has_its_evidence() -> None:
    seen = "dead 404 Not Found checked 2026-11-23, failing on 3 days since 2026-11-20"
    assert re.search(f" code <a [^>]*>[^<>]+ {seen} ", _row("DeepSpeed"))
    assert " 301 https://old.example/ checked" in _row("Another")


def test_long_description_is_cut() -> None:
    facts = repository(description="word " * 100)
    row = _row("", report(finding("https://github.com/a/b", repository=facts)))
    [words] = re.findall("word .*…", row)
    assert len(words) == 180


def test_figures_and_charts_count_what_there_is() -> None:
    page = page_of(example())
    assert {share.verdict: share.count for share in page.shares}[Verdict.DEAD] == 2
    assert {figure.label: figure.value for figure in page.figures}["archived"] == "1"
    stars = next(chart for chart in page.charts if chart.title == "Stars")
    assert "1,000 to 9,999 1" in stars.description
    assert max(bar.width for bar in stars.bars) == 120


def test_alive_is_one_number() -> None:
    page = page_of(example())
    alive = next(share for share in page.shares if share.verdict is Verdict.ALIVE)
    assert page.alive_of.startswith(f"of links alive: {alive.shown} of the ")
    assert alive.shown == example().alive.alive


def test_one_dead_link_of_many_is_not_rounded_away() -> None:
    alive = [finding(f"https://a.example/{n}") for n in range(3000)]
    page = page_of(report(*alive, finding("https://b.example/", Verdict.DEAD)))
    assert (page.alive, page.alive_of) == (
        "99.9%",
        "of links alive: 3,000 of the 3,001 that could be checked",
    )


def test_unknown_links_give_no_percentage() -> None:
    assert page_of(report(finding("https://a.example/", Verdict.UNCHECKED))).alive == "?"


def test_rare_licences_are_counted_together() -> None:
    found = [
        finding(f"https://github.com/a/{n}", repository=repository(f"a/{n}", license=f"A-very-long-name-{n}"))
        for n in range(8)
    ]
    licences = next(chart for chart in page_of(report(*found)).charts if chart.title == "Licences")
    assert [(bar.label, bar.count) for bar in licences.bars][5:] == [
        ("A-very-long-na…", 1),
        ("all others", 2),
    ]


def test_filters_offer_what_the_rows_have() -> None:
    choices = {choice.name: choice.options for choice in page_of(example()).choices}
    assert choices["licence"] == ["Apache-2.0"]
    assert "Frameworks" in choices["section"]
    assert "dead" in choices["verdict"]


def test_foreign_text_is_escaped_on_the_page() -> None:
    facts = repository(language="<script>alert(1)</script>", license='"><img src=x>', last_commit=NIGHT)
    html = _html(report(finding("https://github.com/a/b", repository=facts)))
    assert "<script>alert" not in html
    assert "<img" not in html
    Harmless().feed(html)


def test_javascript_address_is_no_link() -> None:
    html = _html(report(finding("javascript:alert(1)", Verdict.SKIPPED)))
    assert 'href="javascript:' not in html
    assert "javascript:alert(1)" in html


def test_page_without_tasks_says_so() -> None:
    html = _html(report(finding("https://a.example/")))
    assert "Every link that could be checked is alive" in html


def test_long_group_of_tasks_is_cut_and_counted() -> None:
    dead = [finding(f"https://a.example/{n}", Verdict.DEAD) for n in range(230)]
    [group] = page_of(report(*dead)).groups
    assert (len(group.tasks), group.count, group.more) == (100, 230, 130)


@pytest.mark.parametrize("notice", [NOTICE, None])
def test_notice_is_on_top(notice: str | None) -> None:
    assert ('role="note"' in _html(example(notice))) == (notice is not None)


def test_stale_repositories_are_sorted_by_age() -> None:
    found = [
        finding(
            f"https://github.com/a/{name}",
            repository=repository(f"a/{name}", last_commit=NIGHT.replace(year=year)),
        )
        for name, year in (("young", 2024), ("old", 2012), ("awake", 2026))
    ]
    [group] = page_of(report(*found)).groups
    assert (group.kind, [act.subject for act in group.tasks]) == ("stale", ["a/old", "a/young"])


def test_recent_licence_change_of_a_listed_repository_is_shown() -> None:
    found = finding("https://github.com/a/b", repository=repository("a/b"))
    news = (Relicensed("A/B", "MIT → other"), Relicensed("not/here", "MIT → other"))
    days = (Day(day(1).replace(month=9).date(), relicensed=news), Day(NIGHT.date(), relicensed=news))
    [group] = page_of(report(found, past=days)).groups
    assert (group.kind, [(act.subject, act.why) for act in group.tasks]) == (
        "licence",
        [("a/b", "MIT → other, seen 2026-11-23")],
    )


def test_long_list_shows_the_worst_and_counts_the_rest() -> None:
    found = [finding(f"https://a.org/{number}") for number in range(10_500)]
    found[10_400] = finding("https://a.org/10400", Verdict.DEAD)
    page = page_of(report(*found))
    assert (len(page.shown), page.left_out) == (10_000, 500)
    assert [worst(known) for known in page.shown].index(Verdict.DEAD) == 9_999
    assert "500 entries whose links are in the best state are left out" in _html(report(*found))


def test_list_without_a_judged_link_is_not_called_well() -> None:
    html = _html(report(finding("https://a.example/", Verdict.UNCHECKED)))
    assert "No link has a clear result yet." in html
    assert "is alive at its listed address" not in html


def test_remarks_can_be_filtered() -> None:
    archived = finding("https://github.com/a/b", repository=repository("a/b", archived=True))
    shown = report(archived, finding("https://x.example/"))
    [choice] = [choice for choice in page_of(shown).choices if choice.name == "flag"]
    assert choice.options == ["archived"]
    assert 'data-flags="archived"' in _html(shown)


def test_archived_copy_is_called_one() -> None:
    copy = Suggestion("https://web.archive.org/x", "seen 2024", kind=SuggestionKind.ARCHIVED)
    dead = finding("https://a.example/", Verdict.DEAD, snapshot=copy)
    assert ">archived copy</span> <code>https://web.archive.org/x</code>" in _html(report(dead))


def test_document_without_entries_has_no_empty_table() -> None:
    prose = read_markdown("# Notes\n\nSee <https://a.example/x>.\n", Path("README.md"))
    found = finding("https://a.example/x")
    html = _html(report(catalogs=(prose,), findings={found.url: found}))
    assert "Nothing in the list was read as an entry." in html
    assert '<table class="cut" aria-labelledby="list" hidden>' in html


def test_entry_without_a_name_shows_its_address() -> None:
    found = finding("https://a.example/")
    shown = report(catalogs=(catalog(entry("", found.url)),), findings={found.url: found})
    assert 'href="https://a.example/"' in _row("https://a.example/", shown)
