"""Text of outputs: whole or streamed; escaping for Markdown, XML and HTML; layout of JSON."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeAlias

import msgspec

from lmsys_enrich.characters import BIDI_MARKS, CONTROLS, MARKDOWN_MARKS, NONCHARACTERS
from lmsys_enrich.values import Value


class Streamed(Value):
    """A text that grows with the list and is never held whole; each call of `chunks` starts it again."""

    chunks: Callable[[], Iterator[bytes]]

    def __str__(self) -> str:
        return b"".join(self.chunks()).decode("utf-8")


class Broken(Value):
    """A text that could not be made because of a bug."""

    traceback: str


Text: TypeAlias = str | Streamed | Broken
"""Content of a file."""


def encoded(text: str) -> bytes:
    """Encode a text as UTF-8; a lone surrogate becomes `?`, as no file can hold it."""
    return text.encode("utf-8", "replace")


_MARKS = re.compile(MARKDOWN_MARKS)
_ENTITY = re.compile(r"&(?=#?\w+;)")
_BLOCK = re.compile(r"^(?=[-+#=](?:\s|$|#))|^(?=\d{1,9}[.)](?:\s|$))")
_CONTROL = re.compile(f"[\t\n\r{CONTROLS}{BIDI_MARKS}]+")
# Words with one blank between them in which none of this occurs, and addresses that need nothing: most do.
_INNER = "[A-Za-z0-9!\"#$%'()+,./:;=?@^{}-]"
# Groups are not possessive: Python before 3.11.5 finds wrong matches
# (https://github.com/python/cpython/issues/106052).
_is_plain = re.compile(rf"(?![-+#=0-9]){_INNER}++(?: {_INNER}++)*").fullmatch
_is_plain_address = re.compile(r"[!-'*-;=?-\[\]-_a-{}~]*+").fullmatch
_IN_ADDRESS = str.maketrans({" ": "%20", "<": "%3C", ">": "%3E", "|": "%7C", "\\": "%5C", "`": "%60"})


def escaped(text: str) -> str:
    """Escape text for Markdown, on one line."""
    if _is_plain(text):
        return text
    one_line = " ".join(_CONTROL.sub(" ", text).split())
    marks = _MARKS.sub(lambda mark: f"\\{mark[0]}", _ENTITY.sub("&amp;", one_line))
    numbered = re.match(r"\d{1,9}(?=[.)](?:\s|$))", marks)
    if numbered:
        return f"{numbered[0]}\\{marks[numbered.end() :]}"
    return _BLOCK.sub(r"\\", marks)


_BARE_ADDRESS = re.compile(r"(?i)(?<![a-z0-9])((?:https?|ftp|mailto|xmpp)(?=:)|www(?=\.))(.)")


def unlinked(markdown: str) -> str:
    """Return escaped text with bare addresses that GitHub does not turn into links."""
    return _BARE_ADDRESS.sub(lambda found: f"{found[1]}&#{ord(found[2])};", markdown)


def link(text: str, url: str) -> str:
    """Return a link, its text shown as it is."""
    return f"[{escaped(text)}]({address(url)})"


def address(url: str) -> str:
    """Return an address in the form for parentheses, also in a table."""
    if _is_plain_address(url):
        return url
    safe = _CONTROL.sub("", url).translate(_IN_ADDRESS)
    if "(" not in safe and ")" not in safe:
        return safe
    depth = 0
    for character in safe:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth < 0:
            break
    return safe if depth == 0 else f"<{safe}>"


def in_cell(markdown: str) -> str:
    """Return a list's own Markdown on one line, with no bar that would end a table's cell."""
    one_line = " ".join(markdown.split())
    if "|" not in one_line:
        return one_line
    return re.sub(r"(?<!\\)\|", r"\\|", one_line)


def table(titles: Sequence[str], aligned: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of cells that are Markdown; `aligned` holds `---`, `---:` or `:---:` for each column."""
    lines = [titles, aligned, *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def quoted(text: str) -> str:
    """Return a block quote of plain text."""
    return f"> {escaped(text)}"


# https://www.w3.org/TR/xml/#charsets, and what would turn the direction of text. Nothing of this is
# printable, which Python finds out ten times as fast.
_FORBIDDEN = re.compile(f"[{CONTROLS}{NONCHARACTERS}{BIDI_MARKS}]")
_has_marks = re.compile("[&<>\"']").search
_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&#39;", '"': "&#34;"})
_XML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_ATTRIBUTE = str.maketrans({'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def xml_text(text: str, *, escaped: bool = True) -> str:
    """Return text with what XML forbids replaced, and its marks escaped."""
    allowed = text if text.isprintable() else _FORBIDDEN.sub("\ufffd", text)
    return allowed.translate(_XML) if escaped and _has_marks(allowed) else allowed


def xml_attribute(text: str) -> str:
    """Return text as an attribute's value, in its quotes."""
    return f'"{xml_text(text).translate(_ATTRIBUTE)}"'


def html_text(text: str) -> str:
    """Return text for HTML, also between quotes, with special characters escaped or replaced."""
    allowed = text if text.isprintable() else _FORBIDDEN.sub("\ufffd", text)
    return allowed.translate(_HTML) if _has_marks(allowed) else allowed


_encode = msgspec.json.Encoder().encode
_AT_ONCE = 64  # items
# Items are laid out within two lists, so that they have the indent they have in the file.
_BEFORE, _BEHIND = len("[\n ["), -len("\n ]\n]")


def json_text(value: object) -> str:
    """Return indented JSON, so that a changed fact changes one line."""
    return _json(value).decode("utf-8") + "\n"


def _json(value: object) -> bytes:
    try:
        return msgspec.json.format(_encode(value), indent=1)
    except UnicodeEncodeError:  # a name of a file that is not UTF-8, which Python holds with lone surrogates
        return msgspec.json.format(_encode(_without_surrogates(msgspec.to_builtins(value))), indent=1)


def _without_surrogates(value: object) -> object:
    match value:
        case str():
            return encoded(value).decode("utf-8")
        case dict():
            return {_without_surrogates(key): _without_surrogates(one) for key, one in value.items()}
        case list():
            return [_without_surrogates(one) for one in value]
        case _:
            return value


def json_chunks(head: Mapping[str, object], lists: Mapping[str, Iterable[object]]) -> Iterator[bytes]:
    """Yield the text of `head` followed by long lists of items, without holding a whole list."""
    yield json_text(head).removesuffix("\n}\n").encode()
    for key, items in lists.items():
        yield f',\n "{key}": ['.encode()
        comma, end = b"", b"]"
        remaining = iter(items)
        while some := list(islice(remaining, _AT_ONCE)):
            yield comma + _json([some])[_BEFORE:_BEHIND]
            comma, end = b",", b"\n ]"
        yield end
    yield b"\n}\n"
