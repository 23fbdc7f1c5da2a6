"""Checker for forums at OpenReview: through its API with a login, without a request where there is none."""

import re
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from http import HTTPStatus

from lmsys_enrich.api.endpoint import Apis
from lmsys_enrich.api.json_api import JsonApi, Service
from lmsys_enrich.api.json_values import Node, node, nodes, number, text
from lmsys_enrich.api.rate_limiter import Pace
from lmsys_enrich.api.results import Ok, QueryTooLarge, TransientError, Unavailable
from lmsys_enrich.checkers.batched import Subjects, estimate_of, obstacles_of
from lmsys_enrich.checkers.protocol import CheckResult, Deferred, Estimate, TaskQueue
from lmsys_enrich.model.facts import Paper, PaperUpdate
from lmsys_enrich.model.figures import counted
from lmsys_enrich.model.finding import LinkTask, Observation, Verdict
from lmsys_enrich.model.report import Obstacle
from lmsys_enrich.papers.addresses import parse_openreview_link
from lmsys_enrich.papers.venues import known_venue, short_venue
from lmsys_enrich.values import Value

_BATCH = 50
_GUARDED = "OpenReview blocks robots; its API needs OPENREVIEW_USERNAME and OPENREVIEW_PASSWORD"
_ADVICE = "with OPENREVIEW_USERNAME and OPENREVIEW_PASSWORD, OpenReview's API can check {}"
_NOT_PROVIDED = frozenset({"citations", "retracted", "version", "published_as"})
_REJECTED = Obstacle(
    "OpenReview does not accept the login", "Check OPENREVIEW_USERNAME and OPENREVIEW_PASSWORD."
)
_WANTS_CODE = Obstacle(
    "OpenReview requires a second factor for this login",
    "Use an account without multi-factor authentication.",
)
_UNPUBLISHED = re.compile(r"submi|withdrawn|reject", re.IGNORECASE)
_SERVICE = Service(
    name="OpenReview",
    status_page="https://status.openreview.net",
    token_variable="OPENREVIEW_USERNAME and OPENREVIEW_PASSWORD",  # noqa: S106 - their names
    pace=Pace(in_flight=1, interval=1.0),
)


class OpenReviewNote(Value, kw_only=True):
    """A forum as OpenReview's API 2 describes it; `deleted` where its authors or the venue took it back."""

    id: str
    title: str | None = None
    authors: tuple[str, ...] = ()
    venue: str | None = None
    year: int | None = None
    withdrawn: bool = False
    deleted: bool = False


def openreview_checkers(apis: Apis) -> "Iterable[OpenReviewChecker]":
    """Return the checker of OpenReview."""
    return (OpenReviewChecker(apis),)


