"""Checker for papers at arXiv, through its API; the page decides where the API proves nothing."""

from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing

from lmsys_enrich.api.apis import Apis
from lmsys_enrich.checkers.arxiv.atom import ArxivRecord
from lmsys_enrich.checkers.arxiv.client import BATCH, ArxivApi
from lmsys_enrich.checkers.arxiv.facts import is_withdrawn, update_of
from lmsys_enrich.checkers.batched import Subjects, estimate_of
from lmsys_enrich.checkers.protocol import CheckResult, Deferred, Estimate, TaskQueue
from lmsys_enrich.model.finding import LinkTask, Observation, Verdict
from lmsys_enrich.model.report import Obstacle
from lmsys_enrich.papers.arxiv_id import ArxivLink, parse_arxiv_link


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
