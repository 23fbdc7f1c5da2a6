"""Shapes of list items and lines: fields of an entry, tables of contents, lines that are entries."""

import re
from collections.abc import Iterator

from lmsys_enrich.lists.markdown.blocks import Block, Item, Items, Paragraph
from lmsys_enrich.lists.markdown.entries import description, is_main, is_prefix, role
from lmsys_enrich.lists.markdown.runs import Run, Span, one_line
from lmsys_enrich.lists.markdown.words import is_role

_BACK = re.compile(
    r"\W*(?:(?:go |return )?back to (?:the )?(?:top|toc|contents|table of contents)"
    r"|(?:go|return) to (?:the )?top"
    r"|to top|top|回到顶部|返回顶部|返回目录|回到目录)\W*|\W*⬆\W*|\W*🔝\W*",
    re.IGNORECASE,
)
_LONGEST_TITLE = 300


def is_way_back(text: str) -> bool:
    """Return whether a line only leads back to the top."""
    return _BACK.fullmatch(text) is not None


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


def fields_of(block: Items) -> Iterator[tuple[Span, str]]:
    """Yield the links of a list of fields, with their roles."""
    for item in block.items:
        if item.run is None:
            continue
        for span in filter(is_main, item.run.links):
            label = _label(span, item.run) if span.form == "bare" else ""
            yield span, role(Span("link", label, "", span.url)) if label else role(span)


def role_links(block: Block) -> Iterator[tuple[Span, str]]:
    """Yield the links in a further paragraph of an item that are called by their roles."""
    if isinstance(block, Paragraph):
        for span in filter(is_main, block.run.links):
            if span.form != "bare" and is_role(span.text):
                yield span, role(span)


def leads_inside(item: Item) -> bool:
    """Return whether all of an item's links lead to headings of the document, as in a table of contents."""
    links = item.run.links if item.run is not None else []
    return bool(links) and all(span.url.startswith("#") for span in links)


def is_entry_line(run: Run) -> bool:
    """Return whether a line is a link alone, or a link and a description behind a separator."""
    number = next((n for n, span in enumerate(run.spans) if is_main(span)), None)
    if number is None or not run.spans[number].has_words or run.spans[number].form == "bare":
        return False
    before = "".join(span.source for span in run.spans[:number])
    return is_prefix(before) and (not _rest_of(run, number) or is_described(run))


def is_described(run: Run) -> bool:
    """Return whether a separator and a text follow the first link."""
    number = next(n for n, span in enumerate(run.spans) if span.kind == "link")
    rest = _rest_of(run, number)
    return description(rest) != one_line(rest)


def _rest_of(run: Run, number: int) -> str:
    return "".join(span.source for span in run.spans[number + 1 :]).strip().strip("*_")


def _is_role_in(span: Span, run: Run) -> bool:
    if span.form == "bare" or not span.has_words:
        return is_role(_label(span, run))
    return is_role(span.text)


def _label(span: Span, run: Run) -> str:
    before = run.spans[: run.spans.index(span)]
    return "".join(part.text for part in before if part.kind != "link").strip(" :-*\uff1a")
