"""Workspace: the repository in which a run works, and the paths of files in it."""

import os
from collections.abc import Mapping
from pathlib import Path

from lmsys_enrich.values import Value


class Workspace(Value):
    """A repository's folder, and the folder in it in which the program runs; both absolute, or unknown."""

    root: Path | None = None
    folder: Path = Path()

    def path(self, file: str | Path) -> str:
        """Return a file's path in the repository; outside of it, the path as given."""
        if self.root is None:
            return str(file)
        path = Path(os.path.normpath(self.folder / file))
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(file)

    def exists(self, path: str) -> bool:
        """Whether the repository has a file at this path; true where that is unknown."""
        return self.root is None or (self.root / path).exists()


UNKNOWN_WORKSPACE = Workspace()


def find_workspace(folder: Path, environ: Mapping[str, str]) -> Workspace:
    """
    Return the workspace of a folder.

    Its root is the nearest folder with `.git`, else that of `GITHUB_WORKSPACE`, else the folder itself.
    """
    folder = folder.absolute()
    above = (folder, *folder.parents)
    root = next((path for path in above if (path / ".git").exists()), None)
    if root is None:
        named = Path(environ.get("GITHUB_WORKSPACE") or folder)
        root = named if named in above else folder
    return Workspace(root, folder)
