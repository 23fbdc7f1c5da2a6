"""Shapes of entries in Markdown lists, read as people read them."""

from pathlib import Path

import pytest

from lmsys_enrich.errors import InputError
from lmsys_enrich.lists.markdown.reader import read_markdown
from lmsys_enrich.lists.read import read_list
from lmsys_enrich.model.catalog import Catalog, Column, Entry, Location


def _read(text: str) -> Catalog:
    return read_markdown(text, Path("README.md"))


def _entries(body: str) -> list[Entry]:
    return [listed.entry for listed in _read(f"# List\n\n## Tools\n\n{body}\n").listed()]


def _only(body: str) -> tuple[str, dict[str, str], dict[str, object]]:
    [entry] = _entries(body)
    return entry.name, {link.role: link.url for link in entry.links}, dict(entry.cells)


A, B, C = "https://a.example/", "https://b.example/", "https://c.example/x_(y)"


@pytest.mark.parametrize(
    ("line", "name", "links", "cells"),
    [
        (f"- [Tool]({A})", "Tool", {"url": A}, {}),
        (f"* [Tool]({A}) - Does *it*.", "Tool", {"url": A}, {"description": "Does *it*."}),
        (f"1. [Tool]({A}): Does it", "Tool", {"url": A}, {"description": "Does it"}),
        (f"- [Tool]({A}) – Does it", "Tool", {"url": A}, {"description": "Does it"}),  # noqa: RUF001
        *[
            (f"- [Tool]({A}){mark}描述", "Tool", {"url": A}, {"description": "描述"})
            for mark in "，：；。、—"  # noqa: RUF001
        ],
        (f"- [Tool]({C}) Does it", "Tool", {"url": C}, {"description": "Does it"}),
        (f"- ([Tool]({A})) Does it", "Tool", {"url": A}, {"description": "Does it"}),
        (f'- [Tool](<{A}> "title") does it', "Tool", {"url": A}, {"description": "does it"}),
        (f"- [A **bold** `Tool`]({A})", "A bold Tool", {"url": A}, {}),
        (f"- **[Tool]({A})** - Does it", "Tool", {"url": A}, {"description": "Does it"}),
        (f"- Tool [🔗]({A}) - Does it", "Tool", {"url": A}, {"description": "Does it"}),
        (f"- [:link:]({A}) **Tool** - Does it", "Tool", {"url": A}, {"description": "Does it"}),
        (f"- [⭐]({A}) - Does it", "⭐", {"url": A}, {"description": "Does it"}),
        (f"- [Tool]({A}) ![s](s.svg) - Does it", "Tool", {"url": A}, {"description": "![s](s.svg) - Does it"}),
        (f"- 💚 [Tool]({A}) 🔥🔥 - Does it", "Tool", {"url": A}, {"prefix": "💚", "marks": "🔥🔥", "description": "Does it"}),
        (f"- :heart:[Tool]({A}) :fire::fire: - Does it", "Tool", {"url": A}, {"prefix": ":heart:", "marks": ":fire::fire:", "description": "Does it"}),
        (f"- [ICML] [Paper on it]({A})", "Paper on it", {"url": A}, {"prefix": "[ICML]"}),
        (f"- [Title]({A}) ([Code]({B})) `Meta` `2022`", "Title", {"url": A, "code": B}, {"tags": "`Meta` `2022`"}),
        (f"- [Title]({A}) [[crate]({B})] - Does it", "Title", {"url": A, "crate": B}, {"description": "Does it"}),
        (f"- [Title]({A}) [[Code]]({B}) - Does it", "Title", {"url": A, "code": B}, {"description": "Does it"}),
        (f"- [Title]({A}) [![badge](https://i.example/x.svg)]({B}) - Does it", "Title", {"url": A, "badge": B}, {"description": "Does it"}),
        (f"- [Title]({A}) - Uses [other]({B}) well.", "Title", {"url": A, "other": B}, {"description": f"Uses [other]({B}) well."}),
        (f"- A plain title [[paper]({A})] [[code]({B})]", "A plain title", {"url": A, "code": B}, {}),
        (f"- **A bold title** [Paper]({A}), [Code]({B})", "A bold title", {"url": A, "code": B}, {}),
        (f"- <a href='{A}'>Tool</a> - Does it", "Tool", {"url": A}, {"description": "Does it"}),
        ("- [Tool][ref] - Does it\n\n[ref]: https://a.example/", "Tool", {"url": A}, {"description": "Does it"}),
        (f"- <{A}>", A, {"url": A}, {}),
        (f"- [Tool]({A})\n  goes on", "Tool", {"url": A}, {"description": "goes on"}),
        (f"- [Tool]({A}) <!--facts-->· ★ 3 · MIT<!--/facts-->", "Tool", {"url": A}, {}),
        (f"- [a\\_b]({A}) - x \\* y", "a_b", {"url": A}, {"description": "x \\* y"}),
        (f"- [Tool]({A}) - see <a href='{B}'>that [1]</a> too", "Tool", {"url": A, "that-1": B}, {"description": f"see [that \\[1\\]]({B}) too"}),
        (f"- [Tool]({A}) - ![s][i]\n\n[i]: i.svg", "Tool", {"url": A}, {"description": "![s](i.svg)"}),
        *[(f"- [Tool]({A}) {mark} Does it", "Tool", {"url": A}, {"description": "Does it"}) for mark in "・〜…／~/;·"],  # noqa: RUF001
        *[(f"- [Tool]({A}) ⭐{mark}Does it", "Tool", {"url": A}, {"marks": "⭐", "description": "Does it"}) for mark in (" – ", "—", "：", " · ")],  # noqa: RUF001
        (f"- [Tool]({A}) / [Other]({B}) / [Third]({C})", "Tool", {"url": A, "other": B, "third": C}, {"description": f"[Other]({B}) / [Third]({C})"}),
        (f"- [Tool]({A}) <!-- new --> [code]({B})<br>[demo]({C})<br>Does it", "Tool", {"url": A, "code": B, "demo": C}, {"description": "Does it"}),
        (f'- "[Tool]({A})" (2020)', "Tool", {"url": A}, {"description": "(2020)"}),
        (f"- [Tool]({A}){{target=_blank}} - Does it", "Tool", {"url": A}, {"description": "Does it"}),
        (f"- A title, 2020, [arXiv:2001.00001]({A})", "A title, 2020", {"url": A}, {}),
        (f"- [x] **Tool** - does [it]({A})", "Tool", {"url": A}, {"prefix": "[x]", "description": f"does [it]({A})"}),
        (f"- [ ] 🚀 [Tool]({A})", "Tool", {"url": A}, {"prefix": "[ ] 🚀"}),
    ],
)  # fmt: skip
def test_a_bullet_is_read(line: str, name: str, links: dict[str, str], cells: dict[str, object]) -> None:
    assert _only(line) == (name, links, cells)


