# ruff: noqa: RUF001 - dashes and brackets as lists in all scripts have them
"""Phrases of an entry's Markdown: its name, what stands before it, marks, description and tags."""

import re
from collections.abc import Sequence

from lmsys_enrich.lists.markdown.runs import Span, one_line
from lmsys_enrich.lists.markdown.words import BRACKETS

BETWEEN = re.compile(r" (?:-|–|—|--) |——|：")
"""A separator between a name and a description within one text."""

_SEPARATOR = re.compile(
    r"\s*(?:(?:[-–—:|：→⇒•·=]|=>|->|&mdash;|&ndash;)+\s*(?:(?<=\s)[-–—]+\s+)?(?=\s|(?<=[—：]))|[.。,，、]+\s+|。)\s*"
)
_DASH = re.compile(r"\s+[-–—](?=[^\W\d_])")
_TAGS = re.compile(r"`[^`]+`")
_COMMENT = re.compile(r"<!--[^<>]*-->")
_TAG = re.compile(r"<[^<>]*>")
_IMAGE = re.compile(r"!\[[^\[\]]*\](?:\([^()]*\)|\[[^\[\]]*\])?")
# Attributes that kramdown and Pandoc read behind a link; GitHub shows them.
_ATTRIBUTES = re.compile(r"\{[:.# ][^{}<>]{0,200}\}")
_FORMAT = re.compile(
    r"<(/?)(b|i|u|em|strong|span|font|sub|sup|small|kbd|del|s|mark|center)\b[^<>]*>", re.IGNORECASE
)
_LEADING_BREAKS = re.compile(r"\A(?:\s|<br\s*/?>)+", re.IGNORECASE)
_EMOJI = re.compile(r"((?::[a-z0-9_+-]+:|[^\w\s:\[(`\"'*_<~\\&#.@$-])+)\s+(?=\w)")
_SHORTCODE = re.compile(r":[a-z0-9_+-]+:")
_MARKS = re.compile(r"\s*(?:[^\w\s(\[`<.,:;|*/&\"'#@$=→⇒。，、《》「」-]+|:[a-z0-9_+-]+:|\s)+")
_PREFIX = re.compile(
    r"\[[^\]]*\]\s*[:：]?|\([^)]*\)\s*:?|（[^）]*）|【[^】]*】|`[^`]*`|\d{1,3}\\?[.)]"
    r"|\d{4}(?:[-./]\d{1,2}){0,2}\s*[:：,]?"
)
_NUMBER = re.compile(r"\A\W{0,4}\d{1,3}\\?[.)](?=\s|\Z)")
_LEADING_PREFIX = re.compile(r"(?:\[[^\[\]]*\]|【[^【】]*】)\s+(?=\S)")
_CLOSERS = {"]": "[", ")": "(", "）": "（", "】": "【"}
_OPENERS = {opener: closer for closer, opener in _CLOSERS.items()}
# Brackets around a link whose other end stands behind it.
_AROUND = {
    "「": "」",
    "《": "》",
    "“": "”",
    "『": "』",
    "〈": "〉",
    "【": "】",
    "（": "）",
    "(": ")",
    "[": "]",
    '"': '"',
}
_EDGE = " \t\n,，、|/·•;:：–—"
_NAME_END = re.compile(r"(?:\s*[:：,，;]|\s+[-–—|·•])+\Z")


def name_of(link: Span) -> str:
    """Return the name that a link's text is: all of it, but for a separator at its end."""
    text = one_line(link.text)
    return _NAME_END.sub("", text[-40:]).join((text[:-40], "")) or text


def clean(text: str) -> str:
    """Return a name without separators and brackets that are not closed at its ends."""
    text = one_line(text)
    before = None
    while text and text != before:
        before = text
        text = text.strip(_EDGE).removeprefix("- ").removesuffix(" -")
        if text[-1:] in _OPENERS or (text[-1:] in _CLOSERS and _is_unbalanced(text, text[-1])):
            text = text[:-1]
        elif text[:1] in _CLOSERS or (
            text[:1] in _OPENERS and text.count(text[0]) > text.count(_OPENERS[text[0]])
        ):
            text = text[1:]
    return text


def _is_unbalanced(text: str, closer: str) -> bool:
    return text.count(closer) > text.count(_CLOSERS[closer])


