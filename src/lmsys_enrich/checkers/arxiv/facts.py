"""Facts about a paper from a record of arXiv's."""

import re
from datetime import datetime

from lmsys_enrich.checkers.arxiv.atom import ArxivRecord
from lmsys_enrich.model.paper import Paper, PaperUpdate
from lmsys_enrich.papers.arxiv_id import arxiv_year
from lmsys_enrich.papers.doi import normalize_doi

# Authors and administrators write it into the comment, or in place of the abstract:
# "This paper has been withdrawn by the author due to an error in Lemma 3."
_WITHDRAWN = re.compile(
    r"^\W{0,3}withdrawn\b"
    r"|\bthis (?:paper|article|submission|manuscript|work|preprint|note|version|draft) "
    r"(?:has been|have been|had been|was|is)(?: \w{1,20})? withdrawn\b",
    re.IGNORECASE,
)
_START = 300  # characters of an abstract: a paper about withdrawn papers comes to them later
_NOT_TOLD = frozenset({"citations", "retracted"})


def is_withdrawn(record: ArxivRecord) -> bool:
    """Return true if the newest version is withdrawn, by its comment or the start of its abstract."""
    return any(_WITHDRAWN.search(text) for text in (record.comment, record.summary[:_START]))


def update_of(record: ArxivRecord, known: Paper | None, now: datetime) -> PaperUpdate:
    """
    Return the facts of a record.

    arXiv's year is that of the preprint. Where another source knows the venue, its
    year stays: it is that of the publication.
    """
    published = normalize_doi(record.doi)
    missing = {*_NOT_TOLD, "venue"}
    if known is not None and known.venue is not None:
        missing.add("year")
    if published is None:  # others may know of the publication, of which authors need not tell arXiv
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
