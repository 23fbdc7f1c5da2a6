"""Mistakes: reported all at once, each with its location and advice."""

import gc
import json
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from lmsys_enrich.errors import InputError
from lmsys_enrich.lists.entries_yaml import read_entries
from lmsys_enrich.lists.mistakes import address_problem
from lmsys_enrich.urls import is_web, link_key

_PATH = Path("e.yaml")


def _entries(body: str) -> str:
    indented = "".join(f"      {line}\n" for line in body.splitlines())
    return f"title: A\nsections:\n  - title: S\n    entries:\n{indented}"


def _told(text: str) -> list[str]:
    with pytest.raises(InputError) as refusal:
        read_entries(text, _PATH)
    assert refusal.value.hint
    return [line.removeprefix("e.yaml:") for line in str(refusal.value).splitlines()]


MISTAKES = [
    ("an empty file", "", ["1:1: the list is empty"]),
    ("a file of comments", "# nothing\n", ["1:1: the list is empty"]),
    ("null", "null\n", ["1:1: the list is empty"]),
    ("a list", "- a\n", ["1:1: a list must be a mapping with title and sections, not a list"]),
    ("a word", "hello\n", ["1:1: a list must be a mapping with title and sections, not 'hello'"]),
    (
        "foreign YAML",
        "services:\n  web: 1\n",
        ["1:1: a list must be a mapping with title and sections; this YAML file has neither"],
    ),
    ("no sections", "title: A\n", ["1:1: a list needs sections"]),
    (
        "a mistyped sections",
        "title: A\nsectoins: []\n",
        ["2:1: 'sectoins' is not a key of a list; did you mean 'sections'?"],
    ),
    (
        "title and sections both mistyped",
        "Titel: A\nsectoins: []\n",
        [
            "1:1: 'Titel' is not a key of a list; did you mean 'title'?",
            "2:1: 'sectoins' is not a key of a list; did you mean 'sections'?",
        ],
    ),
    (
        "a key too long to be a mistyped one",
        f"title: A\nsections: []\n{'k' * 61}: 1\n",
        [f"3:1: '{'k' * 59}…' is not a key of a list"],
    ),
    ("no title", "sections: []\n", ["1:1: a list needs title"]),
    ("an empty title", "title: ''\nsections: []\n", ["1:8: title is empty; a list needs it"]),
    ("an unknown key", "title: A\ncolour: red\nsections: []\n", ["2:1: 'colour' is not a key of a list"]),
    (
        "sections that are a mapping",
        "title: A\nsections: {a: b}\n",
        ["2:11: sections must be a list, each item `- title: …`, not a mapping"],
    ),
    (
        "a section that is a word",
        "title: A\nsections: [a]\n",
        ["2:12: a section must be a mapping with a title, not 'a'"],
    ),
    ("a section without a title", "title: A\nsections:\n  - text: x\n", ["3:5: a section needs title"]),
    (
        "a title that is a number",
        "title: 2022\nsections: []\n",
        ["1:8: title must be text; put '2022' in quotes"],
    ),
    ("a title that is a list", "title: [a]\nsections: []\n", ["1:8: title must be text, not a list"]),
    ("an entry without a name", _entries("- url: https://a.example/"), ["5:9: an entry needs name"]),
    ("an entry that is a word", _entries("- a"), ["5:9: an entry must be a mapping with a name, not 'a'"]),
    (
        "a mistyped key",
        _entries("- name: A\n  ulr: https://a.example/"),
        ["6:9: 'ulr' is not a key of an entry, nor one of its section's `columns`; did you mean 'url'?"],
    ),
    (
        "a key that no column names",
        _entries("- name: A\n  training: true"),
        ["6:9: 'training' is not a key of an entry, nor one of its section's `columns`"],
    ),
    (
        "an address with a space",
        _entries("- name: A\n  url: https://a.example/a b"),
        ["6:14: 'https://a.example/a b' contains a space; write it as %20, or remove it"],
    ),
    (
        "an address without a scheme",
        _entries("- name: A\n  url: a.example"),
        ["6:14: 'a.example' is not a complete address; write it with https://"],
    ),
    (
        "an address without slashes",
        _entries("- name: A\n  url: 'https:a.example'"),
        ["6:14: 'https:a.example' lacks // after https:"],
    ),
    (
        "a mistyped scheme",
        _entries("- name: A\n  url: htps://a.example/"),
        ["6:14: 'htps://a.example/' does not begin with https:// or http://"],
    ),
    (
        "an address without a host",
        _entries("- name: A\n  url: 'https://'"),
        ["6:14: 'https://' is not an address: the address has no host"],
    ),
    (
        "an address with a bad port",
        _entries("- name: A\n  url: 'https://a.example:port/'"),
        ["6:14: 'https://a.example:port/' is not an address: 'port' is not a port"],
    ),
    (
        "an address without a scheme but with a port",
        _entries("- name: A\n  url: a.example:8080/docs"),
        ["6:14: 'a.example:8080/docs' is not a complete address; write it with https://"],
    ),
    (
        "an empty address",
        _entries("- name: A\n  url: ''"),
        ["6:14: '' is not a complete address; write it with https://"],
    ),
    (
        "an address with blanks around it",
        _entries("- name: A\n  url: ' https://a.example/ '"),
        ["6:14: ' https://a.example/ ' contains a space; write it as %20, or remove it"],
    ),
    (
        "an address that is a number",
        _entries("- name: A\n  url: 3"),
        ["6:14: url must be text; put '3' in quotes"],
    ),
    (
        "links that are a list",
        _entries("- name: A\n  links: [a]"),
        ["6:16: links must be a mapping of roles to addresses, such as `paper: https://…`, not a list"],
    ),
    (
        "a link called url",
        _entries("- name: A\n  links: {url: 'https://a.example/'}"),
        ["6:22: the main address belongs in url, not in links"],
    ),
    (
        "a bad link",
        _entries("- name: A\n  links: {code: nowhere}"),
        ["6:23: 'nowhere' is not a complete address; write it with https://"],
    ),
    (
        "a year in quotes",
        _entries("- name: A\n  year: '2022'"),
        ["6:15: year must be a year such as 2022 without quotes"],
    ),
    (
        "a year that is none",
        _entries("- name: A\n  year: soon"),
        ["6:15: year must be a year such as 2022, not 'soon'"],
    ),
    (
        "a year that is a list",
        _entries("- name: A\n  year: [2022]"),
        ["6:15: year must be a year such as 2022"],
    ),
    (
        "a year too late",
        _entries("- name: A\n  year: 20222"),
        ["6:15: year must be a year such as 2022, not '20222'"],
    ),
    (
        "an id that is no slug",
        _entries("- name: A\n  id: An Id"),
        [
            "6:13: the id 'An Id' must be lower-case letters and digits, with - or _ between them, such as 'an-id'"
        ],
    ),
    (
        "an id that is a list",
        _entries("- name: A\n  id: [a]"),
        ["6:13: id must be text, not a list"],
    ),
    (
        "an id that is taken",
        _entries("- {name: A, id: a}\n- {name: B, id: a}"),
        ["6:23: the id 'a' is taken by the entry on line 5"],
    ),
    (
        "a misspelt framework",
        _entries("- {name: Alpa, id: alpa}\n- {name: B, framework: alpaa}"),
        [
            (
                "6:30: 'alpaa' is not the id of an entry; did you mean 'alpa'? "
                "(if it is a name rather than an id, begin it with a capital letter)"
            )
        ],
    ),
    (
        "an exemption without a reason",
        _entries("- name: A\n  ignore: {until: 2027-01-31}"),
        ["6:17: ignore needs reason"],
    ),
    (
        "an exemption that is a word",
        _entries("- name: A\n  ignore: yes"),
        ["6:17: ignore must be a mapping with a reason, such as `reason: our own site`, not 'yes'"],
    ),
    (
        "an exemption until a day that is none",
        _entries("- name: A\n  ignore: {reason: x, until: 2027-02-31}"),
        ["6:36: until must be a day such as 2027-01-31, not '2027-02-31'"],
    ),
    (
        "an exemption until a list",
        _entries("- name: A\n  ignore: {reason: x, until: [a]}"),
        ["6:36: until must be a day such as 2027-01-31, not a list"],
    ),
    (
        "an exemption with a mistyped key",
        _entries("- name: A\n  ignore: {reason: x, untill: 2027-02-01}"),
        ["6:29: 'untill' is not a key of ignore; did you mean 'until'?"],
    ),
    (
        "columns that are a word",
        "title: A\nsections:\n  - title: S\n    columns: year\n",
        ["4:14: columns must be a list, such as `[year, name, comments]`, not 'year'"],
    ),
    (
        "a column twice",
        "title: A\nsections:\n  - title: S\n    columns: [year, year]\n",
        ["4:21: the column 'year' appears twice"],
    ),
    (
        "an empty column",
        "title: A\nsections:\n  - title: S\n    columns: [' ', '': B]\n",
        [
            "4:15: a column is empty; write the key of a field",
            "4:20: a column is empty; write the key of a field",
        ],
    ),
    (
        "a column of two keys",
        "title: A\nsections:\n  - title: S\n    columns: [{a: A, b: B}]\n",
        ["4:15: a column must be a key, or a key with its header such as `name: Title`"],
    ),
    (
        "a column without the header it begins",
        "title: A\nsections:\n  - title: S\n    columns: [name: ]\n",
        ["4:21: a column's header must be text; put '' in quotes"],
    ),
    (
        "a column that is a list",
        "title: A\nsections:\n  - title: S\n    columns: [[year]]\n",
        ["4:15: a column must be a key, or a key with its header such as `name: Title`"],
    ),
    (
        "a section that is nothing",
        "title: A\nsections: [~]\n",
        ["2:12: a section must be a mapping with a title, not nothing"],
    ),
    (
        "a column that is a number",
        "title: A\nsections:\n  - title: S\n    columns: [2022]\n",
        ["4:15: a column must be text; put '2022' in quotes"],
    ),
    (
        "a cell that is a list",
        "title: A\nsections:\n  - title: S\n    columns: [name, size]\n    entries:\n      - {name: A, size: [a]}\n",
        ["6:25: size must be text, a number, true or false, not a list"],
    ),
    (
        "a description that is a mapping",
        _entries("- name: A\n  description: {a: b}"),
        ["6:22: description must be text, not a mapping"],
    ),
    (
        "a description that is a number",
        _entries("- name: A\n  description: 3"),
        ["6:22: description must be text; put '3' in quotes"],
    ),
    (
        "a key twice",
        "title: A\ntitle: B\nsections: []\n",
        ["2:1: 'title' appears twice, first on line 1"],
    ),
    (
        "a key that is a list",
        "title: A\n[a]: b\nsections: []\n",
        ["2:1: a key must be a word, not a list or a mapping"],
    ),
    (
        "a merge key",
        "title: A\nsections: []\n<<: {a: b}\n",
        ["3:1: merge keys (<<) are not supported; write the values out"],
    ),
    (
        "a tag",
        "title: !!python/object:os.system A\nsections: []\n",
        [
            "1:8: the tag 'tag:yaml.org,2002:python/object:os.system' is not supported; put text that begins with ! in quotes"
        ],
    ),
    (
        "a second document",
        "title: A\nsections: []\n---\ntitle: B\n",
        ["3:1: a second YAML document begins here; a list is a single document"],
    ),
    (
        "an alias of nothing",
        "title: *a\nsections: []\n",
        ["1:8: *a refers to &a, which is not defined before it; put text that begins with * in quotes"],
    ),
    (
        "a tab",
        "title: A\nsections:\n\t- title: B\n",
        ["3:1: not YAML: text cannot begin with '\\t'; indent with spaces"],
    ),
    (
        "a text that begins with a percent sign",
        "title: %a\nsections: []\n",
        ["1:8: not YAML: text cannot begin with '%'; put it in quotes"],
    ),
    (
        "a colon in a text",
        "title: A: B\nsections: []\n",
        [
            "1:9: not YAML: mapping values are not allowed in this context; put text that contains a colon and a space in quotes"
        ],
    ),
    (
        "an open quote",
        "title: 'A\nsections: []\n",
        [
            "3:1: not YAML: found unexpected end of stream while scanning a quoted scalar that begins on line 1; a closing quote is missing"
        ],
    ),
    (
        "a bracket that closes nothing, at the very start",
        "}\n",
        ["1:1: not YAML: did not find expected node content while parsing a block node"],
    ),
    (
        "an open bracket",
        "title: A\nsections: [\n",
        ["3:1: not YAML: did not find expected node content while parsing a flow node"],
    ),
    (
        "a character that nobody sees",
        "title: A\x08\nsections: []\n",
        ["1:9: the invisible character U+0008 is not allowed in a list; remove it"],
    ),
    (
        "two of them",
        "title: A\x08\x08\nsections: []\n",
        [
            "1:9: the invisible character U+0008 is not allowed in a list, nor are 1 more such characters below; remove it"
        ],
    ),
    (
        "an escape for one",
        'title: "A\\x08"\nsections: []\n',
        ["1:8: the escape for the invisible character U+0008 is not allowed"],
    ),
    (
        "a bad escape",
        'title: "\\ud800"\nsections: []\n',
        [
            "1:11: not YAML: found invalid Unicode character escape code while parsing a quoted scalar; in double quotes write \\\\ for a backslash, or use single quotes"
        ],
    ),
]


