"""Checker for papers at Semantic Scholar, through its API; the page decides where the API proves nothing."""

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from datetime import timedelta
from http import HTTPStatus

from lmsys_enrich.api.endpoint import Apis
from lmsys_enrich.api.json_api import JsonApi, Service
from lmsys_enrich.api.json_values import Node, node, nodes, text
from lmsys_enrich.api.rate_limiter import Pace
from lmsys_enrich.api.results import (
    Classified,
    Ok,
    QueryTooLarge,
    TokenRejected,
    TransientError,
    Unavailable,
    message_of,
)
from lmsys_enrich.checkers.batched import BY_PAGES, Subjects, estimate_of
from lmsys_enrich.checkers.protocol import CheckResult, Estimate, TaskQueue
from lmsys_enrich.http.messages import Outcome
from lmsys_enrich.model.finding import LinkTask, Observation, Verdict
from lmsys_enrich.model.report import Obstacle
from lmsys_enrich.papers.addresses import parse_s2_link

BATCH = 500
"""Papers of a request: https://api.semanticscholar.org/api-docs/graph#tag/Paper-Data/operation/post_graph_get_papers"""

_KEYLESS_PATIENCE = timedelta(seconds=5)
_NONE_KNOWN = "no valid paper ids"


def _classify(outcome: Outcome, result: Classified) -> Classified:
    """
    Classify 403, which says that the key is wrong, or suspended since it was not used for a while.

    https://github.com/allenai/s2-folks/issues/224
    """
    del outcome
    if isinstance(result, Ok) and result.status == HTTPStatus.FORBIDDEN:
        return TokenRejected(message_of(result.status, result.body))
    return result


_SERVICE = Service(
    name="Semantic Scholar",
    status_page="https://status.api.semanticscholar.org",
    token_variable="SEMANTIC_SCHOLAR_API_KEY",  # noqa: S106 - its name
    token_header="x-api-key",  # noqa: S106 - the header's name
    token_prefix="",
    pace=Pace(in_flight=1, interval=1.0),
    classify=_classify,
)


class SemanticScholarApi:
    """
    Semantic Scholar's API, with a key or without.

    Without a key all users of the service have one quota: then a refusal is no obstacle,
    and is not waited for.
    """

    def __init__(self, apis: Apis) -> None:
        access = apis.access.semantic_scholar
        self._has_key = access.token is not None
        if not self._has_key:
            apis = Apis(apis.fetch, apis.clock, apis.access, min(apis.patience, _KEYLESS_PATIENCE))
        self._api = JsonApi(apis, _SERVICE, access.url, access.token)

    @property
    def obstacles(self) -> Sequence[Obstacle]:
        """Return the reasons why requests are no longer sent, without a key none."""
        return self._api.obstacles if self._has_key else ()

    def obstacles_of(self, papers: Subjects[str, str]) -> Sequence[Obstacle]:
        """Return the obstacles, with one about papers without a response."""
        return papers.obstacles(self._api, BY_PAGES) if self._has_key else ()

    def estimate(self, count: int) -> Estimate:
        """Return the requests for so many papers."""
        return Estimate(apis=(estimate_of(self._api, "semanticscholar.org", -(-count // BATCH)),))

    async def papers(
        self, ids: Sequence[str], fields: str
    ) -> Sequence[Node] | QueryTooLarge | TransientError | Unavailable:
        """Return the papers of a batch that are known, in any order, under their present identifiers."""
        result = await self._api.post(f"/graph/v1/paper/batch?fields={fields}", json={"ids": list(ids)})
        if not isinstance(result, Ok):
            return result
        error = str(node(result.body).get("error")).lower()
        if result.status == HTTPStatus.BAD_REQUEST and _NONE_KNOWN in error:
            return ()
        if result.status != HTTPStatus.OK or not isinstance(result.body, list) or not result.body:
            return QueryTooLarge(f"status {result.status} without a list")
        return nodes(result.body)


def semantic_scholar_checkers(apis: Apis) -> "Iterable[SemanticScholarChecker]":
    """Return the checker of Semantic Scholar."""
    return (SemanticScholarChecker(apis),)


class SemanticScholarChecker:
    """
    Checks papers by their identifiers; facts about them come from the fact source.

    A paper that was merged with another has that one's identifier, so absence proves
    nothing.
    """

    def __init__(self, apis: Apis) -> None:
        self._api = SemanticScholarApi(apis)
        self._papers: Subjects[str, str] | None = None

    @property
    def obstacles(self) -> Sequence[Obstacle]:
        return self._api.obstacles_of(self._papers) if self._papers is not None else ()

    def claims(self, url: str) -> bool:
        return parse_s2_link(url) is not None

    def advice(self, count: int) -> str | None:
        del count
        return None  # pages prove what the API does not

    def estimate(self, urls: Sequence[str]) -> Estimate:
        return self._api.estimate(len({parse_s2_link(url) for url in urls}))

    async def check(self, queue: TaskQueue) -> AsyncGenerator[CheckResult, None]:
        self._papers = papers = Subjects(queue.planned, parse_s2_link, str)
        results = papers.look_up(self._known, _judge, size=BATCH, defers_missing=True, defers_unanswered=True)
        async with aclosing(results):
            async for result in results:
                yield result

    async def _known(
        self, ids: Sequence[str]
    ) -> Mapping[str, Node] | QueryTooLarge | TransientError | Unavailable:
        papers = await self._api.papers(ids, "title")
        if isinstance(papers, QueryTooLarge | TransientError | Unavailable):
            return papers
        return {identifier: paper for paper in papers if (identifier := text(paper.get("paperId")))}


def _judge(task: LinkTask, _identifier: str, _paper: Node) -> Observation:
    reason = "Semantic Scholar knows the paper; the page itself was not checked"
    return Observation(task.url, Verdict.ALIVE, reason)
