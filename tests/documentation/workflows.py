"""
Workflows that users copy, as files to be linted: `python -m tests.documentation.workflows FOLDER`.

They are those that `init` writes for each of its choices, and those that stand whole in the documentation.
"""

import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from lmsys_enrich.cli.commands.init import Workflow, workflow
from lmsys_enrich.cli.install_source import InstallSource
from tests.documentation.pages import PAGES, blocks

_SOURCES = {
    "index": InstallSource("lmsys-enrich==1.2.3"),
    "git": InstallSource(f"git+https://github.com/OWNER/lmsys-enrich@{'0' * 40}"),
    "here": InstallSource(None, is_here=True),
    "unknown": InstallSource(None),
}
_PLACEHOLDER = "@COMMIT"


def workflows() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each workflow."""
    for (source, of), publish, folder in product(
        _SOURCES.items(), ("none", "commit", "pull-request"), (None, "lists/ai")
    ):
        name = f"init-{source}-{publish}-{'top' if folder is None else 'folder'}.yml"
        yield (
            name,
            workflow(
                Workflow(["README.md"], of, folder, publish, ["README.md"] if publish == "commit" else ())
            ),
        )
    for page in PAGES:
        for block in blocks(page):
            if block.language == "yaml" and "jobs:" in block.text and "\non:" in f"\n{block.text}":
                # A real hash stands where the page has a placeholder.
                yield f"docs-{page.stem}-{block.line}.yml", block.text.replace(_PLACEHOLDER, f"@{'0' * 40}")


def main(folder: Path) -> None:
    """Write the workflows into a folder, in place of those that were there."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.yml"):
        old.unlink()
    for name, text in workflows():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
