"""APIs of DOI registries: Crossref and DataCite, many DOIs a request, and doi.org, one DOI a request."""

import re
from collections.abc import Callable, Mapping, Sequence
from enum import Enum, auto
from http import HTTPStatus
from typing import TypeAlias
from urllib.parse import quote

from lmsys_enrich.api.endpoint import Apis
from lmsys_enrich.api.json_api import JsonApi, Service
from lmsys_enrich.api.json_values import node, number, text
from lmsys_enrich.api.rate_limiter import Pace
from lmsys_enrich.api.results import (
    Classified,
    Ok,
    QueryTooLarge,
    TransientError,
    Unavailable,
    errors_of,
)
from lmsys_enrich.checkers.doi.records import DoiRecord, read_crossref, read_datacite, read_notices
from lmsys_enrich.http.messages import Outcome, Response
from lmsys_enrich.values import replace

BATCH = 50
"""DOIs of a request: its address stays below 4,000 characters, which all proxies take."""

Failure: TypeAlias = QueryTooLarge | TransientError | Unavailable
Records: TypeAlias = Mapping[str, DoiRecord] | Failure

# A comma within a DOI breaks Crossref's filter, other characters DataCite's query: such a DOI goes alone.
_PLAIN = re.compile(r"[a-z0-9./_-]{1,60}")
_DOI_ORG = Service(name="doi.org", status_page="https://www.doi.org", pace=Pace(in_flight=1))
_MAX_NOTICES = 200  # a work may have several
_NO_WORK, _START = b"resource not found", 200


def is_plain(doi: str) -> bool:
    """Return true if a DOI can be requested together with others."""
    return _PLAIN.fullmatch(doi) is not None


class Crossref:
    """
    Crossref's works: https://www.crossref.org/documentation/retrieve-metadata/rest-api/.

    With an address to write to, three lists a second are allowed; without one, one a second.
    """

    name = "Crossref"

    def __init__(self, apis: Apis) -> None:
        contact = apis.access.contact
        self._contact = {"mailto": contact} if contact else {}
        service = Service(
            name=self.name,
            status_page="https://status.crossref.org",
            pace=Pace(in_flight=1, interval=0.4 if contact else 1.0),
            classify=classify_crossref,
        )
        self.api = JsonApi(apis, service, apis.access.crossref.url, None)

    async def records(self, dois: Sequence[str]) -> Records:
        """Return the works among these DOIs."""
        if len(dois) == 1:
            path = f"/works/{quote(dois[0], safe='')}"
            records = _read(await self.api.get(path, self._contact), read_crossref, may_be_missing=True)
        else:
            query = {
                "filter": ",".join(f"doi:{doi}" for doi in dois),
                "rows": str(len(dois)),
                **self._contact,
            }
            records = _read(await self.api.get("/works", query), read_crossref)
        return await self._with_notices(records) if isinstance(records, Mapping) else records

    async def _with_notices(self, records: Mapping[str, DoiRecord]) -> Records:
        """
        Return the records with the retractions that only their notices know.

        Not every retracted work names its notice: https://github.com/poemswe/co-researcher/pull/23.
        Without a response the others are unknown, so that the value of an earlier night stays.
        """
        works = [doi for doi, record in records.items() if not record.retracted and is_plain(doi)]
        if not works:
            return records
        chosen = ",".join((*(f"updates:{doi}" for doi in works), "update-type:retraction"))
        query = {"filter": chosen, "rows": str(_MAX_NOTICES), "select": "DOI,update-to", **self._contact}
        result = await self.api.get("/works", query)
        retracted = read_notices(result.body) if isinstance(result, Ok) else None
        retractions = {doi: None if retracted is None else doi in retracted for doi in works}
        return {
            doi: replace(record, retracted=retractions[doi]) if doi in retractions else record
            for doi, record in records.items()
        }


