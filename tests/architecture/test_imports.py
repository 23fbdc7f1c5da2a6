"""Third-party libraries: each is declared, and imported by its one module."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.golden import ROOT

PACKAGE = ROOT / "src" / "lmsys_enrich"
MODULES = sorted(PACKAGE.rglob("*.py"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def libraries() -> set[str]:
    """Return the names of the libraries that the package imports, its own and Python's left out."""
    names = {name.partition(".")[0] for module in MODULES for name in imported(tree(module))}
    return names - sys.stdlib_module_names - {"lmsys_enrich"}


def tree(module: Path) -> ast.Module:
    return ast.parse(module.read_text("utf-8"))


def imported(syntax: ast.AST) -> Iterator[str]:
    for node in ast.walk(syntax):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_each_library_has_a_door() -> None:
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    doors = {name for contract in contracts for name in contract.get("protected_modules", ())}
    assert libraries() == doors


def test_contracts_make_no_exemptions() -> None:
    assert not any("ignore_imports" in contract for contract in PROJECT["tool"]["importlinter"]["contracts"])


def test_architecture_shows_every_layer() -> None:
    [layers] = [
        one["layers"] for one in PROJECT["tool"]["importlinter"]["contracts"] if one["type"] == "layers"
    ]
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    block = page.partition("## The layers")[2].partition("```text")[2].partition("```")[0]
    names = set(re.findall(r"\w+", " ".join(layers))) - {"__main__"}
    assert names <= set(re.findall(r"\w+", block))


def test_each_library_is_declared() -> None:
    project = PROJECT["project"]
    extras = project["optional-dependencies"].values()
    needed = [*project["dependencies"], *(one for extra in extras for one in extra)]
    declared = {re.split(r"[^\w-]", requirement)[0].lower() for requirement in needed}
    # Some wheels do not say which packages they hold: those are named as their distribution is.
    providers = packages_distributions()
    names = {providers.get(name, [name.replace("_", "-")])[0].lower() for name in libraries()}
    assert names == declared - {"cryptography"}  # Dask makes certificates with it
