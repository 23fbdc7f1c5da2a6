"""A run's figures, for people."""

import json
from dataclasses import replace
from pathlib import Path

from lmsys_enrich.cli.summary import Files, summary_json, summary_markdown, summary_text
from lmsys_enrich.model.changes import Change
from lmsys_enrich.model.facts import Model, Paper
from lmsys_enrich.model.figures import HostTime, Traffic
from lmsys_enrich.model.finding import Suggestion, Verdict
from lmsys_enrich.model.report import Obstacle
from lmsys_enrich.outputs.marker_blocks import Blocks
from tests.builders import day, finding, rendered, report, repository
from tests.fakes import NIGHT

_NOTHING = Files(Path("build"), (), ())
_OBSTACLE = Obstacle("GitHub is <down>", "Run again later.")


def test_obstacle_comes_with_its_next_step() -> None:
    text = summary_text(report(obstacles=(_OBSTACLE,)), _NOTHING)
    assert "Not everything could be checked: GitHub is <down>\n→ Run again later." in text


def test_suggestion_follows_the_reason() -> None:
    moved = finding("https://a.example/", Verdict.MOVED, suggestion=Suggestion("https://b.example/", "301"))
    assert "as the test says → https://b.example/" in summary_text(report(moved), _NOTHING)


def test_singular_and_plural() -> None:
    text = summary_text(report(finding("https://github.com/a/b", repository=repository())), _NOTHING)
    assert text.startswith("1 link in 1 entry: 1 alive\n1 repository: 0 archived, 0 stale\n")


def test_papers_and_models_are_counted() -> None:
    paper = Paper(ids={"arxiv": "2201.12023"}, retracted=True, fetched_at=NIGHT)
    model = Model(full_name="acme/llm", fetched_at=NIGHT)
    shown = report(
        finding("https://arxiv.org/abs/2201.12023", paper=paper),
        finding("https://huggingface.co/acme/llm", model=model),
    )
    lines = "2 links in 2 entries: 2 alive\n1 paper: 1 withdrawn or retracted\n1 model\n"
    assert summary_text(shown, _NOTHING).startswith(lines)
    assert "1 paper: 1 withdrawn or retracted" in summary_markdown(shown)


def test_summary_counts_changed_files() -> None:
    lying = (Path("enriched.md"), Path("badges/a.svg"), Path("badges/a.json"))
    text = summary_text(report(), Files(Path("build"), lying, lying[:1]))
    assert "3 files in build, 1 of them changed:\n  build/enriched.md\n  build/badges/ (2 files)" in text
    assert "none of them changed" in summary_text(report(), Files(Path("build"), lying, ()))


def test_step_summary_escapes_foreign_text() -> None:
    dead = finding("https://a.example/<b>", Verdict.DEAD)
    text = summary_markdown(report(dead, obstacles=(_OBSTACLE,)))
    assert "| dead | 1 |" in text
    assert r"https://a.example/\<b\>" in text
    assert r"GitHub is \<down\>" in text


def test_summary_without_findings_has_no_tasks() -> None:
    assert "To act on" not in summary_markdown(report(finding("https://a.example/")))


def test_news_come_before_what_lasts() -> None:
    lasting = finding("https://old.example/", Verdict.DEAD, reported=Verdict.DEAD, verdict_since=day(1))
    new = finding("https://new.example/", Verdict.DEAD, reported=Verdict.ALIVE, verdict_since=NIGHT)
    back = finding("https://back.example/", reported=Verdict.DEAD, verdict_since=NIGHT)
    shown = report(lasting, new, back).with_history((), (Change("archived", "acme/a", "2026-11-01"),))
    text = summary_text(shown, _NOTHING)
    order = [
        "New since the last run:",
        "new.example",
        "alive again: https://back",
        "acme/a",
        "As before:",
        "old.ex",
    ]
    assert [text.index(words) for words in order] == sorted(text.index(words) for words in order)
    markdown = summary_markdown(shown)
    order = [
        "### New since the last run",
        "new.example",
        "back.example",
        "acme/a",
        "as before",
        "old.example",
    ]
    assert [markdown.index(words) for words in order] == sorted(markdown.index(words) for words in order)


def test_quiet_night_says_so() -> None:
    lasting = finding("https://old.example/", Verdict.DEAD, reported=Verdict.DEAD, verdict_since=day(1))
    assert "Nothing new since the last run.\n\nAs before:\n  dead     https://old" in summary_text(
        report(lasting), _NOTHING
    )


def test_first_run_has_no_news() -> None:
    first = finding("https://a.example/", Verdict.DEAD, verdict_since=NIGHT)
    assert "ew since" not in summary_text(report(first), _NOTHING)


def test_slowest_host_of_a_slow_run_is_named() -> None:
    longest = HostTime("slow.example", 40.0, 12)
    long = replace(report(), traffic=Traffic(web=20, seconds=42.0, longest=longest))
    assert "42.0 s, 40.0 s of them with slow.example (12 requests)" in summary_text(long, _NOTHING)
    short = replace(report(), traffic=Traffic(web=20, seconds=1.0, longest=longest))
    assert "slow.example" not in summary_text(short, _NOTHING)


def test_number_of_living_links_is_the_same_everywhere() -> None:
    known = finding("https://c.example/", Verdict.UNCHECKED, last_verdict=Verdict.ALIVE)
    shown = report(
        finding("https://a.example/"),
        finding("https://b.example/", Verdict.MOVED),
        known,
        finding("https://d.example/", Verdict.DEAD),
    )
    text = summary_text(shown, _NOTHING)
    assert text.startswith("4 links in 4 entries: 3 alive, 1 of them moved, 1 dead\n")
    assert "\nnot checked in this run: 1 link, counted as last known\n" in text
    assert "| alive | 3 |\n| of them moved | 1 |\n| dead | 1 |" in summary_markdown(shown)
    assert json.loads(summary_json(shown, _NOTHING, 0))["links_alive"] == 3
    files = rendered(shown)
    assert json.loads(files["enriched.json"])["summary"]["links_alive"] == 3
    assert json.loads(files["badges/links-alive.json"])["message"] == "3 of 4"
    assert "3 of the 4 that could be checked, 1 of them at a new address" in files["index.html"]
    block = Blocks(shown, "badges", None).filled(
        "<!-- lmsys-enrich:summary -->\n<!-- /lmsys-enrich -->\n", "a.md"
    )
    assert "| alive | 3 |\n| of them moved | 1 |\n| dead | 1 |" in block
