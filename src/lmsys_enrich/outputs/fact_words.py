"""Facts and verdicts in a few words of Markdown, for cells of tables and for bullets."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias

from lmsys_enrich.lists.markdown.comments import BEGIN, END
from lmsys_enrich.model.document import DocumentView, Fact
from lmsys_enrich.model.enriched_entry import EnrichedEntry
from lmsys_enrich.model.finding import Finding, Verdict
from lmsys_enrich.model.json_fields import day
from lmsys_enrich.outputs.text import escaped, link
from lmsys_enrich.values import Value

_WIDEST = 40
_UNITS = ((1_000_000, "M"), (1_000, "k"))
_TENS = 10
_FEWEST = 5  # a column is shown if one row in so many has the fact
_ALIVE = "alive"

# https://spdx.org/licenses/: those that models and data sets have most.
_SPDX = {
    name.lower(): name
    for name in (
        "AGPL-3.0", "Apache-2.0", "Artistic-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0",
        "CC0-1.0", "CC-BY-2.0", "CC-BY-3.0", "CC-BY-4.0", "CC-BY-NC-2.0", "CC-BY-NC-3.0",
        "CC-BY-NC-4.0", "CC-BY-NC-ND-4.0", "CC-BY-NC-SA-3.0", "CC-BY-NC-SA-4.0",
        "CC-BY-ND-4.0", "CC-BY-SA-3.0", "CC-BY-SA-4.0", "EPL-2.0", "GPL-2.0", "GPL-3.0",
        "ISC", "LGPL-2.1", "LGPL-3.0", "MIT", "MPL-2.0", "ODbL-1.0", "OFL-1.1", "Unlicense",
        "WTFPL", "Zlib",
    )
}  # fmt: skip

Words: TypeAlias = Callable[[EnrichedEntry, DocumentView], str]


class FactColumn(Value):
    """
    Fact as a table column and as a phrase after a bullet, both empty where it is unknown.

    `side` is the column's alignment.
    """

    title: str
    side: str
    cell: Words
    phrase: Words


def short_number(number: int) -> str:
    """Return a number as 985, 1.2k or 35k, so that it rarely changes."""
    for unit, letter in _UNITS:
        if number >= unit:
            whole, rest = divmod(number, unit)
            return f"{whole}.{rest * 10 // unit}{letter}" if whole < _TENS else f"{whole}{letter}"
    return str(number)


def suffix(item: EnrichedEntry, view: DocumentView) -> str:
    """Return the suffix of a bullet between its marks: `· ★ 3,111 · Apache-2.0 · 2023-12-09`, or nothing."""
    words = " · ".join(filter(None, [column.phrase(item, view) for column in _chosen(view).values()]))
    return f" {BEGIN}· {without_comments(words)}{END}" if words else ""


def without_comments(words: str) -> str:
    """Return Markdown in which no comment begins: the marks of facts hold none."""
    return words.replace("\\<!--", "&lt;!--").replace("<!--", "&lt;!--") if "<!--" in words else words


def columns_of(items: Sequence[EnrichedEntry], view: DocumentView) -> list[FactColumn]:
    """Return the columns that a table of these entries gets: facts that enough of its rows have."""
    return [column for fact, column in _chosen(view).items() if _is_worth_a_column(fact, items, view)]


@lru_cache(maxsize=1)  # of one run
def _chosen(view: DocumentView) -> Mapping[Fact, FactColumn]:
    return {fact: _COLUMNS[fact] for fact in view.facts if fact in _COLUMNS}


def _is_worth_a_column(fact: Fact, items: Sequence[EnrichedEntry], view: DocumentView) -> bool:
    if fact is Fact.STATUS:
        return any(map(remarks, items))  # one dead link justifies the column; "alive" in every row does not
    known = sum(bool(_COLUMNS[fact].cell(item, view)) for item in items)
    return known > 0 and known * _FEWEST >= len(items)


def status(item: EnrichedEntry) -> str:
    """Return the state of the entry's links and of its repository."""
    return remarks(item) or next(map(_verdict_words, item.findings[:1]), "")


def remarks(item: EnrichedEntry) -> str:
    """Return the remarkable part of the status: that a link is alive goes without saying."""
    words = [
        f"{escaped(link_.role)} {said}" if number else said
        for number, (link_, finding) in enumerate(zip(item.entry.links, item.findings, strict=True))
        if (said := _verdict_words(finding)) and said != _ALIVE
    ]
    return ", ".join([*words, *_flags(item)])


def _verdict_words(finding: Finding) -> str:
    """Return the words for readers of the list; those for its maintainer are in the reports."""
    match finding.effective_verdict:
        case Verdict.ALIVE:
            return _ALIVE
        case Verdict.MOVED if finding.suggestion is not None:
            facts = finding.repository
            new_name = facts.full_name if facts is not None and facts.renamed_from else None
            return f"moved to {link(new_name or _short(finding.suggestion.url), finding.suggestion.url)}"
        case Verdict.MOVED:
            return _ALIVE
        case Verdict.DEAD:
            copy = finding.snapshot
            return "**dead**" if copy is None else f"**dead** ({link('archived copy', copy.url)})"
        case Verdict.FAILING:
            return f"failing since {day(finding.failing_since)}" if finding.failing_since else "failing"
        case _:
            return ""