def test_entry_without_a_link_is_one_beside_linked_ones() -> None:
    found = _entries(f"- [A]({A})\n- [B]({B})\n- ✨ Only named - and told of")
    assert (found[2].name, found[2].links) == ("Only named", ())
    assert found[2].cells == {"prefix": "✨", "description": "and told of"}


def test_an_entry_below_another_keeps_its_parent() -> None:
    parent, child = _entries(f"- [A]({A})\n  - [B]({B})")
    assert child.cells == {"parent": parent.id}


def test_bullets_that_group_others_are_steps_of_the_path() -> None:
    text = f"# L\n## T\n- Group\n  - Inner:\n    - [A]({A})\n  - [B]({B})\n- [C]({C})\n"
    assert [listed.path for listed in _read(text).listed()] == [
        ("T", "Group", "Inner"),
        ("T", "Group"),
        ("T",),
    ]


def test_headings_make_the_path_also_where_levels_are_skipped() -> None:
    text = f"# L\n## Python\n#### Extra\n- [A]({A})\n### Text\n- [B]({B})\n\nRust\n----\n#### Extra\n- [C]({C})\n"
    assert [listed.path for listed in _read(text).listed()] == [
        ("Python", "Extra"),
        ("Python", "Text"),
        ("Rust", "Extra"),
    ]


def test_folded_parts_are_steps_of_the_path() -> None:
    text = (
        f"# L\n## T\n<details>\n<summary>Lab <b>one</b></summary>\n\n- [A]({A})\n\n</details>\n\n"
        f"<details><summary>Two</summary>\n\n- [B]({B})\n\n</details>\n\n- [C]({C})\n"
    )
    assert [listed.path for listed in _read(text).listed()] == [("T", "Lab one"), ("T", "Two"), ("T",)]


def test_links_in_html_are_entries() -> None:
    text = f'# L\n<h2 id="x">Tools</h2>\n<ul>\n<li><a href="{A}">One</a> does</li>\n</ul>\n'
    [listed] = _read(text).listed()
    assert (listed.path, listed.entry.name, listed.entry.url) == (("Tools",), "One", A)


def test_a_heading_is_its_text_without_pictures_and_anchors() -> None:
    text = f"# [My List](https://x.example/) ![b](https://i.example/b.svg)\n## <a id='t'></a>The *Tools* 🔧\n- [A]({A})\n"
    catalog = _read(text)
    assert (catalog.title, catalog.sections[0].title) == ("My List", "The Tools 🔧")


