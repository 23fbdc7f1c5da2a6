"""YAML is read or refused at its line, with libyaml and without."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from lmsys_enrich.lists.mistakes import Mistake
from lmsys_enrich.lists.yaml_document import FASTEST_LOADER, Loader, read_document


@pytest.mark.parametrize("loader", [FASTEST_LOADER, yaml.SafeLoader])
def test_it_reads_the_same_with_and_without_libyaml(loader: Loader) -> None:
    text = (Path(__file__).parents[3] / "entries.yaml").read_text(encoding="utf-8")
    assert read_document(text, "e", [], loader) == read_document(text, "e", [])


_FOREIGN_ESCAPES = ['a: "\\UFFFFFFFF"', 'a: "\\U00110000"', f"%YAML 1.{'1' * 5000}\n---\n"]


@pytest.mark.parametrize("loader", [FASTEST_LOADER, yaml.SafeLoader])
@pytest.mark.parametrize("text", _FOREIGN_ESCAPES, ids=["escape", "another escape", "version"])
def test_what_a_parser_stumbles_over_is_a_mistake_like_others(text: str, loader: Loader) -> None:
    mistakes: list[Mistake] = []
    assert read_document(text, "e", mistakes, loader) is None
    [told] = map(str, mistakes)
    assert told.startswith("e:1:")
    assert "not YAML: " in told


class _Terse(yaml.SafeLoader):
    """A parser whose errors have no message, as their type allows."""

    def get_event(self) -> yaml.Event:
        raise yaml.MarkedYAMLError


class _Unplaced(yaml.SafeLoader):
    """A parser that does not say where a word stands, as the type of its events allows."""

    def __init__(self, _: object) -> None:
        self._events: list[yaml.Event] = [yaml.ScalarEvent(None, None, (True, False), "word")]

    def check_event(self, *_: object) -> bool:
        return bool(self._events)

    def get_event(self) -> yaml.Event:
        return self._events.pop()


def test_a_parser_that_shows_nothing_is_quoted_with_nothing() -> None:
    mistakes: list[Mistake] = []
    assert read_document("a", "e", mistakes, _Terse) is None
    assert list(map(str, mistakes)) == ["e:1:1: not YAML"]


def test_what_no_parser_places_stands_at_the_start() -> None:
    root = read_document("\n word", "e", [], _Unplaced)
    assert root is not None
    assert str(root.location) == "e:1:1"


_LIKE_YAML = st.text(st.sampled_from("ab:-[]{},'\"|>&*!%@#~<\\U0\n \t\r\ufeff\x85\ud800\U0001f600"))


@given(st.one_of(st.text(), _LIKE_YAML))
@pytest.mark.parametrize("loader", [FASTEST_LOADER, yaml.SafeLoader])
def test_whatever_stands_in_a_file_is_read_or_reported(loader: Loader, text: str) -> None:
    mistakes: list[Mistake] = []
    root = read_document(text, "e", mistakes, loader)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    assert all(1 <= mistake.location.line <= lines + 1 for mistake in mistakes)
    assert root is None or root.location.line <= lines + 1  # libyaml finds the nothing after `---` below it
