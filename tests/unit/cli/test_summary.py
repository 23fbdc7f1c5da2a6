"""A run's figures, for people."""

from dataclasses import replace
from pathlib import Path

from lmsys_enrich.cli.summary import Files, summary_markdown, summary_text
from lmsys_enrich.model.finding import Suggestion, Verdict
from lmsys_enrich.model.report import HostTime, Obstacle, Traffic
from tests.builders import finding, report, repository

_NOTHING = Files(Path("build"), (), ())
_OBSTACLE = Obstacle("GitHub is <down>", "Run again later.")


def test_obstacle_comes_with_its_next_step() -> None:
    told = summary_text(report(obstacles=(_OBSTACLE,)), _NOTHING)
    assert "Could not find out everything: GitHub is <down>\n→ Run again later." in told


def test_suggestion_follows_the_reason() -> None:
    moved = finding("https://a.example/", Verdict.MOVED, suggestion=Suggestion("https://b.example/", "301"))
    assert "as the test says → https://b.example/" in summary_text(report(moved), _NOTHING)


def test_singular_and_plural() -> None:
    told = summary_text(report(finding("https://github.com/a/b", repository=repository())), _NOTHING)
    assert told.startswith("1 link in 1 entry: 1 alive\n1 repository: 0 archived, 0 stale\n")


def test_summary_counts_changed_files() -> None:
    lying = (Path("enriched.md"), Path("badges/a.svg"), Path("badges/a.json"))
    told = summary_text(report(), Files(Path("build"), lying, lying[:1]))
    assert "3 files in build, 1 of them changed:\n  build/enriched.md\n  build/badges/ (2 files)" in told
    assert "none of them changed" in summary_text(report(), Files(Path("build"), lying, ()))


def test_step_summary_escapes_foreign_text() -> None:
    dead = finding("https://a.example/<b>", Verdict.DEAD)
    told = summary_markdown(report(dead, obstacles=(_OBSTACLE,)))
    assert "| dead | 1 |" in told
    assert r"https://a.example/\<b\>" in told
    assert r"GitHub is \<down\>" in told


def test_summary_without_findings_has_no_tasks() -> None:
    assert "To act on" not in summary_markdown(report(finding("https://a.example/")))


def test_slowest_host_of_a_slow_run_is_named() -> None:
    longest = HostTime("slow.example", 40.0, 12)
    long = replace(report(), traffic=Traffic(web=20, seconds=42.0, longest=longest))
    assert "42.0 s, 40.0 s of them with slow.example (12 requests)" in summary_text(long, _NOTHING)
    short = replace(report(), traffic=Traffic(web=20, seconds=1.0, longest=longest))
    assert "slow.example" not in summary_text(short, _NOTHING)
