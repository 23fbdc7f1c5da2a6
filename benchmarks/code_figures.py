"""
Figures of a checkout's size: modules, lines, longest function, import cycles.

    python -m benchmarks.code_figures CHECKOUT ...

Prints a Markdown table with a column for each checkout. Lines are all lines of a
file, blank ones and comments included; a module is counted if it has any code
besides its docstring.
"""

import ast
import sys
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from statistics import median

_PACKAGE = "lmsys_enrich"


def main() -> None:
    """Print the table."""
    checkouts = [Path(argument) for argument in sys.argv[1:] or ["."]]
    columns = [_figures(checkout) for checkout in checkouts]
    print(f"| figure | {' | '.join(checkout.resolve().name for checkout in checkouts)} |")
    print(f"| --- |{' ---: |' * len(columns)}")
    for title in columns[0]:
        print(f"| {title} | {' | '.join(str(column[title]) for column in columns)} |")


def _figures(checkout: Path) -> Mapping[str, object]:
    source = checkout / "src" / _PACKAGE
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(source.rglob("*.py"))}
    modules = [path for path, tree in trees.items() if len(tree.body) > 1]
    lines = [_line_count(path) for path in modules]
    functions = [length for tree in trees.values() for length in _function_lengths(tree)]
    imports = {
        _module_name(source, path): _imports(source, path, tree, trees) for path, tree in trees.items()
    }
    return {
        "modules with code": len(modules),
        "lines of src": sum(map(_line_count, trees)),
        "median lines of a module": int(median(lines)),
        "longest module": max(lines),
        "modules over 350 lines": sum(count > 350 for count in lines),  # noqa: PLR2004 - the rule
        "median lines of a function": int(median(functions)),
        "longest function": max(functions),
        "functions over 40 lines": sum(length > 40 for length in functions),  # noqa: PLR2004 - the rule
        "imports inside functions": sum(_inner_imports(tree) for tree in trees.values()),
        "import cycle": _cycle(imports) or "none",
        "lines of tests": sum(map(_line_count, (checkout / "tests").rglob("*.py"))),
    }


def _line_count(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _function_lengths(tree: ast.AST) -> Iterator[int]:
    """Yield the lines of each function, from `def` to its last line."""
    for function in _functions(tree):
        yield (function.end_lineno or function.lineno) - function.lineno + 1


def _inner_imports(tree: ast.AST) -> int:
    inner = {
        node.lineno
        for function in _functions(tree)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    return len(inner)


def _module_name(source: Path, path: Path) -> str:
    parts = path.relative_to(source.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(source: Path, path: Path, tree: ast.AST, trees: Mapping[Path, ast.AST]) -> set[str]:
    """Return the modules of the package that a module imports, also inside functions."""
    known = {_module_name(source, other) for other in trees}
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found.update(names & known or {node.module})
    return (found & known) - {_module_name(source, path)}


def _cycle(imports: Mapping[str, set[str]]) -> str:
    """Return one cycle, or an empty text; a package's `__init__` counts as a module of its own."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as cycle:
        return " → ".join(reversed(cycle.args[1]))
    return ""


if __name__ == "__main__":
    main()
