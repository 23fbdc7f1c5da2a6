"""A list without mistakes becomes the catalog that its maintainer meant."""

from datetime import date
from pathlib import Path

import pytest

from lmsys_enrich.lists.entries_yaml import read_entries
from lmsys_enrich.lists.identifiers import slug_of
from lmsys_enrich.model.catalog import Catalog, Column, Entry, Exemption, Link, Location

_PATH = Path("lists/e.yaml")
_TEXT = """\
title: A  list
description: |
  Two
  lines
sections:
  - title: Papers
    text: Words
    sections:
      - title: Training
        columns: [year, name: Title, last_seen]
        entries:
          - name: A paper
            url: https://a.example/
            year: 2022
            last_seen: true
            links:
              code: https://b.example/
              mail: mailto:someone@example.org
          - {name: A paper, id: a-paper-2, ignore: {reason: ours, until: 2027-01-31}}
          - {name: a PAPER!, description: "Words "}
  - title: Tools
    entries: [{name: 論文, framework: A Paper, publisher: "2022"}]
"""


def _read(text: str = _TEXT) -> Catalog:
    return read_entries(text, _PATH)


def _by_id(text: str = _TEXT) -> dict[str, Entry]:
    return {listed.entry.id: listed.entry for listed in _read(text).listed()}


def test_titles_are_one_line_and_descriptions_keep_theirs() -> None:
    catalog = _read()
    assert (catalog.title, catalog.description) == ("A list", "Two\nlines")
    assert [section.title for section in catalog.sections] == ["Papers", "Tools"]
    assert catalog.sections[0].text == "Words"


def test_entries_know_their_sections_and_their_places() -> None:
    [first, *_] = _read().listed()
    assert first.path == ("Papers", "Training")
    assert first.entry.location == Location("lists/e.yaml", 12, 13)
    assert first.entry.links == (
        Link("https://a.example/", "url", Location("lists/e.yaml", 13, 18)),
        Link("https://b.example/", "code", Location("lists/e.yaml", 17, 21)),
        Link("mailto:someone@example.org", "mail", Location("lists/e.yaml", 18, 21)),
    )


def test_column_has_the_written_header_or_one_of_its_key() -> None:
    training = _read().sections[0].sections[0]
    assert training.columns == (
        Column("year", "Year"),
        Column("name", "Title"),
        Column("last_seen", "Last_seen"),
    )
    assert training.entries[0].cells == {"year": 2022, "last_seen": True}


def test_ids_are_written_or_made_and_never_the_same() -> None:
    entries = _by_id()
    made = slug_of("論文")
    assert list(entries) == ["a-paper", "a-paper-2", "a-paper-3", made]
    assert [entry.id_is_written for entry in entries.values()] == [False, True, False, False]
    assert made.startswith("entry-")


def test_an_exemption_holds_to_its_last_day() -> None:
    ignore = _by_id()["a-paper-2"].ignore
    assert ignore == Exemption("ours", date(2027, 1, 31))
    assert ignore.holds_on(date(2027, 1, 31))
    assert not ignore.holds_on(date(2027, 2, 1))


def test_fields_without_a_value_are_as_if_they_were_not_there() -> None:
    empty = "{name: A, id: , url: , year: , description: , publisher: ~, links: {code: }, ignore: }"
    text = f"title: A\ndescription:\nsections:\n  - {{title: S, columns: , text: , entries: [{empty}]}}\n"
    assert _by_id(text) == {"a": Entry("a", "A", Location("lists/e.yaml", 4, 45))}


def test_a_number_in_quotes_is_a_text() -> None:
    assert list(_by_id().values())[-1].cells == {"framework": "A Paper", "publisher": "2022"}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("true", True),
        ("False", False),
        ("yes", True),
        ("no", False),
        ("on", True),
        ("~", None),
        ("", None),
        ("12", 12),
        ("-1.5", -1.5),
        ("1.50", "1.50"),
        ("012", "012"),
        ("1e3", "1e3"),
        ("12:30", "12:30"),
        ("2022-01-01", "2022-01-01"),
        ("9" * 400, "9" * 400),
        ("'true'", "true"),
        (".inf", ".inf"),
    ],
)
def test_a_cell_is_what_a_person_would_read(written: str, read: object) -> None:
    start = "title: A\nsections:\n  - title: S\n    columns: [x]\n    entries:\n"
    text = f"{start}      - {{name: A, x: {written} }}\n"
    [entry] = _by_id(text).values()
    assert entry.cells.get("x") == read
    assert type(entry.cells.get("x")) is type(read)


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n"])
@pytest.mark.parametrize("start", ["", "\ufeff", "---\n"])
def test_line_ends_and_marks_at_the_start_change_nothing(start: str, ending: str) -> None:
    assert _by_id(start + _TEXT.replace("\n", ending)).keys() == _by_id().keys()


def test_aliases_stand_for_what_they_name() -> None:
    text = "title: &t A\nsections:\n  - title: *t\n    entries: &e [{name: B}]\n  - {title: C, entries: *e}\n"
    assert list(_by_id(text)) == ["b", "b-2"]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Alpa: Automating Inter-Operator!", "alpa-automating-inter-operator"),
        ("Café", "cafe"),
        ("x" * 100, "x" * 60),
        ("word " * 30, "-".join(["word"] * 12)),
    ],
)
def test_a_slug_is_made_of_a_name(name: str, slug: str) -> None:
    assert slug_of(name) == slug


def test_a_plain_name_of_a_framework_is_no_mistake() -> None:
    many = "".join(f"      - {{name: E{n}, framework: w{n}}}\n" for n in range(30))
    text = f"title: A\nsections:\n  - title: S\n    entries:\n      - {{name: W, id: w}}\n{many}"
    assert len(_by_id(text)) == 31