def test_what_is_no_entry_is_left_out() -> None:
    text = (
        f"# L\n[![b](https://i/b.svg)](https://ci.example/)\n\n## Contents\n- [Tools](#tools)\n- [Other](other.md)\n\n"
        f"## Tools\n- [A]({A})\n\n**[⬆ back to top](#l)**\n\n```\n- [code](https://code.example/)\n```\n\n"
        "## Contributing\n- [Guide](https://guide.example/)\n\n## License\n[CC0](https://cc0.example/)\n"
    )
    assert [listed.entry.name for listed in _read(text).listed()] == ["A"]


FIGURES = "| What | How many |\n|---|---|\n| entries | 1 |\n\n## Dead\n\n- <https://gone.example/>\n"


def test_maintained_figures_are_no_part_of_a_list() -> None:
    begin, end = "<!-- lmsys-enrich:dead-links -->\n", "<!-- /lmsys-enrich -->\n"
    text = f"# L\n\n{begin}{FIGURES}{end}\n## Tools\n- [A]({A})\n\n{begin}{end}\n- [B]({B})\n"
    assert [(listed.path, listed.entry.name) for listed in _read(text).listed()] == [
        (("Tools",), "A"),
        (("Tools",), "B"),
    ]


def test_figures_without_an_end_hide_no_entry() -> None:
    text = f"# L\n\n## Tools\n<!-- lmsys-enrich:summary -->\n\n- [A]({A})\n"
    assert [listed.entry.name for listed in _read(text).listed()] == ["A"]


def test_what_is_not_understood_is_reported_with_its_line() -> None:
    text = f"# L\n\n- What it does\n- How it does\n\n## T\n- [A]({A})\n- [B](b.example/x)\n"
    assert tuple(map(str, _read(text).remarks)) == (
        "README.md:3:1: not read as an entry: What it does",
        "README.md:4:1: not read as an entry: How it does",
        "README.md:8:7: the address of B is incomplete: b.example/x",
    )


@pytest.mark.parametrize("text", ["", "# A title\n\nWords.\n", "- one\n- two\n", "| a | b |\n|---|---|\n"])
def test_document_without_entries_and_links_is_no_list(tmp_path: Path, text: str) -> None:
    (tmp_path / "README.md").write_text(text)
    with pytest.raises(InputError, match="no entry found"):
        read_list(tmp_path / "README.md")


TABLE = f"""# L
## T

| Year | Title | Code | Open | Note |
|:----:|-------|------|:----:|------|
| 2022 | <span id="one"></span>[One]({A}) ([site]({C})) | [code]({B}) | ✔ | a \\| b |
| Year | Title1 | Code | | |
| 2023 | Two | - | ✗ | [One](#one) | more |
| | [Three]({C}) |
"""


def test_a_table_has_its_columns_and_its_entries() -> None:
    catalog = _read(TABLE)
    [section] = catalog.sections
    assert section.columns == (
        Column("year", "Year"),
        Column("name", "Title"),
        Column("code", "Code"),
        Column("open", "Open"),
        Column("note", "Note"),
    )
    one, two, three = section.entries
    assert (one.id, one.id_is_written) == ("one", True)
    assert {link.role: link.url for link in one.links} == {"url": A, "site": C, "code": B}
    assert one.cells == {"year": 2022, "code": f"[code]({B})", "open": True, "note": "a | b"}
    assert (two.name, two.links) == ("Two", ())
    assert two.cells == {"year": 2023, "code": "-", "open": False, "note": "[One](#one)"}
    assert three.url == C
    assert tuple(map(str, catalog.remarks)) == (
        "README.md:7:1: a placeholder row",
        "README.md:8:1: a row with more cells than its header: GitHub hides the extra ones",
    )


@pytest.mark.parametrize(
    ("headers", "naming"),
    [
        (["Date", "Paper", "Code"], "Paper"),
        (["Project", "Details", "Repository"], "Project"),
        (["Stars", "Name"], "Name"),
        (["What", "Where"], "Where"),
    ],
)
def test_the_column_that_names_entries_is_known_by_its_role(headers: list[str], naming: str) -> None:
    cells = [f"[x]({A})" if header == naming else "y" for header in headers]
    text = f"# L\n## T\n| {' | '.join(headers)} |\n|{'---|' * len(headers)}\n| {' | '.join(cells)} |\n"
    [section] = _read(text).sections
    assert next(column.title for column in section.columns if column.key == "name") == naming
    assert section.entries[0].name == "x"


