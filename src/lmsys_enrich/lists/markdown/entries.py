"""
Entries as lists write them: in a bullet, a paragraph, a line of HTML, or the cell of a table.

    PREFIX [NAME](URL) MARKS ([role](url), …) - DESCRIPTION `tag` `tag`

All but the name may be missing. Where the links' texts are roles (Paper, Code),
the text before them is the name.
"""

import re
from collections.abc import Iterable, Sequence

from lmsys_enrich.lists.identifiers import BETWEEN, role_of
from lmsys_enrich.lists.markdown import phrases
from lmsys_enrich.lists.markdown.phrases import (
    BRACKETS,
    clean,
    description,
    is_bracketed,
    is_prefix,
    name_of,
    plain,
    source,
)
from lmsys_enrich.lists.markdown.runs import Run, Span, one_line
from lmsys_enrich.model.catalog import Cell
from lmsys_enrich.urls import is_web
from lmsys_enrich.values import State, value_field

_OPENING = ("(", "[", "\uff08")
_CLOSING = "])\uff09\u3011"
_LONGEST_ROLE = 30
_SENTENCE_ENDS = ".:;,!?"
_TASK = re.compile(r"\[[ xX]\]\s+(?=\S|\Z)")  # of an item of a task list


class EntryBuilder(State):
    """Entry as it was written, before it has an id. `links` are roles with their spans."""

    name: str
    anchor: str | None = None
    links: list[tuple[str, Span]] = value_field(default_factory=list)
    cells: dict[str, Cell] = value_field(default_factory=dict)

    def note(self, key: str, text: str) -> None:
        """Keep a text under its key, unless it is empty."""
        if text:
            self.cells[key] = text

    def note_description(self, written: str) -> None:
        """Keep the text after a name as description and tags."""
        text, tags = phrases.split_tags(description(written))
        self.note("tags", tags)
        self.note("description", text)

    def take_fields(self, fields: Iterable[tuple[Span, str]]) -> None:
        """Add links with their roles; the first one is the main link if there is none."""
        for span, label in fields:
            self.links.append((label if self.links else "url", span))

    def describe(self, run: Run, *, is_item: bool = False) -> None:
        """Add a paragraph, or an item of a list, to the description, with its links."""
        before = str(self.cells.get("description", ""))
        if _has_words(run):
            text, tags = phrases.split_tags(description(source(run.spans)))
            between = "; " if is_item and before and text and before[-1] not in _SENTENCE_ENDS else " "
            self.note("description", f"{before}{between}{text}".strip())
            self.note("tags", " ".join(str(part) for part in (self.cells.get("tags"), tags) if part))
        for span in filter(is_main, run.links):
            self.links.append((role(span) if self.links else "url", span))


def read_entry(run: Run, *, in_cell: bool = False) -> EntryBuilder:
    """Return the entry in a bullet, or in the table cell that names it."""
    spans = phrases.without_way_back(run.spans)
    if spans and (task := _TASK.match(spans[0].source)):
        first = Span("text", spans[0].text[task.end() :], spans[0].source[task.end() :])
        builder = _read([first, *spans[1:]], run, in_cell=in_cell)
        builder.cells = {"prefix": f"{task[0]}{builder.cells.pop('prefix', '')}".strip(), **builder.cells}
        return builder
    return _read(spans, run, in_cell=in_cell)


def _read(spans: Sequence[Span], run: Run, *, in_cell: bool) -> EntryBuilder:
    anchor = next(iter(run.anchors), None)
    number = next((n for n, span in enumerate(spans) if is_main(span)), None)
    if number is None:
        return _without_link(spans, anchor, run, in_cell=in_cell)
    main, before = spans[number], spans[:number]
    text_before = plain(before)
    builder = EntryBuilder("", anchor, [("url", main)])
    if not main.has_words or _is_icon(spans, number):
        return _badge_first(builder, spans, number, text_before)
    if text_before and _is_title(text_before, spans, number):
        strong = run.strong
        if strong and text_before.startswith(strong) and not is_prefix(strong):
            return _bold_title(builder, spans, number, strong)
        if _names_nothing(main) or _opens(text_before) or _ends_in_links(spans, number):
            return _titled(builder, spans, number, text_before)
        if found := BETWEEN.search(text_before):
            return _described_title(builder, spans, found.group())
    builder.name = main.text if main.form == "bare" else name_of(main) or main.url
    builder.note("prefix", phrases.plain_prefix(source(before)))
    rest = _closed(spans[number + 1 :], source(before))
    _read_rest(builder, rest, is_open=text_before.endswith("["))
    return builder


def _is_icon(spans: Sequence[Span], number: int) -> bool:
    """Return whether a link's text is an icon beside the entry's name, as in `Name [🔗](…) - text`."""
    if not phrases.is_marks(spans[number].text):
        return False
    before = spans[:number]
    if plain(before) and not is_prefix(source(before)):
        return True
    rest = source(spans[number + 1 :])
    return any(map(str.isalnum, plain(spans[number + 1 :]))) and description(rest) == one_line(rest)


