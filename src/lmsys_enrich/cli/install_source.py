"""Source of the running program, for `pip install` in the workflow that `init` writes."""

import json
from collections.abc import Callable, Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from lmsys_enrich.lists.git import head_commit, is_pushed, origin_url, top_level
from lmsys_enrich.values import Value

_NAME = "lmsys-enrich"


class InstallSource(Value):
    """
    Argument of `pip install`, None where the program's source is not known to others.

    `is_here` is true if the program is installed from the repository it runs for,
    `is_pushed` if the commit of a checkout is on the remote.
    """

    requirement: str | None
    is_here: bool = False
    is_pushed: bool = True


def install_source(
    folder: Path, own_distribution: Callable[[], Distribution] = lambda: distribution(_NAME)
) -> InstallSource:
    """
    Return the source of the program, for a workflow of the repository of a folder.

    The source is the one that the installer recorded (PEP 610), with its commit; for a checkout its
    origin. A version on a package index is returned only if the program came
    from one: elsewhere the name could belong to somebody else.
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
        return _of_repository(url, vcs)
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


def _of_repository(url: str, vcs: Mapping[str, object]) -> InstallSource:
    """Return the source of a program that was installed from a commit; a local clone's is its origin."""
    clone = Path(unquote(urlsplit(url).path)) if url.startswith("file:") else None
    if clone is not None:
        url = origin_url(clone) if clone.is_dir() else ""
    address = https_address(url)
    if address is None:
        return InstallSource(None)
    is_known = clone is None or is_pushed(clone)
    return InstallSource(f"{vcs.get('vcs')}+{address}@{vcs.get('commit_id')}", is_pushed=is_known)


def _of_checkout(checkout: Path, folder: Path) -> InstallSource:
    """Return the source of a program that was installed from a folder."""
    if checkout.is_dir() and top_level(folder) == checkout.resolve():
        return InstallSource(None, is_here=True)
    if not checkout.is_dir() or (root := top_level(checkout)) is None or root != checkout.resolve():
        return InstallSource(None)
    address, commit = https_address(origin_url(checkout)), head_commit(checkout)
    if address is None or commit is None:
        return InstallSource(None)
    return InstallSource(f"git+{address}@{commit}", is_pushed=is_pushed(checkout))


def https_address(url: str) -> str | None:
    """Return the https address of a git remote, which may be written as `git@HOST:OWNER/NAME.git`."""
    host, colon, path = url.partition(":")
    if "://" not in url and colon and "/" not in host:
        return f"https://{host.rpartition('@')[2]}/{path.lstrip('/')}"
    try:
        parts = urlsplit(url)
        port = parts.port if parts.scheme == "https" else None  # ssh has another one
    except ValueError:  # no address at all
        return None
    if parts.scheme not in ("https", "ssh", "git") or not parts.hostname:
        return None  # a folder, or http without encryption
    return f"https://{parts.hostname}{f':{port}' if port else ''}{parts.path}"


def _public(url: str) -> str:
    """Return an address without user and password."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
