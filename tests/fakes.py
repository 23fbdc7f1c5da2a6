"""Fakes with behaviour for the clock, the network and the store."""

import ssl
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from lmsys_enrich.api.client import ApiClient
from lmsys_enrich.checkers.protocol import Estimate, TaskQueue
from lmsys_enrich.http.messages import ErrorKind, FetchError, Outcome, Request, Response
from lmsys_enrich.http.proxy import Proxies
from lmsys_enrich.model.finding import Finding, LinkTask
from lmsys_enrich.politeness.stats import RequestStats

NIGHT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@dataclass
class FakeClock:
    """Clock whose time passes in `sleep` only; `slept` holds the seconds of each sleep."""

    run_time: datetime = NIGHT
    elapsed: float = 0.0
    slept: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.elapsed

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.elapsed += seconds

    def days_later(self, days: float) -> "FakeClock":
        return FakeClock(self.run_time + timedelta(days=days))


Script = Outcome | list[Outcome] | Callable[[Request], Outcome]


@dataclass
class FakeFetch:
    """
    `Fetch` that responds from a script, by address or by `METHOD address`, and keeps its `requests`.

    A list is played one outcome after the other, its last one for ever. What the
    script does not know is a host that does not exist.
    """

    script: Mapping[str, Script]
    requests: list[Request] = field(default_factory=list)

    async def __call__(self, request: Request) -> Outcome:
        self.requests.append(request)
        for name in (f"{request.method} {request.url}", request.url):
            if name in self.script:
                return self._play(name, request)
        return FetchError(ErrorKind.NAME_UNKNOWN, f"no such host in the script: {request.url}")

    def _play(self, name: str, request: Request) -> Outcome:
        script = self.script[name]
        if isinstance(script, Response | FetchError):
            return script
        if isinstance(script, list):
            turn = sum(name in {r.url, f"{r.method} {r.url}"} for r in self.requests)
            return script[min(turn, len(script)) - 1]
        return script(request)

    def methods(self, url: str) -> list[str]:
        return [request.method for request in self.requests if request.url == url]


@dataclass
class DictStore:
    """Keeps findings for as long as the test lasts."""

    kept: dict[str, Finding] = field(default_factory=dict)

    def load(self, urls: Iterable[str]) -> dict[str, Finding]:
        return {url: self.kept[url] for url in urls if url in self.kept}

    def save(self, findings: Iterable[Finding]) -> None:
        self.kept.update((finding.url, finding) for finding in findings)


@asynccontextmanager
async def api_client(
    clock: FakeClock,
    proxies: Proxies | None = None,
    stats: RequestStats | None = None,
    timeout: float = 5.0,  # noqa: ASYNC109 - the client's own
) -> AsyncGenerator[ApiClient, None]:
    """Open the client of APIs, for `httpx_mock`: it knows no authorities, which take 20 ms to load."""
    without_authorities = lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # noqa: E731
    client = ApiClient(
        proxies or Proxies({}), without_authorities, clock, stats or RequestStats(), timeout=timeout
    )
    try:
        yield client
    finally:
        await client.close()


def closed_queue(*tasks: LinkTask) -> TaskQueue:
    """A queue to which no other checker defers a link."""
    queue = TaskQueue(tasks)
    queue.close()
    return queue


class CostsNothing:
    """Part of a fake checker: it sends no requests, so there is nothing to estimate or to advise."""

    def estimate(self, urls: Sequence[str]) -> Estimate:
        del urls
        return Estimate()

    def advice(self, count: int) -> str | None:
        del count
        return None
