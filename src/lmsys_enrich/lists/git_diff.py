"""
Files and changed lines of a list's repository. The only module that runs git.

Only what git itself reads is trusted: no driver that a repository's files name is run.
"""

import re
from pathlib import Path

from lmsys_enrich.errors import InputError
from lmsys_enrich.model.catalog import Catalog, Entry, Section
from lmsys_enrich.values import replace

_HUNK = re.compile(r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@", re.MULTILINE)
_SHALLOW = (
    "Fetch it: in GitHub Actions give actions/checkout `fetch-depth: 0`, elsewhere `git fetch origin BASE`."
)


def changed_since(catalog: Catalog, base: str) -> Catalog:
    """
    Return the list with those links alone whose lines were added or changed since `base`.

    `base` is any name of a commit; what counts is where the present state branched
    off from it, and changes that are not committed yet count as well. Raises
    `InputError` where git cannot tell.
    """
    lines = _lines_since(catalog.source, base)
    if lines is None:
        return catalog
    sections = tuple(filter(None, (_part(section, lines) for section in catalog.sections)))
    outside = tuple(one for one in catalog.document_links if one.link.location.line in lines)
    return replace(catalog, sections=sections, document=None, document_links=outside)


def _part(section: Section, lines: set[int]) -> Section | None:
    entries = tuple(filter(None, (_with_links_of(entry, lines) for entry in section.entries)))
    sections = tuple(filter(None, (_part(inner, lines) for inner in section.sections)))
    return replace(section, entries=entries, sections=sections) if entries or sections else None


def _with_links_of(entry: Entry, lines: set[int]) -> Entry | None:
    links = tuple(link for link in entry.links if link.location.line in lines)
    return replace(entry, links=links) if links else None


def _lines_since(source: Path, base: str) -> set[int] | None:
    """Return the numbers of the lines that are new or other than they were, none where the file is new."""
    folder, name = source.resolve().parent, source.resolve().name
    commit = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{base}^{{commit}}")
    fork = _git(folder, "merge-base", commit.strip(), "HEAD") if commit else None
    if not commit or not fork:
        raise InputError(f"{source}: git knows no common state with {base!r}", hint=_SHALLOW)
    if _git(folder, "cat-file", "-e", f"{fork.strip()}:./{name}") is None:
        return None
    found = _git(folder, "diff", "--unified=0", "--no-ext-diff", "--no-textconv", fork.strip(), "--", name)
    hunks = ((int(start), int(length or 1)) for start, length in _HUNK.findall(found or ""))
    return {line for start, length in hunks for line in range(start, start + length)}


def _git(folder: Path, *words: str) -> str | None:
    """Return what git says, or none where it says no. Raises `InputError` where there is no git at all."""
    import subprocess  # noqa: PLC0415 - only folders and --only-changed need it

    try:
        # The git of the PATH, as the user types it; no shell reads the words.
        command = ["git", *words]
        ended = subprocess.run(command, cwd=folder, capture_output=True, check=False)  # noqa: S603 - git from the PATH
    except OSError as problem:
        raise InputError(
            f"git cannot be started: {problem}", hint="Install git, or leave --only-changed away."
        ) from None
    return ended.stdout.decode("utf-8", "replace") if ended.returncode == 0 else None


def files_of(folder: Path) -> list[Path]:
    """Return the files in a folder, in order, without those that git ignores and without hidden folders."""
    listed = _git(folder, "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    if listed is not None:
        paths = (folder / name for name in listed.split("\0") if name)
    else:
        paths = (path for path in folder.rglob("*") if not _is_hidden(path.relative_to(folder)))
    return sorted(path for path in set(paths) if path.is_file())


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") or part in {"node_modules", "__pycache__"} for part in path.parts)
