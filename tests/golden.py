"""Files that a person has looked at: what is made must equal them. `make golden` writes them again."""

import os
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def assert_golden(path: Path, made: str) -> None:
    """Compare with a whole file."""
    if "WRITE_GOLDEN" in os.environ:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made, encoding="utf-8", newline="")
    assert path.read_text(encoding="utf-8") == made


def assert_golden_block(path: Path, name: str, made: str) -> None:
    """Compare with what stands in a Markdown file between `<!-- name -->` and `<!-- /name -->`."""
    text = path.read_text(encoding="utf-8")
    block = re.compile(rf"(?<=<!-- {re.escape(name)} -->\n).*(?=<!-- /{re.escape(name)} -->)", re.DOTALL)
    if "WRITE_GOLDEN" in os.environ:
        text = block.sub(lambda _: made + "\n", text)
        path.write_text(text, encoding="utf-8")
    found = block.search(text)
    assert found is not None, f"{path.name} has no block {name!r}"
    assert found[0] == made + "\n"
