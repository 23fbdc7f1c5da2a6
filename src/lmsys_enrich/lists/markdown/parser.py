# ruff: noqa: RUF001 - dashes and brackets as lists in all scripts have them
"""
Markdown parser with GitHub's rules and the offsets of links. The only module that imports markdown-it.

GitHub's rules that CommonMark lacks are bare addresses, and links with a space in them.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, reference
from markdown_it.rules_inline import StateInline, autolink, backtick, html_inline, image, link

_Rule = Callable[[StateInline, bool], bool]
_WITH_SPAN = frozenset({"link_open", "html_inline", "image", "code_inline"})
SPAN = "span"
"""The key in a token's `meta` of its offsets in the surrounding text."""

# https://github.github.com/gfm/#autolinks-extension-: an address begins at the start of a line, or after a
# blank or a delimiter. GitHub's reader looks at letters alone where there is a scheme; the value of an
# attribute, as kramdown and templates have it, is none here.
_START = r"(?=[HhFfWw])(?:(?<![A-Za-z0-9/=])(?<!=[\"'])(?i:https?|ftp)://|(?<![A-Za-z0-9\"'=/@.-])(?i:www)\.)"
_MARKS = r"\n!#$%&*+\-:<=>@\[\\\]^_`{}~"
# Begins with one class, by which a search passes over all else at once.
_TEXT_END = re.compile(rf"[{_MARKS}HhFfWw](?:(?<=[{_MARKS}])|(?<=(?={_START}).))")
_BARE = re.compile(_START)
_DOMAIN = re.compile(r"[^\W_](?:[\w-]*)(?:\.[\w-]+)*|\[[0-9a-fA-F:.]+\]")
_REST = re.compile(r"[^\s<\x00-\x1f]*")
_ENTITY = re.compile(r"&[A-Za-z0-9]+;\Z")
_LONGEST_ENTITY = 40
_TRAILING = frozenset("?!.,:*_~'\"|、。，；：）】」")
_PAIRS = {")": "(", "]": "["}
_FOOTNOTE = re.compile(r"\[\^[^\]\s]{1,100}\]:")
_SPACED = re.compile(
    r"\[([^\[\]\n]*)\]\([ \t]*((?:https?://|www\.)[^\s<>()]*(?:[ \t]+[^\s<>()\"']+)+)[ \t]*\)"
)


def make_parser() -> MarkdownIt:
    """Return a parser for CommonMark with GitHub's tables, strikethrough and autolinks."""
    markdown = MarkdownIt("commonmark", {"store_labels": True}).enable(["table", "strikethrough"])
    markdown.block.ruler.at("reference", _definition)
    markdown.block.ruler.before("reference", "footnote", _footnote, {"alt": ["paragraph", "reference"]})
    rules = markdown.inline.ruler
    rules.at("text", _text)
    rules.after("text", "bare_address", _with_span(_bare_address, "HhFfWw"))
    rules.after("link", "spaced_link", _with_span(_spaced_link, "["))
    for name, rule, begins in (
        ("link", link, "["),
        ("image", image, "!"),
        ("autolink", autolink, "<"),
        ("html_inline", html_inline, "<"),
        ("backticks", backtick, "`"),
    ):
        rules.at(name, _with_span(rule, begins))
    # Addresses are kept as they are written: what is wrong with one is for the checkers to say.
    parser: Any = markdown
    parser.normalizeLink = parser.normalizeLinkText = lambda url: url
    parser.validateLink = lambda url: True  # noqa: ARG005 - the library's signature
    return markdown


def _footnote(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:  # noqa: ARG001
    """End the paragraph before a footnote, as GitHub does; the footnote itself is a paragraph."""
    start = state.bMarks[start_line] + state.tShift[start_line]
    return silent and _FOOTNOTE.match(state.src, start, state.eMarks[start_line]) is not None


def _definition(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """Take a reference definition; `[^1]: word` is a footnote, and `word` no address."""
    start = state.bMarks[start_line] + state.tShift[start_line]
    return not state.src.startswith("[^", start) and reference(state, start_line, end_line, silent)


def _with_span(rule: _Rule, begins: str) -> _Rule:
    """Return the rule for what begins with one of these characters; it notes the offsets."""

    def noting(state: StateInline, silent: bool) -> bool:
        if state.src[state.pos] not in begins:
            return False
        start, before = state.pos, len(state.tokens)
        if not rule(state, silent):
            return False
        if not silent:
            token = next((t for t in state.tokens[before:] if t.type in _WITH_SPAN), None)
            if token is not None:
                token.meta[SPAN] = (start, state.pos)
        return True

    return noting


def _text(state: StateInline, silent: bool) -> bool:
    """Take text up to the next character, or bare address, that another rule may want."""
    match = _TEXT_END.search(state.src, state.pos, state.posMax)
    end = match.start() if match else state.posMax
    if end == state.pos:
        return False
    if not silent:
        state.pending += state.src[state.pos : end]
    state.pos = end
    return True


def _bare_address(state: StateInline, silent: bool) -> bool:
    """Make a link of a bare address. Within the text of a link it is none, so a silent pass takes nothing."""
    if silent or state.linkLevel > 0:
        return False
    match = _BARE.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    end = _end_of_address(state.src, match, state.posMax)
    if end is None:
        return False
    written = state.src[match.start() : end]
    url = written if "://" in match[0] else f"http://{written}"
    opening = state.push("link_open", "a", 1)
    opening.attrs = {"href": url}
    opening.info = "bare"
    state.push("text", "", 0).content = written
    state.push("link_close", "a", -1)
    state.pos = end
    return True


def bare_addresses(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and target of each bare address: GitHub makes links of them in HTML too."""
    at = 0
    while found := _BARE.search(text, at):
        end = _end_of_address(text, found, len(text))
        at = end or found.end()
        if end is not None:
            written = text[found.start() : end]
            yield found.start(), end, written if "://" in found[0] else f"http://{written}"


def _end_of_address(source: str, start: re.Match[str], limit: int) -> int | None:
    domain = _DOMAIN.match(source, start.end(), limit)
    if domain is None:
        return None
    # GitHub makes no link of a host with an underscore in its last two labels.
    if any("_" in label for label in domain[0].split(".")[-2:]):
        return None
    if "://" not in start[0] and "." not in domain[0]:
        return None
    rest = _REST.match(source, domain.end(), limit)
    return start.start() + _trimmed(source[start.start() : rest.end() if rest else domain.end()])


def _trimmed(address: str) -> int:
    """Return the length without what ends the sentence: marks, entities, brackets that were not opened."""
    end = len(address)
    surplus = {
        closing: address.count(closing) - address.count(opening) for closing, opening in _PAIRS.items()
    }
    while end:
        last = address[end - 1]
        if last in _PAIRS and surplus[last] > 0:
            surplus[last] -= 1
        elif last == ";" and (entity := _ENTITY.search(address, max(0, end - _LONGEST_ENTITY), end)):
            end = entity.start() + 1
        elif last not in _TRAILING:
            break
        end -= 1
    return end


def _spaced_link(state: StateInline, silent: bool) -> bool:
    """Make a link of `[text](https://… …)`: its space makes it plain text in CommonMark."""
    if state.linkLevel > 0:
        return False
    match = _SPACED.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        opening = state.push("link_open", "a", 1)
        opening.attrs = {"href": match[2].strip()}
        opening.info = "spaced"
        state.push("text", "", 0).content = match[1]
        state.push("link_close", "a", -1)
    state.pos = match.end()
    return True
