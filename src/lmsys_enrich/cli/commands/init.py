"""`lmsys-enrich init`: writes a list, and a nightly workflow that installs this program from its source."""

import argparse
import os
import re
import shlex
from collections.abc import Iterator, Sequence
from importlib.resources import files
from itertools import zip_longest
from pathlib import Path
from urllib.parse import quote, urlsplit

from lmsys_enrich.cli.flags import ENTRIES, READMES
from lmsys_enrich.cli.install_source import InstallSource, https_address, install_source
from lmsys_enrich.cli.terminal import Terminal
from lmsys_enrich.errors import InputError, OutputError, reason_of
from lmsys_enrich.lists.git import origin_url, top_level
from lmsys_enrich.lists.read import read_list
from lmsys_enrich.outputs.files import write_files
from lmsys_enrich.settings.access import KNOWN_FORGES
from lmsys_enrich.settings.sources import resolve
from lmsys_enrich.values import Value

_NAME = "lmsys-enrich"
_WORKFLOW = Path(".github/workflows/links.yml")
_BADGES = """\
Badges for a README in {folder}:

![links alive]({out}/badges/links-alive.svg)
![entries]({out}/badges/entries.svg)"""
_NOT_PUBLISHED = """\
With --publish commit, the workflow also commits the enriched list, the report and badges for your README."""
_NO_SOURCE = """\
this program was not installed from an address that others can reach.
Before the workflow runs, set the repository's variable LMSYS_ENRICH_SOURCE (Settings, Secrets and variables,
Actions, Variables) to the source for `pip install`, as git+https://HOST/OWNER/NAME@COMMIT."""

_NOT_GITHUB = """\
this workflow is for GitHub, and {host} is none. The page "Each night" of the documentation, docs/nightly.md
in the program's repository, has jobs for GitLab and Forgejo."""
_NOT_CHECKED = """\
{workflow} does not check {lists}. For all lists in one run, name them in lmsys-enrich.toml at the
top of the repository, as lists = ["README.md", "docs/README.md"], move {workflow} away,
and run `lmsys-enrich init` there."""


class Workflow(Value):
    """
    Choices for the nightly workflow: lists, their folder in the repository, what is published and how.

    `lists` are named on the command line, none where the settings name them. `in_place` are
    the documents that get facts. `out` and `cache` are the folders of the settings.
    """

    lists: Sequence[str]
    source: InstallSource
    folder: str | None = None
    publish: str = "none"
    in_place: Sequence[str] = ()
    out: str = "build"
    cache: str = "cache"
    has_artifacts: bool = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add DIR and the choices for the workflow."""
    parser.add_argument(
        "folder",
        metavar="DIR",
        nargs="?",
        type=Path,
        default=Path(),
        help="folder of the list, or the list itself (default: .)",
    )
    parser.add_argument(
        "--publish",
        choices=("none", "commit", "pull-request"),
        default="none",
        help="what the workflow does with the enriched list, the report and the badges (default: none)",
    )
    parser.add_argument(
        "--in-place",
        action="store_true",
        help="let the workflow write the facts into the Markdown list itself; implies --publish commit",
    )


def execute(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Write the files that do not exist yet; existing files stay unchanged."""
    given: Path = arguments.folder
    folder = given.parent if given.is_file() else given
    settings = resolve({}, terminal.environ, folder)
    in_settings = () if given.is_file() else settings.lists
    lists = _own_lists(given, in_settings)
    if arguments.in_place and not (documents := [path for path in lists if path.name != ENTRIES]):
        where = f"{folder} has {ENTRIES}" if lists else f"{folder} has no list yet"
        raise InputError(
            f"--in-place writes into Markdown lists, and {where}",
            hint="Name the Markdown list, or run without --in-place: it never changes entries.yaml.",
        )
    publish = "commit" if arguments.in_place and arguments.publish == "none" else arguments.publish
    _create(folder)
    host = _host(folder)
    chosen = Workflow(
        lists=() if in_settings else [path.as_posix() for path in lists or [Path(ENTRIES)]],
        source=install_source(folder),
        folder=inside(folder),
        publish=publish,
        in_place=[path.as_posix() for path in documents] if arguments.in_place else (),
        out=settings.out.as_posix(),
        cache=settings.cache.as_posix(),
        # GitHub Enterprise Server does not take artifacts of this version.
        has_artifacts=host == "github.com" or host.endswith(".ghe.com"),
    )
    if not lists:
        _write(folder / ENTRIES, _starter("entries.yaml"), terminal)
    root = top_level(folder) if chosen.folder is not None else None
    path = (root or folder) / _WORKFLOW
    is_new = _write(path, workflow(chosen), terminal)
    terminal.result("\n".join(_next_steps(folder, chosen, is_new=is_new)))
    for warning in _warnings(chosen, host) if is_new else _gaps(path, chosen):
        terminal.warn(warning)
    return 0


