"""Outline of a document: its open sections and the entries found so far, until they become a catalog's."""

from collections.abc import Iterable
from pathlib import Path

from lmsys_enrich.lists.markdown.blocks import Items
from lmsys_enrich.lists.markdown.comments import ENTRIES, exemption_in
from lmsys_enrich.lists.markdown.document_links import DocumentLinks
from lmsys_enrich.lists.markdown.entries import EntryBuilder, read_entry
from lmsys_enrich.lists.markdown.items import is_entry_line
from lmsys_enrich.lists.markdown.phrases import is_housekeeping
from lmsys_enrich.lists.markdown.runs import Run, one_line
from lmsys_enrich.lists.mistakes import shown
from lmsys_enrich.model.catalog import Cell, Column, Entry, Exemption, Link, Location, Remark, Section
from lmsys_enrich.model.document import InsertionPoint
from lmsys_enrich.values import State, value_field

_NO_ENTRY = (
    "this exemption belongs to no entry; write it on the line of an entry or on the line before it, "
    "or use [[ignore]] in the settings"
)
_STRUCK = ("~~", "<del>", "<s>")  # what a deprecated entry begins with
_MOST_NESTED = 30  # sections within each other; more than any reader follows, and than entries.yaml may have


class OpenSection(State):
    """A section while it is read; `level` is its heading's, or deeper for a group of bullets."""

    title: str
    level: int
    location: Location
    path: tuple[str, ...] = ()
    paragraphs: list[Run] = value_field(default_factory=list)
    columns: tuple[Column, ...] = ()
    entries: list[Entry] = value_field(default_factory=list)
    sections: list["OpenSection"] = value_field(default_factory=list)
    has_entries: bool = True
    heading: Run | None = None
    is_unnamed: bool = False
    between: list[Run] = value_field(default_factory=list)  # words since the latest entry
    fields: list[Run] = value_field(default_factory=list)

    def closed(self) -> Section:
        """Return the section as the catalog has it."""
        inner = tuple(section.closed() for section in self.sections)
        text = "\n\n".join(run.markdown for run in self.paragraphs)
        return Section(self.title, self.location, text, self.columns, tuple(self.entries), inner)


