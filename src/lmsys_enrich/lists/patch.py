"""
Smallest edits of a list's source: the characters of an address, and nothing else.

An edit is kept only if the edited text reads as the same list
except for that address.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from urllib.parse import quote, unquote

from lmsys_enrich.errors import InputError
from lmsys_enrich.model.catalog import Catalog, Entry, Link, Location, Section
from lmsys_enrich.urls import InvalidAddress, fragment_of, link_key
from lmsys_enrich.values import Value

_NO_NEWLINE = "\\ No newline at end of file\n"
# What would end an address in Markdown or YAML, or begin something else there.
_ESCAPES = str.maketrans(
    {" ": "%20", "<": "%3C", ">": "%3E", "|": "%7C", '"': "%22", "'": "%27", "\\": "%5C", "`": "%60"}
)
_PARENTHESES = str.maketrans({"(": "%28", ")": "%29"})
_LINE_END = re.compile(r"(\r\n|\r|\n)")
# What ends a plain scalar of YAML within brackets, or makes a mapping of it; `?` for PyYAML's scanner alone.
_YAML_SPECIAL = re.compile(r"[,\[\]{}?]|:\Z")
# What may stand before a scalar of YAML: an anchor, a tag, the mark of a block whose only line is the next.
_YAML_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*[ \t]+)+")
_YAML_BLOCK = re.compile(r"(?:[&!][^\s]*[ \t]+)*[>|][-+]?[ \t]*(?:#.*)?")
# What begins another link in Markdown; in a host it stands for IPv6.
_BRACKETS = str.maketrans({"[": "%5B", "]": "%5D"})
# What GitHub's reader takes for the end of a sentence behind a bare address.
_TRAILING = "?!.,:*_~'\";)]"
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>\"'|\\]+", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]")

Parse = Callable[[str], Catalog]
"""Reader of a list's text. Raises `InputError`."""


class Edit(Value):
    """Edit: an address that replaces that of a link."""

    link: Link
    url: str


def verified_edits(text: str, edits: Sequence[Edit], parse: Parse) -> tuple[str, list[Edit]]:
    """
    Return the text with those edits made that change nothing else in the list, and the others.

    `parse` reads the list from its text. What breaks it is found by halving, so that a
    few bad edits among many cost a few readings.
    """
    before = _content(parse(text))
    kept: list[Edit] = []
    undone: list[Edit] = []
    pending = [list(_one_each(edits))]
    while pending:
        part = pending.pop()
        after, failed = edited(text, [*kept, *part])
        failed = [edit for edit in failed if edit in part]
        if failed:
            undone += failed
            pending.append([edit for edit in part if edit not in failed])
        elif not part or _is_same(before, after, [*kept, *part], parse):
            kept += part
        elif len(part) == 1:
            undone += part
        else:
            middle = len(part) // 2
            pending += [part[middle:], part[:middle]]
    return edited(text, kept)[0], undone


def edited(text: str, edits: Iterable[Edit]) -> tuple[str, list[Edit]]:
    """
    Return the text with the edits made, and those that could not be.

    An edit is made only where the link's address is at its location in one of the
    usual forms: an address that is escaped, or elsewhere, is left to a person.
    """
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    parts = _LINE_END.split(text.removeprefix("\ufeff"))
    undone: list[Edit] = []
    for edit in sorted(edits, key=lambda edit: (edit.link.location.line, -edit.link.location.column)):
        is_yaml = edit.link.location.file.lower().endswith((".yaml", ".yml"))
        found = _found(parts, edit.link, is_yaml=is_yaml)
        if found is None:
            undone.append(edit)
            continue
        number, at, end = found
        line = parts[number]
        url = _visible(edit.url)
        if not is_yaml:
            new = _in_markdown(url, line, at)
        elif number == 2 * (edit.link.location.line - 1):
            new = _in_yaml(url, line[at - 1 : at])
        else:  # a line of a block is taken as it is
            new = url
        parts[number] = line[:at] + new + line[end:]
    return mark + "".join(parts), undone


def _visible(url: str) -> str:
    """Return an address without controls, its blanks and invisible marks escaped."""
    bare = _CONTROLS.sub("", url).replace(" ", "%20")
    return bare if bare.isprintable() else "".join(one if one.isprintable() else quote(one) for one in bare)


def _in_yaml(url: str, before: str) -> str:
    """Return an address as a scalar of YAML, or as part of the quoted one that `before` begins."""
    match before:
        case "'":
            return url.replace("'", "''")
        case '"':
            return url.replace("\\", "\\\\").replace('"', '\\"')
        case _:
            return "'" + url.replace("'", "''") + "'" if _YAML_SPECIAL.search(url) else url


