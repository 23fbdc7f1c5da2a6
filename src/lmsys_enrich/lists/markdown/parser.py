"""The Markdown parser: GitHub's rules, with the offsets of links noted. The only door to markdown-it."""

from collections.abc import Callable
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline, autolink, html_inline, image, link

from lmsys_enrich.lists.markdown.autolinks import bare_address, spaced_link, text

_Rule = Callable[[StateInline, bool], bool]
_WITH_SPAN = frozenset({"link_open", "html_inline", "image"})
SPAN = "span"
"""The key in a token's `meta` under which its offsets in the text around it stand."""


def make_parser() -> MarkdownIt:
    """Return a parser for CommonMark with GitHub's tables, strikethrough and autolinks."""
    markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    rules = markdown.inline.ruler
    rules.at("text", text)
    rules.after("text", "bare_address", _with_span(bare_address))
    rules.after("link", "spaced_link", _with_span(spaced_link))
    for name, rule in (
        ("link", link),
        ("image", image),
        ("autolink", autolink),
        ("html_inline", html_inline),
    ):
        rules.at(name, _with_span(rule))
    # Addresses are kept as they are written: what is wrong with one is for the checkers to say.
    parser: Any = markdown
    parser.normalizeLink = parser.normalizeLinkText = lambda url: url
    parser.validateLink = lambda url: True  # noqa: ARG005 - the library's signature
    return markdown


def _with_span(rule: _Rule) -> _Rule:
    def noting(state: StateInline, silent: bool) -> bool:
        start, before = state.pos, len(state.tokens)
        if not rule(state, silent):
            return False
        if not silent:
            token = next((t for t in state.tokens[before:] if t.type in _WITH_SPAN), None)
            if token is not None:
                token.meta[SPAN] = (start, state.pos)
        return True

    return noting
