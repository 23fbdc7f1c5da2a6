# ruff: noqa: RUF001 - dashes and brackets as lists in all scripts have them
"""
Entries as lists write them: in a bullet, a paragraph, a line of HTML, or the cell of a table.

    PREFIX [NAME](URL) MARKS ([role](url), …) - DESCRIPTION `tag` `tag`

All but the name may be missing. Where the links' texts are roles (Paper, Code),
the text before them is the name.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from lmsys_enrich.lists.identifiers import role_of
from lmsys_enrich.lists.markdown.runs import Run, Span, one_line
from lmsys_enrich.lists.markdown.words import BRACKETS, is_bracketed, is_role
from lmsys_enrich.urls import is_web

_SEPARATOR = re.compile(
    r"\s*(?:(?:[-–—:|：]|&mdash;|&ndash;)+\s*(?:[-–—]+\s+)?(?=\s|(?<=[—：]))|[.。]+\s+)\s*"
)
_BETWEEN = re.compile(r" (?:-|–|—|--) |——|：")
_TAGS = re.compile(r"`[^`]+`")
_COMMENT = re.compile(r"<!--[^<>]*-->")
_TAG = re.compile(r"<[^<>]*>")
_EMOJI = re.compile(r"((?::[a-z0-9_+-]+:|[^\w\s:\[(`\"'*_<~\\&#.@$-])+)\s+(?=\w)")
_SHORTCODE = re.compile(r":[a-z0-9_+-]+:")
_MARKS = re.compile(r"\s*(?:[^\w\s(\[`<.,:;|*/&\"'-]+|:[a-z0-9_+-]+:|\s)+")
_PREFIX = re.compile(r"\[[^\]]*\]\s*[:：]?|\([^)]*\)\s*:?|`[^`]*`|\d{4}(?:[-./]\d{1,2}){0,2}\s*[:：,]?")
_CLOSERS = {"]": "[", ")": "(", "）": "（", "】": "【"}
_OPENERS = {opener: closer for closer, opener in _CLOSERS.items()}
_OPENING = ("(", "[", "（")
_EDGE = " \t\n,，、|/·•;:：–—"


@dataclass(slots=True)
class EntryBuilder:
    """Entry as it was written, before it has an id. `links` are roles with their spans."""

    name: str
    anchor: str | None = None
    links: list[tuple[str, Span]] = field(default_factory=list)
    cells: dict[str, str] = field(default_factory=dict)

    def note(self, key: str, text: str) -> None:
        """Keep a text under its key, if there is any."""
        if text:
            self.cells[key] = text


def read_entry(run: Run, *, in_cell: bool = False) -> EntryBuilder:
    """Return what a bullet, or the cell of a table that names its entry, says."""
    spans = run.spans
    anchor = next(iter(run.anchors), None)
    number = next((n for n, span in enumerate(spans) if is_main(span)), None)
    if number is None:
        return _without_link(spans, anchor, run, in_cell=in_cell)
    main, before = spans[number], spans[:number]
    text_before = _plain(before)
    builder = EntryBuilder("", anchor, [("url", main)])
    if not main.has_words:
        return _badge_first(builder, spans, number, text_before)
    if text_before and not is_prefix(_source(before)):
        if run.strong and text_before.startswith(run.strong):
            return _bold_title(builder, spans, number, run.strong)
        if is_role(main.text) or is_bracketed(main.text) or main.form == "bare" or _opens(text_before):
            return _titled(builder, spans, number, text_before)
    builder.name = main.text if main.form == "bare" else clean(main.text) or main.url
    builder.note("prefix", _plain_prefix(_source(before)))
    _read_rest(builder, spans[number + 1 :], is_open=text_before.endswith("["))
    return builder


def is_main(span: Span) -> bool:
    """Return whether this can be the link of an entry."""
    return span.kind == "link" and is_web(span.url)


def role(span: Span) -> str:
    """Return a link's role as a key: its text in small letters."""
    return (
        role_of(span.text)
        if span.has_words and span.form != "bare"
        else ("badge" if not span.has_words else "link")
    )


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