def test_a_reference_to_another_entry_is_its_id() -> None:
    text = (
        f"# L\n## P\n|Title|Framework|\n|--|--|\n|[P]({A})|[One](#one)|\n## F\n- <a id='one'></a>[One]({B})\n"
    )
    [paper, framework] = _read(text).listed()
    assert paper.entry.cells["framework"] == framework.entry.id == "one"


def test_columns_of_facts_are_not_part_of_the_list() -> None:
    text = f"# L\n## T\n|Name| <!--facts-->Stars | Status<!--/facts--> |\n|--| ---: | --- |\n|[P]({A})| <!--facts-->3 | alive<!--/facts--> |\n"
    [section] = _read(text).sections
    assert [column.key for column in section.columns] == ["name"]
    assert section.entries[0].cells == {}


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_links_know_their_places(start: str, ending: str) -> None:
    text = f"{start}# L\n## T\n- [A]({A}) and [B]({B})\n- [C]({A})\n\n[r]: {C}\n\n- [D][r]\n".replace(
        "\n", ending
    )
    links = [(link.url, link.location) for listed in _read(text).listed() for link in listed.entry.links]
    assert links == [
        (A, Location("README.md", 3, 7)),
        (B, Location("README.md", 3, 35)),
        (A, Location("README.md", 4, 7)),
        (C, Location("README.md", 6, 6)),
    ]


def test_role_under_its_heading_stays_a_name() -> None:
    text = f"# L\n\n## VCS\n- [Git]({A})\n\n## Containers\n- [Docker]({B})\n"
    assert [(listed.path, listed.entry.name) for listed in _read(text).listed()] == [
        (("VCS",), "Git"),
        (("Containers",), "Docker"),
    ]


def test_headings_as_entries_before_a_section_lose_nothing() -> None:
    text = f"# L\n\n### [One]({A})\n\nFirst, see [docs]({C}).\n\n### [Two]({B})\n\nSecond.\n"
    found = [(listed.path, listed.entry.name, listed.entry.url) for listed in _read(text).listed()]
    assert found == [(("L",), "One", A), (("L",), "Two", B)]
    assert {link.url for link in _read(text).links()} == {A, B, C}


def test_tables_and_bullets_before_a_section_are_kept() -> None:
    text = f"# L\n\n- [One]({A}) - first\n\n| Name | Year |\n|--|--|\n| [Two]({B}) | 2020 |\n\n- [Three]({C}) - x\n"
    catalog = _read(text)
    assert [section.title for section in catalog.sections] == ["L", "L", "L"]
    assert [[column.key for column in section.columns] for section in catalog.sections] == [
        [],
        ["name", "year"],
        [],
    ]


def test_cells_of_html_stand_below_their_headers() -> None:
    text = (
        "# L\n## T\n<table><tr><th>Field</th><th>Name</th><th colspan=2>More</th><th>Year</th></tr>\n"
        f"<tr><td rowspan=2>X</td><td><a href='{A}'>One</a></td><td>a</td><td>b</td><td>2020</td></tr>\n"
        f"<tr><td><a href='{B}'>Two</a></td><td colspan=2>c</td><td>2021</td></tr>\n"
        f"<tr><th colspan=5>Group</th></tr>\n<tr><td>Y<td><a href='{C}'>Three</a><td>d<td>e<td>2022</table>\n"
    )
    found = [
        (one.location.line, one.name, one.url, one.cells["field"], one.cells["year"])
        for one in _read(text).entries()
    ]
    assert found == [(4, "One", A, "X", 2020), (5, "Two", B, "X", 2021), (7, "Three", C, "Y", 2022)]


def test_linked_headings_above_fields_are_entries() -> None:
    fields = "- Paper: https://p.example/{0}\n- [Code](https://c.example/{0})\n\n"
    text = (
        f"# L\n## T\n### [One]({A}) ![s](s.svg)\n\n{fields.format(1)}### [Two]({B}) - x\n\n{fields.format(2)}"
    )
    one, two = _read(text).listed()
    assert (one.path, one.entry.name, [link.role for link in one.entry.links]) == (
        ("T",),
        "One",
        ["url", "paper", "code"],
    )
    assert (two.entry.name, two.entry.url, two.entry.cells) == ("Two", B, {"description": "x"})


def test_links_below_no_header_have_their_own_roles() -> None:
    row = f"| [Tool]({A}) | [paper]({B}) |"
    for header in ("", "<!-- links -->"):
        name, links, _ = _only(f"| Name | {header} |\n| --- | --- |\n{row}")
        assert (name, links) == ("Tool", {"url": A, "paper": B})