def _in_markdown(url: str, line: str, start: int) -> str:
    """Return an address in the form for Markdown, quotes of HTML, angle brackets, or bare text."""
    scheme, slashes, rest = url.partition("//")
    host, slash, path = rest.partition("/")
    url = f"{scheme}{slashes}{host}{slash}{path.translate(_BRACKETS)}"
    safe = _balanced(url.translate(_ESCAPES))
    is_delimited = line[start - 1 : start] in {"(", "<", '"', "'"} or line[:start].rstrip().endswith("]:")
    if not is_delimited and safe[-1:] in _TRAILING and line[start - 1 : start] != "=":
        safe = f"{safe[:-1]}%{ord(safe[-1]):02X}"
    return safe


def _balanced(url: str) -> str:
    depth = 0
    for character in url:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth < 0:
            break
    return url if depth == 0 else url.translate(_PARENTHESES)


def _one_each(edits: Iterable[Edit]) -> Iterator[Edit]:
    """Yield one edit for each location: links of a reference or of an alias share theirs."""
    seen: set[Location] = set()
    for edit in edits:
        if edit.link.location not in seen:
            seen.add(edit.link.location)
            yield edit


def _found(parts: Sequence[str], link: Link, *, is_yaml: bool) -> tuple[int, int, int] | None:
    """Return the part of an address, its start and its end in that; None where it is spelled otherwise."""
    number = 2 * (link.location.line - 1)  # between any two lines is the end of the first
    if number >= len(parts):
        return None
    line, first = parts[number], link.location.column - 1
    if is_yaml:
        if (number + 2 < len(parts)) and _YAML_BLOCK.fullmatch(line, first):
            below = parts[number + 2]
            at = len(below) - len(below.lstrip(" "))
            end = at + len(link.url)
            return (number + 2, at, end) if below.rstrip() == f"{below[:at]}{link.url}" else None
        if properties := _YAML_PROPERTIES.match(line, first):
            first = properties.end()
    for at in (first, first + 1):  # behind a quote or a bracket
        for written in [link.url] if is_yaml else _spellings(link.url):
            if line.startswith(written, at):
                return number, at, at + len(written)
    return None


def _spellings(url: str) -> Iterator[str]:
    """Yield the forms in which Markdown and HTML may have an address."""
    yield url
    yield url.replace("&", "&amp;")
    yield url.replace("%20", " ")
    scheme, slashes, rest = url.partition("//")
    if scheme == "http:" and rest.startswith("www."):
        yield rest
    elif scheme == "https:":
        yield slashes + rest


class _Content(Value):
    """Content of a list: its links, each with its location and key, and everything else without addresses."""

    links: tuple[tuple[Location, str, str], ...]
    rest: tuple[object, ...]


def _content(catalog: Catalog) -> _Content:
    links = (*catalog.links(), *catalog.repeats)
    rest = (
        catalog.title,
        _masked(catalog.description),
        tuple(_section(section) for section in catalog.sections),
        tuple((one.link.role, one.path, one.fault, one.ignore) for one in catalog.document_links),
        tuple(_masked(remark.message) for remark in catalog.remarks),
    )
    return _Content(tuple((link.location, link.role, _key(link.url)) for link in links), rest)


def _section(section: Section) -> object:
    return (
        section.title,
        _masked(section.text),
        section.columns,
        tuple(_entry(entry) for entry in section.entries),
        tuple(_section(inner) for inner in section.sections),
    )


def _entry(entry: Entry) -> object:
    """Return an entry's content; an id that is not written may be made of its address."""
    cells = tuple(
        (key, _masked(cell) if isinstance(cell, str) else cell)
        for key, cell in entry.cells.items()
        if key != "parent"
    )
    identifier = entry.id if entry.id_is_written else ""
    return (identifier, _masked(entry.name), entry.ignore, cells, len(entry.links))


def _masked(text: str) -> str:
    return _ADDRESS.sub("\0", text)


def _key(url: str) -> str:
    try:
        return unquote(f"{link_key(url)}#{fragment_of(url)}")
    except InvalidAddress:
        return url


def _is_same(before: _Content, after: str, edits: Sequence[Edit], parse: Parse) -> bool:
    """Return whether the edited text has the same list, but for the addresses of the edits."""
    try:
        now = _content(parse(after))
    except InputError:
        return False
    if before.rest != now.rest or len(before.links) != len(now.links):
        return False
    wanted = {edit.link.location: _key(edit.url) for edit in edits}
    return all(
        role == new_role and new_key == wanted.get(location, key) and location.line == new_location.line
        for (location, role, key), (new_location, new_role, new_key) in zip(
            before.links, now.links, strict=True
        )
    )


def unified_diff(name: str, before: str, after: str) -> str:
    """Return a patch for `git apply` in the folder to which `name` is relative."""
    old, new = _lines(before), _lines(after)
    return "".join(_patch(difflib.unified_diff(old, new, f"a/{name}", f"b/{name}")))


def _lines(text: str) -> list[str]:
    """Split at line feeds alone, as git does; a carriage return is part of its line."""
    parts = text.split("\n")
    return [part + "\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _patch(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if line.endswith("\n"):
            yield line
        else:
            yield f"{line}\n{_NO_NEWLINE}"