def split_prefix(text: str) -> tuple[str, str]:
    """Return emoji, a number or a venue in brackets at the beginning of a text, and the rest."""
    found = _EMOJI.match(text) or _LEADING_PREFIX.match(text)
    if found is None or not clean(text[found.end() :]):
        return "", text
    return text[: found.end()].strip(), text[found.end() :]


def split_marks(text: str) -> tuple[str, str]:
    """Return emoji and the like at the beginning of a text, and the rest."""
    found = _MARKS.match(text)
    return (found[0].strip(), text[found.end() :]) if found and is_marks(found[0]) else ("", text)


def split_tags(text: str) -> tuple[str, str]:
    """Return a text without the code spans at its end, and those."""
    rest = _COMMENT.sub("", text).rstrip()
    end, first = len(rest), len(rest)
    # Each code span is found from behind, so that a text is read once however many it has.
    while rest.endswith("`", 0, end) and (
        found := _TAGS.match(rest, max(0, rest.rfind("`", 0, end - 1)), end)
    ):
        first = end = found.start()
        while end and rest[end - 1].isspace():
            end -= 1
    return rest[:end], one_line(rest[first:])


def without_opening(text: str, before: str) -> str:
    """Return what follows a link without the bracket that closes one opened right before the link."""
    closer = _AROUND.get(before.rstrip()[-1:], "")
    bare = text.lstrip()
    return bare.removeprefix(closer) if closer and bare.startswith(closer) else text


def description(rest: str) -> str:
    """Return a text without the separator before it, on one line."""
    text = _COMMENT.sub("", rest)
    if "{" in text[:4]:
        text = _ATTRIBUTES.sub("", text, 1)
    text = (
        _LEADING_BREAKS.sub(" ", _balanced(text), 1)
        if text[:1].isspace() or text[:1] == "<"
        else _balanced(text)
    )
    if dash := _DASH.match(text):
        return one_line(text[dash.end() :])
    text = one_line(text)
    found = _SEPARATOR.match(text + " ")
    return text[min(found.end(), len(text)) :].strip() if found else text


def _balanced(text: str) -> str:
    """Return a text without tags of formatting that begin or end outside of it."""
    if "<" not in text:
        return text
    dropped: list[re.Match[str]] = []
    opened: list[re.Match[str]] = []
    for tag in _FORMAT.finditer(text):
        if not tag[1]:
            opened.append(tag)
        elif opened and opened[-1][2].lower() == tag[2].lower():
            opened.pop()
        else:
            dropped.append(tag)
    parts: list[str] = []
    at = 0
    for tag in sorted([*dropped, *opened], key=lambda tag: tag.start()):
        parts.append(text[at : tag.start()])
        at = tag.end()
    return "".join([*parts, text[at:]])


def is_marks(text: str) -> bool:
    """Return whether a text is emoji, stars and the like, and no words."""
    bare = _SHORTCODE.sub("", text).strip(BRACKETS)
    return not any(character.isalnum() for character in bare) and bool(text.strip(BRACKETS))


def is_prefix(before: str) -> bool:
    """Return whether what stands before a link is no name: emoji, a number, a venue in brackets, a date."""
    bare = _IMAGE.sub("", _TAG.sub("", before)).strip().strip("*_~").strip()
    return (
        not bare.strip(BRACKETS + '《》「」『』〈〉“”"#')
        or is_marks(bare)
        or _PREFIX.fullmatch(bare.rstrip(" \t-–—:：")) is not None
    )


def plain_prefix(before: str) -> str:
    """Return what stands before the main link, but for emphasis, tags, images and opening brackets."""
    bare = _NUMBER.sub("", one_line(_IMAGE.sub("", _TAG.sub("", before))))
    return bare.rstrip("*_~[( 「《『〈“").strip()


def after_strong(source: str) -> str:
    """Return what follows the first text in bold."""
    for mark in ("**", "__"):
        _, found, rest = source.partition(mark)
        if found and (closed := rest.partition(mark))[1]:
            return closed[2]
    return source


def plain(spans: Sequence[Span]) -> str:
    """Return the visible text of spans, without images."""
    return one_line("".join(span.text for span in spans if span.kind != "link" or span.has_words))


def source(spans: Sequence[Span]) -> str:
    """Return the Markdown of spans, its line breaks as blanks."""
    return "".join(" " if span.kind == "break" else span.source for span in spans)
