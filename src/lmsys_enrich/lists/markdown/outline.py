"""Outline of a document: its open sections and the entries found so far, until they become a catalog's."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lmsys_enrich.lists.exemptions import exemption_in
from lmsys_enrich.lists.fields import address_problem
from lmsys_enrich.lists.identifiers import Identifiers, is_slug
from lmsys_enrich.lists.markdown.blocks import Items
from lmsys_enrich.lists.markdown.document_links import DocumentLinks
from lmsys_enrich.lists.markdown.entries import EntryBuilder, read_entry
from lmsys_enrich.lists.markdown.items import fields_of, is_entry_line
from lmsys_enrich.lists.markdown.phrases import clean
from lmsys_enrich.lists.markdown.runs import Run, Span, one_line
from lmsys_enrich.lists.markdown.words import is_housekeeping
from lmsys_enrich.model.catalog import (
    Cell,
    Column,
    Entry,
    Exemption,
    InsertionPoint,
    Link,
    Location,
    Remark,
    Section,
)
from lmsys_enrich.values import replace

_REFERENCE = re.compile(r"\[[^\]]*\]\(#([^)\s]+)\)")


@dataclass(slots=True)
class OpenSection:
    """A section while it is read; `level` is its heading's, or deeper for a group of bullets."""

    title: str
    level: int
    location: Location
    path: tuple[str, ...] = ()
    paragraphs: list[Run] = field(default_factory=list)
    columns: tuple[Column, ...] = ()
    entries: list[Entry] = field(default_factory=list)
    sections: list["OpenSection"] = field(default_factory=list)
    has_entries: bool = True
    heading: Run | None = None
    is_unnamed: bool = False
    fields: list[Run] = field(default_factory=list)

    def closed(self) -> Section:
        """Return the section as the catalog has it."""
        inner = tuple(section.closed() for section in self.sections)
        text = "\n\n".join(run.markdown for run in self.paragraphs)
        return Section(self.title, self.location, text, self.columns, tuple(self.entries), inner)


@dataclass(slots=True)
class FoundEntry:
    """
    An entry in its section, before it has an id.

    `kind` is `bullet`, `row`, `paragraph` or `html`, `parent` the number of the entry it lies under,
    `end` the last line of its own text.
    """

    section: OpenSection
    builder: EntryBuilder
    cells: dict[str, Cell]
    location: Location
    kind: str
    parent: int | None
    end: int
    ignore: Exemption | None = None