def _warnings(chosen: Workflow, host: str) -> Iterator[str]:
    """Yield what keeps a new workflow from running."""
    if host in KNOWN_FORGES:
        yield _NOT_GITHUB.format(host=host)
    if chosen.source.requirement is None and not chosen.source.is_here:
        yield _NO_SOURCE
    if not chosen.source.is_pushed:
        yield f"{chosen.source.requirement} is not pushed yet: push it before the workflow runs"


def _gaps(path: Path, chosen: Workflow) -> Iterator[str]:
    """Yield which lists an existing workflow does not name, as far as its text shows."""
    text = path.read_text(encoding="utf-8", errors="replace")
    from_top = [Path(chosen.folder or "", name).as_posix() for name in chosen.lists]
    if "working-directory:" not in text:
        names: Sequence[str] = from_top
    else:
        names = chosen.lists if chosen.folder and _defaults(chosen.folder) in text else ()
    named = {
        name for name in names if re.search(rf"(?<![\w/.-]){re.escape(shlex.quote(name))}(?![\w/.-])", text)
    }
    if missing := [top for top, name in zip_longest(from_top, names) if name not in named]:
        yield _NOT_CHECKED.format(workflow=path.name, lists=", ".join(missing))


def _names(text: str, path: str) -> bool:
    """Return true if a text has a path, and not as a part of another."""
    return re.search(rf"(?<![\w/.-]){re.escape(shlex.quote(path))}(?![\w/.-])", text) is not None


def _own_lists(given: Path, in_settings: Sequence[Path]) -> Sequence[Path]:
    """Return the lists as paths from their folder: the given file, those of the settings, or one found."""
    if given.is_file():
        return [Path(given.name)]
    if in_settings:
        return in_settings
    if (given / ENTRIES).exists():
        return [Path(ENTRIES)]
    for name in READMES:
        try:
            if (given / name).is_file() and any(read_list(given / name).listed()):
                return [Path(name)]
        except InputError:
            continue  # a README that is not a list
    return []


