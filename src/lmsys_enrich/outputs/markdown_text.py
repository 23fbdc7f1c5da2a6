"""Text for Markdown: what is to be shown as it is, and what may stand in a table."""

import re
from collections.abc import Iterable, Sequence

# https://spec.github.com/gfm/: what begins something else inside of a line. An underscore within a word
# and a tilde that stands alone begin nothing.
_MARKS = re.compile(r"[\\`*\[\]<>|]|(?<![^\W_])_|_(?![^\W_])|~(?=~)|(?<=~)~")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_BLOCK = re.compile(r"^(?=[-+#=](?:\s|$|#))|^(?=\d{1,9}[.)](?:\s|$))")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
# Words with one blank between them in which none of this occurs, and addresses that need nothing: most do.
_INNER = "[A-Za-z0-9!\"#$%'()+,./:;=?@^{}-]"
# Groups are not possessive: Python before 3.11.5 takes some for matches that are none
# (https://github.com/python/cpython/issues/106052).
_is_plain = re.compile(rf"(?![-+#=0-9]){_INNER}++(?: {_INNER}++)*").fullmatch
_is_plain_address = re.compile(r"[!-'*-;=?-\[\]-_a-{}~]*+").fullmatch
_IN_ADDRESS = str.maketrans({" ": "%20", "<": "%3C", ">": "%3E", "|": "%7C", "\\": "%5C", "`": "%60"})


def escaped(text: str) -> str:
    """Return text that Markdown shows as it is, on one line."""
    if _is_plain(text):
        return text
    one_line = " ".join(_CONTROL.sub(" ", text).split())
    marks = _MARKS.sub(lambda mark: f"\\{mark[0]}", _ENTITY.sub("&amp;", one_line))
    numbered = re.match(r"\d{1,9}(?=[.)](?:\s|$))", marks)
    if numbered:
        return f"{numbered[0]}\\{marks[numbered.end() :]}"
    return _BLOCK.sub(r"\\", marks)


def link(text: str, url: str) -> str:
    """Return a link, its text shown as it is."""
    return f"[{escaped(text)}]({address(url)})"


def address(url: str) -> str:
    """Return an address as it may stand in parentheses, also in a table."""
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
    """Return a block quote of text that is shown as it is."""
    return f"> {escaped(text)}"