class FoundEntry(State):
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
        self.file = str(path)
        self._outside = outside
        self.title: str | None = None
        self.root = OpenSection("", 0, Location(self.file, 1, 1))
        self._open = [self.root]
        self.found: list[FoundEntry] = []
        self.points: list[InsertionPoint] = []
        self.remarks: list[Remark] = []
        self.repeats: list[Link] = []
        self.left_out: list[Remark] = []
        self._exemption: Exemption | None = None
        self._unused: Location | None = None  # of that exemption, until an entry has it

    @property
    def here(self) -> OpenSection:
        """The innermost open section."""
        return self._open[-1]

    @property
    def is_in_section(self) -> bool:
        """Return true if a heading, a group or a folded part is open."""
        return self.here is not self.root and not self.here.is_unnamed

    @property
    def has_sections(self) -> bool:
        """Return true if a named section has begun."""
        return any(not section.is_unnamed for section in self.root.sections)

    @property
    def text(self) -> str:
        """Text before the first section."""
        return self.root.closed().text

    @property
    def last(self) -> FoundEntry | None:
        """The latest entry, if it is in the innermost section."""
        return self.found[-1] if self.found and self.found[-1].section is self.here else None

    def at(self, line: int) -> Location:
        """Return the location of a line's first character."""
        return Location(self.file, line, self._outside.indent(line) + 1)

    def remark(self, location: Location, message: str) -> None:
        """Add a remark."""
        self.remarks.append(Remark(location, message))

    def leave_out(self, runs: Iterable[Run]) -> None:
        """Note text that is no part of the catalog."""
        self.left_out += [
            Remark(self.at(run.line), f"text outside of entries: {shown(run.text)}")
            for run in runs
            if run.text
        ]

    def exempt(self, exemption: Exemption | None, line: int = 1) -> None:
        """Set the exemption of the next entry, or none; remark on one before it that no entry had."""
        if self._unused is not None:
            self.remark(self._unused, _NO_ENTRY)
        self._exemption = exemption
        self._unused = None if exemption is None else self.at(line)

    def remark_exemption(self, run: Run) -> None:
        """Remark on an exemption in a heading or in prose that cannot be read, or has no link to exempt."""
        exemption, problem = exemption_in(run.source)
        if run.links and problem:
            self.remark(self.at(run.line), problem)
        elif not run.links and (exemption is not None or problem):
            self.remark(self.at(run.line), _NO_ENTRY)

    def begin(self, title: str, level: int, line: int, heading: Run | None = None) -> None:
        """Begin a section within those of lower levels; the others end."""
        title = one_line(title) or "(untitled)"
        location = self.at(line)
        while self.here.level >= level or self.here.is_unnamed or len(self._open) > _MOST_NESTED:
            self._open.pop()
        above = self.here
        is_of_list = not is_housekeeping(title) or (heading is not None and ENTRIES in heading.source)
        has_entries = is_of_list and (above.has_entries or heading is not None)
        path = (*above.path, title)
        section = OpenSection(title, level, location, path, has_entries=has_entries, heading=heading)
        above.sections.append(section)
        self._outside.begin(line, path)
        self._open.append(section)

    def begin_table(self, columns: tuple[Column, ...], line: int) -> None:
        """Set the columns of the innermost section; where it has other entries, it begins anew for them."""
        self._begin_unnamed(line)
        is_next = self.last is not None and (self.here.columns != columns or bool(self.here.between))
        if self.here.sections or is_next:
            self._begin_anew(line)
        self.here.columns = columns

    def _begin_anew(self, line: int) -> None:
        """Begin the innermost section again; words since its latest entry are the new one's text."""
        here = self.here
        if here.is_unnamed:
            self._open.pop()
            self._begin_unnamed(line)
        else:
            self.begin(here.title, here.level, line, here.heading)
        self.here.paragraphs, here.between = here.between, []

    def _begin_unnamed(self, line: int) -> None:
        """Begin a section for entries before the first heading; it gets the list's title."""
        if self.here is self.root:
            self._open.append(_unnamed_in(self.root, self.at(line)))

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
        source: str = "",
    ) -> int:
        """
        Add an entry to the innermost section, or to its parent's; return its number.

        Its exemption may be in its run, or in the `source` of a row.
        """
        location = self.at(line)
        here = self._section_for(parent, line, is_bullet=cells is None)
        self.end_fields(here)
        self.leave_out(here.between)
        here.between = []
        if run is not None and run.source.startswith(_STRUCK):
            self.left_out.append(Remark(location, f"{builder.name} is struck through"))
        ignore, self._unused = self._exemption, None
        own, problem = exemption_in(source if run is None else run.source)
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
            return self.found[parent].section  # an entry stays with the one above it
        # The order of the document is kept: what follows an inner section, and bullets that follow a table,
        # begin their section anew.
        if here.sections or (here.columns and is_bullet):
            self._begin_anew(line)
        return self.here

    def defer(self, block: Items) -> bool:
        """Keep fields directly below a heading until it is known whether the heading is an entry."""
        here = self.here
        if here.heading is None or here.sections or self.last is not None:
            return False
        if here.heading.links and not is_entry_line(here.heading):
            return False
        runs = [item.run for item in block.items if item.run is not None]
        if any(span.text.isdecimal() for run in runs for span in run.links):
            return False  # numbers name parts of a series, and no roles
        here.fields += runs
        return True

    def end_fields(self, section: OpenSection) -> None:
        """Make entries of a section's fields: it has other entries, too."""
        runs, section.fields = section.fields, []
        for run in runs:
            builder = read_entry(run)
            location = self.at(run.line)
            self.found.append(FoundEntry(section, builder, builder.cells, location, "bullet", None, run.last))


def _unnamed_in(above: OpenSection, location: Location) -> OpenSection:
    section = OpenSection("", above.level + 1, location, above.path, is_unnamed=True)
    above.sections.append(section)
    return section