class OpenReviewChecker:
    """
    Checks forums by their notes; forums that the API lacks are deferred to their pages.

    Older venues are in another API, so absence proves nothing. Without a login the API
    refuses, and so do the pages: such links are guarded.
    """

    def __init__(self, apis: Apis) -> None:
        self._apis = apis
        self._run_time = apis.clock.run_time
        self._login = apis.access.openreview_login
        self._api = JsonApi(apis, _SERVICE, apis.access.openreview.url, None)
        self._unanswered = 0
        self._rejected: Obstacle | None = None

    @property
    def obstacles(self) -> Sequence[Obstacle]:
        if self._rejected is not None:
            return (self._rejected,)
        return obstacles_of(self._api, self._unanswered)

    def claims(self, url: str) -> bool:
        return parse_openreview_link(url) is not None

    def advice(self, count: int) -> str | None:
        return _ADVICE.format(counted(count, "link")) if self._login is None and count else None

    def estimate(self, urls: Sequence[str]) -> Estimate:
        if self._login is None:
            return Estimate()
        forums = {parse_openreview_link(url) for url in urls}
        return Estimate(apis=(estimate_of(self._api, "openreview.net", 1 + -(-len(forums) // _BATCH)),))

    async def check(self, queue: TaskQueue) -> AsyncGenerator[CheckResult, None]:
        if self._login is None:
            for task in queue.planned:
                yield Observation(task.url, Verdict.GUARDED, _GUARDED)
            return
        if not queue.planned or not await self._log_in(*self._login):
            return
        forums = Subjects(queue.planned, parse_openreview_link, str)
        results = forums.look_up(self._notes, self._judge, size=_BATCH, defers_missing=True)
        async with aclosing(results):
            async for result in results:
                yield result
        self._unanswered += len(list(forums.tasks(forums.unanswered)))

    def _judge(self, task: LinkTask, _forum: str, note: OpenReviewNote) -> Observation | Deferred:
        if note.deleted:
            return Deferred(task)
        missing = _NOT_PROVIDED | {name for name in ("venue", "year") if getattr(note, name) is None}
        facts = Paper(
            ids={"openreview": note.id},
            title=note.title,
            authors=note.authors,
            venue=note.venue,
            year=note.year,
            withdrawn=note.withdrawn,
            fetched_at=self._run_time,
        )
        reason = "OpenReview knows the forum; the page itself was not checked"
        return Observation(task.url, Verdict.ALIVE, reason, paper=PaperUpdate(facts, missing))

    async def _log_in(self, name: str, password: str) -> bool:
        """Exchange name and password for a token, which goes to the same host alone."""
        result = await self._api.post("/login", json={"id": name, "password": password})
        if not isinstance(result, Ok):
            self._unanswered += 1
            return False
        token = text(node(result.body).get("token"))
        if result.status != HTTPStatus.OK or token is None or not (token.isascii() and token.isprintable()):
            wants_code = node(result.body).get("mfaPending") is True
            self._rejected = _WANTS_CODE if wants_code else _REJECTED
            return False
        self._api = JsonApi(self._apis, _SERVICE, self._api.url, token)
        return True

    async def _notes(
        self, ids: Sequence[str]
    ) -> Mapping[str, OpenReviewNote] | QueryTooLarge | TransientError | Unavailable:
        result = await self._api.post("/notes/search", json={"ids": list(ids)})
        if not isinstance(result, Ok):
            return result
        notes = node(result.body).get("notes")
        if result.status != HTTPStatus.OK or not isinstance(notes, list):
            return TransientError(f"status {result.status} without notes")
        return {note.id: note for note in map(read_note, nodes(notes)) if note.id}


def read_note(item: Node) -> OpenReviewNote:
    """Return a note of API 2, whose content nests each value: `content.title.value`."""
    content = node(item.get("content"))
    venue = _value(content, "venue")
    authors = node(content.get("authors")).get("value")
    published = number(item.get("pdate")) or number(item.get("cdate"))
    return OpenReviewNote(
        id=text(item.get("id")) or "",
        title=_value(content, "title"),
        authors=tuple(filter(None, map(text, authors))) if isinstance(authors, list) else (),
        venue=_published_at(venue) if venue is not None else None,
        year=_year(published),
        withdrawn="Withdrawn" in (_value(content, "venueid") or "") or "Withdrawn" in (venue or ""),
        deleted=item.get("ddate") is not None,
    )


def _published_at(venue: str) -> str | None:
    """Return the venue of `ICLR 2024 poster`; None for submissions, and for those withdrawn or rejected."""
    if _UNPUBLISHED.search(venue):
        return None
    # The first word names the conference, but not where a workshop of it is meant.
    is_whole = known_venue(venue) is not None or "workshop" in venue.lower()
    return short_venue(venue if is_whole else venue.partition(" ")[0])


def _value(content: Node, name: str) -> str | None:
    return " ".join((text(node(content.get(name)).get("value")) or "").split()) or None


def _year(milliseconds: int | None) -> int | None:
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC).year if milliseconds is not None else None
    except (ValueError, OverflowError, OSError):
        return None
