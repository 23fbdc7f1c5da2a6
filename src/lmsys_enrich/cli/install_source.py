"""Source of the running program: what a workflow installs to have the same."""

import json
import os
from collections.abc import Callable, Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from lmsys_enrich.lists.git import head_commit, origin_url, top_level
from lmsys_enrich.values import Value

_NAME = "lmsys-enrich"


class InstallSource(Value):
    """
    Argument of `pip install`, None where the program's source is not known to others.

    `is_here` says that the program is installed from the very repository it is run for.
    """

    requirement: str | None
    is_here: bool = False


def install_source(
    folder: Path, own_distribution: Callable[[], Distribution] = lambda: distribution(_NAME)
) -> InstallSource:
    """
    Return the source of the program, for a workflow of the repository of a folder.

    It is what the installer has recorded (PEP 610), with its commit; for a checkout the
    origin of that. A version of a package index is returned only if the program came
    from one: the name could be anybody's there.
    https://packaging.python.org/en/latest/specifications/direct-url/
    """
    try:
        own = own_distribution()
    except PackageNotFoundError:
        return InstallSource(None)
    record = _record(own)
    if record is None:
        return InstallSource(f"{_NAME}=={own.version}")
    url = str(record.get("url", ""))
    vcs, archive = record.get("vcs_info"), record.get("archive_info")
    if isinstance(vcs, Mapping):
        return InstallSource(f"{vcs.get('vcs')}+{_public(url)}@{vcs.get('commit_id')}")
    if url.startswith("file:"):
        return _of_checkout(Path(unquote(urlsplit(url).path)), folder)
    digest = archive.get("hash") if isinstance(archive, Mapping) else None
    return InstallSource(_public(url) + (f"#{digest}" if digest else ""))


def _record(own: Distribution) -> Mapping[str, object] | None:
    try:
        record = json.loads(own.read_text("direct_url.json") or "null")
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def _of_checkout(checkout: Path, folder: Path) -> InstallSource:
    """Return the source of a program that was installed from a folder."""
    if checkout.is_dir() and top_level(folder) == checkout.resolve():
        return InstallSource(None, is_here=True)
    if not checkout.is_dir() or (root := top_level(checkout)) is None or root != checkout.resolve():
        return InstallSource(None)
    url, commit = origin_url(checkout), head_commit(checkout)
    address = _https(url) if url else None
    return InstallSource(f"git+{address}@{commit}" if address and commit else None)


def _https(url: str) -> str | None:
    """Return the https address of a git remote, which may be written as `git@HOST:OWNER/NAME.git`."""
    host, colon, path = url.partition(":")
    if "://" not in url and colon and "/" not in host:
        return f"https://{host.rpartition('@')[2]}/{path.lstrip('/')}"
    parts = urlsplit(url)
    if parts.scheme not in ("https", "ssh", "git") or not parts.hostname:
        return None  # a folder, or http without encryption
    return f"https://{parts.hostname}{parts.path}"


def _public(url: str) -> str:
    """Return an address without user and password."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def inside(folder: Path) -> str | None:
    """Return the path of a folder in its repository, None where it is the top or in none."""
    top = top_level(folder)
    if top is None or top == folder.resolve():
        return None
    return Path(os.path.relpath(folder.resolve(), top)).as_posix()
