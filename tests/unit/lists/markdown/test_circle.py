"""Round trip: a rendered list reads as the original, and a fix changes nothing else."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lmsys_enrich.lists.entries_yaml import read_entries
from lmsys_enrich.lists.markdown.reader import read_markdown
from lmsys_enrich.lists.patch import Edit, edited, unified_diff
from lmsys_enrich.model.catalog import Catalog, Link, Location
from lmsys_enrich.outputs.enriched_md import enriched_md
from lmsys_enrich.outputs.enriched_yaml import entries_yaml
from lmsys_enrich.outputs.yaml import Flow, yaml_text
from lmsys_enrich.pipeline.plan import PreviousFindings
from lmsys_enrich.pipeline.previous_runs import report_from_cache
from lmsys_enrich.settings.settings import Settings
from tests.fakes import NIGHT

_LETTERS = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=8)
# A name may hold anything that readers see, but begins and ends with a letter.
_NAMES = st.builds(
    lambda first, inner, last: " ".join(f"{first}{inner}{last}".split()),
    _LETTERS,
    st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=20),
    _LETTERS,
)
_WORDS = st.lists(_LETTERS, min_size=1, max_size=4).map(" ".join)
_URLS = st.integers(0, 10**6).map(lambda number: f"https://site.example/{number}_(x)")
_ROLES = st.sampled_from(["code", "paper", "docs", "demo", "video"])
_COLUMNS = ("year", "name", "open", "comments", "publisher")


@st.composite
def _entries(draw: st.DrawFn, *, table: bool) -> dict[str, object]:
    entry: dict[str, object] = {"name": draw(_NAMES), "url": draw(_URLS)}
    if table:
        entry |= draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "year": st.integers(1900, 2100),
                    "open": st.booleans(),
                    "comments": _WORDS,
                    "publisher": _WORDS,
                },
            )
        )
    else:
        entry |= draw(st.fixed_dictionaries({}, optional={"description": _WORDS}))
    if links := draw(st.dictionaries(_ROLES, _URLS, max_size=3)):
        entry["links"] = {role: url for role, url in links.items() if url != entry["url"]}
    return entry


@st.composite
def _sections(draw: st.DrawFn) -> dict[str, object]:
    section: dict[str, object] = {"title": draw(_LETTERS.map(lambda text: f"S {text}"))}
    table = draw(st.booleans())
    if table:
        section["columns"] = Flow(_COLUMNS)
    entries: Sequence[dict[str, object]] = draw(st.lists(_entries(table=table), min_size=1, max_size=4))
    section["entries"] = entries
    return section


def _said(catalog: Catalog) -> list[object]:
    """Everything that a list says; the order of an entry's keys says nothing."""
    columns = [section.columns for section in catalog.sections]
    entries = [
        (
            listed.path,
            listed.entry.name,
            {(link.role, link.url) for link in listed.entry.links},
            listed.entry.cells,
        )
        for listed in catalog.listed()
    ]
    return [catalog.title, columns, entries]


def _rendered(catalog: Catalog) -> str:
    known = PreviousFindings(kept={}, reported={})
    return str(enriched_md(report_from_cache([catalog], known, Settings(), NIGHT))["enriched.md"])


@settings(max_examples=150)
@given(st.lists(_sections(), min_size=1, max_size=3))
def test_a_list_that_is_rendered_and_read_is_the_same_list(sections: list[dict[str, object]]) -> None:
    text = yaml_text({"title": "A list", "sections": sections})
    first = read_entries(text, Path("entries.yaml"))
    rendered = _rendered(first)
    assert _said(read_markdown(rendered, Path("enriched.md"))) == _said(first), rendered
    assert _rendered(first) == rendered


