"""Wayback Machine: an archived copy for each link that is confirmed dead."""

from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from lmsys_enrich.api.endpoint import Apis
from lmsys_enrich.api.json_api import JsonApi, Service
from lmsys_enrich.api.json_values import text
from lmsys_enrich.api.rate_limiter import Pace
from lmsys_enrich.api.results import Classified, Ok
from lmsys_enrich.checkers.protocol import Estimate
from lmsys_enrich.credentials import carries_credentials
from lmsys_enrich.fact_sources.protocol import Addition
from lmsys_enrich.http.messages import Outcome, Response
from lmsys_enrich.model.finding import Finding, Suggestion, SuggestionKind, Verdict
from lmsys_enrich.model.report import Obstacle
from lmsys_enrich.urls import InvalidAddress, is_web, server_of

MAX_LINKS = 30
"""Links of a run: more than 60 requests a minute lead to a block of an hour."""

_ARCHIVE = "https://web.archive.org/web"
_DIGITS = 14  # of a timestamp
_PATIENCE = timedelta(seconds=5)
# Part of the text about a site whose owner has its copies excluded, which `waybackpy` reads as well:
# https://github.com/akamhy/waybackpy/issues/157.
_EXCLUDED = b"AccessControlException"


def classify_wayback(outcome: Outcome, result: Classified) -> Classified:
    """Classify the text about an excluded site as a table without copies."""
    if isinstance(outcome, Response) and _EXCLUDED in outcome.body:
        return Ok(HTTPStatus.OK, outcome.headers, [])
    return result


_SERVICE = Service(
    name="The Wayback Machine",
    status_page="https://archive.org",
    pace=Pace(in_flight=1, interval=2.0, max_failures=1),
    classify=classify_wayback,
)


class Wayback:
    """
    Looks for the copy closest to the day on which a dead link was last alive.

    A response is kept for ever, also that there is no copy: copies are made of pages
    that are there.
    """

    name = "wayback"
    max_age: timedelta | None = None

    def __init__(self, apis: Apis) -> None:
        # No wait and retry: requests after a refusal lead to a block of an hour, longer each time.
        patient = Apis(apis.fetch, apis.clock, apis.access, min(apis.patience, _PATIENCE))
        self._api = JsonApi(patient, _SERVICE, apis.access.wayback.url, None)

    @property
    def obstacles(self) -> Sequence[Obstacle]:
        return ()  # a copy is optional: the next run tries again

    def wants(self, finding: Finding) -> bool:
        return finding.verdict is Verdict.DEAD and _is_public(finding.url)

    def estimate(self, urls: Sequence[str]) -> Estimate:
        del urls
        return Estimate()  # the verdicts of the run decide

    async def fetch(self, findings: Sequence[Finding]) -> AsyncGenerator[Addition, None]:
        for finding in findings[:MAX_LINKS]:
            result = await self._api.get("/cdx/search/cdx", _query(finding))
            if not isinstance(result, Ok):
                return  # each request after a refusal prolongs the block
            if result.status == HTTPStatus.BAD_REQUEST:
                continue  # about this address alone
            timestamps = read_timestamps(result.body) if result.status == HTTPStatus.OK else None
            if timestamps is None:
                return
            yield Addition(finding.url, snapshot=_suggestion(finding, timestamps))


def _query(finding: Finding) -> dict[str, str]:
    """Return a query for the copy closest to the last day alive, or for the last one."""
    query = {"url": finding.url, "output": "json", "filter": "statuscode:200", "fl": "timestamp,original"}
    if finding.last_alive is None:
        return {**query, "limit": "-1"}
    return {**query, "sort": "closest", "closest": f"{finding.last_alive:%Y%m%d}", "limit": "1"}


def read_timestamps(body: object) -> list[str] | None:
    """Return the timestamps of a table of copies, without the names of its columns; None for no table."""
    if not isinstance(body, list):
        return None
    timestamps = [text(row[0]) if isinstance(row, list) and row else None for row in body[1:]]
    return [stamp for stamp in timestamps if stamp is not None and _moment(stamp) is not None]


def _suggestion(finding: Finding, timestamps: Sequence[str]) -> Suggestion | None:
    moments = {stamp: moment for stamp in timestamps if (moment := _moment(stamp)) is not None}
    if not moments:
        return None
    last = finding.last_alive
    best = min(moments, key=lambda stamp: abs(moments[stamp] - last)) if last is not None else max(moments)
    why = f"archived on {moments[best]:%Y-%m-%d}"
    return Suggestion(f"{_ARCHIVE}/{best}/{finding.url}", why, SuggestionKind.ARCHIVED)


def _is_public(url: str) -> bool:
    """Return true for an address that others may see: its host name has a dot, and it has no secret."""
    if not is_web(url) or carries_credentials(url):
        return False
    try:
        host = server_of(url)[1]
    except InvalidAddress:
        return False
    return "." in host and ":" not in host and not host.rpartition(".")[2].isdigit()


def _moment(timestamp: str) -> datetime | None:
    if len(timestamp) != _DIGITS or not (timestamp.isascii() and timestamp.isdigit()):
        return None
    try:
        return datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
