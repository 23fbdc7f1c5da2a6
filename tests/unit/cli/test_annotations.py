from pathlib import Path

import pytest

from lmsys_enrich.cli.annotations import annotations, write_step_files
from lmsys_enrich.errors import OutputError
from lmsys_enrich.model.finding import Suggestion, Verdict
from tests.builders import catalog, entry, finding, report

IN_ACTIONS = {"GITHUB_ACTIONS": "true"}


def test_dead_link_is_annotated_at_its_location() -> None:
    made = report(
        finding("https://a.org/", Verdict.DEAD),
        catalogs=(catalog(entry("A", "https://a.org/", line=7)),),
    )
    assert list(annotations(made, IN_ACTIONS)) == [
        "::error file=entries.yaml,line=7,col=10,title=dead link::https://a.org/: as the test says"
    ]


def test_moved_link_is_annotated_with_its_suggestion() -> None:
    moved = finding("https://a.org/", Verdict.MOVED, suggestion=Suggestion("https://b.org/", "permanent"))
    (mark,) = annotations(report(moved), IN_ACTIONS)
    assert mark.endswith(" → https://b.org/")


def test_living_link_is_not_annotated() -> None:
    assert not list(annotations(report(finding("https://a.org/")), IN_ACTIONS))


def test_no_annotations_outside_of_actions() -> None:
    assert not list(annotations(report(finding("https://a.org/", Verdict.DEAD)), {}))


def test_foreign_text_starts_no_command() -> None:
    hostile = Suggestion("https://b.org/%0A::error::x\n::set-output name=y::z\x1b[2J", "permanent")
    (command,) = annotations(report(finding("https://a.org/", Verdict.DEAD, suggestion=hostile)), IN_ACTIONS)
    assert "\n" not in command
    assert "\x1b" not in command
    assert "%250A::error" in command


def test_annotations_stay_within_the_limit_of_github() -> None:
    many = [finding(f"https://a.org/{number}", Verdict.DEAD) for number in range(30)]
    assert len(list(annotations(report(*many), IN_ACTIONS))) == 10


def test_step_gets_outputs_and_a_summary(tmp_path: Path) -> None:
    files = {"GITHUB_OUTPUT": str(tmp_path / "output"), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary")}
    write_step_files(report(finding("https://a.org/", Verdict.DEAD)), 10, "# Links\n", files)
    lines = (tmp_path / "output").read_text().splitlines()
    assert "exit-code=10" in lines
    assert "dead=1" in lines
    assert (tmp_path / "summary").read_text() == "# Links\n"


def test_unwritable_step_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="GITHUB_OUTPUT"):
        write_step_files(report(), 0, "", {"GITHUB_OUTPUT": str(tmp_path)})
