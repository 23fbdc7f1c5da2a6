"""Entries and sections in the HTML of a list: folded parts, headings, items, layout tables."""

from collections.abc import Callable, Iterable

from lmsys_enrich.lists.markdown.entries import is_main, read_entry
from lmsys_enrich.lists.markdown.html import HtmlEvent
from lmsys_enrich.lists.markdown.items import is_described, is_entry_line
from lmsys_enrich.lists.markdown.outline import Outline
from lmsys_enrich.lists.markdown.phrases import is_way_back
from lmsys_enrich.lists.markdown.runs import Run
from lmsys_enrich.lists.markdown.tables import Cells

_GROUP = 7  # level of the first section that an item makes, below those of headings
_FOLDED = 20  # level of the first section that a folded part makes, below those of bullets


class HtmlReader:
    """
    Reads the HTML of one document, block after block; folded parts may span many of them.

    `read_table` reads a table with its header, and the kind of its entries.
    """

    def __init__(self, outline: Outline, read_table: Callable[[Cells, str], None]) -> None:
        self._outline = outline
        self._read_table = read_table
        self._folded: list[int | None] = []  # for each open <details>: the entry in its summary
        self._rows: list[tuple[Run, ...]] = []
        self._lists: list[int | None] = []  # for each open list: the level of the section that it makes
        self._plain: Run | None = None  # an item without a link, that may be the title of a list in it

    @property
    def owner(self) -> int | None:
        """The number of the entry in the innermost open summary."""
        return self._folded[-1] if self._folded else None

    def read(self, events: Iterable[HtmlEvent]) -> None:
        """Read one block."""
        for event in events:
            if event.kind in {"row", "header"}:
                if event.kind == "row" or not self._rows:  # a second row of headers, or one within the table
                    self._rows.append(event.cells)
                continue
            self._end_rows()
            if event.kind != "list":
                self._end_plain()
            match event.kind:
                case "list":
                    self._begin_list()
                case "/list":
                    self._end_list()
                case "details":
                    self._folded.append(None)
                case "/details":
                    self._unfold()
                case "summary" if self._folded:
                    self._summary(event.run)
                case "heading":
                    self._heading(event)
                case "dd" if self._describe(event.run):
                    pass
                case kind:
                    self._line(event.run, kind)
        self._end_rows()
        self._end_plain()

    def _begin_list(self) -> None:
        """Begin a section for a list in an item without a link, as for bullets."""
        title, self._plain = self._plain, None
        here = self._outline.here
        level = max(here.level + 1, _GROUP) if title is not None and here.has_entries else None
        if title is not None and level is not None:
            self._outline.begin(title.text.rstrip(":"), level, title.line)
        self._lists.append(level)

    def _end_list(self) -> None:
        level = self._lists.pop() if self._lists else None
        if level is not None:
            self._outline.end(level)

    def _end_plain(self) -> None:
        """Take an item without a link for an entry if it is described."""
        run, self._plain = self._plain, None
        if run is None:
            return
        builder = read_entry(run)
        if builder.name and "description" in builder.cells:
            self._outline.add(builder, run.line, "html")
        else:
            self._outline.remark(self._outline.at(run.line), f"not read as an entry: {run.text[:60]}")

    def _describe(self, run: Run) -> bool:
        """Take a definition for the description of the entry that it defines."""
        last = self._outline.last
        if last is None or last.kind != "html":
            return False
        if "description" in last.cells and any(map(is_main, run.links)):
            return False  # an entry of its own
        last.builder.describe(run)
        return True

    def _unfold(self) -> None:
        if self._folded:
            self._outline.end(_FOLDED + len(self._folded))
            self._folded.pop()

    def _summary(self, run: Run) -> None:
        if any(map(is_main, run.links)) and self._outline.here.has_entries:
            self._folded[-1] = self._outline.add(read_entry(run), run.line, "html")
        elif run.text:
            self._outline.begin(run.text, _FOLDED + len(self._folded), run.line)

    def _heading(self, event: HtmlEvent) -> None:
        if self._outline.title is None and event.level == 1 and event.run.text:
            self._outline.title = event.run.text
        elif event.run.text:
            self._outline.begin(event.run.text, event.level, event.run.line, event.run)

    def _line(self, run: Run, kind: str) -> None:
        here = self._outline.here
        if not here.has_entries or is_way_back(run.text):
            return
        if not any(map(is_main, run.links)):
            if kind == "li" and run.text and not run.links:
                self._plain = run
            return
        is_in_section = self._outline.is_in_section
        if kind != "li" and not (
            is_entry_line(run) and (is_in_section or bool(run.text and is_described(run)))
        ):
            return
        builder = read_entry(run)
        if builder.name and builder.links[0][1].has_words:
            self._outline.add(builder, run.line, "html")

    def _end_rows(self) -> None:
        rows, self._rows = self._rows, []
        here = self._outline.here
        if not rows or not self._outline.is_in_section or not here.has_entries:
            return
        width = len(rows[0])
        if len(rows) > 1 and width > 1 and not any(cell.links for cell in rows[0]):
            for cell in (cell for row in rows for cell in row):
                cell.source = "".join(span.source for span in cell.spans)
            self._read_table(Cells(rows[0], tuple(row[:width] for row in rows[1:])), "html")
            return
        for row in rows:  # a table without a header, or for the layout
            linked = [cell for cell in row if any(map(is_main, cell.links))]
            if len(linked) == 1 and len(row) > 1 and linked[0] is row[0]:
                self._described_row(row)
            else:
                for cell in row:
                    self._line(cell, "td")

    def _described_row(self, row: tuple[Run, ...]) -> None:
        builder = read_entry(row[0])
        for cell in row[1:]:
            if cell.text:
                builder.describe(cell)
        if builder.name:
            self._outline.add(builder, row[0].line, "html")
