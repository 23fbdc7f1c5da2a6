"""Parts of checkers that ask about many links at once: links by subject, results of a batch, estimates."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import TypeAlias, TypeVar

from lmsys_enrich.api.batches import BatchAnswer
from lmsys_enrich.api.json_api import JsonApi
from lmsys_enrich.checkers.protocol import ApiEstimate, CheckError, CheckResult, contained
from lmsys_enrich.model.finding import LinkTask
from lmsys_enrich.model.report import Obstacle

FoundT = TypeVar("FoundT")

Subjects: TypeAlias = Mapping[str, Sequence[LinkTask]]
"""Links by the id of what they lead to: a paper's abstract, PDF and DOI are links of their own."""

_RESPONSE = 0.5  # seconds that a service takes to respond, on the whole


def by_subject(tasks: Iterable[LinkTask], identify: Callable[[str], str | None]) -> Subjects:
    """Group links by the id that their address names, in the order in which each first occurs."""
    groups: defaultdict[str, list[LinkTask]] = defaultdict(list)
    for task in tasks:
        identifier = identify(task.url)
        if identifier is not None:
            groups[identifier].append(task)
    return groups


def results_of(
    answer: BatchAnswer[str, FoundT], subjects: Subjects, judge: Callable[[LinkTask, FoundT], CheckResult]
) -> Iterator[CheckResult]:
    """Yield the results of the links that a batch found, and of those that a bug kept from being judged."""
    for identifier, found in answer.found.items():
        for task in subjects[identifier]:
            yield contained(task, partial(judge, task, found))
    if answer.traceback is not None:
        for task in links_of(answer.unanswered, subjects):
            yield CheckError(task, answer.traceback)


def links_of(identifiers: Iterable[str], subjects: Subjects) -> list[LinkTask]:
    """Return the links to these subjects."""
    return [task for identifier in identifiers for task in subjects[identifier]]


def obstacles_of(api: JsonApi, unanswered: int) -> Sequence[Obstacle]:
    """Return why an API is no longer asked, or that it left links without an answer."""
    if api.obstacles or not unanswered:
        return api.obstacles
    links = "a link" if unanswered == 1 else f"{unanswered:,} links"
    hint = f"Run again later, and see {api.service.status_page}: what was known is kept."
    return (Obstacle(f"{api.service.name} gave no answer about {links}", hint),)


def estimate_of(api: JsonApi, host: str, requests: int) -> ApiEstimate:
    """Return the time of so many requests at the API's pace; `host` is the service's, also for a mirror."""
    seconds = max(api.service.pace.interval, _RESPONSE / api.service.pace.in_flight)
    return ApiEstimate(host, requests, requests * timedelta(seconds=seconds))