_TEXTS = st.text(st.sampled_from("ab1 *_`[]()<>!|#-:.\\\"'&~@中🚀\n"), max_size=12)
_FORMS = st.sampled_from(
    [
        "## {a}",
        "- [{a}](https://a.example/{b})",
        "- **{a}** [{b}](https://b.example/) - {a}",
        "- {a} - {b}\n  - [{b}](https://c.example/)\n\n  {a} [x](https://d.example/)",
        "| {a} | Name | {b} |\n|--|--|--|\n| {a} | [x](https://e.example/) | {b} | 1 |\n| {b} |",
        "<details><summary>{a}</summary>\n\n- [{b}](https://f.example/)\n\n</details>",
        "<ul><li>{a}<ul><li><a href='https://g.example/'>{b}</a></li></ul></li></ul>",
        "[{a}](https://h.example/)  \n{b}",
        "### [{a}](https://i.example/)\n\n{b}",
        "---\ntitle: {a}\n---",
        "{a}",
    ]
)


@settings(max_examples=300)
@given(st.lists(st.tuples(_FORMS, _TEXTS, _TEXTS), min_size=1, max_size=6))
def test_whatever_is_imported_is_a_valid_list(parts: list[tuple[str, str, str]]) -> None:
    text = "\n\n".join(form.replace("{a}", a).replace("{b}", b) for form, a, b in parts)
    catalog = read_markdown(text, Path("README.md"))
    again = read_entries(entries_yaml(catalog), Path("entries.yaml"))
    assert [entry.name for entry in again.entries()] == [entry.name for entry in catalog.entries()]
    assert [link.url for entry in again.entries() for link in entry.links] == [
        link.url for entry in catalog.entries() for link in entry.links
    ]


@given(
    st.lists(st.tuples(st.text(max_size=12), st.integers(0, 9)), min_size=1, max_size=8),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "\ufeff"]),
)
def test_edits_change_addresses_and_nothing_else(
    lines: list[tuple[str, int]], ending: str, start: str
) -> None:
    clean = [("".join(c for c in words if c not in "\n\r"), number) for words, number in lines]
    text = ending.join(f"{words}<https://old.example/{number}> end" for words, number in clean)
    source = start + text
    edits = []
    for row, line in enumerate(text.split("\n"), 1):
        at = line.index("https://old.example/")
        url = line[at:].split(">")[0]
        edits.append(Edit(Link(url, "url", Location("f", row, at + 1)), url.replace("old", "new-and-longer")))
    after, undone = edited(source, edits)
    assert undone == []
    assert after == source.replace("https://old.example/", "https://new-and-longer.example/")


def test_edit_of_an_address_in_another_spelling_is_left_out() -> None:
    edit = Edit(Link("https://a.example/_x", "url", Location("f", 1, 5)), "https://b.example/")
    assert edited("- [a](https://a.example/\\_x)", [edit]) == ("- [a](https://a.example/\\_x)", [edit])
    beyond = Edit(Link("https://a.example/", "url", Location("f", 9, 1)), "https://b.example/")
    assert edited("x", [beyond]) == ("x", [beyond])


def test_an_address_that_would_end_its_link_is_escaped() -> None:
    edit = Edit(Link("https://a.example/", "url", Location("f", 1, 7)), "https://b.example/a)b|c d")
    assert edited("- [a](https://a.example/)", [edit])[0] == "- [a](https://b.example/a%29b%7Cc%20d)"


def test_a_patch_says_where_a_file_ends_without_a_newline() -> None:
    patch = unified_diff("f", "a\nb", "a\nc")
    assert patch.endswith("-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n")


