"""Every link of a document is an entry's or the document's, at its line and column."""

import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from lmsys_enrich.errors import InputError
from lmsys_enrich.lists.markdown.comments import without_facts
from lmsys_enrich.lists.markdown.reader import read_markdown
from lmsys_enrich.lists.read import read_lists
from lmsys_enrich.model.catalog import Catalog
from lmsys_enrich.settings.settings import LinkScope
from tests.golden import ROOT

A, B = "https://a.example/", "https://b.example/"


def _read(body: str, path: Path = Path("README.md")) -> Catalog:
    return read_markdown(f"# List\n\n## Tools\n\n{body}\n", path)


def _outside(catalog: Catalog) -> list[tuple[str, str]]:
    return [(one.link.url, one.link.role) for one in catalog.document_links]


def _urls(catalog: Catalog) -> set[str]:
    return {link.url for link in catalog.links()}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (f"Words with a [link]({A}).", "prose"),
        (f"### About [it]({A}) and more", "heading"),
        (f"> Quoted [words]({A})", "quote"),
        (f"[^1]: see [it]({A})", "footnote"),
        (f"| Name | [Docs]({A}) |\n|--|--|\n| x | y |", "table"),
        (f"<div>Words with <a href='{A}'>a link</a> in them</div>", "html"),
        (f"Words with <a href='{A}'>a link</a>", "html"),
        (f"[unused]: {A}", "definition"),
        ("Mail: [us](mailto:a@b.example)", "prose"),
        (f"See {A}, or not", "prose"),
    ],
)
def test_link_outside_of_entries_has_its_kind(body: str, kind: str) -> None:
    [(url, found)] = _outside(_read(f"{body}\n\n- [Entry]({B})"))
    assert (url, found) == ("mailto:a@b.example" if "Mail" in body else A, kind)


def test_quoted_table_has_each_link_once() -> None:
    catalog = _read(f"> | Name | Link |\n> |--|--|\n> | x | [a]({A}) |\n> | x | y | [hidden]({B}) |")
    assert _outside(catalog) == [(A, "table"), (B, "table")]


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("see https://a.example/x.", "https://a.example/x"),
        ("(https://a.example/x_(y))", "https://a.example/x_(y)"),
        ("(see https://a.example/x)", "https://a.example/x"),
        ("www.a.example/x,", "http://www.a.example/x"),
        ("https://a.example/?a=b&amp;c=d&hl;", "https://a.example/?a=b&amp;c=d"),
        ("**https://a.example/x**", "https://a.example/x"),
        ("https://a.example/x<b>", "https://a.example/x"),
        ("HTTPS://a.example/x", "HTTPS://a.example/x"),
        ("链接：https://a.example/x。", "https://a.example/x"),  # noqa: RUF001 - as Chinese lists write it
        ("[https://a.example/x]", "https://a.example/x"),
        ('"https://a.example/x"', "https://a.example/x"),
        ("_https://a.example/x_", "https://a.example/x"),
        ("[^1]: words\n\n    further words: https://a.example/x", "https://a.example/x"),
        ("[^1]: words\n\twords\n\n\t[further](https://a.example/x) words", "https://a.example/x"),
        ("<div>\nsee https://a.example/x, or not\n</div>", "https://a.example/x"),
    ],
)
def test_bare_address_ends_as_github_ends_it(text: str, url: str) -> None:
    assert _urls(_read(text)) == {url}


@pytest.mark.parametrize(
    "text",
    [
        "`https://a.example/`",
        "<!-- https://a.example/ -->",
        "https://a_b.c_d/",
        "xhttps://a.example/",
        '{% include x.html url="https://a.example/" %}',
        "[T]{.b url='https://a.example/'}",
        "www.",
        "\n\n<pre>\nhttps://a.example/\n</pre>",
        "[^1]\n\n[^1]: words\n\nend\n\n    [code](https://a.example/)",
    ],
)
def test_text_that_github_does_not_link_is_no_link(text: str) -> None:
    assert _urls(_read(f"- [Entry]({B}) {text}")) == {B}


