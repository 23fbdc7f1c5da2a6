"""Facts in Markdown lists: they can be taken out again, and everything else stays byte for byte."""

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmsys_enrich.lists.markdown.comments import without_facts
from lmsys_enrich.lists.markdown.reader import read_markdown
from lmsys_enrich.model.catalog import Catalog, keys_of
from lmsys_enrich.model.document import DocumentView, Fact, Order
from lmsys_enrich.model.finding import Finding, Suggestion, Verdict
from lmsys_enrich.outputs.enriched_document import enriched_document
from lmsys_enrich.outputs.enriched_md import enriched_md
from lmsys_enrich.values import replace
from tests.builders import day, finding, report, repository
from tests.unit.outputs.example import example

_STARS = DocumentView(facts=(Fact.STARS,))
_ALL = DocumentView(facts=tuple(Fact))


def _catalog(text: str) -> Catalog:
    return read_markdown(text, Path("README.md"))


def _finding(number: int, url: str) -> Finding:
    """Return one of the kinds of findings, each with other facts."""
    facts = repository(f"a/{number}", stars=number * 700, license="MIT", last_commit=day(1), language="C | D")
    match number % 4:
        case 0:
            return finding(url, repository=facts)
        case 1:
            return finding(url, Verdict.DEAD)
        case 2:
            return finding(url, Verdict.MOVED, suggestion=Suggestion("https://new.example/|<!--x", "301"))
        case _:
            return finding(url, repository=repository(f"a/{number}", description="<!--/facts--> a | b"))


def _enriched(text: str, view: DocumentView = DocumentView(), notice: str | None = None) -> str:  # noqa: B008
    catalog = _catalog(text)
    found = {url: _finding(number, url) for number, url in enumerate(keys_of([catalog]))}
    shown = report(catalogs=(catalog,), findings=found, view=view, notice=notice)
    assert catalog.document is not None
    return enriched_document(shown, catalog.document)


def _link(number: int) -> str:
    return f"[Tool {number}](https://a.example/{number})"


_WORDS = st.sampled_from(
    ["", " - what it is", " `code` | bar", " <!-- a comment -->", " \\| bar", "  ", "\\", " ·"]
)
_BULLET = st.builds(
    lambda mark, number, words: f"{mark} {_link(number)}{words}",
    st.sampled_from(["-", "*", "1.", "  -"]),
    st.integers(1, 9),
    _WORDS,
)
_CELLS = st.lists(st.sampled_from(["", " ", "a", " b ", " \\| ", "✔"]), min_size=1, max_size=4)


@st.composite
def _tables(draw: st.DrawFn) -> str:
    start, end = draw(st.sampled_from(["|", "| ", ""])), draw(st.sampled_from(["|", " |", "", "  "]))
    width = draw(st.integers(1, 3))
    rule_end = draw(st.sampled_from(["|", "", " "]))
    lines = [
        f"{start}Name{''.join(f'|c{n}' for n in range(width))}{end}",
        f"|---{'|:--' * width}{rule_end}",
        *(
            f"{start}{_link(draw(st.integers(1, 9)))}{''.join(f'|{cell}' for cell in draw(_CELLS))}{end}"
            for _ in range(draw(st.integers(1, 4)))
        ),
    ]
    return "\n".join(lines)


_DOCUMENTS = st.lists(
    st.one_of(_BULLET, _tables(), st.just(""), st.just("Words.")), min_size=1, max_size=6
).map(lambda blocks: "# A list\n\n## Tools\n\n" + f"- {_link(0)}\n\n" + "\n\n".join(blocks) + "\n")


@given(_DOCUMENTS, st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "\ufeff"]))
def test_facts_can_be_taken_out_again(text: str, line_end: str, bom: str) -> None:
    source = bom + text.replace("\n", line_end)
    enriched = _enriched(source)
    assert "<!--facts-->" in enriched
    assert without_facts(enriched) == source
    assert _enriched(enriched) == enriched
    assert _enriched(_enriched(source, _ALL), _STARS) == _enriched(source, _STARS)
    assert _enriched(enriched, notice="Simulated.") == _enriched(source, notice="Simulated.")


@given(_DOCUMENTS)
def test_enriched_list_reads_as_the_list_that_it_was(text: str) -> None:
    assert _catalog(_enriched(text)) == _catalog(text)


def test_facts_have_the_chosen_order() -> None:
    view = DocumentView(facts=(Fact.LAST_COMMIT, Fact.STATUS, Fact.STARS))
    found = finding("https://github.com/a/b", repository=repository("a/b", stars=1234, last_commit=day(3)))
    catalog = _catalog("# L\n## T\n- [B](https://github.com/a/b)\n")
    assert catalog.document is not None
    shown = report(found, catalogs=(catalog,), findings={found.url: found}, view=view)
    assert "· 2026-11-03 · ★ 1,234<!--" in enriched_document(shown, catalog.document)
    rounded = report(
        catalogs=(catalog,), findings={found.url: found}, view=DocumentView((Fact.STARS,), rounded=True)
    )
    assert "· ★ 1.2k<!--" in enriched_document(rounded, catalog.document)
    none = report(catalogs=(catalog,), findings={found.url: found}, view=DocumentView((Fact.NONE,)))
    assert enriched_document(none, catalog.document) == catalog.document.text


