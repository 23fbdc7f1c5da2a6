"""Workspace: the repository of a run, the paths of files in it, and their pages on the web."""

import os
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from lmsys_enrich.values import Value

# No part for a user: an address with a token in it must not reach an output.
_REMOTE = re.compile(r"(?:https://|ssh://)?(?:[^@/\s]*@)?([\w.-]+)(?::\d+/|[:/])([\w./-]+)")
_LARGEST_CONFIG = 2**16


class Workspace(Value):
    """
    A repository's folder, and the folder in it in which the program runs; both absolute, or unknown.

    `web` is the address of its page, if it has one that is known.
    """

    root: Path | None = None
    folder: Path = Path()
    web: str | None = None

    def page(self, file: str | Path, line: int) -> str | None:
        """Return the address of a line of a file on the web; None where that is unknown."""
        page = _page(self, file)
        return None if page is None else f"{page}#L{line}"

    def path(self, file: str | Path) -> str:
        """Return a file's path in the repository; outside of it, the path as given."""
        return _path(self, file)

    def exists(self, path: str) -> bool:
        """Return true if the repository has a file at this path; true where that is unknown."""
        return self.root is None or (self.root / path).exists()


# Outputs name the same few files in each of their rows.
@lru_cache(maxsize=1024)
def _path(workspace: Workspace, file: str | Path) -> str:
    if workspace.root is None:
        return str(file)
    path = Path(os.path.normpath(workspace.folder / file))
    return path.relative_to(workspace.root).as_posix() if path.is_relative_to(workspace.root) else str(file)


@lru_cache(maxsize=1024)
def _page(workspace: Workspace, file: str | Path) -> str | None:
    path = PurePosixPath(workspace.path(file))
    if workspace.web is None or path.is_absolute() or ".." in path.parts:
        return None
    blob = "-/blob" if "gitlab" in workspace.web.split("/")[2] else "blob"
    in_address = quote(str(path), errors="surrogateescape")  # a name that is not UTF-8, as its bytes
    return f"{workspace.web}/{blob}/HEAD/{in_address}?plain=1"


def leads_out(path: Path, root: Path | None) -> Path | None:
    """Return the real target of a path if a symbolic link leads out of a folder; None if it stays inside."""
    at = Path(os.path.normpath(path.absolute()))
    if root is None or not at.is_relative_to(root):
        return None  # named by the user, outside
    target = Path(os.path.realpath(at))
    return None if target.is_relative_to(os.path.realpath(root)) else target


UNKNOWN_WORKSPACE = Workspace()


def find_workspace(folder: Path, environ: Mapping[str, str]) -> Workspace:
    """
    Return the workspace of a folder.

    Its root is the nearest folder with `.git`, else that of `GITHUB_WORKSPACE`, else the folder itself.
    """
    folder = folder.absolute()
    above = (folder, *folder.parents)
    # A folder above may be closed to this user: false, where `Path.exists` raises.
    root = next((path for path in above if os.path.exists(path / ".git")), None)  # noqa: PTH110
    if root is None:
        named = Path(environ.get("GITHUB_WORKSPACE") or folder)
        root = named if named in above else folder
    return Workspace(root, folder, _web(root, environ))


def is_forgejo_job(environ: Mapping[str, str]) -> bool:
    """
    Return true in a job of Forgejo or Gitea, where the variables of GitHub Actions name that forge.

    Its API is at `/api/v1`, GitHub's never: https://forgejo.org/docs/latest/user/actions/reference/
    """
    return environ.get("GITHUB_API_URL", "").rstrip("/").endswith("/api/v1")


def _web(root: Path, environ: Mapping[str, str]) -> str | None:
    """Return the repository's address as GitHub Actions gives it, else that of its remote `origin`."""
    # The pages of files have other addresses on Forgejo.
    if (repository := environ.get("GITHUB_REPOSITORY")) and not is_forgejo_job(environ):
        return f"{environ.get('GITHUB_SERVER_URL') or 'https://github.com'}/{quote(repository)}"
    match = _REMOTE.fullmatch(_origin(root))
    if match is None or not any(forge in match[1] for forge in ("github", "gitlab")):
        return None
    return f"https://{match[1]}/{match[2].removesuffix('/').removesuffix('.git')}"


def _origin(root: Path) -> str:
    """Return the address of the remote `origin`, or an empty text."""
    text = _read(_shared_git_folder(root) / "config")
    section = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            section = line
        name, _, value = line.partition("=")
        if section == '[remote "origin"]' and name.strip() == "url":
            return value.strip()
    return ""


def _shared_git_folder(root: Path) -> Path:
    """
    Return the folder that has the configuration of a repository.

    A submodule and a linked worktree have a file `.git`, which names their own folder; that of a
    worktree names the one that all worktrees share: https://git-scm.com/docs/gitrepository-layout
    """
    named = root / ".git"
    if not named.is_file():
        return named
    own = root / _read(named).removeprefix("gitdir:").strip()
    return own / _read(own / "commondir").strip()


def _read(path: Path) -> str:
    """Return the beginning of a file, or an empty text where it cannot be read."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(_LARGEST_CONFIG)
    except (OSError, ValueError):  # a name with a NUL is no name
        return ""
