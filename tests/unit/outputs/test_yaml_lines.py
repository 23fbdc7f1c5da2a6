"""YAML made by hand equals the YAML of the library."""

import math
from collections.abc import Mapping

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from lmsys_enrich.outputs.yaml import Flow, yaml_item, yaml_lines, yaml_text

# What has a meaning in YAML, and what surrounds it in lists.
_SNIPPETS = st.sampled_from(
    (
        *":#-?!&*|>%@`'\",[]{}=~\\./_()\n\t\x85\u2028\xa0\ufeff\x1b",
        *("a", "B c", " ", "  ", ": ", " #", "- ", "\r\n", "é", "日本", "😀", "<<", "---", "..."),
        *("yes", "No", "on", "true", "null", "y", "1", "0x1f", "1e3", "1:20", "2026-11-23", ".inf"),
    )
)
_TEXTS = st.lists(_SNIPPETS, max_size=5).map("".join) | st.text(st.characters(codec="utf-8"), max_size=20)
_NUMBERS = st.integers() | st.floats(allow_nan=False)
_KEYS = st.sampled_from(["url", "name", "last_commit"]) | _TEXTS | _TEXTS.map(lambda text: text * 9)
_VALUES = st.recursive(
    _TEXTS | _NUMBERS | st.booleans() | st.none() | st.dates(),
    lambda inner: (
        st.dictionaries(_KEYS, inner, max_size=3)
        | st.lists(inner, max_size=3)
        | st.lists(_TEXTS, max_size=3).map(Flow)
    ),
    max_leaves=8,
)
_MAPPINGS = st.dictionaries(_KEYS, _VALUES, min_size=1, max_size=4)


@given(_MAPPINGS)
def test_a_mapping_is_written_as_by_the_library(value: Mapping[str, object]) -> None:
    assert yaml_lines(value) == yaml_text(value)


@given(st.lists(_MAPPINGS, min_size=1, max_size=3))
def test_items_stand_in_their_list_as_by_the_library(values: list[Mapping[str, object]]) -> None:
    whole = {"sections": [{"title": "T", "entries": values}]}
    lines = ["sections:\n- title: T\n  entries:\n", *(yaml_item(value, 1) for value in values)]
    assert "".join(lines) == yaml_text(whole)


@given(_TEXTS)
def test_text_survives_the_round_trip(text: str) -> None:
    assert yaml.safe_load(yaml_lines({"name": text})) == {"name": text}


@pytest.mark.parametrize("text", ["a b ", "a b:", "a b #c", "a: b: c"])
def test_ambiguous_text_is_quoted_by_every_python(text: str) -> None:
    assert yaml_lines({"name": text}) == yaml_text({"name": text})


@pytest.mark.parametrize("text", ["word " * 40_000, "x" * 70_000, "a: b " * 20_000])
def test_a_long_text_stays_on_its_line(text: str) -> None:
    assert yaml_lines({"name": text}) == yaml_text({"name": text})
    assert yaml_lines({"name": text}).count("\n") == 1


def test_infinity_is_written_in_yaml_form() -> None:
    assert yaml_lines({"a": math.inf, "b": 1e16}) == yaml_text({"a": math.inf, "b": 1e16})