@pytest.mark.parametrize(
    "body",
    [
        "- [ok](https://ok.example/)\n- **A - B**",
        "- [ok](https://ok.example/)\n- **A - B** - text",
        "- [ok](https://ok.example/)\n- [- y](mailto:a@b.example) - it's",
        "- [ok](https://ok.example/)\n- **Tool** ![shot](i.png)",
        "- [ok](https://ok.example/)\n- ***e*** ([code](https://c.example/))",
        "- [ok](https://ok.example/)\n- **Foo** `tag`",
        "- [ok](https://ok.example/)\n- [\\[x\\]](docs/a.md) - text",
        "- **Foo** [[paper](docs/11.md)] [[code](https://c.example/)]",
        "- Paper - x with [l](#anchor)\n- [ok](https://ok.example/)",
        "| Code | |\n|--|--|\n| b | [x](https://x.example/) |\n| c | |",
        "| Link | Code |\n|--|--|\n| | https://a.example/27_(x) |\n| [s](https://a.example/3_(x)) | 2020 |",
        "| Paper | Year | |\n|--|--|--|\n| x | 1 | https://a.example/_(x) |\n| y | https://b.example/ | ✔ |",
        "| Year | |\n|--|--|\n| 2020 | [x: y](https://a.example/) |\n| | |",
        "- [A](https://a.example/) https://b.example/3\n\n  par [s](https://s.example/) https://b.example/34",
        "- [A](https://a.example/) - see [[v1] x](https://b.example/) and [\\[y\\]](//c.example/)",
        "- [h](https://h.example/) x\n  - 1. [5](https://five.example/)\n  - [e](https://e.example/): text",
        "<ul><li><a href='https://a.example/'>A</a> [[paper](https://b.example/)] a*b &lt;c&gt;</li></ul>",
        "<table><tr><th>Name</th><th>At</th></tr><tr><td>x</td><td>see https://a.example/_b_.</td></tr></table>",
        "## Contents\n\n- [S](#s)\n\n### [A](https://a.example/)\n\nText [t](https://t.example/).",
        "| Name | Code |\n|--|--|\n| [A][a] | [gh][b] ![s][b] |\n\n[a]: https://a.example/\n[b]: https://b.example/",
        "<dl><dt><a href='https://a.example/'>A</a></dt><dd>one</dd><dd>two</dd></dl>",
        "| Name | Paper |\n|--|--|\n| [A](https://a.example/) ([paper](https://b.example/)) | ICML |",
        "- [A](https://a.example/?q=x|y) - [b](https://b.example/?a|b)",
        "| Name | Link |\n|--|--|\n| A | [go](https://a.example/?q=a\\|b) |",
        "- [A](https://a.example) <!-- lmsys-enrich-ignore reason: a; b &lt;x&gt; -- c; until: 2027-01-01-->",
        "| Name |\n|--|\n| [A](https://a.example/) <!-- lmsys-enrich-ignore ours; only: stale --> |",
    ],
)
def test_document_comes_back_from_its_markdown(body: str) -> None:
    imported = entries_yaml(read_markdown(f"# L\n\n## S\n\n{body}\n", Path("l.md")))
    again = entries_yaml(read_markdown(_rendered(read_entries(imported, Path("e.yaml"))), Path("l.md")))
    assert again == imported
    assert "name:" in imported


def test_toml_comes_back() -> None:
    imported = entries_yaml(
        read_markdown("+++\ntitle = 'T'\n+++\n\n## S\n\n- [A](https://a.example/)\n", Path("l.md"))
    )
    again = entries_yaml(read_markdown(_rendered(read_entries(imported, Path("e.yaml"))), Path("l.md")))
    assert again == imported
    assert "front_matter" in imported


def test_text_between_tables_comes_back() -> None:
    rows = "| [{0}](https://{0}.example) | 2020 |\n\n"
    head = "| Name | Year |\n|---|---|\n"
    body = "".join(f"{text}{head}{rows.format(name)}" for text, name in [("", "a"), ("Words.\n\n", "b")])
    catalog = read_markdown(f"# L\n\n## S\n\n{body}", Path("README.md"))
    assert [(section.text, len(section.entries)) for section in catalog.sections] == [("", 1), ("Words.", 1)]
    imported = read_entries(entries_yaml(catalog), Path("entries.yaml"))
    again = read_markdown(_rendered(imported), Path("README.md"))
    assert [section.text for section in again.sections] == ["", "Words."]
    assert _said(again) == _said(imported)


@pytest.mark.parametrize("title", ["Contents", "Menu", "Licenses", "目录"])
def test_entries_of_any_title_come_back(title: str) -> None:
    entry: dict[str, object] = {"name": "A", "url": "https://a.example/"}
    inner = {"title": "Inner", "entries": [{"name": "B", "url": "https://b.example/"}]}
    sections = [{"title": title, "entries": [entry], "sections": [inner]}]
    catalog = read_entries(yaml_text({"title": "L", "sections": sections}), Path("entries.yaml"))
    again = read_markdown(_rendered(catalog), Path("README.md"))
    assert _said(again) == _said(catalog)
