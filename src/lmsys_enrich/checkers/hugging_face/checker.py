"""Hugging Face checker: models, data sets, spaces, collections, papers and accounts."""

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing

from lmsys_enrich.api.endpoint import Apis
from lmsys_enrich.api.results import QueryTooLarge, TransientError, Unavailable
from lmsys_enrich.checkers.batched import BY_PAGES, Subjects, estimate_of
from lmsys_enrich.checkers.forges import alive, moved
from lmsys_enrich.checkers.hugging_face.client import (
    FACTS,
    Account,
    Disabled,
    HubApi,
    NotShown,
    Thing,
)
from lmsys_enrich.checkers.hugging_face.links import HOST, HubLink, Kind, parse_link
from lmsys_enrich.checkers.protocol import Checker, CheckResult, Deferred, Estimate, TaskQueue
from lmsys_enrich.model.facts import Model, ModelUpdate, PaperUpdate
from lmsys_enrich.model.finding import LinkTask, Observation, Verdict
from lmsys_enrich.model.report import Obstacle
from lmsys_enrich.values import replace

_IN_FLIGHT = 4


def hugging_face_checkers(apis: Apis) -> Iterable[Checker]:
    """Return the checker."""
    return [HuggingFaceChecker(apis)]


class HuggingFaceChecker:
    """
    Checks items of the hub, with one request for each.

    An item that the hub does not show may be gone or private: its page decides. A page below a
    repository is proved by itself, or has the verdict of its repository.
    """

    def __init__(self, apis: Apis) -> None:
        self._clock = apis.clock
        self._api = HubApi(apis)
        self._things: Subjects[tuple[Kind, str], HubLink] | None = None
        self._names: dict[tuple[Kind, str], str] = {}

    @property
    def obstacles(self) -> Sequence[Obstacle]:
        return self._things.obstacles(self._api.api, BY_PAGES) if self._things is not None else ()

    def claims(self, url: str) -> bool:
        return parse_link(url) is not None

    def estimate(self, urls: Sequence[str]) -> Estimate:
        links = [(url, link) for url in urls if (link := parse_link(url)) is not None]
        requests = len({link.key for _, link in links})
        pages = tuple(url for url, link in links if link.is_proved_by_page)
        return Estimate((estimate_of(self._api.api, HOST, requests),), pages)

    def advice(self, count: int) -> str | None:
        del count  # anonymous requests are enough
        return None

    async def check(self, queue: TaskQueue) -> AsyncGenerator[CheckResult, None]:
        self._things = things = Subjects(queue.planned, parse_link, lambda link: link.key)
        self._names = {key: links[-1][1].name for key, links in things.by_key.items()}
        results = things.look_up(self._look_up, self._judge, in_flight=_IN_FLIGHT, defers_unanswered=True)
        async with aclosing(results):
            async for result in results:
                yield result

    async def _look_up(
        self, keys: Sequence[tuple[Kind, str]]
    ) -> Mapping[tuple[Kind, str], Thing] | QueryTooLarge | TransientError | Unavailable:
        (key,) = keys
        kind, name, now = key[0], self._names[key], self._clock.run_time
        match kind:
            case Kind.COLLECTION:
                result = await self._api.collection(name, now)
            case Kind.PAPER:
                result = await self._api.paper(name, now)
            case Kind.ACCOUNT:
                result = await self._api.account(name, now)
            case _:
                result = await self._api.repository(kind, name, now)
        return result if isinstance(result, QueryTooLarge | TransientError | Unavailable) else {key: result}

    def _judge(self, task: LinkTask, link: HubLink, found: Thing) -> CheckResult:
        match found:
            case NotShown():
                return Deferred(task)
            case Account():
                return alive(task, "the account exists")
            case PaperUpdate():
                reason = "the hub has a page for the paper"
                return Observation(task.url, Verdict.ALIVE, reason, final_url=task.url, paper=found)
            case Disabled() if link.kind in {Kind.ACCOUNT, Kind.PAPER}:
                return alive(task, "the hub has disabled access to it")
            case Disabled():
                return alive(task, "the hub has disabled access to it", model=self._disabled(link))
            case ModelUpdate():
                return self._of_model(task, link, found)

    def _of_model(self, task: LinkTask, link: HubLink, update: ModelUpdate) -> CheckResult:
        facts = update.facts
        if link.is_proved_by_page:
            return Deferred(task)
        if facts.full_name.lower() != link.name.lower():
            # A redirect with 307, a temporary status: a rename all the same.
            update = replace(update, facts=replace(facts, renamed_from=link.name))
            where = link.at(facts.full_name)
            why = f"the {facts.kind} is now {facts.full_name}"
            return moved(task, where, why, model=update if link.page is None else None)
        if link.page is not None:
            return alive(task, f"its {facts.kind} exists; no API covers the page itself ({link.page})")
        flags = [flag for flag in ("gated", "disabled") if getattr(facts, flag)]
        return alive(task, ", ".join((f"the {facts.kind} exists", *flags)), model=update)

    def _disabled(self, link: HubLink) -> ModelUpdate:
        now = self._clock.run_time
        facts = Model(full_name=link.name, kind=link.kind.value, hub=HOST, disabled=True, fetched_at=now)
        return ModelUpdate(facts, FACTS - {"disabled"})