def _create(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise OutputError(
            f"{folder} cannot be created: {reason_of(problem)}", hint="Name another folder."
        ) from None


def _write(path: Path, text: str, terminal: Terminal) -> bool:
    """Write a file unless it exists, print which, and return whether it was written."""
    if path.exists():
        terminal.result(f"{path}: already exists and was not changed; move it away to get a new one")
        return False
    write_files(path.parent, {path.name: text})
    terminal.result(f"{path}: written")
    return True


def _host(folder: Path) -> str:
    """Return the host of the remote, GitHub where there is none."""
    return urlsplit(https_address(origin_url(folder)) or "https://github.com").hostname or ""


def _next_steps(folder: Path, chosen: Workflow, *, is_new: bool) -> Iterator[str]:
    """Yield what the user does next, and badges if the new workflow publishes them."""
    if is_new and chosen.folder is not None:
        yield "GitHub reads workflows only at the top of the repository, so the file is there."
    names = [shlex.quote(str(folder / name)) for name in chosen.lists]
    yield f"\nNext: {' '.join(['lmsys-enrich run', *names])}, then commit these files."
    if is_new and chosen.publish == "none":
        yield f"\n{_NOT_PUBLISHED}"
    elif is_new:
        where = chosen.folder or "the same folder"
        yield f"\n{_BADGES.format(folder=where, out=quote(chosen.out))}"


def workflow(chosen: Workflow) -> str:
    """Return the nightly workflow."""
    folder = f"{chosen.folder}/" if chosen.folder else ""
    lists = "".join(f" {shlex.quote(name)}" for name in chosen.lists)
    in_place = " --in-place" if chosen.in_place else ""
    blocks = {
        "@DEFAULTS@": _defaults(chosen.folder),
        "@INSTALL@": _install(chosen.source),
        "@PUBLISH@": _publish(chosen),
        "@ARTIFACT@": _starter("artifact.yml") if chosen.has_artifacts else "",
    }
    words = {
        "@CONTENTS@": "read" if chosen.publish == "none" else "write # to commit what was found",
        "@CACHE@": f"{folder}{chosen.cache}",
        "@OUT@": f"{folder}{chosen.out}",
        "@ARTIFACT_PATH@": _yaml(f"{folder}{chosen.out}"),
        "@RUN@": _yaml(f"lmsys-enrich run{lists} --deadline 20m --fail-on new-dead{in_place}"),
        "@ISSUE@": _yaml(f"lmsys-enrich issue{lists}"),
    }
    text = "\n".join(_filled(_starter("links.yml"), blocks)) + "\n"
    for token, word in words.items():
        text = text.replace(token, word)
    if chosen.publish == "pull-request":
        text = text.replace("      issues: write", "      pull-requests: write\n      issues: write")
    return text


def _filled(template: str, blocks: dict[str, str]) -> list[str]:
    """Return the lines of a template with its blocks, of which an empty one leaves no line."""
    lines: list[str] = []
    for line in template.splitlines():
        token = line.strip()
        lines += blocks[token].splitlines() if token in blocks else [line]
    return lines


def _defaults(folder: str | None) -> str:
    if folder is None:
        return ""
    return f"    defaults:\n      run:\n        working-directory: {_yaml(folder)}"


def _install(source: InstallSource) -> str:
    """Return the step that installs the program from the source of the running one."""
    if source.is_here:
        return '      - run: python -m pip install "$GITHUB_WORKSPACE"'
    if source.requirement is not None:
        return f"      - run: python -m pip install {shlex.quote(source.requirement)}"
    return (
        "      # The variable names what pip installs, as git+https://HOST/OWNER/NAME@COMMIT.\n"
        '      - run: python -m pip install "${SOURCE:?set the variable LMSYS_ENRICH_SOURCE}"\n'
        "        env:\n"
        "          SOURCE: ${{ vars.LMSYS_ENRICH_SOURCE }}"
    )


def _publish(chosen: Workflow) -> str:
    """Return the step that commits the outputs; empty if nothing is published."""
    if chosen.publish == "none":
        return ""
    # With several lists the files of each lie in a folder of its name.
    patterns = ("enriched.md", "*/enriched.md", "dead-links.md", "badges")
    documents = " ".join(map(shlex.quote, chosen.in_place))
    words = {
        "@PATHS@": " ".join(f"{shlex.quote(chosen.out)}/{pattern}" for pattern in patterns),
        "@IN_PLACE@": f"          git add --update -- {documents}\n" if documents else "",
    }
    text = _starter("publish.yml")
    for token, word in words.items():
        text = text.replace(token, word)
    return text + _starter("commit.sh" if chosen.publish == "commit" else "pull-request.sh")


def _yaml(text: str) -> str:
    """Return a text as a YAML scalar: plain, or quoted where a plain one would end early."""
    if text[0].isalnum() and ": " not in text and " #" not in text and not text.endswith(":"):
        return text
    return f"'{text.replace(chr(39), chr(39) * 2)}'"


def _starter(name: str) -> str:
    return files("lmsys_enrich").joinpath("starter", name).read_text(encoding="utf-8")


def inside(folder: Path) -> str | None:
    """Return the path of a folder in its repository; None for the top, and outside a repository."""
    top = top_level(folder)
    if top is None or top == folder.resolve():
        return None
    return Path(os.path.relpath(folder.resolve(), top)).as_posix()