@pytest.mark.parametrize(
    ("text", "told"), [case[1:] for case in MISTAKES], ids=[case[0] for case in MISTAKES]
)
def test_a_mistake_is_reported(text: str, told: list[str]) -> None:
    assert _told(text) == told


def test_an_unknown_framework_is_a_mistake_only_close_to_an_id() -> None:
    entries = "- {name: Alpa, id: alpa}\n- {name: B, framework: jax}\n- {name: C, framework: alpaa}"
    [told] = _told(_entries(entries))
    assert told.startswith("7:30: 'alpaa' is not the id of an entry; did you mean 'alpa'?")


def test_all_mistakes_are_reported_at_once_in_their_order() -> None:
    text = "titel: A\nsections:\n  - title: S\n    entries:\n      - {nmae: A, year: soon}\n      - name: B\n"
    assert [told.split(" ")[0] for told in _told(text)] == ["1:1:", "5:10:", "5:25:"]


def test_aliases_that_grow_without_end_are_refused() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    [told] = _told(bomb)
    assert "aliases make this list too large" in told


def test_nesting_without_end_is_refused() -> None:
    [told] = _told("a: " + "[" * 5000)
    assert "nested more than" in told
    deep = "a: &a [[[[[[[[[[x]]]]]]]]]]\n" + "".join(
        f"{'b' * n}: &{'b' * n} [[[[[[[[[[*{'b' * (n - 1) or 'a'}]]]]]]]]]]\n" for n in range(1, 40)
    )
    assert "nested more than" in _told(deep)[0]


