"""
Compares the outputs of two installations of the program, byte by byte.

    python -m benchmarks.compare_outputs OLD/bin/lmsys-enrich NEW/bin/lmsys-enrich LIST.md ...

For each list: `import` it, run the demonstration on the imported list (every link on
the simulated internet), and `run --offline` on the list itself. The run's time is
fixed; figures that depend on the machine's speed are left out. Ends with 1 where any
output differs.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

_RUN_TIME = "1795485600"
_BY_SPEED = frozenset({"seconds", "longest"})
# Commands of one installation, run in a folder that holds `list.md`.
_COMMANDS = (
    ("import", "list.md", "-o", "entries.yaml"),
    ("demo", "--quiet"),
    ("run", "list.md", "--offline", "--quiet", "--out", "offline"),
)


def main() -> None:
    """Compare, and print each file that differs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("lists", type=Path, nargs="+")
    arguments = parser.parse_args()
    different = 0
    for source in arguments.lists:
        before, after = (_outputs(program, source) for program in (arguments.old, arguments.new))
        names = [name for name in sorted({*before, *after}) if before.get(name) != after.get(name)]
        different += len(names)
        print(f"{source.name}: {len(after)} files, {len(names)} differ{''.join(map(' {}'.format, names))}")
    sys.exit(1 if different else 0)


def _outputs(program: Path, source: Path) -> Mapping[str, bytes]:
    """Run every command in a folder of its own, and return what it wrote and its exit codes."""
    environ = {**os.environ, "SOURCE_DATE_EPOCH": _RUN_TIME, "NO_COLOR": "1"}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copyfile(source, folder / "list.md")
        codes = {
            f"exit code of {command[0]}": str(_run(program, command, folder, environ)).encode()
            for command in _COMMANDS
        }
        return {**codes, **dict(_files(folder))}


def _run(program: Path, command: tuple[str, ...], folder: Path, environ: Mapping[str, str]) -> int:
    started = [str(program.absolute()), *command]
    return subprocess.run(started, cwd=folder, env=environ, capture_output=True, check=False).returncode  # noqa: S603 - the program itself


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "cache" not in path.relative_to(folder).parts:
            yield str(path.relative_to(folder)), _comparable(path)


def _comparable(path: Path) -> bytes:
    """Return the content of a file without the figures that depend on the machine's speed."""
    content = path.read_bytes()
    if path.suffix != ".json" or b'"traffic"' not in content:
        return content
    report = json.loads(content)
    report["traffic"] = {key: value for key, value in report["traffic"].items() if key not in _BY_SPEED}
    return json.dumps(report, indent=1).encode()


if __name__ == "__main__":
    main()