def _has_words(run: Run) -> bool:
    """Return whether a text has words besides its links."""
    words = "".join(span.text for span in run.spans if span.kind != "link")
    return bool(words.strip(BRACKETS)) or not run.links


def is_main(span: Span) -> bool:
    """Return whether this can be the link of an entry."""
    return span.kind == "link" and is_web(span.url)


def role(span: Span) -> str:
    """Return a link's role as a key: its text in small letters."""
    if not span.has_words:
        return "badge"
    return role_of(span.text) if span.form != "bare" else "link"


def _is_title(text_before: str, spans: Sequence[Span], number: int) -> bool:
    """Return whether the text before a link may be the entry's name."""
    # Before a link that only names its role, the entry's own text is the name, whatever it looks like.
    return not is_prefix(source(spans[:number])) or (
        spans[number].is_role and not phrases.is_marks(text_before)
    )


def _names_nothing(span: Span) -> bool:
    return span.is_role or is_bracketed(span.text) or span.form == "bare"


def _ends_in_links(spans: Sequence[Span], number: int) -> bool:
    """Return whether an entry ends in two or more short links: they are roles in any language."""
    links = [span for span in spans[number:] if span.kind == "link"]
    between = "".join(span.text for span in spans[number:] if span.kind != "link")
    return (
        len(links) > 1
        and not between.strip(BRACKETS + ".…~")
        and all(len(span.text) <= _LONGEST_ROLE for span in links)
    )


def _without_link(spans: Sequence[Span], anchor: str | None, run: Run, *, in_cell: bool) -> EntryBuilder:
    """Read an entry without a web link."""
    named = next(
        (n for n, span in enumerate(spans) if span.kind == "link" and span.has_words and span.text), None
    )
    if named is not None and (not plain(spans[:named]) or is_prefix(source(spans[:named]))):
        before = phrases.plain_prefix(source(spans[:named]))
        name = f"{before} {name_of(spans[named])}".strip()
        prefix, name = ("", name) if in_cell else phrases.split_prefix(name)
        builder = EntryBuilder(clean(name) or name, anchor)
        builder.note("prefix", prefix)
        builder.note_description(source(spans[named + 1 :]))
        return builder
    text, written = plain(spans), one_line(source(spans))
    builder = EntryBuilder(clean(text), anchor)
    if in_cell:
        return builder
    strong = run.strong
    if strong and text.startswith(strong) and (not is_prefix(strong) or _is_separated(written)):
        prefix, builder.name = phrases.split_prefix(clean(strong))
        builder.note("prefix", prefix)
        builder.note_description(phrases.after_strong(written))
        return builder
    prefix, text = phrases.split_prefix(text)
    builder.note("prefix", prefix)
    builder.name = clean(text) or builder.name
    if found := BETWEEN.search(text):
        builder.name = clean(text[: found.start()]) or builder.name
        builder.note_description(_after(written, found.group()) or text[found.end() :])
    return builder


def _is_separated(written: str) -> bool:
    """Return whether a separator follows the text in bold."""
    after = phrases.after_strong(written)
    return bool(after) and description(after) != one_line(after)


def _after(written: str, separator: str) -> str:
    return description(written.partition(separator)[2].strip())


def _badge_first(builder: EntryBuilder, spans: Sequence[Span], number: int, before: str) -> EntryBuilder:
    """Read an entry whose link is an image: its name is the text around it, or of the image."""
    rest = list(spans[number + 1 :])
    words = clean(before)
    if not words:
        further = next((n for n, span in enumerate(rest) if is_main(span) and span.has_words), None)
        text = plain(rest[:further])
        if further is not None and not text and not rest[further].is_role:
            builder.links = [("url", rest[further]), ("badge", spans[number])]
            builder.name = name_of(rest[further]) or rest[further].url
            _read_rest(builder, rest[further + 1 :])
            return builder
        found = BETWEEN.search(text)
        words = clean(text[: found.start()] if found else text)
        if words:
            if found:
                text, tags = phrases.split_tags(_after(one_line(source(rest)), found.group()))
                builder.note("tags", tags)
                builder.note("description", text)
            builder.links += [(role(span), span) for span in rest if is_main(span)]
            builder.name = words
            return builder
    builder.name = words or clean(spans[number].text) or spans[number].url
    _read_rest(builder, rest)
    return builder