class Outline:
    """The open sections of a document and the entries found in them."""

    def __init__(self, path: Path, outside: DocumentLinks) -> None:
        self._file = str(path)
        self._outside = outside
        self.title: str | None = None
        self._root = OpenSection("", 0, Location(self._file, 1, 1))
        self._open = [self._root]
        self.found: list[FoundEntry] = []
        self.points: list[InsertionPoint] = []
        self.remarks: list[Remark] = []
        self.repeats: list[Link] = []
        self._exemption: Exemption | None = None

    @property
    def here(self) -> OpenSection:
        """The innermost open section."""
        return self._open[-1]

    @property
    def is_in_section(self) -> bool:
        """Whether a heading, a group or a folded part is open."""
        return self.here is not self._root and not self.here.is_unnamed

    @property
    def has_sections(self) -> bool:
        """Whether a named section has begun."""
        return any(not section.is_unnamed for section in self._root.sections)

    @property
    def text(self) -> str:
        """Text before the first section."""
        return self._root.closed().text

    @property
    def last(self) -> FoundEntry | None:
        """The latest entry, if it stands in the innermost section."""
        return self.found[-1] if self.found and self.found[-1].section is self.here else None

    def at(self, line: int) -> Location:
        """Return the location of a line's first letter."""
        return Location(self._file, line, self._outside.indent(line) + 1)

    def remark(self, location: Location, message: str) -> None:
        """Note what is not understood."""
        self.remarks.append(Remark(location, message))

    def exempt(self, exemption: Exemption | None) -> None:
        """Set the exemption of the next entry, or none."""
        self._exemption = exemption

    def begin(self, title: str, level: int, line: int, heading: Run | None = None) -> None:
        """Begin a section within those of lower levels; the others end."""
        title = one_line(title) or "(untitled)"
        location = self.at(line)
        while self.here.level >= level or self.here.is_unnamed:
            self._open.pop()
        above = self.here
        has_entries = not is_housekeeping(title) and (above.has_entries or heading is not None)
        path = (*above.path, title)
        section = OpenSection(title, level, location, path, has_entries=has_entries, heading=heading)
        above.sections.append(section)
        self._outside.begin(line, path)
        self._open.append(section)

    def begin_table(self, columns: tuple[Column, ...], line: int) -> None:
        """Set the columns of the innermost section; where it has other entries, it begins anew for them."""
        self._begin_unnamed(line)
        if self.here.sections or (self.here.columns != columns and self.last is not None):
            self._begin_anew(line)
        self.here.columns = columns

    def _begin_anew(self, line: int) -> None:
        here = self.here
        if here.is_unnamed:
            self._open.pop()
            self._begin_unnamed(line)
        else:
            self.begin(here.title, here.level, line, here.heading)

    def _begin_unnamed(self, line: int) -> None:
        """Begin a section for entries before the first heading; it gets the list's title."""
        if self.here is self._root:
            self._open.append(_unnamed_in(self._root, self.at(line)))

    def end(self, level: int) -> None:
        """End all sections of this level and deeper ones."""
        while self.here.level >= level or self.here.is_unnamed:
            self._open.pop()

    def add(
        self,
        builder: EntryBuilder,
        line: int,
        kind: str,
        *,
        cells: dict[str, Cell] | None = None,
        parent: int | None = None,
        run: Run | None = None,
    ) -> int:
        """Add an entry to the innermost section, or to its parent's; return its number."""
        location = self.at(line)
        here = self._section_for(parent, line, is_bullet=cells is None)
        self._end_fields(here)
        ignore = self._exemption
        if run is not None:
            own, problem = exemption_in(run.source)
            ignore = own or ignore
            if problem:
                self.remark(location, problem)
        self._exemption = None if kind != "bullet" or parent is None else ignore
        end = line if run is None else run.last
        values = builder.cells if cells is None else cells
        self.found.append(FoundEntry(here, builder, values, location, kind, parent, end, ignore))
        return len(self.found) - 1

    def _section_for(self, parent: int | None, line: int, *, is_bullet: bool) -> OpenSection:
        self._begin_unnamed(line)
        here = self.here
        if parent is not None and self.found[parent].section.title == here.title:
            return self.found[parent].section  # an entry stays with the one it stands below
        # The order of the document is kept: what follows an inner section, and bullets that follow a table,
        # begin their section anew.
        if here.sections or (here.columns and is_bullet):
            self._begin_anew(line)
        return self.here

    def sections(self, title: str) -> tuple[Section, ...]:
        """Return the catalog's sections; entries before the first heading stand under the list's title."""
        self._make_entries_of_headings()
        ids = self._make_entries()
        for section in self._root.sections:
            section.title = title if section.is_unnamed else section.title
        sections = (_resolved(section.closed(), ids) for section in self._root.sections)
        return tuple(section for section in sections if not _is_bare(section))

    def defer(self, block: Items) -> bool:
        """Keep fields that stand alone below a heading, until it is known whether that is an entry."""
        here = self.here
        if here.heading is None or here.heading.links or here.sections or self.last is not None:
            return False
        here.fields += [item.run for item in block.items if item.run is not None]
        return True

    def _end_fields(self, section: OpenSection) -> None:
        """Make entries of a section's fields: it has other entries, too."""
        runs, section.fields = section.fields, []
        for run in runs:
            builder = read_entry(run)
            location = self.at(run.line)
            self.found.append(FoundEntry(section, builder, builder.cells, location, "bullet", None, run.last))

    def _make_entries_of_fields(self, above: OpenSection) -> None:
        """Make entries of headings that have nothing but fields below them, where two or more have."""
        named = [inner for inner in above.sections if inner.fields and not inner.sections]
        for inner in named:
            if len(named) == 1 or inner.heading is None:
                self._end_fields(inner)
                continue
            above.sections.remove(inner)
            builder = EntryBuilder(clean(inner.heading.text))
            for run in inner.fields:
                builder.take_fields(fields_of(run))
            for run in inner.paragraphs:
                builder.describe(run)
            line = inner.location.line
            self.found.append(FoundEntry(above, builder, builder.cells, inner.location, "html", None, line))

    def _make_entries_of_headings(self) -> None:
        """Make an entry of a heading that is a link and has no entries below it, or fields alone."""
        filled = {id(found.section) for found in self.found}
        pending = [self._root]
        while pending:
            above = pending.pop()
            self._make_entries_of_fields(above)
            for inner in list(above.sections):
                heading = None if id(inner) in filled else _entry_in_heading(inner)
                if heading is None:
                    pending.append(inner)
                    continue
                above.sections.remove(inner)
                builder = read_entry(heading)
                for run in inner.paragraphs:
                    builder.describe(run)
                line = inner.location.line
                found = FoundEntry(above, builder, builder.cells, inner.location, "html", None, line)
                self.found.append(found)

    def _make_entries(self) -> frozenset[str]:
        """Give each entry its id, and put it into its section; return the ids that are written."""
        anchors = Counter(found.builder.anchor for found in self.found)
        written = frozenset(a for a, count in anchors.items() if a is not None and is_slug(a) and count == 1)
        identifiers = Identifiers(written)
        ids: list[str] = []
        for found in self.found:
            builder, cells = found.builder, found.cells
            name = one_line(builder.name) or "(untitled)"
            own = builder.anchor if builder.anchor in written else None
            ids.append(own or identifiers.make(name))
            if found.kind != "row" and "description" in cells:  # it stands last in bullets
                cells["description"] = cells.pop("description")
            if found.parent is not None:
                cells["parent"] = ids[found.parent]
            for key, cell in cells.items():
                if isinstance(cell, str):
                    cells[key] = one_line(cell)
            links = tuple(self._links(builder))
            entry = Entry(ids[-1], name, found.location, links, cells, found.ignore, own is not None)
            found.section.entries.append(entry)
            if found.kind in {"bullet", "row"}:
                self.points.append(InsertionPoint(found.end, found.kind, ids[-1]))
        return written

    def _links(self, builder: EntryBuilder) -> Iterator[Link]:
        usable: list[tuple[str, Span]] = []
        for label, span in builder.links:
            if address_problem(span.url):
                continue  # stays a link of the document, which says what is wrong with it
            self._outside.take(span)
            usable.append((label, span))
        described = str(builder.cells.get("description", ""))
        # Links of the description come last, as they do where the list is written as Markdown.
        kept = sorted(_each_once(usable), key=lambda one: one[0] != "url" and one[1].url in described)
        once = {id(span) for _, span in kept}
        self.repeats += [self._link(label, span) for label, span in usable if id(span) not in once]
        for label, span in kept:
            yield self._link(label, span)

    def _link(self, label: str, span: Span) -> Link:
        return Link(span.url, label, Location(self._file, span.line, span.column))


def _unnamed_in(above: OpenSection, location: Location) -> OpenSection:
    section = OpenSection("", above.level + 1, location, above.path, is_unnamed=True)
    above.sections.append(section)
    return section


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
    """Return whether nothing of a list is left of a section, as of a table of contents."""
    is_empty = not (section.entries or section.columns or section.sections)
    return is_empty and (not section.text or is_housekeeping(section.title))


def _resolved(section: Section, ids: frozenset[str]) -> Section:
    """Return the section with references to entries in the place of links to their anchors."""
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
