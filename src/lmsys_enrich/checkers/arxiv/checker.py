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
from lmsys_enrich.checkers.doi.records import DoiRecord
from lmsys_enrich.checkers.doi.records import update_of as update_of_doi
from lmsys_enrich.checkers.doi.registries import BATCH as DOIS_OF_A_BATCH
from lmsys_enrich.checkers.doi.registries import DataCite
from lmsys_enrich.checkers.protocol import CheckResult, Deferred, Estimate, TaskQueue
from lmsys_enrich.http.messages import FetchError, Outcome
from lmsys_enrich.model.finding import LinkTask, Observation, Verdict
from lmsys_enrich.model.report import Obstacle
from lmsys_enrich.papers.addresses import ArxivLink, parse_arxiv_link
from lmsys_enrich.papers.identifiers import doi_of_arxiv_id
from lmsys_enrich.values import replace

BATCH = 200
"""Identifiers of a request: 700 work too, but a feed cut short costs less to request again."""

INTERVAL = 3.0
"""Seconds between two requests: https://info.arxiv.org/help/api/tou.html."""

_ATTEMPTS = 2  # to get papers that a feed has left out, or all of them: empty feeds come at times
_MOST_UNKNOWN = 20  # papers of a list that are all unknown to arXiv; of more, its API has trouble
_RATE_EXCEEDED = b"rate exceeded"
_START = 200  # bytes in which such a text begins


class ArxivApi:
    """arXiv's API, without a token: there is none."""

    def __init__(self, apis: Apis) -> None:
        self.api = JsonApi(apis, _SERVICE, apis.access.arxiv.url, None)

    async def papers(
        self, ids: Sequence[str]
    ) -> Mapping[str, ArxivRecord] | QueryTooLarge | TransientError | Unavailable:
        """Return those of these papers that arXiv has, by identifier."""
        form = {"id_list": ",".join(ids), "max_results": str(len(ids))}
        result = await self.api.post("/api/query", form=form)
        if not isinstance(result, Ok):
            return result
        feed = result.body
        if not isinstance(feed, Feed) or result.status != HTTPStatus.OK:
            return TransientError(f"status {result.status} without a feed")
        wanted = set(ids)
        return {record.id: record for record in feed.records if record.id in wanted}


def _parse_plain(url: str) -> ArxivLink | None:
    """Return a link that the DOI proves, which is that of the paper and not of a version."""
    link = parse_arxiv_link(url)
    return link if link is not None and link.is_listed and link.version is None else None


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
        return QueryTooLarge(result.body.error)  # one malformed identifier fails the whole batch
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

    A paper that the API leaves out may exist anyway, since feeds are incomplete at
    times: it is requested once more, then looked up at DataCite, where arXiv registers
    every paper. So are all papers where arXiv refuses. At last the page decides, as about
    forms that not every paper has, and about versions that the API does not name.
    """

    def __init__(self, apis: Apis) -> None:
        self._run_time = apis.clock.run_time
        self._arxiv = ArxivApi(apis)
        self._datacite = DataCite(apis)
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
        async with aclosing(self._check_at_arxiv(papers)) as results:
            async for result in results:
                yield result
        judged: set[str] = set()
        tasks = (*papers.tasks(papers.missing), *papers.tasks(papers.unanswered))
        async with aclosing(self._check_at_datacite(tasks)) as results:
            async for result in results:
                judged.add(result.url if isinstance(result, Observation) else result.task.url)
                yield result
        for task in papers.tasks(papers.missing):
            if task.url not in judged:
                yield Deferred(task)
        papers.unanswered = [
            key for key in papers.unanswered if any(task.url not in judged for task in papers.tasks([key]))
        ]

    async def _check_at_arxiv(self, papers: Subjects[str, ArxivLink]) -> AsyncGenerator[CheckResult, None]:
        """Yield the links to papers that arXiv's API knows, requested twice where a feed leaves them out."""
        for _ in range(_ATTEMPTS):
            keys, papers.missing = papers.missing or list(papers.by_key), []
            results = papers.look_up(self._arxiv.papers, self._judge, keys=keys, size=BATCH)
            async with aclosing(results):
                async for result in results:
                    yield result
            if not papers.missing:
                return
        if _MOST_UNKNOWN < len(papers.missing) == len(papers.by_key):
            papers.unanswered, papers.missing, papers.message = papers.missing, [], "empty feeds"

    async def _check_at_datacite(self, tasks: Iterable[LinkTask]) -> AsyncGenerator[CheckResult, None]:
        """Yield the links to papers whose DOI is registered, as arXiv's of each paper is."""
        papers = Subjects(tasks, _parse_plain, lambda link: link.id)
        results = papers.look_up(self._registered, self._judge_registered, size=DOIS_OF_A_BATCH)
        async with aclosing(results):
            async for result in results:
                yield result

    async def _registered(
        self, ids: Sequence[str]
    ) -> Mapping[str, DoiRecord] | QueryTooLarge | TransientError | Unavailable:
        records = await self._datacite.records([doi_of_arxiv_id(one) for one in ids])
        if isinstance(records, QueryTooLarge | TransientError | Unavailable):
            return records
        return {record.arxiv: record for record in records.values() if record.arxiv is not None}

    def _judge_registered(self, task: LinkTask, link: ArxivLink, record: DoiRecord) -> CheckResult:
        reason = f"arXiv registered it with {self._datacite.name}; the page itself was not checked"
        observation = Observation(task.url, Verdict.ALIVE, reason)
        if task.previous is not None and task.previous.paper is not None:
            return observation  # in arXiv's own words, which differ a little
        update = update_of_doi(record, self._run_time)
        facts = replace(update.facts, ids={"arxiv": link.id})
        return replace(observation, paper=replace(update, facts=facts))

    def _judge(self, task: LinkTask, link: ArxivLink, record: ArxivRecord) -> Observation | Deferred:
        known = task.previous.paper if task.previous is not None else None
        update = update_of(record, known, self._run_time)
        is_later = link.version is not None and (record.version is None or link.version > record.version)
        # A withdrawn version has an abstract page and no PDF.
        if not link.is_listed or is_later or (link.form == "pdf" and is_withdrawn(record)):
            return Deferred(task, paper=update)
        what = "withdrawn, according to arXiv" if update.facts.withdrawn else "arXiv knows the paper"
        return Observation(task.url, Verdict.ALIVE, f"{what}; the page itself was not checked", paper=update)