def _without_link(spans: Sequence[Span], anchor: str | None, run: Run, *, in_cell: bool) -> EntryBuilder:
    """Read an entry that leads nowhere on the web."""
    named = next(
        (n for n, span in enumerate(spans) if span.kind == "link" and span.has_words and span.text), None
    )
    if named is not None and (not _plain(spans[:named]) or is_prefix(_source(spans[:named]))):
        builder = EntryBuilder(clean(spans[named].text), anchor)
        builder.note("prefix", _plain_prefix(_source(spans[:named])))
        builder.note("description", description(_source(spans[named + 1 :])))
        return builder
    text, source = _plain(spans), one_line(_source(spans))
    builder = EntryBuilder(clean(text), anchor)
    if in_cell:
        return builder
    if run.strong and text.startswith(run.strong) and len(text) > len(run.strong):
        builder.name = clean(run.strong)
        builder.note("description", description(_after_strong(source)))
        return builder
    if prefix := _EMOJI.match(text):
        builder.note("prefix", prefix[1])
        text = text[prefix.end() :]
        builder.name = clean(text)
    if found := _BETWEEN.search(text):
        builder.name = clean(text[: found.start()]) or builder.name
        cut = _BETWEEN.search(source)
        builder.note("description", source[cut.end() :].strip() if cut else text[found.end() :].strip())
    return builder


def _badge_first(builder: EntryBuilder, spans: Sequence[Span], number: int, before: str) -> EntryBuilder:
    """Read an entry whose link is an image: its name is the text around it, or of the image."""
    rest = list(spans[number + 1 :])
    words = clean(before)
    if not words:
        further = next((n for n, span in enumerate(rest) if is_main(span) and span.has_words), None)
        text = _plain(rest[:further])
        if further is not None and not text and not is_role(rest[further].text):
            builder.links = [("url", rest[further]), ("badge", spans[number])]
            builder.name = clean(rest[further].text) or rest[further].url
            _read_rest(builder, rest[further + 1 :])
            return builder
        found = _BETWEEN.search(text)
        words = clean(text[: found.start()] if found else text)
        if words:
            source = one_line(_source(rest))
            cut = _BETWEEN.search(source)
            builder.note("description", source[cut.end() :].strip() if found and cut else "")
            builder.links += [(role(span), span) for span in rest if is_main(span)]
            builder.name = words
            return builder
    builder.name = words or clean(spans[number].text) or spans[number].url
    _read_rest(builder, rest)
    return builder


def _bold_title(builder: EntryBuilder, spans: Sequence[Span], number: int, strong: str) -> EntryBuilder:
    """Read an entry that begins with its name in bold; what follows describes it, links included."""
    builder.name = clean(strong)
    builder.links += [(role(span), span) for span in spans[number + 1 :] if is_main(span)]
    before = _after_strong(one_line(_source(spans[:number])))
    if clean(before):
        builder.note("description", description(_after_strong(one_line(_source(spans)))))
        return builder
    builder.links = builder.links[:1]
    _read_rest(builder, spans[number + 1 :])
    return builder


def _after_strong(source: str) -> str:
    """Return what follows the first text in bold."""
    for mark in ("**", "__"):
        _, found, rest = source.partition(mark)
        if found and (closed := rest.partition(mark))[1]:
            return closed[2]
    return source


def _opens(text: str) -> bool:
    return text.endswith(("[", "(", "（", "【"))


def _titled(builder: EntryBuilder, spans: Sequence[Span], number: int, title: str) -> EntryBuilder:
    """Read a plain title before links that are called by their roles."""
    if prefix := _EMOJI.match(title):
        builder.note("prefix", prefix[1])
        title = title[prefix.end() :]
    builder.name = clean(title) or title
    builder.links += [(role(span), span) for span in spans[number + 1 :] if is_main(span)]
    last = max(n for n, span in enumerate(spans) if span.kind == "link")
    rest = _take_tags(builder, _source(spans[last + 1 :]))
    builder.note("description", description(rest.lstrip("])} ").strip()))
    return builder


