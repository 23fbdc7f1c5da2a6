"""
Messages between the coordinator and its workers, as JSON.

Only what a worker needs to check websites is in them: links and a few settings. Nothing of the
environment is, so no token, no secret header and no password of a proxy: a worker has its own network.
"""

from collections.abc import Callable
from datetime import timedelta

import msgspec

from lmsys_enrich.model.figures import HostTime
from lmsys_enrich.model.finding import Finding, LinkTask, Observation
from lmsys_enrich.model.report import Obstacle
from lmsys_enrich.settings.settings import Settings
from lmsys_enrich.settings.tables import HostSetting


class CrawlSettings(msgspec.Struct, frozen=True):
    """The settings of a run that decide how websites are contacted."""

    concurrency: int
    per_host: int
    timeout: float
    retries: int
    patience: timedelta
    allow_private: bool
    has_deadline: bool
    hosts: tuple[HostSetting, ...] = ()

    @classmethod
    def of(cls, settings: Settings) -> "CrawlSettings":
        return cls(
            settings.concurrency,
            settings.per_host,
            settings.timeout,
            settings.retries,
            settings.patience,
            settings.allow_private,
            settings.deadline is not None,
            settings.hosts,
        )

    def settings(self) -> Settings:
        """Return settings for a worker's network."""
        return Settings(
            concurrency=self.concurrency,
            per_host=self.per_host,
            timeout=self.timeout,
            retries=self.retries,
            patience=self.patience,
            allow_private=self.allow_private,
            deadline=timedelta.max if self.has_deadline else None,
            hosts=self.hosts,
        )


class Call(msgspec.Struct, frozen=True):
    """
    A message to a worker: links to check beside those that it has, which may be none.

    `run` is the id of a run, `epoch` its time in seconds since 1970; `version` is that
    of the coordinator. With `closes` no further links are expected, with `stops` no
    further results are.
    """

    run: str
    version: str
    epoch: int
    settings: CrawlSettings
    tasks: list[LinkTask] = []
    closes: bool = False
    stops: bool = False


class Failed(msgspec.Struct, frozen=True):
    """A bug met while one link was checked."""

    url: str
    traceback: str


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """
    Reply of a worker: results since its last reply, and requests sent since then.

    `crawl` changes when the worker has lost all links that it had been sent. `refused`
    says why it checks nothing. With `obstacles` it has stopped: what it was sent and
    has no result will have none.
    """

    crawl: str = ""
    refused: str | None = None
    observations: list[Observation] = []
    failed: list[Failed] = []
    obstacles: list[Obstacle] = []
    requests: int = 0
    retries: int = 0
    longest: HostTime | None = None


_encode = msgspec.json.Encoder().encode
encode_reply: Callable[[Reply], bytes] = _encode
decode_call = msgspec.json.Decoder(Call).decode
decode_reply = msgspec.json.Decoder(Reply).decode


def encode_call(call: Call) -> bytes:
    """Encode a message; of what earlier runs found, only what a request depends on is sent."""
    return _encode(msgspec.structs.replace(call, tasks=[_trimmed(task) for task in call.tasks]))


def _trimmed(task: LinkTask) -> LinkTask:
    """Return a task without the facts and the history of its link."""
    previous = task.previous
    if previous is None:
        return task
    return LinkTask(
        task.url,
        Finding(
            url=task.url,
            verdict=previous.verdict,
            reason="",
            last_verdict=previous.last_verdict,
            validators=previous.validators,
        ),
        task.fragments,
    )