@pytest.mark.parametrize(
    "text", ["x <a href='{}'>a <a href='{}'>b</a></a>", "<p><a href='{}'>a<a href='{}'>b</a>"]
)
def test_second_anchor_of_html_ends_the_first(text: str) -> None:
    assert _urls(_read(text.format(A, B))) == {A, B}


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_and_columns_are_those_of_the_source(ending: str) -> None:
    text = f"# L\n\nSee [it]({A}).\n\n| a | b |\n|--|--|\n| \\| | [x]({B}) |\n".replace("\n", ending)
    catalog = read_markdown(text, Path("README.md"))
    places = {link.url: (link.location.line, link.location.column) for link in catalog.links()}
    assert places == {A: (3, 10), B: (7, 12)}


LOCAL = """# List

[a](#über-uns) [b](#tools-1) [c](#made) [d](#gone) [e](other.md#part) [f](other.md#gone) [g](gone.md)
[h](/other.md)

## Über uns
## Tools
## Tools
<a name="made"></a>
"""


def test_anchors_and_files_are_checked_on_disk(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "other.md").write_text("## Part\n")
    catalog = read_markdown(LOCAL, tmp_path / "README.md")
    faults = {one.link.url: one.fault for one in catalog.document_links}
    assert [url for url, fault in faults.items() if fault is None] == [
        "#über-uns",
        "#tools-1",
        "#made",
        "other.md#part",
        "/other.md",
    ]
    assert faults["#gone"] == "no heading or anchor #gone in README.md"
    assert faults["gone.md"] == "no such file in the repository: gone.md"
    assert faults["other.md#gone"] == "no heading or anchor #gone in other.md"


@pytest.mark.parametrize(
    ("heading", "anchors"),
    [
        ("Awesome X [![b](https://i.example/b.svg)](https://x.example/)", ["awesome-x-", "awesome-x"]),
        ("![b](https://i.example/b.svg) Logo", ["-logo", "logo"]),
        ("🚀 Rocket", ["-rocket"]),
        (":rocket: Rocket", ["rocket-rocket"]),
        ("⚙️ Gear", ["️-gear", "-gear", "%EF%B8%8F-gear"]),
        ("हिन्दी", ["हिन्दी"]),
        ("C++ `code` & *more*", ["c-code--more"]),
        ("Über", ["über", "Über", "%C3%BCber"]),
        ("1. What's new?", ["1-whats-new"]),
        ("a_b-c", ["a_b-c", "A_B-C", "user-content-a_b-c"]),
        ("<b>Bold</b> <sub>x</sub>", ["bold-x"]),
        ("[Linked](https://x.example/)", ["linked"]),
    ],
)
def test_heading_has_the_anchors_that_github_gives_it(heading: str, anchors: list[str]) -> None:
    links = " ".join(f"[x](#{anchor})" for anchor in anchors)
    catalog = _read(f"### {heading}\n\n{links}")
    assert [one.fault for one in catalog.document_links if one.link.role == "anchor"] == [None] * len(anchors)


