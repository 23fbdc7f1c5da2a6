"""
Marker blocks: parts of any Markdown file that `render --into` replaces.

    <!-- lmsys-enrich:NAME -->
    this text is replaced
    <!-- /lmsys-enrich -->
"""

import re
from collections.abc import Callable

from lmsys_enrich.errors import InputError
from lmsys_enrich.model.catalog import Section
from lmsys_enrich.model.changes import Changes
from lmsys_enrich.model.figures import shown_counts
from lmsys_enrich.model.report import Report
from lmsys_enrich.outputs.dead_links import dead_links_blocks
from lmsys_enrich.outputs.enriched_md import section_md
from lmsys_enrich.outputs.text import escaped, table
from lmsys_enrich.values import Value

# Two patterns: one for the whole block would take cubic time.
_FIRST_LINE = re.compile(
    r"<!--\s*lmsys-enrich:(?P<name>[a-z-]+)(?P<what>(?:\s(?:[^\n<-]|<(?!!--)|-(?!->))*)?)-->"
    r"[ \t]*(?P<line_end>\r?\n)"
)
_LAST_LINE = re.compile(r"<!--\s*/lmsys-enrich\s*-->")
_BEGIN = re.compile(r"<!--\s*lmsys-enrich:")
_ONLY_IF_ANY = frozenset({"papers", "models", "withdrawn"})
# Without the badge of the last check, which changes every night and is therefore not published.
_BADGES = (
    ("links-alive", "links alive"),
    ("entries", "entries"),
    ("stale", "stale"),
    ("died", "died in 30 days"),
)


class Blocks(Value):
    """
    Content of marker blocks.

    `badges` is the path of their folder relative to the file; `changes` are those
    since the run before, if there was one.
    """

    report: Report
    badges: str
    changes: Changes | None

    def filled(self, text: str, file: str) -> str:
        """Return the text with its blocks replaced. Raises `InputError` that names `file` and the line."""
        parts: list[str] = []
        at = count = 0
        for first in _FIRST_LINE.finditer(text):
            if first.start() < at:
                continue
            last = _LAST_LINE.search(text, first.end())
            if last is None:
                break
            content = self._made(first, _at(text, first.start(), file))
            line_end = first["line_end"]
            parts += (text[at : first.end()], content.replace("\n", line_end), line_end, last.group())
            at, count = last.end(), count + 1
        begun = len(_BEGIN.findall(text))
        if not count or count < begun:
            raise InputError(
                f"{file}: {'a block has no end' if begun else 'no block was found'}",
                hint="A block is <!-- lmsys-enrich:summary --> … <!-- /lmsys-enrich -->, each on a line.",
            )
        return "".join((*parts, text[at:]))

    def _made(self, first_line: re.Match[str], at: str) -> str:
        names = self._names()
        make = names.get(first_line["name"])
        if make is None:
            raise InputError(
                f"{at}: there is no block {first_line['name']}", hint=f"Blocks are: {', '.join(names)}."
            )
        return make(first_line["what"].strip(), at)

    def _names(self) -> dict[str, Callable[[str, str], str]]:
        return {
            "summary": lambda *_: self._summary(),
            "badges": lambda *_: self._badges(),
            "table": self._table,
            "dead-links": lambda *_: dead_links_blocks(self.report),
            "changes": lambda *_: self._changes(),
        }

    def _summary(self) -> str:
        """Return the figures, without those of a single run, which would change every night."""
        summary = self.report.summary
        figures = {
            "entries": summary.entries,
            "links": summary.links,
            **dict(shown_counts(self.report.counts)),
            "repositories": summary.repositories,
            "archived": summary.archived,
            "stale": summary.stale,
            **{name: count for name, count in summary.figures().items() if name in _ONLY_IF_ANY and count},
        }
        return table(
            ("What", "How many"), ("---", "---:"), [(name, f"{count:,}") for name, count in figures.items()]
        )

    def _badges(self) -> str:
        return "\n".join(f"![{words}]({self.badges}/{name}.svg)" for name, words in _BADGES)

    def _table(self, what: str, location: str) -> str:
        for report in self.report.of_each_list():
            if (section := _find(report.catalogs[0].sections, what)) is not None:
                return section_md(report, section)
        raise InputError(f"{location}: there is no section {what!r}", hint="Name one as `table Frameworks`.")

    def _changes(self) -> str:
        if self.changes is None or not self.changes.changes:
            return "Nothing changed since the run before."
        return "\n".join(
            " · ".join(filter(None, (f"- {change.kind}: {escaped(change.subject)}", escaped(change.detail))))
            for change in self.changes.changes
        )


def _find(sections: tuple[Section, ...], title: str) -> Section | None:
    for section in sections:
        if section.title.lower() == title.strip().lower():
            return section
        if (inner := _find(section.sections, title)) is not None:
            return inner
    return None


def _at(text: str, offset: int, file: str) -> str:
    before = text[:offset]
    return f"{file}:{before.count(chr(10)) + 1}:{offset - before.rfind(chr(10))}"
