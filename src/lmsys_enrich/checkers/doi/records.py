"""Records of registered DOIs, from Crossref's and DataCite's JSON, and the facts in them."""

import html
import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from lmsys_enrich.api.json_values import Node, node, nodes, number, text
from lmsys_enrich.model.facts import Paper, PaperUpdate
from lmsys_enrich.papers.identifiers import arxiv_id_of_doi, normalize_doi
from lmsys_enrich.values import Value

# Types of an update that takes a work back: https://www.crossref.org/documentation/crossmark/.
_RETRACTIONS = frozenset({"retraction", "withdrawal", "removal"})
_RETRACTED_TITLE = re.compile(
    r"\W{0,2}(?:retracted|withdrawn)(?: article| paper)?\W{0,2}[:\]]", re.IGNORECASE
)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
_ACRONYM_YEAR = re.compile(r"[\s'\u2019-]{0,3}(?:19|20)?[0-9]{2}$")
_MAX_AUTHORS = 500
_YEARS = range(1500, 2200)


class DoiRecord(Value, kw_only=True):
    """A registered DOI. `retracted` is None where the registry does not record retractions."""

    doi: str
    title: str | None = None
    authors: tuple[str, ...] = ()
    year: int | None = None
    venue: str | None = None
    retracted: bool | None = None
    arxiv: str | None = None


def read_crossref(body: object) -> Mapping[str, DoiRecord] | None:
    """Return the works of a response, a list or a single one, by DOI; None if it is neither."""
    message = node(node(body).get("message"))
    if not message:
        return None
    items = nodes(message["items"]) if isinstance(message.get("items"), list) else (message,)
    return _by_doi(map(_crossref, items))


def read_notices(body: object) -> frozenset[str] | None:
    """Return the DOIs that the notices of a response retract; None if it is not a list of notices."""
    items = node(node(body).get("message")).get("items")
    if not isinstance(items, list):
        return None
    notices = nodes(items)
    updates = (update for notice in notices for update in nodes(notice.get("update-to")))
    retracted = (
        normalize_doi(text(update.get("DOI")))
        for update in updates
        if (text(update.get("type")) or "").lower() in _RETRACTIONS
    )
    return frozenset(doi for doi in retracted if doi is not None)


def read_datacite(body: object) -> Mapping[str, DoiRecord] | None:
    """Return the DOIs of a response, a list or a single one, by DOI; None if it is neither."""
    data = node(body).get("data")
    if not isinstance(data, list | dict):
        return None
    items = nodes(data) if isinstance(data, list) else (node(data),)
    return _by_doi(_datacite(node(item.get("attributes"))) for item in items)


def update_of(record: DoiRecord, now: datetime) -> PaperUpdate:
    """Return the facts of a record; citations are counted by sources that know all registries."""
    missing = {"citations", "withdrawn", "version", "published_as"}
    values: Mapping[str, object] = {
        "title": record.title,
        "authors": record.authors,
        "year": record.year,
        "venue": record.venue,
        "retracted": record.retracted,
    }
    missing.update(name for name, value in values.items() if value is None or value == ())
    facts = Paper(
        ids={"doi": record.doi, **({"arxiv": record.arxiv} if record.arxiv else {})},
        title=record.title,
        authors=record.authors,
        year=record.year,
        venue=record.venue,
        retracted=record.retracted,
        fetched_at=now,
    )
    return PaperUpdate(facts, frozenset(missing))


def _by_doi(records: Iterable[DoiRecord | None]) -> Mapping[str, DoiRecord]:
    return {record.doi: record for record in records if record is not None}


def _crossref(item: Node) -> DoiRecord | None:
    doi = normalize_doi(text(item.get("DOI")))
    if doi is None:
        return None
    title, subtitle = _first(item.get("title")), _first(item.get("subtitle"))
    whole = f"{title}: {subtitle}" if title and subtitle and subtitle not in title else title
    updates = {(text(update.get("type")) or "").lower() for update in nodes(item.get("updated-by"))}
    is_retracted = bool(updates & _RETRACTIONS) or _RETRACTED_TITLE.match(title or "") is not None
    event = node(item.get("event"))
    return DoiRecord(
        doi=doi,
        title=whole,
        authors=_authors(item.get("author"), "given", "family"),
        year=_issued(item.get("issued")),
        venue=_acronym(text(event.get("acronym")))
        or _first(item.get("container-title"))
        or _plain(event.get("name")),
        retracted=is_retracted,
    )


def _datacite(attributes: Node) -> DoiRecord | None:
    doi = normalize_doi(text(attributes.get("doi")))
    state = text(attributes.get("state"))
    if doi is None or state not in {None, "findable", "registered"}:  # a draft is not registered
        return None
    titles = nodes(attributes.get("titles"))
    year = number(attributes.get("publicationYear"))
    # DataCite gives a publisher as venue, which is wrong for a repository of preprints or data.
    return DoiRecord(
        doi=doi,
        title=next(filter(None, (_plain(title.get("title")) for title in titles)), None),
        authors=_authors(attributes.get("creators"), "givenName", "familyName"),
        year=year if year in _YEARS else None,
        arxiv=arxiv_id_of_doi(doi),
    )


def _issued(value: object) -> int | None:
    """Return the year of Crossref's `{"date-parts": [[2021, 5, 3]]}`, which may be `[[null]]`."""
    parts = node(value).get("date-parts")
    first = parts[0] if isinstance(parts, list) and parts else None
    year = number(first[0]) if isinstance(first, list) and first else None
    return year if year in _YEARS else None


def _authors(value: object, given: str, family: str) -> tuple[str, ...]:
    return tuple(filter(None, (_author(item, given, family) for item in nodes(value)[:_MAX_AUTHORS])))


def _author(item: Node, given: str, family: str) -> str | None:
    last = _plain(item.get(family))
    if last is None:
        return _plain(item.get("name"))  # a group, or a name in one part
    first = _plain(item.get(given))
    return f"{first} {last}" if first else last


def _acronym(written: str | None) -> str | None:
    """Return `SOSP` from `SOSP '25`."""
    return _ACRONYM_YEAR.sub("", written).strip() or None if written else None


def _first(value: object) -> str | None:
    """Return the first text of a list, or the text itself."""
    return _plain(value[0] if isinstance(value, list) and value else value)


def _plain(value: object) -> str | None:
    """Return a text without markup, entities and line breaks."""
    written = text(value)
    if written is None:
        return None
    return " ".join(html.unescape(html.unescape(_TAG.sub("", written))).split()) or None
