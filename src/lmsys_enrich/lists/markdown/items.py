"""Shapes of list items and lines: fields of an entry, tables of contents, lines that are entries."""

from collections.abc import Iterator, Sequence

from lmsys_enrich.lists.identifiers import BETWEEN
from lmsys_enrich.lists.markdown.blocks import Block, Item, Items, Paragraph
from lmsys_enrich.lists.markdown.entries import is_main, role
from lmsys_enrich.lists.markdown.phrases import (
    description,
    is_marks,
    is_prefix,
    is_role,
    plain,
    without_images,
)
from lmsys_enrich.lists.markdown.runs import Run, Span, one_line

_MANY_FIRST, _MANY_LATER = 3, 2
_LONGEST_ROLE = 25
_LONGEST_TITLE = 300


def mark_roles(runs: Sequence[Run]) -> None:
    """
    Mark the links whose text is a role rather than a name.

    Roles are well-known words and, in any language, short texts that lead
    to different addresses repeatedly, each after other text.
    """
    later: dict[str, set[str]] = {}
    first: dict[str, set[str]] = {}
    for run in runs:
        is_first = True
        for span in run.spans:
            if span.kind == "link" and span.has_words and len(span.text) <= _LONGEST_ROLE:
                (first if is_first else later).setdefault(span.text.casefold(), set()).add(span.url)
            is_first = is_first and (span.kind != "link" and not span.text.strip())
    learned = {text for text, urls in later.items() if len(urls) >= _MANY_LATER}
    learned |= {text for text, urls in first.items() if len(urls) >= _MANY_FIRST}
    for run in runs:
        for span in run.links:
            span.is_role = is_role(span.text) or (span.has_words and span.text.casefold() in learned)


def is_title(run: Run) -> bool:
    """Return whether a paragraph is a title in bold without links."""
    return bool(run.strong) and run.strong == run.text and not run.links and len(run.text) <= _LONGEST_TITLE


def has_link(item: Item) -> bool:
    """Return whether an item itself has a link that can be an entry's."""
    return item.run is not None and any(map(is_main, item.run.links))


def is_field(item: Item) -> bool:
    """Return whether an item only gives a link to an entry named elsewhere: all its links are roles."""
    if item.run is None or any(isinstance(block, Items) for block in item.blocks):
        return False
    links = [span for span in item.run.links if is_main(span)]
    return bool(links) and all(_is_role_in(span, item.run) for span in links)


def are_fields(block: Block) -> bool:
    """Return whether a list only gives links to an entry named elsewhere."""
    return isinstance(block, Items) and all(map(is_field, block.items))


def has_fields(block: Block) -> bool:
    """Return whether all links of a list below an entry are its fields; further items may be words."""
    if not isinstance(block, Items) or not any(map(is_field, block.items)):
        return False
    return all(is_field(item) or _is_words(item) for item in block.items)


def _is_words(item: Item) -> bool:
    return item.run is not None and not item.run.links and not item.blocks


def fields_of(run: Run) -> Iterator[tuple[Span, str]]:
    """Yield the links of a field, with their roles."""
    for span in filter(is_main, run.links):
        label = _label(span, run) if span.form == "bare" else ""
        yield span, role(Span("link", label, "", span.url)) if label else role(span)


def names_by_paragraph(item: Item) -> bool:
    """Return whether the links of an item's text are in its further paragraphs."""
    return any(isinstance(block, Paragraph) and any(map(is_main, block.run.links)) for block in item.blocks)


def leads_inside(item: Item) -> bool:
    """
    Return whether all of an item's links lead to headings of the document, as in a table of contents.

    A link in the description of what stands before it is none of these.
    """
    links = item.run.links if item.run is not None else []
    if item.run is None or not links or not all(span.url.startswith("#") for span in links):
        return False
    return BETWEEN.search(plain(item.run.spans[: item.run.spans.index(links[0])]) + " ") is None


def is_entry_line(run: Run) -> bool:
    """Return whether a line is a link alone, or a link and a description behind a separator."""
    number = next((n for n, span in enumerate(run.spans) if is_main(span)), None)
    if number is None or not run.spans[number].has_words or run.spans[number].form == "bare":
        return False
    before = "".join(span.source for span in run.spans[:number])
    rest = _rest_of(run, number)
    return is_prefix(before) and (not rest or is_marks(rest) or is_described(run))


def entry_lines(run: Run) -> list[Run]:
    """Return the lines of a paragraph that are entries, the whole paragraph if it is one; none for prose."""
    lines = list(run.lines())
    if all(map(is_entry_line, lines)):
        return lines
    return [run] if is_entry_line(run) else []


def is_described(run: Run) -> bool:
    """Return whether a separator and a text follow the first link."""
    number = next(n for n, span in enumerate(run.spans) if span.kind == "link")
    following = next((span for span in run.spans[number + 1 :] if span.text.strip() or span.form), None)
    if following is not None and following.kind == "break":
        return True  # readers see a line of its own below the link
    rest = _rest_of(run, number)
    return description(rest) != one_line(rest)


def _rest_of(run: Run, number: int) -> str:
    """Return what follows a link, badges aside."""
    rest = (span.source for span in run.spans[number + 1 :] if span.kind != "link" or span.has_words)
    return without_images("".join(rest)).strip().strip("*_")


def _is_role_in(span: Span, run: Run) -> bool:
    if span.form == "bare" or not span.has_words:
        return is_role(_label(span, run))
    return span.is_role


def _label(span: Span, run: Run) -> str:
    before = run.spans[: run.spans.index(span)]
    return "".join(part.text for part in before if part.kind != "link").strip(" :-*\uff1a")