def test_the_garbage_collector_is_on_again_whatever_happens() -> None:
    _told("")
    assert gc.isenabled()
    gc.disable()
    try:
        _told("")
        assert not gc.isenabled()
    finally:
        gc.enable()


_STARTS = (
    "http://a.example",
    "https://a",
    "HTTP://a",
    "http://a.",
    "http://a:65536",
    "http://.",
    "http:",
    "a:",
)


@given(st.sampled_from(_STARTS), st.text(st.sampled_from("a0:/?#[]@%._- \t\u00e9\u200b"), max_size=8))
@example("http://.", "")
@example("http://a", ":70000/")
def test_a_web_address_that_is_taken_can_be_requested(start: str, end: str) -> None:
    url = start + end
    if is_web(url) and not address_problem(url):
        assert url.split() == [url]
        assert link_key(url)


# What no schema sees: what is wrong with YAML itself, and what is wrong only beside something else.
_UNSEEN = frozenset(
    {
        "a mistyped key",
        "a key that no column names",
        "a mistyped scheme",
        "an address with a bad port",
        "an id that is taken",
        "a misspelt framework",
        "an exemption until a day that is none",
        "a key twice",
        "an escape for one",
        "a bad escape",
    }
)


class _Loader(yaml.SafeLoader):
    """Leaves days as texts, as editors do."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(files("lmsys_enrich").joinpath("schemas", "entries.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize(
    ("name", "text"), [case[:2] for case in MISTAKES], ids=[case[0] for case in MISTAKES]
)
def test_an_editor_with_the_schema_shows_it_too(name: str, text: str) -> None:
    try:
        content = yaml.load(text, _Loader)  # noqa: S506 - a safe one
    except (yaml.YAMLError, ValueError):
        return  # the editor tells that it is no YAML
    assert _validator().is_valid(content) == (name in _UNSEEN)


def test_the_schema_takes_this_projects_own_list() -> None:
    text = (Path(__file__).parents[3] / "entries.yaml").read_text(encoding="utf-8")
    assert not list(_validator().iter_errors(yaml.load(text, _Loader)))  # noqa: S506 - a safe one


def test_the_schema_takes_all_that_may_stand_in_a_list() -> None:
    text = """
title: A
description: Words
sections:
  - title: S
    text: Words
    columns: [year, name: Title, stars, open]
    entries:
      - name: A
        id: a-b_c
        url: https://a.example/
        year: 2022
        publisher: OSDI
        framework: a-b_c
        description: Words
        stars: 3.5
        open: true
        links: {code: https://b.example/, mail: "mailto:a@b.example"}
        ignore: {reason: ours, until: 2027-01-31}
      - {name: B, url: , links: }
    sections:
      - title: T
"""
    read_entries(text, _PATH)
    assert _validator().is_valid(yaml.load(text, _Loader))  # noqa: S506 - a safe one


def test_line_without_end_is_a_mistake() -> None:
    text = f"title: A\nsections: [{'{title: S}, ' * 90_000}]\n"
    assert _told(text) == ["2:1: longer than 1,000,000 characters; write each entry on lines of its own"]