def _read_rest(builder: EntryBuilder, spans: Sequence[Span], *, is_open: bool = False) -> None:
    """Read what follows the main link: marks and links in brackets in any order, the description, tags."""
    queue = list(spans)
    taken: list[Span] = []
    pending, inside = "", False
    while queue:
        span = queue[0]
        if span.kind == "link":
            inside = pending.endswith(_OPENING) or (inside and not pending.strip(" ,|/·&;"))
            if not (inside or _stands_alone(span)):
                break
            taken.append(span)
            pending = ""
        else:
            bare = span.source.lstrip()
            if is_open:
                bare, is_open = bare.removeprefix("]").lstrip(), False
            follows = any(later.kind == "link" for later in queue[1:2])
            head, tail = _marks(builder, bare)
            if tail.strip(BRACKETS) or (tail.strip() and not (follows or taken)):
                queue[0] = Span("text", span.text, head + tail)
                if taken or bare != span.source.lstrip():
                    queue[0] = Span("text", span.text, tail.lstrip("])）】 ") if taken else tail)
                break
            pending = tail
        queue.pop(0)
    builder.links += [(role(span), span) for span in taken if is_main(span)]
    rest = _take_tags(
        builder, pending.lstrip("])）】 ,|") if not queue and pending else _rest(queue, pending)
    )
    builder.note("description", description(rest))
    builder.links += [(role(span), span) for span in queue if is_main(span)]


def _rest(queue: Sequence[Span], pending: str) -> str:
    if not queue or queue[0].kind != "link":
        return _source(queue)
    before = pending.lstrip()
    return (before.lstrip("])）】") if before[:1] in _CLOSERS else pending) + _source(queue)


def _stands_alone(span: Span) -> bool:
    return not span.has_words or is_role(span.text) or is_bracketed(span.text)


def _marks(builder: EntryBuilder, text: str) -> tuple[str, str]:
    """Keep emoji and the like at the beginning of a text as marks; return the rest."""
    if "marks" not in builder.cells and (found := _MARKS.match(text)) and _is_marks(found[0]):
        builder.note("marks", found[0].strip())
        return "", text[found.end() :]
    return "", text


def _take_tags(builder: EntryBuilder, text: str) -> str:
    """Keep code spans at the end of a text as tags; return the rest."""
    rest = _COMMENT.sub("", text).rstrip()
    end, first = len(rest), len(rest)
    # Each code span is found from behind, so that a text is read once however many it has.
    while rest.endswith("`", 0, end) and (
        found := _TAGS.match(rest, max(0, rest.rfind("`", 0, end - 1)), end)
    ):
        first = end = found.start()
        while end and rest[end - 1].isspace():
            end -= 1
    builder.note("tags", one_line(rest[first:]))
    return rest[:end]


def description(rest: str) -> str:
    """Return a text without the separator before it, on one line."""
    text = one_line(_COMMENT.sub("", rest))
    found = _SEPARATOR.match(text + " ")
    return text[min(found.end(), len(text)) :].strip() if found else text


def _is_marks(text: str) -> bool:
    """Return whether a text is emoji, stars and the like, and no words."""
    bare = _SHORTCODE.sub("", text).strip(BRACKETS)
    return not any(character.isalnum() for character in bare) and bool(text.strip(BRACKETS))


def is_prefix(before: str) -> bool:
    """Return whether what stands before a link is no name: emoji, a venue in brackets, a date."""
    bare = _TAG.sub("", before).strip().strip("*_~").strip()
    return not bare.strip(BRACKETS) or _is_marks(bare) or _PREFIX.fullmatch(bare) is not None


def _plain_prefix(before: str) -> str:
    """Return what stands before the main link, but for emphasis, tags and opening brackets."""
    return one_line(_TAG.sub("", before)).rstrip("*_~[( ").strip()


def _plain(spans: Sequence[Span]) -> str:
    return one_line("".join(span.text for span in spans if span.kind != "link" or span.has_words))


def _source(spans: Sequence[Span]) -> str:
    return "".join(" " if span.kind == "break" else span.source for span in spans)