def _flags(item: EnrichedEntry) -> Iterator[str]:
    facts, paper, model = item.facts, item.paper, item.model
    if facts is not None:
        if facts.taken_over_by is not None:
            yield "name taken over"
        if facts.archived:
            yield f"archived {day(facts.archived_at)}" if facts.archived_at else "archived"
        if facts.disabled:
            yield "disabled"
        if facts.empty:
            yield "empty"
    if paper is not None and paper.withdrawn:
        yield "**withdrawn**"
    if paper is not None and paper.retracted:
        yield "**retracted**"
    if model is not None and model.gated:
        yield "access on request"
    if model is not None and model.disabled:
        yield "disabled"


def _short(url: str) -> str:
    """Return an address without its scheme, no longer than a cell is wide."""
    bare = url.split("://", 1)[-1].rstrip("/")
    return bare if len(bare) <= _WIDEST else f"{bare[: _WIDEST - 1]}…"


def _number(number: int | None, view: DocumentView) -> str:
    if number is None:
        return ""
    return short_number(number) if view.rounded else f"{number:,}"


def _stars(item: EnrichedEntry, view: DocumentView) -> str:
    return _number(item.facts.stars, view) if item.facts else ""


def _forks(item: EnrichedEntry, view: DocumentView) -> str:
    return _number(item.facts.forks, view) if item.facts else ""


def _licence(item: EnrichedEntry, _: DocumentView) -> str:
    """Return the licence's identifier; empty for a file that GitHub does not recognise."""
    facts = item.facts or item.model
    name = facts.license if facts else None
    return "" if name is None or name == "other" else escaped(licence_name(name))


def licence_name(identifier: str) -> str:
    """Return an identifier as SPDX writes it: hubs of models write `apache-2.0` for `Apache-2.0`."""
    return _SPDX.get(identifier.lower(), identifier)


def _last_commit(item: EnrichedEntry, _: DocumentView) -> str:
    return day(item.facts.last_commit) if item.facts and item.facts.last_commit else ""


def _language(item: EnrichedEntry, _: DocumentView) -> str:
    return escaped(item.facts.language or "") if item.facts else ""


def _release(item: EnrichedEntry, _: DocumentView) -> str:
    release = item.facts.latest_release if item.facts else None
    return escaped(release.tag) if release else ""


def _venue(item: EnrichedEntry, _: DocumentView) -> str:
    paper = item.paper
    if paper is None or not paper.venue:
        return ""
    year = f" {paper.year}" if paper.year and str(paper.year) not in paper.venue else ""
    return escaped(f"{paper.venue}{year}")


def coarse(number: int | None) -> str:
    """Return a steadily growing count in two digits: 7, 40+, 1,200+."""
    if number is None or number < _TENS:
        return "" if number is None else str(number)
    unit = 10 ** max(1, len(str(number)) - 2)
    return f"{number // unit * unit:,}+"


def _citations(item: EnrichedEntry, _: DocumentView) -> str:
    return coarse(item.paper.citations) if item.paper else ""


def _likes(item: EnrichedEntry, _: DocumentView) -> str:
    return coarse(item.model.likes) if item.model else ""


def _downloads(item: EnrichedEntry, _: DocumentView) -> str:
    return coarse(item.model.downloads) if item.model else ""


def _description(item: EnrichedEntry, _: DocumentView) -> str:
    return escaped(item.facts.description or "") if item.facts else ""


def _with(sign: str, words: Words, unit: str = "") -> Words:
    """Return a phrase of symbol, words and unit; empty without words."""

    def phrase(item: EnrichedEntry, view: DocumentView) -> str:
        known = words(item, view)
        return f"{sign}{known}{unit}" if known else ""

    return phrase


_COLUMNS: Mapping[Fact, FactColumn] = {
    Fact.STARS: FactColumn("Stars", "---:", _stars, _with("★ ", _stars)),
    Fact.LICENSE: FactColumn("Licence", "---", _licence, _licence),
    Fact.LAST_COMMIT: FactColumn("Last commit", "---", _last_commit, _last_commit),
    Fact.STATUS: FactColumn("Status", "---", lambda item, _: status(item), lambda item, _: remarks(item)),
    Fact.VENUE: FactColumn("Venue", "---", _venue, _venue),
    Fact.CITATIONS: FactColumn("Citations", "---:", _citations, _with("", _citations, " citations")),
    Fact.LIKES: FactColumn("Likes", "---:", _likes, _with("♥ ", _likes)),
    Fact.DOWNLOADS: FactColumn("Downloads", "---:", _downloads, _with("↓ ", _downloads)),
    Fact.FORKS: FactColumn("Forks", "---:", _forks, _with("", _forks, " forks")),
    Fact.LANGUAGE: FactColumn("Language", "---", _language, _language),
    Fact.RELEASE: FactColumn("Release", "---", _release, _release),
    Fact.DESCRIPTION: FactColumn("Description", "---", _description, _description),
}