def test_page_of_github_beside_the_repository_is_not_missing(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    catalog = read_markdown("# L\n\n[issues](../../issues) [gone](docs/gone.md)\n", tmp_path / "README.md")
    assert [(one.link.url, bool(one.fault)) for one in catalog.document_links] == [
        ("../../issues", False),
        ("docs/gone.md", True),
    ]


def test_undefined_references_and_empty_targets_are_remarks() -> None:
    remarks = _read(f"- [X][nope] - text\n- [Y]()\n- [Z]({A})").remarks
    assert [str(remark.location) for remark in remarks] == ["README.md:5:1", "README.md:6:7"]


def test_definitions_of_the_same_address_keep_their_lines() -> None:
    catalog = _read(f"- [X][x]\n- [Y][y]\n\n[x]: {A}\n[y]: {A}\n[y]: {B}\n[unused]: {A}")
    assert [link.location.line for link in catalog.links()] == [8, 9, 11]
    assert [str(remark) for remark in catalog.remarks] == [
        "README.md:10:1: the reference 'y' is defined above with another address, which counts"
    ]


def test_footnote_behind_an_entry_is_none_of_it() -> None:
    catalog = _read(f"- [X]({A})[^1]\n[^1]: see {B}")
    assert [[link.url for link in entry.links] for entry in catalog.entries()] == [[A]]
    assert [(one.link.url, one.link.role) for one in catalog.document_links] == [(B, "footnote")]


def test_html_in_a_list_has_the_columns_of_the_source() -> None:
    text = f"# L\n\n- <!-- c --> see {A}\n- x\n\n  <p>\n  <a href='{B}'>b</a></p>\n"
    lines = text.split("\n")
    links = [*read_markdown(text, Path("README.md")).links()]
    assert [lines[link.location.line - 1].find(link.url) + 1 for link in links] == [
        link.location.column for link in links
    ]
    assert len(links) == 2


MDX = f"""---
title: T
---
import Card from './card'
export const at = 'https://module.example/'

# L

{{/* [hidden](https://hidden.example/) */}}

<Card title="One" href="{A}">
  Text
</Card>

- <Link to='{B}'>two</Link>
"""


def test_links_of_mdx_are_those_that_its_readers_see() -> None:
    assert [link.url for link in read_markdown(MDX, Path("a.mdx")).links()] == [A, B]


def test_toml_at_the_start_is_front_matter() -> None:
    catalog = read_markdown(f"+++\ntitle = 'Mine'\n+++\n\n## S\n\n- [X]({A})\n", Path("a.md"))
    assert (catalog.title, catalog.front_matter) == ("Mine", "+++\ntitle = 'Mine'\n+++")


def test_exemption_is_read_from_a_comment() -> None:
    body = (
        f"<!-- lmsys-enrich-ignore reason: ours; until: 2027-01-31 -->\n- [A]({A})\n"
        f"- [B]({B}) <!-- lmsys-enrich-ignore reason: finished; only: stale -->\n- [C](https://c.example/)\n"
    )
    given = [
        entry.ignore and (entry.ignore.reason, str(entry.ignore.until), entry.ignore.only)
        for entry in _read(body).entries()
    ]
    assert given == [("ours", "2027-01-31", None), ("finished", "None", "stale"), None]


def test_folder_is_read_as_its_markdown_files(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(f"- [A]({A})\n")
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "b.markdown").write_text(f"[B]({B})\n")
    (tmp_path / "no.md").write_text("words\n")
    (tmp_path / "notes.txt").write_text("words\n")
    assert [catalog.source.name for catalog in read_lists([tmp_path])] == ["a.md", "b.markdown"]


def test_file_of_a_folder_that_cannot_be_read_costs_itself_alone(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(f"- [A]({A})\n")
    (tmp_path / "b.md").write_bytes(b"- [B](https://b.example/) \xff\n")
    said: list[str] = []
    assert [catalog.source.name for catalog in read_lists([tmp_path], warn=said.append)] == ["a.md"]
    assert said == [
        f"{tmp_path}/b.md:1:27: the byte 0xFF is not UTF-8; save the file as UTF-8; this file is left out"
    ]
    with pytest.raises(InputError, match="0xFF"):
        read_lists([tmp_path])


def test_files_that_git_ignores_are_left_out_of_a_folder(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)  # noqa: S607 - as users type it
    (tmp_path / ".gitignore").write_text("vendor/\n")
    for folder in ("", "vendor", "docs"):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / "list.md").write_text(f"- [A]({A})\n")
    found = [str(catalog.source.relative_to(tmp_path)) for catalog in read_lists([tmp_path])]
    assert found == ["docs/list.md", "list.md"]


def test_file_named_twice_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(f"- [A]({A})\n")
    assert len(read_lists([tmp_path / "a.md", tmp_path, tmp_path / "." / "a.md"])) == 1


IMAGES = f"""# L

- [A]({A}) ![i](https://i.example/1.png)

<picture><source srcset="https://i.example/2.png 1x, https://i.example/3.png 2x"><img src="gone.png">
</picture>

[Prose]({B})
"""


def test_images_and_links_outside_of_entries_are_taken_as_wished(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(IMAGES)

    def outside(scope: LinkScope, *, images: bool) -> list[str]:
        [catalog] = read_lists([path], scope, images=images)
        return [one.link.url for one in catalog.document_links]

    assert outside(LinkScope.DOCUMENT, images=False) == [B]
    assert outside(LinkScope.ENTRIES, images=True) == []
    pictures = [f"https://i.example/{number}.png" for number in (1, 2, 3)]
    assert outside(LinkScope.DOCUMENT, images=True) == [*pictures, "gone.png", B]
    [catalog] = read_lists([path], images=True)
    assert [one.fault for one in catalog.document_links if one.fault] == [
        "no such file in the repository: gone.png"
    ]


_LONG = 20_000


@pytest.mark.parametrize(
    "text",
    [
        "[a](https://x.example/ " * _LONG,
        "<" * _LONG * 5,
        ":+" * _LONG,
        "http://" * _LONG,
        "`a` " * _LONG,
        "<!-- lmsys-enrich-ignore " * _LONG,
        "(" * _LONG + f" [a]({A})",
        A + ")" * _LONG,
        "<p><a href='https://x.example/'>" * _LONG,
        "<div>" + "<a href='x " * _LONG,
        "<div>" + "<a '" * _LONG + ">",
        "<ul>" + "<li>a<ul>" * _LONG,
        "<details><summary>a</summary>" * _LONG,
        " ".join(f"[a{number}](https://x.example/{number})" for number in range(_LONG // 10)),
        "<b>" * _LONG + "</i>" * _LONG,
    ],
    ids=lambda text: text[:12],
)
def test_reading_time_grows_with_the_text_alone(text: str) -> None:
    began = time.process_time()
    _read(f"- [Entry]({B}) {text}")
    _read(f"[a]({B})\n\n{text}")
    assert time.process_time() - began < 30  # seconds of a loaded machine; quadratic time would be minutes


def test_list_of_four_thousand_entries_is_read_in_about_a_second() -> None:
    text = "".join(
        f"- [N {n}](https://x{n}.example/) - Does it, with [more](https://y{n}.example/)\n"
        for n in range(4000)
    )
    began = time.process_time()
    assert sum(1 for _ in _read(text).links()) == 8000
    assert time.process_time() - began < 12  # about one where nothing else runs


def _links_by_markdown_it(text: str) -> set[str]:
    """Return the targets of links as markdown-it's own rules find them, but for HTML and bare addresses."""
    markdown: Any = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    markdown.validateLink = bool
    markdown.normalizeLink = str
    children = (child for token in markdown.parse(text) for child in token.children or ())
    return {str(child.attrs["href"]) for child in children if child.type == "link_open"}


@pytest.mark.parametrize("path", [ROOT / "README.md", ROOT / "docs" / "list.md"], ids=lambda path: path.stem)
def test_share_of_links_taken_or_reported_is_one(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    catalog = read_markdown(text, path)
    missing = {
        url
        for url in _links_by_markdown_it(without_facts(text))
        if url.replace(" ", "%20") not in _urls(catalog)
    }
    assert missing == set()


def test_overlong_line_is_left_out_and_said_and_the_rest_is_read() -> None:
    text = f"# L\n\n- [A]({A})\n- [X](https://x.example/) {'long ' * 20_001}\n- [B]({B})\n"
    catalog = read_markdown(text, Path("l.md"))
    assert [link.url for link in catalog.links()] == [A, B]
    assert [str(remark) for remark in catalog.remarks] == [
        "l.md:4:1: longer than 100,000 characters, so it is not read; split it into several lines"
    ]
    assert catalog.document is not None
    assert catalog.document.text == text


@pytest.mark.parametrize(
    "row",
    [
        f"| [A]({A}) | x <!-- lmsys-enrich-ignore reason: ours --> |",
        f"| [A]({A}) <!-- lmsys-enrich-ignore reason: ours --> | x |",
    ],
)
def test_exemption_holds_in_a_row_of_a_table(row: str) -> None:
    catalog = _read(f"| Name | Comment |\n| --- | --- |\n{row}\n| [B](https://b.example/) | y |\n")
    exempt, checked = catalog.entries()
    assert exempt.ignore is not None
    assert (exempt.ignore.reason, exempt.cells["comment"]) == ("ours", "x")
    assert checked.ignore is None


def test_exemption_in_prose_is_of_its_links() -> None:
    for start in ("", "## "):
        catalog = _read(f"{start}See [A]({A}). <!-- lmsys-enrich-ignore reason: ours -->\n")
        [link] = catalog.document_links
        assert link.ignore is not None
        assert catalog.remarks == ()
        [remark] = _read(f"{start}See [A]({A}). <!-- lmsys-enrich-ignore -->\n").remarks
        assert "an exemption needs its reason" in remark.message


def test_exemption_of_no_entry_is_a_remark() -> None:
    comment = "<!-- lmsys-enrich-ignore reason: ours -->"
    bodies = [
        f"words {comment}\n",
        f"## H {comment}\n",
        f"{comment}\n",
        f"{comment}\n\n{comment}\n\n- [A]({A})\n",
    ]
    for body in bodies:
        [remark] = _read(body).remarks
        assert "this exemption belongs to no entry" in remark.message
