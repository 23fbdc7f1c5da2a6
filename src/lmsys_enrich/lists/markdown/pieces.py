"""The links within a run of text, with the places where they begin and end."""

import re
from collections.abc import Iterator
from html import unescape

from lmsys_enrich.lists.markdown.blocks import Inline
from lmsys_enrich.values import Value

_END = re.compile(r">?(?:\s+(?:\"[^\"]*\"|'[^']*'|\([^)]*\)))?\s*\)")
_HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.IGNORECASE)
_ANCHOR = re.compile(r"""<(?:span|a)\b[^>]*?\b(?:id|name)\s*=\s*["']?([^\s"'>]+)""", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")


class LinkPiece(Value):
    """
    A link: its text as readers see it, its address as written, its offsets in the text around it.

    `is_image` is set where pictures are all that there is to click on; then
    `text` is what stands for them.
    """

    text: str
    url: str
    start: int
    end: int
    is_image: bool = False


def links_of(inline: Inline) -> list[LinkPiece]:
    """Return the links of a run in their order."""
    return list(_links(inline))


def anchor_of(inline: Inline) -> str | None:
    """Return the name by which others refer to this place, if it has one: `<span id="…">`."""
    for token in inline.children:
        if token.type == "html_inline" and (found := _ANCHOR.search(token.content)):
            return found[1]
    return None


def plain_text(inline: Inline) -> str:
    """Return what readers see, without pictures and tags."""
    parts = [_shown(token.type, token.content) for token in inline.children]
    return " ".join("".join(parts).split())


def plain(markdown_text: str) -> str:
    """Return HTML text as readers see it."""
    return " ".join(unescape(_TAG.sub("", markdown_text)).split())


def _shown(kind: str, content: str) -> str:
    if kind in {"text", "code_inline"}:
        return content
    return " " if kind in {"softbreak", "hardbreak"} else ""


def _links(inline: Inline) -> Iterator[LinkPiece]:
    content, cursor = inline.content, 0
    texts: list[str] = []
    pictures: list[str] = []
    url: str | None = None
    is_html = False
    for token in inline.children:
        if token.type == "link_open" and url is None:
            url, texts, pictures = str(token.attrs.get("href", "")), [], []
        elif token.type == "html_inline" and url is None and (found := _HREF.search(token.content)):
            is_html = True
            url, texts, pictures = unescape(found[1] or found[2] or found[3] or ""), [], []
        elif url is not None and _closes(token.type, token.content, is_html=is_html):
            start, end = _html_span(content, url, cursor) if is_html else _span(content, url, cursor)
            text = " ".join("".join(texts).split())
            yield LinkPiece(text or " ".join(pictures), url, start, end, is_image=not text and bool(pictures))
            url, is_html, cursor = None, False, end
        elif token.type == "image":
            pictures.append(token.content)
        elif token.type == "html_inline" and token.content.lower().startswith("<img"):
            pictures.append("badge")
        else:
            texts.append(_shown(token.type, token.content))


def _closes(kind: str, content: str, *, is_html: bool) -> bool:
    return content.lower().startswith("</a") if is_html else kind == "link_close"


def _span(content: str, url: str, cursor: int) -> tuple[int, int]:
    """Return where a link begins and ends; where it cannot be told, it is all the rest of the text."""
    for opening in ("](", "](<"):
        at = content.find(opening + url, cursor)
        while at >= 0:
            if end := _END.match(content, at + len(opening) + len(url)):
                return _opening_bracket(content, at, cursor), end.end()
            at = content.find(opening + url, at + 1)
    if (at := content.find(f"<{url}>", cursor)) >= 0:
        return at, at + len(url) + 2
    if found := re.compile(r"\]\(|\]\[[^\]]*\]|\]").search(content, cursor):  # escaped, or defined elsewhere
        start = _opening_bracket(content, found.start(), cursor)
        closing = content.find(")", found.end()) + 1 if found[0] == "](" else found.end()
        return start, closing or len(content)
    return cursor, len(content)


def _opening_bracket(content: str, closing: int, cursor: int) -> int:
    at = content.rfind("[", cursor, closing)
    if at >= 0 and content.find("]", at, closing) < 0 and content[at - 1 : at] != "\\":
        return at  # as nearly always: no bracket within brackets
    depth = 1
    for at in range(closing - 1, cursor - 1, -1):
        if at and content[at - 1] == "\\":
            continue
        depth += {"]": 1, "[": -1}.get(content[at], 0)
        if depth == 0:
            return at
    return cursor


def _html_span(content: str, url: str, cursor: int) -> tuple[int, int]:
    start = content.lower().find("<a", cursor)
    end = content.lower().find("</a>", max(start, cursor))
    del url
    return max(start, cursor), end + 4 if end >= 0 else len(content)
