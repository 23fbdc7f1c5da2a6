"""
Git for lists: the files of a folder, and earlier versions of a file. The only module that runs git.

Lists, their attributes and their history may come from a stranger. Only plumbing commands are used: they run
no filter, no diff driver and no pager, and depend on no user settings:
https://git-scm.com/docs/gitattributes
"""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from lmsys_enrich.errors import InputError, reason_of
from lmsys_enrich.values import Value

_SHALLOW = (
    "Fetch it: in GitHub Actions give actions/checkout `fetch-depth: 0`, elsewhere `git fetch origin BASE`."
)
_NO_COMMIT = (
    "Name a commit or a branch. GitHub gives zeros for the commit before a branch's first push: name the"
    " branch that it comes from, such as origin/main."
)
# Variables that would lead git to another repository or to other objects than those of the folder.
_ELSEWHERE = frozenset(
    {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_NAMESPACE", "GIT_LITERAL_PATHSPECS", "GIT_PREFIX"}
)
_PLAIN = {"GIT_NO_REPLACE_OBJECTS": "1", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}


class _Ended(Value):
    """Output of git; `out` is None where it refused, `err` has its own words."""

    out: bytes | None
    err: str

    @property
    def text(self) -> str | None:
        return None if self.out is None else self.out.decode("utf-8", "surrogateescape").strip()


def fork_point(folder: Path, base: str) -> str:
    """
    Return the commit from which the present state of a folder has branched off.

    That is the merge base of `base` and HEAD. A checkout of a pull request's merge ref
    is a merge made for the test: what its first parent has is not the pull request's,
    though `base` may be older. Raises `InputError` where git knows no such commit.
    """
    commit = _git(folder, "rev-parse", "--verify", "--end-of-options", f"{base}^{{commit}}")
    if commit.text is None:
        hint = _SHALLOW if base.strip("0") else _NO_COMMIT
        if top_level(folder) is None:
            hint = "Name a list in a git repository, or run without --only-changed."
        raise InputError(f"{folder}: git does not know {base!r}{_own_words(commit)}", hint=hint)
    if (parent := _first_parent_of_merge_ref(folder, commit.text)) is not None:
        return parent
    fork = _git(folder, "merge-base", commit.text, "HEAD")
    if not fork.text:
        raise InputError(
            f"{folder}: git knows no common ancestor of {base!r} and HEAD{_own_words(fork)}", hint=_SHALLOW
        )
    return fork.text


def _first_parent_of_merge_ref(folder: Path, commit: str) -> str | None:
    """
    Return the first parent of HEAD, if HEAD is a pull request merged into a branch for a test.

    That is so if HEAD is detached, and its first parent is on a branch that does not
    have HEAD: a merge that a stranger has made has a first parent of his own.
    """
    if _git(folder, "symbolic-ref", "--quiet", "HEAD").out is not None:
        return None
    parents = (_git(folder, "rev-parse", "HEAD^@").text or "").split()
    if len(parents) < 2:  # noqa: PLR2004 - a merge has two
        return None
    first = parents[0]
    if _git(folder, "merge-base", "--is-ancestor", commit, first).out is None:
        return None
    branches = ("refs/heads", "refs/remotes")
    on = _git(
        folder, "for-each-ref", "--count=1", f"--contains={first}", "--no-contains=HEAD", "--", *branches
    )
    return first if on.text else None


def file_at(path: Path, commit: str) -> bytes | None:
    """Return the file that a commit has at a path; None where it has none."""
    return _git(path.parent, "cat-file", "blob", f"{commit}:./{path.name}").out


def earlier_version(source: Path, commit: str) -> bytes | None:
    """Return a file as a commit has it, under the name that it had there; None where it is new."""
    there = file_at(source, commit)
    if there is None and (former := _former_path(source.parent, source.name, commit)) is not None:
        return _git(source.parent, "cat-file", "blob", f"{commit}:{former}").out
    return there


def _former_path(folder: Path, name: str, commit: str) -> str | None:
    """Return the path that a renamed file had in a commit."""
    prefix = _git(folder, "rev-parse", "--show-prefix").text or ""
    return next((old for old, new in _renames(folder, commit) if new == f"{prefix}{name}"), None)


def present_path(source: Path, commit: str) -> Path | None:
    """
    Return the path that a file of a commit has today, None where it was deleted.

    `source` is a path from the working directory, which is returned where the commit has no such file.
    """
    here, path = Path(), Path(os.path.normpath(source)).as_posix()
    if source.exists() or _git(here, "cat-file", "-e", f"{commit}:./{path}").out is None:
        return source
    prefix = _git(here, "rev-parse", "--show-prefix").text or ""
    former = os.path.normpath(f"{prefix}{path}")
    renamed = next((new for old, new in _renames(here, commit) if old == former), None)
    return None if renamed is None else Path(os.path.relpath(renamed, prefix or "."))


def _renames(folder: Path, commit: str) -> Iterator[tuple[str, str]]:
    """Yield the files renamed since a commit, as paths in the repository: the former one, the present one."""
    # Compares with the index: the files themselves would pass the filters that attributes name.
    renames = _git(
        folder, "diff-index", "--cached", "-r", "-M", "-l0", "--diff-filter=R", "--name-status", "-z", commit
    )
    fields = (renames.out or b"").decode("utf-8", "surrogateescape").split("\0")
    yield from zip(fields[1::3], fields[2::3], strict=False)


def files_of(folder: Path) -> list[Path]:
    """Return the files in a folder, sorted, without files that git ignores and without hidden folders."""
    listed = _git(folder, "ls-files", "--cached", "--others", "--exclude-standard", "-z").out
    if listed is not None:
        names = listed.decode("utf-8", "surrogateescape").split("\0")
        paths = (folder / name for name in names if name)
    else:
        paths = (path for path in folder.rglob("*") if not _is_hidden(path.relative_to(folder)))
    return sorted(path for path in set(paths) if path.is_file())


def top_level(folder: Path) -> Path | None:
    """Return the folder of the repository that a folder is part of; None outside of one."""
    name = _git(folder, "rev-parse", "--show-toplevel").text
    return Path(name) if name else None


def origin_url(folder: Path) -> str:
    """Return the address of a repository's remote `origin`, or nothing."""
    # Not the configured text, in which `insteadOf` of the user's settings may have a short form.
    return _git(folder, "remote", "get-url", "origin").text or ""


def head_commit(folder: Path) -> str | None:
    """Return the commit that is checked out."""
    return _git(folder, "rev-parse", "--verify", "HEAD").text or None


def is_pushed(folder: Path) -> bool:
    """Return true if a remote's branch, as far as it is known here, has the commit that is checked out."""
    return bool(_git(folder, "for-each-ref", "--count=1", "--contains=HEAD", "refs/remotes").text)


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") or part in {"node_modules", "__pycache__"} for part in path.parts)


def _own_words(ended: _Ended) -> str:
    """Return git's own message, for example about an owner that it does not trust."""
    first = re.sub(r"^(fatal|error): ", "", ended.err.strip().partition("\n")[0])
    return f" ({first})" if first else ""


def _git(folder: Path, *words: str) -> _Ended:
    """Run git. Raises `InputError` if git is not installed."""
    environ = {name: value for name, value in os.environ.items() if name not in _ELSEWHERE} | _PLAIN
    try:
        # The git of the PATH, as the user types it; no shell reads the words.
        command = ["git", "--no-pager", *words]
        ended = subprocess.run(command, cwd=folder, env=environ, capture_output=True, check=False)  # noqa: S603 - as said above
    except OSError as problem:
        raise InputError(
            f"git cannot be started: {reason_of(problem)}", hint="Install git, or run without --only-changed."
        ) from None
    out = ended.stdout if ended.returncode == 0 else None
    return _Ended(out, ended.stderr.decode("utf-8", "replace"))
