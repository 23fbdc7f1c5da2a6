"""
Records of papers in the feeds of arXiv's API, which are Atom, and the facts in them.

https://info.arxiv.org/help/api/user-manual.html#_details_of_atom_results_returned. Read by expat
itself, the parser below every other one of Python's, since a feed needs ten elements of it. A
document type, without which there are no entities to expand, ends the reading.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from xml.parsers import expat

from lmsys_enrich.model.facts import Paper, PaperUpdate
from lmsys_enrich.papers.identifiers import arxiv_year, normalize_doi, split_version
from lmsys_enrich.values import Value

_ATOM = "http://www.w3.org/2005/Atom "
_ARXIV = "http://arxiv.org/schemas/atom "
_FEED, _ENTRY = f"{_ATOM}feed", f"{_ATOM}entry"
_NAMES = {
    **{f"{_ATOM}{name}": name for name in ("id", "title", "published", "summary")},
    **{f"{_ARXIV}{name}": name for name in ("comment", "doi")},
    f"{_ATOM}name": "author",
}
_ERROR = "/api/errors"
_YEAR = 4  # characters of a date
_MAX_DEPTH = 32


class ArxivRecord(Value, kw_only=True):
    """A paper as arXiv's API describes it; `version` is the newest one, `year` that of the first."""

    id: str
    version: int | None
    title: str | None
    authors: tuple[str, ...] = ()
    year: int | None = None
    comment: str = ""
    summary: str = ""
    doi: str | None = None


class Feed(Value):
    """Papers of a feed, and the message of an entry that reports an error."""

    records: tuple[ArxivRecord, ...]
    error: str | None = None


def parse_feed(body: bytes) -> Feed | None:
    """Parse a feed; None for anything else, such as a page of HTML, or a feed that was cut."""
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError, LookupError):  # LookupError: an unknown encoding
        return None
    return reader.feed() if reader.is_feed else None


def _refuse(*_: object) -> None:
    raise ValueError("a feed has no document type")


class _Reader:
    """Collects the text of the elements that a record is made of, entry by entry."""

    def __init__(self) -> None:
        self.is_feed = False
        self._path: list[str] = []
        self._entry: dict[str, list[str]] | None = None
        self._text: list[str] = []
        self._records: list[ArxivRecord] = []
        self._error: str | None = None

    def start(self, name: str, _attributes: Mapping[str, str]) -> None:
        if not self._path:
            self.is_feed = name == _FEED
        self._path.append(name)
        if len(self._path) > _MAX_DEPTH:
            raise ValueError("nested too deeply for a feed")
        if name == _ENTRY:
            self._entry = {}
        self._text.clear()

    def text(self, text: str) -> None:
        self._text.append(text)

    def end(self, name: str) -> None:
        self._path.pop()
        if self._entry is None:
            return
        if name == _ENTRY:
            self._add(self._entry)
            self._entry = None
        elif name in _NAMES:
            self._entry.setdefault(_NAMES[name], []).append(" ".join("".join(self._text).split()))

    def feed(self) -> Feed:
        return Feed(tuple(self._records), self._error)

    def _add(self, entry: Mapping[str, list[str]]) -> None:
        first = {name: texts[0] for name, texts in entry.items() if texts[0]}
        address = first.get("id", "")
        if _ERROR in address:
            self._error = first.get("summary") or first.get("title") or "an error"
            return
        named = split_version(address.partition("/abs/")[2])
        if named is None:
            return
        year = first.get("published", "")[:_YEAR]
        self._records.append(
            ArxivRecord(
                id=named[0],
                version=named[1],
                title=first.get("title"),
                authors=tuple(filter(None, entry.get("author", ()))),
                year=int(year) if len(year) == _YEAR and year.isascii() and year.isdigit() else None,
                comment=first.get("comment", ""),
                summary=first.get("summary", ""),
                doi=first.get("doi"),
            )
        )


# Authors and administrators write it into the comment, or in place of the abstract: "This paper has
# been withdrawn by the author", "Paper withdrawn: an error in Lemma 3", "We withdraw this paper".
# "Withdrawn from ICLR" is about a venue.
_NOUN = r"(?:paper|article|submission|manuscript|work|preprint|note|version|draft)"
_WITHDRAWN = re.compile(
    rf"(?:^|[.;,:] ?)\W{{0,3}}(?:{_NOUN} )?(?:withdrawn|retracted)\b(?! (?:from|papers?|submissions?)\b)"
    rf"|(?:^|\b(?:this|the) ){_NOUN} (?:has been|have been|had been|was|is)(?: (?!not\b|never\b)\w{{1,20}})?"
    r" (?:withdrawn|retracted)\b(?! from\b)"
    r"|\b(?:authors?|we|i) (?:have |has )?(?:withdraw|withdrew|withdrawn|retracted)"
    rf" (?:this|the|our) {_NOUN}\b(?! from\b)"
    rf"|\bthis {_NOUN} has been removed by arxiv admin"
)
_START = 300  # characters of an abstract: a paper about withdrawn papers comes to them later
_NOT_PROVIDED = frozenset({"citations", "retracted"})


def is_withdrawn(record: ArxivRecord) -> bool:
    """Return true if the newest version is withdrawn, by its comment or the start of its abstract."""
    return any(_WITHDRAWN.search(text.lower()) for text in (record.comment, record.summary[:_START]))


def update_of(record: ArxivRecord, known: Paper | None, now: datetime) -> PaperUpdate:
    """
    Return the facts of a record.

    arXiv's year is that of the preprint. Where another source knows the venue, its
    year stays: it is that of the publication.
    """
    published = normalize_doi(record.doi)
    missing = {*_NOT_PROVIDED, "venue"}
    if known is not None and known.venue is not None:
        missing.add("year")
    if published is None:  # authors need not name it at arXiv, and other sources may know it
        missing.add("published_as")
    facts = Paper(
        ids={"arxiv": record.id},
        title=record.title,
        authors=record.authors,
        year=record.year or arxiv_year(record.id),
        version=record.version,
        published_as=published,
        withdrawn=is_withdrawn(record),
        fetched_at=now,
    )
    return PaperUpdate(facts, frozenset(missing))
