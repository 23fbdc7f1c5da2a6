"""Entries with their findings and facts, and with the differences between the list and its sources."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from lmsys_enrich.model.catalog import Entry, ListedEntry, key_of
from lmsys_enrich.model.facts import Model, Paper, Repository
from lmsys_enrich.model.finding import Finding
from lmsys_enrich.papers.identifiers import arxiv_year
from lmsys_enrich.papers.titles import is_same_title, normalize_title
from lmsys_enrich.papers.venues import ARXIV, known_venue
from lmsys_enrich.values import Value

# A shorter name may be a nickname: "GPT-3" for "Language Models are Few-Shot Learners".
_MIN_TITLE_WORDS = 4
_MIN_OWN_WORDS = 3
# Words about a paper, which are no part of its title: "Link to the original paper (PDF)".
_WORDS_ABOUT = frozenset(
    {
        *("al", "article", "arxiv", "click", "code", "et", "here", "link", "official", "original", "others"),
        *("paper", "papers", "pdf", "preprint", "published", "read", "see", "this", "version"),
        *("a", "an", "and", "by", "for", "from", "in", "of", "on", "the", "to", "with"),
    }
)
_UNTOLD_LICENSES = frozenset({"custom", "noassertion", "other", "proprietary", "unknown"})
_ALTERNATIVES = re.compile(r"\s(?:or|and)\s|[/,;&|]")
# How people write what SPDX identifiers say: `GPLv3`, `The MIT License`, `Apache License 2.0`.
_LICENSE_NAMES = {
    "lesser general public": "lgpl",
    "affero general public": "agpl",
    "general public": "gpl",
    "mozilla public": "mpl",
    "creative commons attribution": "cc by",
    "new bsd": "bsd 3 clause",
    "simplified bsd": "bsd 2 clause",
}
_LICENSE_WORDS = re.compile(
    r"\b(?:the|gnu|licen[cs]e|version|only|or later|later|community|new|revised|software)\b"
)
_LICENSE_SIGNS = re.compile(r"[^a-z0-9.]+|v(?=[0-9])|(?<=[a-z])(?=[0-9])|\.(?![0-9])")


class Difference(Value):
    """Field with another value in a source than in the list; `source_host` is the host of the source."""

    field: str
    listed: str | int
    source: str | int
    source_host: str


class EnrichedEntry(NamedTuple):
    """
    Entry with its findings and facts.

    `number` is its index among the entries of all lists. `path` has the titles of
    its sections, outermost first. `findings` has one finding for each of its
    links; `facts`, `github`, `paper` and `model` are those of the first link that is a
    repository, a repository on GitHub, a paper and a model.
    """

    number: int
    path: tuple[str, ...]
    entry: Entry
    findings: tuple[Finding, ...]
    facts: Repository | None
    paper: Paper | None = None
    model: Model | None = None
    differs: tuple[Difference, ...] = ()

    @property
    def github(self) -> Repository | None:
        """Facts of the first link that is a repository on GitHub."""
        if self.facts is None or self.facts.software == "github":
            return self.facts
        known = (finding.repository for finding in self.findings)
        return next((facts for facts in known if facts is not None and facts.software == "github"), None)


def enriched(number: int, listed: ListedEntry, findings: Mapping[str, Finding]) -> EnrichedEntry:
    """Return an entry with its findings and facts. Raises `KeyError` where a link has no finding."""
    entry = listed.entry
    own = tuple([findings[key_of(link)] for link in entry.links])
    facts = paper = model = None
    for finding in own:
        facts = facts or finding.repository
        paper = paper or finding.paper
        model = model or finding.model
    differs = differences(entry, own) if facts or paper or model else ()
    return EnrichedEntry(number, listed.path, entry, own, facts, paper, model, differs)


def differences(entry: Entry, findings: Sequence[Finding]) -> tuple[Difference, ...]:
    """
    Return the differences of an entry, given the findings of its links in their order.

    They are for people to look at, and decide no verdict. The name of an entry is a
    paper's title only where its main link is the paper.
    """
    return tuple(_differences(entry, findings))


def reasons_to_act(entry: Entry, paper: Paper) -> Iterator[str]:
    """Yield why a maintainer should look at an entry with this paper, in a few words each."""
    if paper.withdrawn:
        yield "withdrawn"
    if paper.retracted:
        yield "retracted"
    publication = published_since(entry, paper)
    if publication is not None:
        yield f"now published: {publication}"


class Publication(NamedTuple):
    """Venue and year of a publication, and the address of its DOI; one of both may be empty."""

    place: str
    link: str

    def __str__(self) -> str:
        return ", ".join(filter(None, self))


def published_since(entry: Entry, paper: Paper) -> Publication | None:
    """Return the publication of a paper that the list shows as a preprint; None if the list is right."""
    listed = entry.cells.get("publisher")
    if not isinstance(listed, str) or known_venue(listed) != ARXIV or "arxiv" not in paper.ids:
        return None
    place = " ".join(filter(None, (paper.venue, str(paper.year) if paper.venue and paper.year else None)))
    link = f"https://doi.org/{paper.published_as}" if paper.published_as else ""
    return Publication(place, link) if place or link else None


def _differences(entry: Entry, findings: Sequence[Finding]) -> Iterator[Difference]:
    for link, finding in zip(entry.links, findings, strict=True):
        if finding.paper is not None and link.role in {"url", "paper"}:
            yield from _of_paper(entry, finding.paper, is_main=link.role == "url")
            break
    facts: Repository | Model | None = next(
        (one.repository or one.model for one in findings if one.repository or one.model), None
    )
    if facts is not None:
        yield from _license(entry, facts)


def _of_paper(entry: Entry, paper: Paper, *, is_main: bool) -> Iterator[Difference]:
    if is_main and paper.title and _is_another_title(entry.name, paper.title, paper.authors):
        yield Difference("title", entry.name, paper.title, _registry(paper))
    year, venue = entry.cells.get("year"), entry.cells.get("publisher")
    # A system has a year of its own beside that of its paper.
    may_differ = (is_main or bool(venue)) and not isinstance(year, bool)
    if may_differ and isinstance(year, int) and not _may_be_year(year, entry, paper):
        source = paper.year if paper.year is not None else year
        yield Difference("year", year, source, _index(paper) if paper.venue else _registry(paper))
    if isinstance(venue, str) and paper.venue is not None:
        ours, theirs = known_venue(venue), known_venue(paper.venue)
        # Where one name is unknown, both may name one venue.
        if ours is not None and theirs is not None and ours != theirs:
            yield Difference("venue", venue, paper.venue, _index(paper))


def _is_another_title(name: str, title: str, authors: Sequence[str]) -> bool:
    """
    Return true if an entry's name is the title of another paper.

    Names such as "Vaswani et al. (2017)" and "Link to the original paper" are no titles.
    """
    if is_same_title(name, title):
        return False
    words = normalize_title(name).split()
    about = _WORDS_ABOUT.union(*(normalize_title(author).split() for author in authors))
    own = [word for word in words if word not in about and not word.isdigit()]
    return len(words) >= _MIN_TITLE_WORDS and len(own) >= _MIN_OWN_WORDS


def _may_be_year(year: int, entry: Entry, paper: Paper) -> bool:
    """
    Return true if a list's year may be that of the paper.

    It may be arXiv's or the venue's, and sources differ by one where a paper is online
    before its issue or its conference. A preprint's year does not show when it was
    published: where the list names a venue that no source knows of, any later year may be.
    """
    if paper.year is None:
        return True
    preprint = arxiv_year(paper.ids["arxiv"]) if "arxiv" in paper.ids else None
    first = min(paper.year, preprint or paper.year)
    last = max(paper.year, preprint or paper.year)
    if preprint is None:
        return first - 1 <= year <= last + 1
    if paper.venue is not None:
        return first <= year <= last + 1
    venue = entry.cells.get("publisher")
    if isinstance(venue, str) and venue and known_venue(venue) != ARXIV:
        return year >= first
    return first <= year <= last + 1


def _license(entry: Entry, facts: Repository | Model) -> Iterator[Difference]:
    listed, source = entry.cells.get("license"), facts.license
    if not isinstance(listed, str) or not listed or source is None:
        return
    if source.lower() in _UNTOLD_LICENSES or _is_same_license(listed, source):
        return
    host = facts.forge if isinstance(facts, Repository) else facts.hub
    yield Difference("license", listed, source, host)


def _is_same_license(listed: str, source: str) -> bool:
    """Return true if a list's licence, or one of several, is the source's, or less exact than it."""
    name = _license_name(source)
    written = (_license_name(one) for one in (*_ALTERNATIVES.split(listed.lower()), listed))
    return any(
        one == name or (one and re.match(rf"{re.escape(one)} (?:[0-9]|clause)", name)) for one in written
    )


def _license_name(written: str) -> str:
    """Return a licence in the words of its SPDX identifier, without the spellings of one licence."""
    name = " ".join(_LICENSE_SIGNS.sub(" ", written.lower()).split())
    for words, short in _LICENSE_NAMES.items():
        name = name.replace(words, short)
    return " ".join(_LICENSE_WORDS.sub(" ", name).split()).replace(".0", "")


def _registry(paper: Paper) -> str:
    """Return the host of the title's registry: arXiv's where there is a version, which arXiv always has."""
    if "arxiv" in paper.ids and paper.version is not None:
        return "arxiv.org"
    return "doi.org" if "doi" in paper.ids and "s2" not in paper.ids else _index(paper)


def _index(paper: Paper) -> str:
    """Return the host of the venue's source."""
    if "doi" in paper.ids:
        return "doi.org"
    return "semanticscholar.org" if "s2" in paper.ids else "openalex.org"