def _bold_title(builder: EntryBuilder, spans: Sequence[Span], number: int, strong: str) -> EntryBuilder:
    """Read an entry that begins with its name in bold; what follows describes it, links included."""
    prefix, builder.name = phrases.split_prefix(clean(strong))
    builder.note("prefix", prefix)
    before = phrases.after_strong(one_line(source(spans[:number])))
    # Links that lead nowhere on the web stand beside the others, and are no words.
    texts = [span for span in spans[:number] if span.kind != "link" or not span.is_role]
    if phrases.after_strong(one_line(source(texts))).strip(BRACKETS):
        builder.links += [(role(span), span) for span in spans[number + 1 :] if is_main(span)]
        builder.note_description(phrases.after_strong(one_line(source(spans))))
    elif _names_nothing(spans[number]) or _opens(before.strip()) or not before.strip():
        _read_rest(builder, _closed(spans[number + 1 :], before), is_open=before.strip().endswith("["))
    else:
        builder.links += [(role(span), span) for span in spans[number + 1 :] if is_main(span)]
        builder.note_description(phrases.after_strong(one_line(source(spans))))
    return builder


def _described_title(builder: EntryBuilder, spans: Sequence[Span], separator: str) -> EntryBuilder:
    """Read a plain title, a separator, and a description with links in it."""
    written = one_line(source(spans))
    prefix, title = phrases.split_prefix(plain(spans).partition(separator)[0])
    builder.note("prefix", prefix)
    builder.name = clean(title) or title
    builder.links = [("url" if not n else role(s), s) for n, s in enumerate(filter(is_main, spans))]
    text, tags = phrases.split_tags(_after(written, separator))
    builder.note("description", text)
    builder.note("tags", tags)
    return builder


def _opens(text: str) -> bool:
    return text.endswith(("[", "(", "\uff08", "\u3010"))


def _closed(rest: Sequence[Span], before: str) -> Sequence[Span]:
    """Return the text after a link, without the closing bracket of one opened right before it."""
    if not rest or rest[0].kind == "link":
        return rest
    text = phrases.without_opening(rest[0].source, before)
    if text == rest[0].source:
        return rest
    shown = phrases.without_opening(rest[0].text, before)
    return [Span("text", shown, text), *rest[1:]] if text else rest[1:]


def _titled(builder: EntryBuilder, spans: Sequence[Span], number: int, title: str) -> EntryBuilder:
    """Read a plain title before links that are named after their roles."""
    prefix, title = phrases.split_prefix(title)
    builder.note("prefix", prefix)
    builder.name = clean(title) or title
    builder.links += [(role(span), span) for span in spans[number + 1 :] if is_main(span)]
    last = max(n for n, span in enumerate(spans) if span.kind == "link")
    text, tags = phrases.split_tags(source(spans[last + 1 :]))
    builder.note("tags", tags)
    builder.note("description", description(text.lstrip(_CLOSING + "}. ").strip()))
    return builder


def _read_rest(builder: EntryBuilder, spans: Sequence[Span], *, is_open: bool = False) -> None:
    """Read what follows the main link: marks and links in brackets in any order, the description, tags."""
    queue = list(map(phrases.without_layout, spans))
    taken: list[Span] = []
    pending, inside = "", False
    while queue:
        span = queue[0]
        if span.kind == "link":
            inside = pending.endswith(_OPENING) or (inside and not pending.strip(" ,|/\uff0f·\u30fb&;"))
            if not (inside or _stands_alone(span)):
                break
            taken.append(span)
            pending = ""
        else:
            bare = span.source.lstrip()
            if is_open:
                bare, is_open = bare.removeprefix("]").lstrip(), False
            follows = any(later.kind == "link" for later in queue[1:2])
            tail = _take_marks(builder, bare)
            if tail.strip(BRACKETS) or (tail.strip() and not (follows or taken)):
                queue[0] = Span("text", span.text, tail if bare != tail else span.source)
                if taken or bare != span.source.lstrip():
                    queue[0] = Span("text", span.text, tail.lstrip(_CLOSING + " ") if taken else tail)
                break
            pending = tail
        queue.pop(0)
    builder.links += [(role(span), span) for span in taken if is_main(span)]
    rest = pending.lstrip(_CLOSING + " ,|\uff0f\u30fb") if not queue and pending else _rest(queue, pending)
    text, tags = phrases.split_tags(rest)
    builder.note("tags", tags)
    builder.note("description", description(text))
    builder.links += [(role(span), span) for span in queue if is_main(span)]


def _rest(queue: Sequence[Span], pending: str) -> str:
    if not queue or queue[0].kind != "link":
        return source(queue)
    before = pending.lstrip()
    return (before.lstrip(_CLOSING) if before[:1] and before[0] in _CLOSING else pending) + source(queue)


def _stands_alone(span: Span) -> bool:
    return not span.has_words or span.is_role or is_bracketed(span.text)


def _take_marks(builder: EntryBuilder, text: str) -> str:
    """Keep emoji and the like at the beginning of a text as marks; return the rest."""
    if "marks" in builder.cells:
        return text
    marks, rest = phrases.split_marks(text)
    builder.note("marks", marks)
    return rest if marks else text
