"""The architecture page names existing functions and modules, and the path that the code takes."""

import re
from importlib import import_module
from pathlib import Path

import grimp
import pytest

_ROOT = Path(__file__).parents[2]
_PAGE = (_ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
_STEPS = re.findall(r"^\| \d\w? \w+ \| `([\w/]+)\.(\w+)` \|", _PAGE, re.MULTILINE)
_WAY = re.findall(r"`([\w/]+)`", _PAGE.partition("modules hand the work on")[2].partition("\n\n")[0])
# A path in code, without a suffix such as .md, perhaps with a name of it behind a dot.
_EXAMPLES = {"acme/tool"}  # a repository, no module
_NAMED = sorted({*re.findall(r"`((?:[a-z_]+/)+[a-z_]*)(?:\.[A-Za-z_]+)?`", _PAGE)} - _EXAMPLES)


def _module(path: str) -> str:
    return f"lmsys_enrich.{path.replace('/', '.')}"


@pytest.mark.parametrize(("path", "function"), _STEPS)
def test_function_of_a_step_is_there(path: str, function: str) -> None:
    assert callable(getattr(import_module(_module(path)), function))


def test_steps_are_numbered_from_load_to_write() -> None:
    assert len(_STEPS) == 8


@pytest.mark.parametrize("path", _NAMED)
def test_named_module_or_folder_is_there(path: str) -> None:
    source = _ROOT / "src" / "lmsys_enrich" / path
    assert source.is_dir() or source.with_suffix(".py").is_file() or (_ROOT / path).exists()


def test_eight_modules_lead_from_command_line_to_report() -> None:
    assert len(_WAY) == 8
    graph = grimp.build_graph("lmsys_enrich")
    first, command, library, run, plan, workers, checker, history = map(_module, _WAY)
    for importer, imported in (
        (first, command),
        (command, library),
        (command, run),
        (library, run),
        (run, plan),
        (run, workers),
        (run, history),
        (history, "lmsys_enrich.model.finding"),
    ):
        assert graph.direct_import_exists(importer=importer, imported=imported), (importer, imported)
    assert graph.direct_import_exists(importer=library, imported=checker)
