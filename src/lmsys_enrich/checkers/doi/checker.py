"""Checker for links that name a DOI: Crossref, then DataCite, then doi.org, which alone is final."""

from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import aclosing

from lmsys_enrich.api.endpoint import Apis
from lmsys_enrich.checkers.batched import Subjects, estimate_of, obstacles_of
from lmsys_enrich.checkers.doi.records import DoiRecord, update_of
from lmsys_enrich.checkers.doi.registries import BATCH, Crossref, DataCite, DoiOrg, Handle, is_plain
from lmsys_enrich.checkers.protocol import CheckResult, Deferred, Estimate, TaskQueue
from lmsys_enrich.model.finding import LinkTask, Observation, Verdict
from lmsys_enrich.model.report import Obstacle
from lmsys_enrich.papers.addresses import DoiLink, parse_doi_link

# The most frequent prefixes of DataCite, of which Crossref knows none: arXiv, Zenodo, Figshare, Hugging Face.
_DATACITE = ("10.48550/", "10.5281/", "10.6084/", "10.57967/")
_UNSEEN = "the page itself was not checked"


def doi_checkers(apis: Apis) -> "Iterable[DoiChecker]":
    """Return the checker of DOIs."""
    return (DoiChecker(apis),)


class DoiChecker:
    """
    Checks links to doi.org, and those to publishers that have a DOI in their address.

    Publishers block robots, so a registered DOI is proof enough. One that is not
    registered may still have a page, unless the link is to doi.org.
    """

    def __init__(self, apis: Apis) -> None:
        self._run_time = apis.clock.run_time
        self._crossref = Crossref(apis)
        self._datacite = DataCite(apis)
        self._doi_org = DoiOrg(apis)
        self._unanswered = {self._crossref.api: 0, self._doi_org.api: 0}

    @property
    def obstacles(self) -> Sequence[Obstacle]:
        # DataCite is not among them: where it does not respond, doi.org proves its links.
        return tuple(
            obstacle for api, count in self._unanswered.items() for obstacle in obstacles_of(api, count)
        )

    def claims(self, url: str) -> bool:
        return parse_doi_link(url) is not None

    def advice(self, count: int) -> str | None:
        del count
        return None  # none of the registries has keys that readers need

    def estimate(self, urls: Sequence[str]) -> Estimate:
        dois = {link.doi for url in urls if (link := parse_doi_link(url)) is not None}
        datacite = {doi for doi in dois if doi.startswith(_DATACITE)}
        estimates = (
            estimate_of(self._crossref.api, "crossref.org", _requests(dois - datacite, a_batch=2)),
            estimate_of(self._datacite.api, "datacite.org", _requests(datacite)),
        )
        return Estimate(apis=tuple(estimate for estimate in estimates if estimate.requests))

    async def check(self, queue: TaskQueue) -> AsyncGenerator[CheckResult, None]:
        links = Subjects(queue.planned, parse_doi_link, lambda link: link.doi)
        at_datacite = [doi for doi in links.by_key if doi.startswith(_DATACITE)]
        at_crossref = [doi for doi in links.by_key if not doi.startswith(_DATACITE)]
        unregistered: list[str] = []
        stages = (
            self._look_up(self._crossref, at_crossref, links, missing=at_datacite),
            self._look_up(self._datacite, at_datacite, links, missing=unregistered),
            self._resolve(unregistered, links),
        )
        for stage in stages:
            async with aclosing(stage) as results:
                async for result in results:
                    yield result

    async def _look_up(
        self,
        registry: Crossref | DataCite,
        dois: Sequence[str],
        links: Subjects[str, DoiLink],
        *,
        missing: list[str],
    ) -> AsyncGenerator[CheckResult, None]:
        """Yield the observations of DOIs that a registry has; add the others to `missing`."""
        plain, odd = [doi for doi in dois if is_plain(doi)], [doi for doi in dois if not is_plain(doi)]
        for group, size in ((plain, BATCH), (odd, 1)):
            judge = self._alive(registry.name)
            async with aclosing(links.look_up(registry.records, judge, keys=group, size=size)) as results:
                async for result in results:
                    yield result
        missing.extend(links.missing)
        if registry.api in self._unanswered:
            self._unanswered[registry.api] += len(list(links.tasks(links.unanswered)))
        else:
            missing.extend(links.unanswered)  # doi.org still knows whether they are registered
        links.missing, links.unanswered = [], []

    async def _resolve(
        self, dois: Sequence[str], links: Subjects[str, DoiLink]
    ) -> AsyncGenerator[CheckResult, None]:
        """Yield the result of doi.org for links to itself; other links are deferred to their pages."""
        to_doi_org: list[LinkTask] = []
        for doi in dois:
            for task, link in links.by_key[doi]:
                if link.is_resolver:
                    to_doi_org.append(task)
                else:
                    yield Deferred(task)
        resolved = Subjects(to_doi_org, parse_doi_link, lambda link: link.doi)
        async with aclosing(resolved.look_up(self._doi_org.handles, _judge_handle)) as results:
            async for result in results:
                yield result
        self._unanswered[self._doi_org.api] += len(list(resolved.tasks(resolved.unanswered)))

    def _alive(self, registry: str) -> Callable[[LinkTask, DoiLink, DoiRecord], Observation]:
        def judge(task: LinkTask, _link: DoiLink, record: DoiRecord) -> Observation:
            update = update_of(record, self._run_time)
            what = "retracted, but registered" if record.retracted else "registered"
            return Observation(task.url, Verdict.ALIVE, f"{what} at {registry}; {_UNSEEN}", paper=update)

        return judge


def _judge_handle(task: LinkTask, _link: DoiLink, handle: Handle) -> CheckResult:
    match handle:
        case Handle.REGISTERED:
            return Observation(task.url, Verdict.ALIVE, f"registered, according to doi.org; {_UNSEEN}")
        case Handle.MISSING:
            return Observation(task.url, Verdict.DEAD, "doi.org has no such DOI", http_status=404)
        case Handle.UNCLEAR:  # it has no address to lead to
            return Deferred(task)


def _requests(dois: Iterable[str], a_batch: int = 1) -> int:
    """Return the requests for DOIs; Crossref takes a second one for the notices of each batch."""
    plain = [is_plain(doi) for doi in dois]
    return -(-sum(plain) // BATCH) * a_batch + plain.count(False)
