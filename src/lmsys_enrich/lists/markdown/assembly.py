"""Assembly of a catalog's sections and entries from the outline of a document that has been read."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from lmsys_enrich.lists.identifiers import Identifiers, is_slug
from lmsys_enrich.lists.markdown.document_links import DocumentLinks
from lmsys_enrich.lists.markdown.entries import EntryBuilder, read_entry
from lmsys_enrich.lists.markdown.items import fields_of, is_entry_line
from lmsys_enrich.lists.markdown.outline import FoundEntry, OpenSection, Outline
from lmsys_enrich.lists.markdown.phrases import clean, is_housekeeping
from lmsys_enrich.lists.markdown.runs import Run, Span, one_line
from lmsys_enrich.lists.mistakes import address_problem
from lmsys_enrich.model.catalog import Cell, Entry, Link, Location, Section
from lmsys_enrich.model.document import InsertionPoint
from lmsys_enrich.values import replace

_MANY_LINKS = 100  # in one entry; to find each in the description takes time that grows with both
_REFERENCE = re.compile(r"\[[^\]]*\]\(#([^)\s]+)\)")


class Assembly:
    """Makes the sections of a catalog; entries take their links from those of the document."""

    def __init__(self, outline: Outline, outside: DocumentLinks) -> None:
        self._outline = outline
        self._outside = outside

    def sections(self, title: str) -> tuple[Section, ...]:
        """Return the catalog's sections; entries before the first heading belong to the list's title."""
        self._make_entries_of_headings()
        ids = self._make_entries()
        for section in self._outline.root.sections:
            section.title = title if section.is_unnamed else section.title
        for section in self._outline.root.sections:
            self._leave_out_of(section)
        sections = (_resolved(section.closed(), ids) for section in self._outline.root.sections)
        return tuple(section for section in sections if not _is_bare(section))

    def _leave_out_of(self, section: OpenSection) -> bool:
        """Note the text of a section that the catalog has not; return whether it has the section."""
        inner = [self._leave_out_of(inner) for inner in section.sections]
        is_kept = any(inner) or not _is_bare(section.closed())
        self._outline.leave_out([*section.between, *(() if is_kept else section.paragraphs)])
        return is_kept

    def _make_entries_of_fields(self, above: OpenSection) -> None:
        """Make entries of headings with nothing but fields below them, where two or more have the same."""
        named = [inner for inner in above.sections if inner.fields and not inner.sections]
        roles = [{label for run in inner.fields for _, label in fields_of(run)} for inner in named]
        counts = Counter(label for labels in roles for label in labels)
        for inner, labels in zip(named, roles, strict=True):
            # What two headings share is a role: `Git` and `Docker` under one each are names.
            if inner.heading is None or all(counts[label] == 1 for label in labels):
                self._outline.end_fields(inner)
                continue
            is_linked = bool(inner.heading.links)
            builder = read_entry(inner.heading) if is_linked else EntryBuilder(clean(inner.heading.text))
            for run in inner.fields:
                builder.take_fields(fields_of(run))
            inner.fields = []
            self._make_entry_of(inner, above, builder)

    def _make_entries_of_headings(self) -> None:
        """Make an entry of a heading that is a link and has no entries below it, or fields alone."""
        filled: set[int] = set()
        known = 0
        pending = [self._outline.root]
        while pending:
            above = pending.pop()
            self._make_entries_of_fields(above)
            filled |= {id(found.section) for found in self._outline.found[known:]}
            known = len(self._outline.found)
            for inner in list(above.sections):
                heading = None if id(inner) in filled else _entry_in_heading(inner)
                if heading is None:
                    pending.append(inner)
                    continue
                self._make_entry_of(inner, above, read_entry(heading))

    def _make_entry_of(self, inner: OpenSection, above: OpenSection, builder: EntryBuilder) -> None:
        """Make an entry of a section; its paragraphs describe it."""
        for run in inner.paragraphs:
            builder.describe(run)
        inner.paragraphs = []
        target = self._place_for(inner, above)
        line = inner.location.line
        self._outline.found.append(
            FoundEntry(target, builder, builder.cells, inner.location, "html", None, line)
        )

    def _place_for(self, inner: OpenSection, above: OpenSection) -> OpenSection:
        """Return the section for an entry that replaces `inner`."""
        if above is self._outline.root:
            number = above.sections.index(inner)
            before = above.sections[number - 1] if number else None
            if before is None or not before.is_unnamed or before.columns:
                inner.is_unnamed = True
                return inner
            above.sections.remove(inner)
            return before
        if above.columns or not above.has_entries:  # they would hide its description, or the entry
            return inner
        above.sections.remove(inner)
        return above

    def _make_entries(self) -> frozenset[str]:
        """Give each entry its id, and put it into its section; return the ids that are written."""
        anchors = Counter(found.builder.anchor for found in self._outline.found)
        written = frozenset(a for a, count in anchors.items() if a is not None and is_slug(a) and count == 1)
        identifiers = Identifiers(written)
        ids: list[str] = []
        for found in self._outline.found:
            builder, cells = found.builder, found.cells
            name = one_line(builder.name) or "(untitled)"
            own = builder.anchor if builder.anchor in written else None
            ids.append(own or identifiers.make(name))
            if found.kind != "row" and "description" in cells:  # it comes last in bullets
                cells["description"] = cells.pop("description")
            if found.parent is not None and self._outline.found[found.parent].section is found.section:
                cells["parent"] = ids[found.parent]
            for key, cell in cells.items():
                if isinstance(cell, str):
                    cells[key] = one_line(cell)
            links = tuple(self._links(builder))
            entry = Entry(ids[-1], name, found.location, links, cells, found.ignore, own is not None)
            found.section.entries.append(entry)
            if found.kind in {"bullet", "row"}:
                self._outline.points.append(InsertionPoint(found.end, found.kind, ids[-1]))
        return written

    def _links(self, builder: EntryBuilder) -> Iterator[Link]:
        usable: list[tuple[str, Span]] = []
        for label, span in builder.links:
            if address_problem(span.url):
                continue  # stays a link of the document, which says what is wrong with it
            self._outside.take(span)
            usable.append((label, span))
        described = str(builder.cells.get("description", "")) if len(usable) < _MANY_LINKS else ""
        # Links of the description come last, as they do where the list is written as Markdown.
        kept = sorted(_each_once(usable), key=lambda one: one[0] != "url" and one[1].url in described)
        once = {id(span) for _, span in kept}
        self._outline.repeats += [self._link(label, span) for label, span in usable if id(span) not in once]
        for label, span in kept:
            yield self._link(label, span)

    def _link(self, label: str, span: Span) -> Link:
        return Link(span.url, label, Location(self._outline.file, span.line, span.column))


def _entry_in_heading(section: OpenSection) -> Run | None:
    """Return a section's heading if the section is an entry: a link with little around it, nothing below."""
    heading = section.heading
    if heading is None or section.sections or section.fields or not section.has_entries:
        return None
    return heading if is_entry_line(heading) else None


