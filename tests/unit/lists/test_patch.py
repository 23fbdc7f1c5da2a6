"""Edits of a list change the address that moved, and nothing else that is read from it."""

from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lmsys_enrich.lists.patch import Edit, Parse, edited, verified_edits
from lmsys_enrich.lists.read import parse_list
from lmsys_enrich.model.catalog import Catalog, Link

OLD = "https://old.example/x"
YAML = """\
title: T
sections:
  - title: S
    columns: [name, note]
    entries:
      - {name: A, url: https://old.example/x, note: "in [it](https://old.example/x)"}
      - name: B
        url: 'https://old.example/x'
        links: {code: "https://old.example/x", docs: https://old.example/x/more}
      - name: C
        url: >-
          https://old.example/x
      - name: D
        url: &d https://old.example/x
      - {name: E, url: *d}
      - name: F
        url: https://old.example/x # a comment
"""
MARKDOWN = """\
# T

## S

- [A](https://old.example/x) - see https://old.example/x, or <https://old.example/x>
- [B](<https://old.example/x> "title") and [more](https://old.example/x/more)
- [C][c], [D][c]
- <a href="https://old.example/x">E</a> or <a href='https://old.example/x'>F</a>

| Name | Link |
|------|------|
| G | https://old.example/x |
| [H](https://old.example/x) | `|` |

<p>
<a href=https://old.example/x>I</a>
</p>

[c]: https://old.example/x
"""


def _parser(name: str) -> Parse:
    return lambda text: parse_list(text.encode(), Path(name))


def _links(catalog: Catalog) -> list[Link]:
    return [*catalog.links(), *catalog.repeats]


_PARTS = st.text(st.sampled_from("ab,[]{}()<>'\"\\|#&*!%@`:;?=_~ -.\t日\n"), max_size=12)


@settings(max_examples=120)
@given(_PARTS, st.sampled_from(["e.yaml", "e.md"]), st.sampled_from(["\n", "\r\n", "\r"]))
@example(",ignore:{reason:[x]}", "e.yaml", "\n")
@example("},{name:[evil],url:[x]", "e.yaml", "\n")
@example(")[evil](https://evil.example/", "e.md", "\n")
@example("a|b", "e.md", "\r\n")
def test_edit_changes_addresses_and_nothing_else(part: str, name: str, ending: str) -> None:
    text = (YAML if name == "e.yaml" else MARKDOWN).replace("\n", ending)
    parse = _parser(name)
    before = parse(text)
    new = f"https://new.example/{part}"
    edits = [Edit(link, new) for link in _links(before) if link.url == OLD]
    after, undone = verified_edits(text, edits, parse)
    left = {edit.link.location for edit in undone}
    for old_link, new_link in zip(_links(before), _links(parse(after)), strict=True):
        is_moved = old_link.url == OLD and old_link.location not in left and new_link.url != OLD
        assert is_moved or new_link.url == old_link.url
        if is_moved:
            assert new_link.url.startswith("https://new.example/")
    assert [entry.name for entry in parse(after).entries()] == [entry.name for entry in before.entries()]


@pytest.mark.parametrize(
    ("name", "text", "moved"),
    [("e.yaml", YAML, 6), ("e.md", MARKDOWN, 10)],
)
def test_ordinary_move_is_written_wherever_an_address_stands(name: str, text: str, moved: int) -> None:
    parse = _parser(name)
    edits = [Edit(link, "https://new.example/y") for link in _links(parse(text)) if link.url == OLD]
    after, undone = verified_edits(text, edits, parse)
    assert after.count("https://new.example/y") == moved
    assert after.count("https://old.example/x/more") == 1
    assert all(edit.link.location.line for edit in undone)


def test_edit_that_would_break_the_list_is_left_out() -> None:
    text = "# T\n\n## S\n\n- [A](https://old.example/x)\n- https://old.example/x\n"
    parse = _parser("e.md")
    first, second = _links(parse(text))
    bad = Edit(second, "https://new.example/ [evil](https://evil.example/)")
    after, undone = verified_edits(text, [Edit(first, "https://new.example/a"), bad], parse)
    assert "[A](https://new.example/a)" in after
    assert "evil.example/)" not in after or undone == []
    assert len(_links(parse(after))) == 2


@pytest.mark.parametrize(
    "link",
    [
        "[A](//old.example/x)",
        "[A](<https://old.example/x y>)",
        '<a href="https://old.example/?a=1&amp;b=2">A</a>',
        "www.old.example",
    ],
)
def test_address_in_another_usual_form_is_edited(link: str) -> None:
    text = f"# T\n\n## S\n\n- {link} - what it is\n"
    parse = _parser("e.md")
    [before] = _links(parse(text))
    after, undone = verified_edits(text, [Edit(before, "https://new.example/z")], parse)
    assert undone == []
    assert [one.url for one in _links(parse(after))] == ["https://new.example/z"]
    assert after.endswith(" - what it is\n")


def test_definitions_of_the_same_address_are_edited_both() -> None:
    text = "# T\n\n## S\n\n- [A][a]\n- [B][b]\n\n[a]: https://old.example/x\n[b]: https://old.example/x\n"
    parse = _parser("e.md")
    edits = [Edit(link, "https://new.example/z") for link in _links(parse(text))]
    assert verified_edits(text, edits, parse) == (text.replace("old.example/x", "new.example/z"), [])


def test_address_in_quotes_keeps_them() -> None:
    parse_yaml = (
        "title: T\nsections:\n  - title: S\n    entries:\n      - {name: A, url: 'https://old.example/x'}\n"
    )
    [link] = parse_list(parse_yaml.encode(), Path("e.yaml")).links()
    assert "'https://new.example/it''s'" in edited(parse_yaml, [Edit(link, "https://new.example/it's")])[0]


_SCALARS = [
    *("{}", "'{}'", '"{}"', "&a {}", "!!str {}", "&a !!str '{}'"),
    *(">-\n          {}", "|- # why\n          {}"),
]
_NASTY = ["?q=a: b", "x#y", "&a *b", "a'b\"c", "\u202egpj", "\u200bx", "]}, {name: evil"]


@pytest.mark.parametrize("value", _SCALARS)
@pytest.mark.parametrize("part", _NASTY)
def test_edited_yaml_means_the_same_to_every_reader(value: str, part: str) -> None:
    entry = "      - name: A\n        url: {}\n        year: 2020\n      - {{name: B, url: {}, year: 2021}}\n"
    flow = OLD if "\n" in value else value.format(OLD).replace("&a", "&b")
    text = f"title: T\nsections:\n  - title: S\n    entries:\n{entry.format(value.format(OLD), flow)}"
    parse, new = _parser("e.yaml"), f"https://new.example/{part}"
    after, undone = verified_edits(text, [Edit(link, new) for link in _links(parse(text))], parse)
    assert undone == []
    assert after.replace("\n", "").isprintable()
    [first, second] = yaml.safe_load(after)["sections"][0]["entries"]  # PyYAML's own scanner, not libyaml's
    assert unquote(first.pop("url")) == unquote(second.pop("url")) == new
    assert (first, second) == ({"name": "A", "year": 2020}, {"name": "B", "year": 2021})