def classify_crossref(outcome: Outcome, result: Classified) -> Classified:
    """Classify a missing work, which is plain text while all other responses are JSON."""
    if isinstance(outcome, Response) and outcome.status == HTTPStatus.NOT_FOUND:
        is_own = _NO_WORK in outcome.body[:_START].lower()
        is_message = isinstance(result, Ok) and text(node(result.body).get("status")) is not None
        return Ok(outcome.status, outcome.headers, None) if is_own or is_message else _wrong_address()
    return result


def _classify_datacite(outcome: Outcome, result: Classified) -> Classified:
    """Classify a missing DOI, which is in JSON:API's form."""
    if isinstance(outcome, Response) and outcome.status == HTTPStatus.NOT_FOUND:
        return result if isinstance(result, Ok) and errors_of(result.body) else _wrong_address()
    return result


def _wrong_address() -> TransientError:
    return TransientError(f"status {HTTPStatus.NOT_FOUND:d}, not in the registry's format")


_DATACITE = Service(
    name="DataCite",
    status_page="https://status.datacite.org",
    pace=Pace(in_flight=1, interval=0.4),
    classify=_classify_datacite,
)


class DataCite:
    """DataCite's DOIs: https://support.datacite.org/docs/api."""

    name = "DataCite"

    def __init__(self, apis: Apis) -> None:
        self.api = JsonApi(apis, _DATACITE, apis.access.datacite.url, None)

    async def records(self, dois: Sequence[str]) -> Records:
        """Return the DOIs of DataCite among these."""
        if len(dois) == 1:
            path = f"/dois/{quote(dois[0], safe='')}"
            return _read(await self.api.get(path), read_datacite, may_be_missing=True)
        names = " OR ".join(f'"{doi}"' for doi in dois)
        query = {"query": f"doi:({names})", "page[size]": str(len(dois))}
        return _read(await self.api.get("/dois", query), read_datacite)


class Handle(Enum):
    """Response of doi.org about a DOI."""

    REGISTERED = auto()
    MISSING = auto()
    UNCLEAR = auto()


class DoiOrg:
    """
    The resolver of all agencies, through its API, which leads to no publisher.

    https://www.doi.org/the-identifier/resources/factsheets/doi-resolution-documentation
    """

    def __init__(self, apis: Apis) -> None:
        self.api = JsonApi(apis, _DOI_ORG, apis.access.doi.url, None)

    async def handles(self, dois: Sequence[str]) -> Mapping[str, Handle] | Failure:
        """Return whether a DOI is registered; only the API's own format counts, never a page of HTML."""
        (doi,) = dois
        handle = await self._handle(doi)
        return {doi: handle} if isinstance(handle, Handle) else handle

    async def _handle(self, doi: str) -> Handle | Failure:
        result = await self.api.get(f"/api/handles/{quote(doi, safe='/')}", {"type": "URL"})
        if not isinstance(result, Ok):
            return result
        content = node(result.body)
        if (text(content.get("handle")) or "").lower() != doi:
            return TransientError("a response about another DOI")
        match number(content.get("responseCode")):
            case 1:
                return Handle.REGISTERED
            case 100 if result.status == HTTPStatus.NOT_FOUND:
                return Handle.MISSING
            case 200:  # there, but without an address
                return Handle.UNCLEAR
            case code:
                return TransientError(f"response code {code}")


def _read(
    result: Ok | Failure,
    read: Callable[[object], Mapping[str, DoiRecord] | None],
    *,
    may_be_missing: bool = False,
) -> Records:
    """Return the records of a response; a list's status is 200, a single DOI may be missing with 404."""
    if not isinstance(result, Ok):
        return result
    if result.status == HTTPStatus.NOT_FOUND and may_be_missing:
        return {}
    if result.status == HTTPStatus.BAD_REQUEST:  # one malformed DOI fails the whole query
        return QueryTooLarge("status 400")
    if result.status != HTTPStatus.OK:
        return TransientError(f"status {result.status}")
    records = read(result.body)
    return TransientError("an unexpected response") if records is None else records
