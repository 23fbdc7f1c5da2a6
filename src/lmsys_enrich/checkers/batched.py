"""Batched checks: links grouped by subject, one API request for many subjects, a result for each link."""

from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import aclosing
from datetime import timedelta
from functools import partial
from typing import Generic, TypeVar

from lmsys_enrich.api.batches import BatchOutcome, Query, query_batches
from lmsys_enrich.api.json_api import JsonApi
from lmsys_enrich.checkers.protocol import ApiEstimate, CheckError, CheckResult, Deferred, contained
from lmsys_enrich.model.figures import counted
from lmsys_enrich.model.finding import LinkTask
from lmsys_enrich.model.report import Obstacle

KeyT = TypeVar("KeyT", bound=Hashable)
LinkT = TypeVar("LinkT")
FoundT = TypeVar("FoundT")

BY_PAGES = ": their pages were checked instead"
"""Ending of the obstacle of a checker that defers links without a response."""

_RESPONSE = 0.5  # seconds that a service takes to respond, on the whole


class Subjects(Generic[KeyT, LinkT]):
    """
    Subjects of an API, such as papers or projects, with the links that lead to each.

    A paper's abstract, PDF and DOI are links of their own. `missing` collects the
    subjects that whole responses left out, `unanswered` those about which nothing was
    learned; `message` is the last reason of these.
    """

    def __init__(
        self, tasks: Iterable[LinkTask], parse: Callable[[str], LinkT | None], key: Callable[[LinkT], KeyT]
    ) -> None:
        self.by_key: defaultdict[KeyT, list[tuple[LinkTask, LinkT]]] = defaultdict(list)
        for task in tasks:
            link = parse(task.url)
            if link is not None:
                self.by_key[key(link)].append((task, link))
        self.missing: list[KeyT] = []
        self.unanswered: list[KeyT] = []
        self.message = ""

    async def look_up(
        self,
        query: Query[KeyT, FoundT],
        judge: Callable[[LinkTask, LinkT, FoundT], CheckResult],
        *,
        keys: Sequence[KeyT] | None = None,
        size: int = 1,
        in_flight: int = 1,
        defers_missing: bool = False,
        defers_unanswered: bool = False,
    ) -> AsyncGenerator[CheckResult, None]:
        """
        Look up all subjects, or those of `keys`, and judge the links to each that is found.

        Links to the others have a result only where they are deferred to their pages.
        """
        every = list(self.by_key) if keys is None else keys
        async with aclosing(query_batches(every, size, query, in_flight)) as outcomes:
            async for outcome in outcomes:
                for result in self._found(outcome, judge):
                    yield result
                self.missing.extend(outcome.missing)
                deferred = list(outcome.missing) if defers_missing else []
                if outcome.traceback is None:
                    self.unanswered.extend(outcome.unanswered)
                    self.message = outcome.message or self.message
                    deferred += outcome.unanswered if defers_unanswered else ()
                for task in self.tasks(deferred):
                    yield Deferred(task)

    def tasks(self, keys: Iterable[KeyT]) -> Iterator[LinkTask]:
        """Yield the links to these subjects."""
        for key in keys:
            for task, _ in self.by_key[key]:
                yield task

    def obstacles(self, api: JsonApi, instead: str = "") -> Sequence[Obstacle]:
        """Return the obstacles that ended the requests to the API, or one about links without a response."""
        return obstacles_of(api, sum(1 for _ in self.tasks(self.unanswered)), self.message, instead)

    def _found(
        self, outcome: BatchOutcome[KeyT, FoundT], judge: Callable[[LinkTask, LinkT, FoundT], CheckResult]
    ) -> Iterator[CheckResult]:
        for key, found in outcome.found.items():
            for task, link in self.by_key[key]:
                yield contained(task, partial(judge, task, link, found))
        if outcome.traceback is not None:
            for task in self.tasks(outcome.unanswered):
                yield CheckError(task, outcome.traceback)


def obstacles_of(api: JsonApi, unanswered: int, why: str = "", instead: str = "") -> Sequence[Obstacle]:
    """Return the obstacle that ended the requests to an API, or one about `links` without a response."""
    if api.obstacles or not unanswered:
        return api.obstacles
    links = counted(unanswered, "link")
    reason = f" ({why})" if why else ""
    hint = f"Run again later, and see {api.service.status_page}: known facts are kept."
    return (Obstacle(f"{api.service.name} sent no response for {links}{reason}{instead}", hint),)


def estimate_of(api: JsonApi, host: str, requests: int, kind: str = "REST") -> ApiEstimate:
    """Return the time of so many requests at the API's pace; `host` is the service's, also for a mirror."""
    seconds = max(api.service.pace.interval, _RESPONSE / api.service.pace.in_flight)
    return ApiEstimate(host, requests, requests * timedelta(seconds=seconds), kind=kind)
