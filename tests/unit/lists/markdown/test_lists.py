"""
Whole lists, read as a person reads them: their entries, every link of them, and the way to YAML and back.

The lists of others lie beside the repository, in `../shared/lists` or where LISTS_OF_OTHERS says; without
them only our own forms are read.
"""

import os
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from lmsys_enrich.lists.entries_yaml import read_entries
from lmsys_enrich.lists.markdown.reader import read_markdown
from lmsys_enrich.lists.read import read_list
from lmsys_enrich.model.catalog import Catalog
from lmsys_enrich.outputs.enriched_md import enriched_md
from lmsys_enrich.outputs.enriched_yaml import entries_yaml
from lmsys_enrich.pipeline.plan import PreviousFindings
from lmsys_enrich.pipeline.previous_runs import report_from_cache
from lmsys_enrich.settings.settings import Settings
from tests.fakes import NIGHT
from tests.golden import ROOT

_FORMS = ROOT / "tests" / "data" / "forms"
_TRUTHS = ROOT / "tests" / "data" / "lists"
_ENOUGH = 0.99
_SENTENCE_ENDS = tuple("?!.,:*_~'\";")


def _folder_of_others() -> Path | None:
    named = os.environ.get("LISTS_OF_OTHERS")
    near = [Path(named)] if named else [at / "shared" / "lists" for at in list(ROOT.parents)[:2]]
    return next((folder for folder in near if folder.is_dir()), None)


_FOLDER = _folder_of_others()
_OTHERS = sorted(path for path in _FOLDER.glob("*.md") if path.stem != "README") if _FOLDER else []
_OWN = [path for path in sorted(_FORMS.glob("*.md")) if path.stem != "README"] + [ROOT / "docs" / "list.md"]
_need_others = pytest.mark.skipif(not _OTHERS, reason="LISTS_OF_OTHERS names no folder with lists of others")
_every_list = pytest.mark.parametrize("path", [*_OWN, *_OTHERS], ids=lambda path: path.stem)

Row = tuple[str, str, str]


def _rows(catalog: Catalog) -> list[Row]:
    return [(" / ".join(one.path), one.entry.name, one.entry.url or "") for one in catalog.listed()]


def _truth(path: Path) -> list[Row]:
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").split("\n") if line]
    return [(section, name, url) for section, name, url in rows]


def test_forms_of_entries_are_read_as_a_person_reads_them() -> None:
    right, read, expected = 0, 0, 0
    for path in sorted(_FORMS.glob("*.tsv")):
        rows, truth = _rows(read_list(path.with_suffix(".md"))), _truth(path)
        right += sum((Counter(rows) & Counter(truth)).values())
        read, expected = read + len(rows), expected + len(truth)
        assert rows == truth, path.stem
    assert 2 * right / (read + expected) >= _ENOUGH


@_need_others
@pytest.mark.parametrize("truth", sorted(_TRUTHS.glob("*.tsv")), ids=lambda path: path.stem)
def test_lists_of_others_are_read_as_a_person_reads_them(truth: Path) -> None:
    assert _FOLDER is not None
    rows, expected = _rows(read_list(_FOLDER / f"{truth.stem}.md")), _truth(truth)
    # The truths are samples: what is read besides is judged by the entries of the same name and section.
    right = sum((Counter(rows) & Counter(expected)).values())
    known = {row[:2] for row in expected}
    read = sum(row[:2] in known for row in rows)
    assert 2 * right / (len(expected) + max(read, right)) >= _ENOUGH


class _Links(HTMLParser):
    """Links of a rendered document, and bare addresses in its text, found without the reader's help."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self._within: list[str] = []
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._end_text()
        if tag in {"a", "code", "pre", "script", "style"}:
            self._within.append(tag)
        if tag == "a" and (url := dict(attrs).get("href")):
            self.found.add(url)

    def handle_endtag(self, tag: str) -> None:
        self._end_text()
        if tag in self._within:
            self._within.remove(tag)

    def handle_data(self, data: str) -> None:
        if not self._within:
            self._text.append(data)

    def _end_text(self) -> None:
        for url in re.findall(r"(?<![\w\"'=/@.-])https?://[^\s<]+", "".join(self._text)):
            address = url
            while address.endswith(_SENTENCE_ENDS) or (
                address.endswith(")") and address.count(")") > address.count("(")
            ):
                address = address[:-1]
            self.found.add(address)
        self._text.clear()


def _links_by_rendering(text: str) -> set[str]:
    markdown: Any = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    markdown.validateLink = bool
    markdown.normalizeLink = str
    parser = _Links()
    parser.feed(markdown.render(text))
    parser.close()
    return parser.found


def _spelled(url: str) -> str:
    bare = "".join(url.split("\n")).strip().replace(" ", "%20")
    return f"https:{bare}" if bare.startswith("//") else bare


@_every_list
def test_every_link_of_a_document_is_checked_or_reported(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    catalog = read_list(path)
    taken = {link.url for link in catalog.links()}
    reported = " ".join(remark.message for remark in catalog.remarks)
    missing = {url for url in map(_spelled, _links_by_rendering(text)) if url not in taken}
    assert {url for url in missing if url not in reported} == set()


@_every_list
def test_imported_list_is_valid_and_comes_back_from_its_markdown(path: Path) -> None:
    imported = entries_yaml(read_list(path))
    catalog = read_entries(imported, Path("entries.yaml"))
    known = PreviousFindings(kept={}, reported={})
    rendered = str(enriched_md(report_from_cache([catalog], known, Settings(), NIGHT))["enriched.md"])
    assert entries_yaml(read_markdown(rendered, Path("enriched.md"))) == imported