def _each_once(links: Sequence[tuple[str, Span]]) -> Iterator[tuple[str, Span]]:
    """Yield links with roles that differ; a badge leads mostly to what is linked by a name as well."""
    roles: Counter[str] = Counter()
    used: set[str] = set()
    seen: set[tuple[str, str]] = set()
    urls: set[str] = set()
    named = {span.url for role, span in links if role != "badge"}
    for role, span in links:
        is_main_again = ("url", span.url) in seen
        is_bare_again = role == "link" and span.url in urls
        is_badge_again = role == "badge" and span.url in named
        if is_main_again or is_bare_again or is_badge_again or (role, span.url) in seen:
            continue
        seen.add((role, span.url))
        urls.add(span.url)
        roles[role] += 1
        unique = role if roles[role] == 1 else f"{role}-{roles[role]}"
        while unique in used:
            roles[role] += 1
            unique = f"{role}-{roles[role]}"
        used.add(unique)
        yield unique, span


def _is_bare(section: Section) -> bool:
    """Return whether a section has no list content, such as a table of contents."""
    is_empty = not (section.entries or section.columns or section.sections)
    return is_empty and (not section.text or is_housekeeping(section.title))


def _resolved(section: Section, ids: frozenset[str]) -> Section:
    """Return the section with links to anchors of entries replaced by references."""
    entries = tuple(
        replace(entry, cells={key: _reference(key, cell, ids) for key, cell in entry.cells.items()})
        if "framework" in entry.cells
        else entry
        for entry in section.entries
    )
    inner = tuple(_resolved(inner, ids) for inner in section.sections)
    return replace(section, entries=entries, sections=tuple(s for s in inner if not _is_bare(s)))


def _reference(key: str, cell: Cell, ids: frozenset[str]) -> Cell:
    if key == "framework" and isinstance(cell, str) and (found := _REFERENCE.fullmatch(cell)):
        return found[1] if found[1] in ids else cell
    return cell
