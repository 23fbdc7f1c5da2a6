"""Lookups of a checker: links by subject, and their results from batches of an API."""

from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Hashable, Iterable, Sequence
from contextlib import aclosing
from datetime import timedelta
from functools import partial
from typing import Generic, TypeVar

from lmsys_enrich.api.batches import BatchAnswer, Query, query_batches
from lmsys_enrich.api.json_api import JsonApi
from lmsys_enrich.checkers.protocol import ApiEstimate, CheckError, CheckResult, Deferred, contained
from lmsys_enrich.model.finding import LinkTask
from lmsys_enrich.model.report import Obstacle

KeyT = TypeVar("KeyT", bound=Hashable)
LinkT = TypeVar("LinkT")
FoundT = TypeVar("FoundT")

_RESPONSE = timedelta(seconds=0.4)  # of an API to one small question, roughly


class Lookups(Generic[KeyT, LinkT]):
    """
    Links by the subject that an API is asked about.

    `deferred` counts the links that are left to their pages because the API gave no
    answer, `message` is its last reason.
    """

    def __init__(self, links: Iterable[tuple[LinkTask, LinkT]], key: Callable[[LinkT], KeyT]) -> None:
        self.by_key: defaultdict[KeyT, list[tuple[LinkTask, LinkT]]] = defaultdict(list)
        for task, link in links:
            self.by_key[key(link)].append((task, link))
        self.deferred = 0
        self.message = ""
        self.missing: list[KeyT] = []

    async def results(
        self,
        size: int,
        query: Query[KeyT, FoundT],
        judge: Callable[[LinkTask, LinkT, FoundT], CheckResult],
        *,
        keys: Sequence[KeyT] | None = None,
        in_flight: int = 2,
    ) -> AsyncGenerator[CheckResult, None]:
        """
        Ask about the subjects, and yield the results of their links.

        `missing` collects the subjects that a whole response left out. Links of which
        the API says nothing are deferred to their pages.
        """
        ids = list(self.by_key) if keys is None else keys
        async with aclosing(query_batches(ids, size, query, in_flight)) as answers:
            async for answer in answers:
                self.missing.extend(answer.missing)
                for result in self._of_answer(answer, judge):
                    yield result

    def _of_answer(
        self, answer: BatchAnswer[KeyT, FoundT], judge: Callable[[LinkTask, LinkT, FoundT], CheckResult]
    ) -> Iterable[CheckResult]:
        for key, found in answer.found.items():
            for task, link in self.by_key[key]:
                yield contained(task, partial(judge, task, link, found))
        for key in answer.unanswered:
            for task, _ in self.by_key[key]:
                if answer.traceback is not None:
                    yield CheckError(task, answer.traceback)
                else:
                    self.deferred += 1
                    self.message = answer.message or self.message
                    yield Deferred(task)

    def obstacles(self, api: JsonApi) -> Sequence[Obstacle]:
        """Return why an API is no longer asked, or that it gave no answer about some links."""
        if api.obstacles or not self.deferred:
            return api.obstacles
        links = "a link" if self.deferred == 1 else f"{self.deferred:,} links"
        why = f" ({self.message})" if self.message else ""
        return (
            Obstacle(
                f"{api.service.name} gave no answer about {links}{why}: their pages were checked instead",
                f"Run again later, and see {api.service.status_page}; what was known is kept.",
            ),
        )


def requests_of(host: str, api: JsonApi, requests: int, kind: str = "REST") -> ApiEstimate:
    """Return the estimate of so many requests at an API's pace."""
    pace = api.service.pace
    each = max(timedelta(seconds=pace.interval), _RESPONSE / pace.in_flight)
    return ApiEstimate(host, requests, requests * each, kind=kind)


def by_task(
    tasks: Iterable[LinkTask], parse: Callable[[str], LinkT | None]
) -> Iterable[tuple[LinkTask, LinkT]]:
    """Yield the tasks with the links that they are about."""
    for task in tasks:
        link = parse(task.url)
        if link is not None:
            yield task, link