def test_column_that_hardly_a_row_has_is_left_out() -> None:
    rows = "".join(f"| [P{n}](https://a.example/{n}) |\n" for n in range(9))
    text = f"# L\n## T\n| Name |\n| --- |\n{rows}| [R](https://github.com/a/b) |\n"
    catalog = _catalog(text)
    found = {url: finding(url) for url in keys_of([catalog])}
    url = "https://github.com/a/b"
    found[url] = finding(url, repository=repository("a/b", stars=5))
    assert catalog.document is not None
    assert enriched_document(report(catalogs=(catalog,), findings=found), catalog.document) == text
    found["https://a.example/3"] = finding("https://a.example/3", Verdict.DEAD)
    made = enriched_document(report(catalogs=(catalog,), findings=found), catalog.document)
    assert "| Name | <!--facts-->Status<!--/facts--> |" in made


@pytest.mark.parametrize("verdict", [Verdict.GUARDED, Verdict.SKIPPED, Verdict.UNCHECKED])
def test_readers_see_no_words_of_the_program(verdict: Verdict) -> None:
    text = "# L\n## T\n- [A](https://a.example/)\n- [R](https://github.com/a/b)\n"
    catalog = _catalog(text)
    found = {
        "https://a.example/": finding("https://a.example/", verdict),
        "https://github.com/a/b": finding(
            "https://github.com/a/b", repository=repository("a/b", license="other", stars=None)
        ),
    }
    assert catalog.document is not None
    assert enriched_document(report(catalogs=(catalog,), findings=found), catalog.document) == text


@pytest.mark.parametrize(
    "text",
    [
        "- [A](https://a.example/) - the mark is `<!--facts-->`\n",
        "- [A](https://a.example/)\n\n```md\n- [T](u) <!--facts-->· ★ 1<!--/facts-->\n```\n",
        "- [A](https://a.example/)\n\n~~~\n```\n~~~\n\n- [B](https://b.example/)\n",
    ],
)
def test_words_about_the_marks_stay(text: str) -> None:
    source = f"# L\n## T\n{text}"
    enriched = _enriched(source)
    assert without_facts(enriched) == source
    assert without_facts(source) == source


def test_words_behind_the_facts_stay() -> None:
    enriched = _enriched("# L\n## T\n- [A](https://a.example/)\n").replace(
        "<!--/facts-->", "<!--/facts--> - added by hand"
    )
    assert without_facts(enriched) == "# L\n## T\n- [A](https://a.example/) - added by hand\n"


def test_column_behind_the_facts_stays() -> None:
    enriched = (
        "| Name | <!--facts-->Stars | Status<!--/facts--> | New |\n"
        "| --- | ---: | --- | :-: |\n"
        "| A | <!--facts-->3 | alive<!--/facts--> | x |\n"
        "| B | y |\n"
    )
    assert without_facts(enriched) == "| Name | New |\n| --- | :-: |\n| A | x |\n| B | y |\n"


@pytest.mark.parametrize("row", ["| | |", "|  |", "| - | - |", "| :-: | |"])
def test_row_of_blanks_or_dashes_stays(row: str) -> None:
    """The second of two runs took its cells for those of a row of dashes below a header."""
    source = f"# L\n## T\n| Name | New |\n|---|---|\n| {_link(0)} | x |\n{row}\n| {_link(4)} | y |\n"
    enriched = _enriched(source)
    assert without_facts(enriched) == source
    assert _enriched(enriched) == enriched


def test_marks_are_found_in_linear_time() -> None:
    text = "- a" + " <!--facts-->· " * 20_000 + "|" * 20_000 + "\n" + "`" * 20_000
    assert without_facts(text) == text


def test_order_of_entries_by_stars() -> None:
    by_stars, as_written = _frameworks(Order.STARS), _frameworks(Order.LIST)
    assert by_stars.index("DeepSpeed") < by_stars.index("Alpa")
    assert as_written.index("Alpa") < as_written.index("DeepSpeed")


def _frameworks(order: Order) -> str:
    shown = dataclasses.replace(example(), view=DocumentView(order=order))
    return str(enriched_md(shown)["enriched.md"]).partition("## Frameworks")[2]


_TWO_TABLES = """# L

## Tools

| Year | Name |
| --- | --- |
| 2022 | [A](https://a.example/1) |

| Name | Note |
| --- | --- |
| [B](https://a.example/2) | x |

- [C](https://a.example/3)

## Tools

- [D](https://a.example/4)
"""


def test_tables_below_one_heading_get_it_once() -> None:
    catalog = replace(_catalog(_TWO_TABLES), document=None)
    found = {url: finding(url) for url in keys_of([catalog])}
    made = str(enriched_md(report(catalogs=(catalog,), findings=found))["enriched.md"])
    assert made.count("## Tools") == 2
    assert made.index("[C]") < made.rindex("## Tools") < made.index("[D]")
    titles = [(one.title, [entry.name for entry in one.entries]) for one in catalog.sections]
    again = _catalog(made)
    assert [(one.title, [entry.name for entry in one.entries]) for one in again.sections] == titles
