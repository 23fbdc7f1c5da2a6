"""arXiv's API: papers by identifier, many at once, one request every three seconds."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from lmsys_enrich.api.apis import Apis
from lmsys_enrich.api.classify import pause_of
from lmsys_enrich.api.json_api import JsonApi, Service
from lmsys_enrich.api.rate_limiter import Pace
from lmsys_enrich.api.results import Classified, Ok, QueryTooLarge, RateLimited, TransientError, Unavailable
from lmsys_enrich.checkers.arxiv.atom import ArxivRecord, Feed, parse_feed
from lmsys_enrich.http.messages import FetchError, Outcome

BATCH = 200
"""Identifiers of a request: 700 were answered, and a short feed costs less when it has to be sent again."""

INTERVAL = 3.0
"""Seconds between two requests: https://info.arxiv.org/help/api/tou.html."""

_RATE_EXCEEDED = b"rate exceeded"
_START = 200  # bytes in which such a text stands


class ArxivApi:
    """arXiv's API, without a token: there is none."""

    def __init__(self, apis: Apis) -> None:
        self.api = JsonApi(apis, _SERVICE, apis.access.arxiv.url, None)

    async def papers(
        self, ids: Sequence[str]
    ) -> Mapping[str, ArxivRecord] | QueryTooLarge | TransientError | Unavailable:
        """Return the papers that arXiv has among these, by identifier, however it orders them."""
        form = {"id_list": ",".join(ids), "max_results": str(len(ids))}
        result = await self.api.post("/api/query", form=form)
        if not isinstance(result, Ok):
            return result
        feed = result.body
        if not isinstance(feed, Feed) or result.status != HTTPStatus.OK:
            return TransientError(f"status {result.status} without a feed")
        wanted = set(ids)
        found = {record.id: record for record in feed.records if record.id in wanted}
        if not found and len(ids) > 1:
            return QueryTooLarge(f"an empty feed for {len(ids)} papers")  # which happens for what exists
        return found


def classify(outcome: Outcome, result: Classified) -> Classified:
    """
    Classify a response where arXiv has forms of its own.

    It refuses with 429, with 503, with 406 at the edge of its network, and with 200 and a
    plain text: https://github.com/openags/paper-search-mcp/pull/81.
    """
    if isinstance(outcome, FetchError):
        return result
    is_busy = outcome.status == HTTPStatus.SERVICE_UNAVAILABLE
    if is_busy or _RATE_EXCEEDED in outcome.body[:_START].lower():
        return RateLimited(f"status {outcome.status}", pause_of(outcome.headers), is_primary=False)
    if isinstance(result, Ok) and isinstance(result.body, Feed) and result.body.error is not None:
        return QueryTooLarge(result.body.error)  # one malformed identifier spoils its batch
    if outcome.status == HTTPStatus.BAD_REQUEST:
        return QueryTooLarge("status 400")
    return result


_SERVICE = Service(
    name="arXiv",
    status_page="https://status.arxiv.org",
    accept="application/atom+xml",
    parse=parse_feed,
    pace=Pace(in_flight=1, interval=INTERVAL, max_failures=3),
    classify=classify,
)
