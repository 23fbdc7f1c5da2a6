"""The checker protocol: links in, observations out."""

import asyncio
import traceback
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from datetime import timedelta
from typing import Protocol, TypeAlias

from lmsys_enrich.model.facts import PaperUpdate
from lmsys_enrich.model.finding import LinkTask, Observation
from lmsys_enrich.model.report import Obstacle
from lmsys_enrich.values import Value


class Deferred(Value):
    """
    A link that its checker cannot judge; the next checker that claims it takes over.

    `paper` has facts that the checker found anyway.
    """

    task: LinkTask
    paper: PaperUpdate | None = None


class CheckError(Value):
    """A bug met while one link was checked; `traceback` is for the bug report."""

    task: LinkTask
    traceback: str


class ApiEstimate(Value):
    """
    Requests to one forge or service, given by its host; `quota` is how many it allows an hour.

    `is_most` is true where other services may leave less to request.
    """

    host: str
    requests: int
    takes: timedelta
    quota: int | None = None
    kind: str = "REST"
    is_most: bool = False


class Estimate(Value):
    """Requests of a run if none fails and each link is found, and the links for their pages alone."""

    apis: tuple[ApiEstimate, ...] = ()
    pages: tuple[str, ...] = ()


CheckResult: TypeAlias = Observation | Deferred | CheckError


class TaskQueue:
    """
    Links for one checker: those of the plan, then those that other checkers defer to it.

    `planned` is complete from the start, the most urgent link first. `deferred` ends
    when no other checker can add a link. `added` holds all that were deferred.
    """

    def __init__(self, planned: Sequence[LinkTask]) -> None:
        self.planned = planned
        self.added: list[LinkTask] = []
        self._deferred: asyncio.Queue[LinkTask | None] = asyncio.Queue()

    def defer(self, task: LinkTask) -> None:
        """Add a link that another checker could not judge."""
        self.added.append(task)
        self._deferred.put_nowait(task)

    def tasks(self) -> Iterator[LinkTask]:
        """Yield all links."""
        yield from self.planned
        yield from self.added

    def close(self) -> None:
        """End `deferred`."""
        self._deferred.put_nowait(None)

    async def deferred(self) -> AsyncGenerator[Sequence[LinkTask], None]:
        """Yield deferred links in groups, as they arrive."""
        is_open = True
        while is_open:
            came = [await self._deferred.get()]
            while not self._deferred.empty():
                came.append(self._deferred.get_nowait())
            is_open = None not in came
            if batch := [task for task in came if task is not None]:
                yield batch


class Checker(Protocol):
    """
    Judges the links that it claims.

    It yields results as they come, in any order, at most one for each link. A link
    without a result could not be checked, and `obstacles` says why. A dead link is an
    observation; nothing is raised but cancellation, and results yielded before remain valid.
    """

    @property
    def obstacles(self) -> Sequence[Obstacle]: ...

    def claims(self, url: str) -> bool:
        """Return true if this checker judges a link, given by its key."""
        ...

    def check(self, queue: TaskQueue) -> AsyncGenerator[CheckResult, None]:
        """Check the links of a queue."""
        ...

    def estimate(self, urls: Sequence[str]) -> Estimate:
        """Return the requests for links that this checker claims, before any is sent."""
        ...

    def advice(self, count: int) -> str | None:
        """Return advice for the user about `count` links of this checker, such as to set a token."""
        ...


def contained(task: LinkTask, judge: Callable[[], CheckResult]) -> CheckResult:
    """Judge one link of a batch. A bug on the way costs this link alone."""
    try:
        return judge()
    except Exception:  # noqa: BLE001 - whatever a response holds, the other links are judged
        return CheckError(task, traceback.format_exc())
