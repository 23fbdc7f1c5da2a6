"""Checker for papers at arXiv, through its API; the page decides where the API proves nothing."""

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from http import HTTPStatus

from lmsys_enrich.api.endpoint import Apis
from lmsys_enrich.api.json_api import JsonApi, Service
from lmsys_enrich.api.rate_limiter import Pace
from lmsys_enrich.api.results import (
    Classified,
    Ok,
    QueryTooLarge,
    RateLimited,
    TransientError,
    Unavailable,
    pause_of,
)
from lmsys_enrich.checkers.arxiv.records import ArxivRecord, Feed, is_withdrawn, parse_feed, update_of
from lmsys_enrich.checkers.batched import Subjects, estimate_of
from lmsys_enrich.checkers.protocol import CheckResult, Deferred, Estimate, TaskQueue
from lmsys_enrich.http.messages import FetchError, Outcome
from lmsys_enrich.model.finding import LinkTask, Observation, Verdict
from lmsys_enrich.model.report import Obstacle
from lmsys_enrich.papers.addresses import ArxivLink, parse_arxiv_link

BATCH = 200
"""Identifiers of a request: 700 work too, but a feed cut short costs less to request again."""

INTERVAL = 3.0
"""Seconds between two requests: https://info.arxiv.org/help/api/tou.html."""

_RATE_EXCEEDED = b"rate exceeded"
_START = 200  # bytes in which such a text begins


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


def arxiv_checkers(apis: Apis) -> "Iterable[ArxivChecker]":
    """Return the checker of arXiv."""
    return (ArxivChecker(apis),)


class ArxivChecker:
    """
    Checks abstracts, PDFs and other forms of papers at arXiv.

    A paper that the API leaves out may be there all the same, since feeds are short at
    times. So the page decides about it, as about forms that not every paper has, and
    about versions that the API does not name.
    """

    def __init__(self, apis: Apis) -> None:
        self._run_time = apis.clock.run_time
        self._arxiv = ArxivApi(apis)
        self._papers: Subjects[str, ArxivLink] | None = None

    @property
    def obstacles(self) -> Sequence[Obstacle]:
        return self._papers.obstacles(self._arxiv.api) if self._papers is not None else ()

    def claims(self, url: str) -> bool:
        return parse_arxiv_link(url) is not None

    def advice(self, count: int) -> str | None:
        del count
        return None  # there are no keys

    def estimate(self, urls: Sequence[str]) -> Estimate:
        links = [(url, link) for url in urls if (link := parse_arxiv_link(url)) is not None]
        requests = -(-len({link.id for _, link in links}) // BATCH)
        pages = tuple(url for url, link in links if not link.is_listed)
        return Estimate(apis=(estimate_of(self._arxiv.api, "arxiv.org", requests),), pages=pages)

    async def check(self, queue: TaskQueue) -> AsyncGenerator[CheckResult, None]:
        self._papers = papers = Subjects(queue.planned, parse_arxiv_link, lambda link: link.id)
        results = papers.look_up(self._arxiv.papers, self._judge, size=BATCH, defers_missing=True)
        async with aclosing(results):
            async for result in results:
                yield result

    def _judge(self, task: LinkTask, link: ArxivLink, record: ArxivRecord) -> Observation | Deferred:
        known = task.previous.paper if task.previous is not None else None
        update = update_of(record, known, self._run_time)
        is_later = link.version is not None and (record.version is None or link.version > record.version)
        # A withdrawn version has an abstract page and no PDF.
        if not link.is_listed or is_later or (link.form == "pdf" and is_withdrawn(record)):
            return Deferred(task, paper=update)
        what = "withdrawn, as arXiv says" if update.facts.withdrawn else "arXiv knows the paper"
        return Observation(
            task.url, Verdict.ALIVE, f"{what}; the page itself was not looked at", paper=update
        )
