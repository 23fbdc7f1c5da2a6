"""Asking GitHub's API: every request passes the gate, carries the token only there, and is read."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from lmsys_enrich.api.json_values import node, number
from lmsys_enrich.api.rate_limiter import RateLimiter
from lmsys_enrich.api.results import (
    Ok,
    QueryTooLarge,
    RateLimited,
    Refused,
    RetriesExhausted,
    TokenRejected,
    TransientError,
    Unavailable,
)
from lmsys_enrich.checkers.github.query import Query
from lmsys_enrich.checkers.github.responses import (
    Reading,
    read_graphql,
    read_rest,
    remaining,
    seconds_until_reset,
)
from lmsys_enrich.clock import Clock
from lmsys_enrich.http.messages import Fetch, Outcome, Request, RequestKind
from lmsys_enrich.model.report import Obstacle
from lmsys_enrich.politeness.retry import retry
from lmsys_enrich.settings.github_access import GitHubAccess
from lmsys_enrich.urls import InvalidAddress, host_of
from lmsys_enrich.values import replace

_BODY_LIMIT = 8 * 2**20
_VERSION = "2022-11-28"
_TRIES = 3
_MAX_HOPS = 3
_REDIRECTS = frozenset({301, 302, 307, 308})


@dataclass(slots=True)
class Api:
    """
    GitHub's API, asked with a token or, where `token` is None, without one.

    `spent` is told the points of quota that a GraphQL answer has cost, and those left.
    """

    fetch: Fetch
    access: GitHubAccess
    clock: Clock
    rate_limiter: RateLimiter
    token: str | None = field(repr=False)
    spent: Callable[[int, int | None], None]
    left: int | None = None
    """How many REST requests the quota still allows, as told last."""

    async def graphql(self, query: Query) -> Ok | QueryTooLarge | Unavailable:
        """Ask a GraphQL question once it is allowed; too big a question is told, not asked again."""
        content = json.dumps({"query": query.text, "variables": query.variables}).encode()
        headers = {**self._headers("application/json"), "content-type": "application/json"}
        request = Request(
            "POST",
            self.access.graphql_url,
            RequestKind.GRAPHQL,
            headers,
            content,
            _BODY_LIMIT,
            trusted=True,
        )
        reading = await self._ask(request, read_graphql)
        if isinstance(reading, RetriesExhausted):
            return QueryTooLarge(reading.message)
        return reading

    async def rest(self, path: str) -> Ok | RetriesExhausted | Unavailable:
        """Ask REST for a path, redirects followed, but never to another host."""
        url = f"{self.access.api_url}{path}"
        for _ in range(_MAX_HOPS):
            headers = self._headers("application/vnd.github+json")
            request = Request("GET", url, RequestKind.REST, headers, body_limit=_BODY_LIMIT, trusted=True)
            reading = await self._ask(request, read_rest)
            if isinstance(reading, QueryTooLarge):
                return RetriesExhausted(reading.message)
            if not isinstance(reading, Ok) or reading.status not in _REDIRECTS:
                return reading
            target = urljoin(url, reading.headers.get("location", url))
            if not _same_host(target, self.access.api_url):
                return RetriesExhausted("GitHub's API redirects to another host")
            url = target
        return RetriesExhausted("GitHub's API redirects in circles")

    def _headers(self, accept: str) -> Mapping[str, str]:
        headers = {"accept": accept, "x-github-api-version": _VERSION}
        return {**headers, "authorization": f"Bearer {self.token}"} if self.token else headers

    async def _ask(
        self, request: Request, read: Callable[[Outcome], Reading]
    ) -> Ok | QueryTooLarge | RetriesExhausted | Unavailable:
        """Send a request when the gate lets it through, and again where that may help."""

        async def attempt() -> Reading | Unavailable:
            async with self.rate_limiter.turn(request.kind) as is_open:
                if not is_open:
                    return Unavailable()
                started = self.clock.monotonic()
                reading = read(await self.fetch(request))
                self._tell_gate(request.kind, reading)
                if isinstance(reading, Ok):
                    return replace(reading, seconds=self.clock.monotonic() - started)
                return reading

        match await retry(attempt, _pause_after, self.clock.sleep):
            case Ok() | QueryTooLarge() | Unavailable() as final:
                return final
            case TransientError(message):
                return RetriesExhausted(message)
            case _:
                return Unavailable()

    def _tell_gate(self, kind: RequestKind, reading: Reading) -> None:
        match reading:
            case Ok(_, headers, body):
                self.rate_limiter.worked()
                if kind is RequestKind.REST:
                    self.left = remaining(headers)
                rate_limit = node(node(node(body).get("data")).get("rateLimit"))
                self.spent(number(rate_limit.get("cost")) or 0, number(rate_limit.get("remaining")))
                if (pause := seconds_until_reset(headers, rate_limit)) is not None:
                    self.rate_limiter.seconds_until_reset(kind, pause)
            case RateLimited():
                self.rate_limiter.limited(kind, reading)
            case TokenRejected(message):
                for every in RequestKind:
                    self.rate_limiter.close(every, self._rejected(message))
            case Refused(message):
                self.rate_limiter.close(kind, self._refused(message))
            case QueryTooLarge(message) | TransientError(message):
                self.rate_limiter.failed(kind, self.without_token(message))

    def _rejected(self, message: str) -> Obstacle:
        return Obstacle(
            f"GitHub rejects the token ({self.without_token(message)})",
            "Renew GITHUB_TOKEN or GH_TOKEN, or unset them to ask without a token.",
        )

    def _refused(self, message: str) -> Obstacle:
        return Obstacle(
            f"GitHub's API refuses to answer ({self.without_token(message)})",
            "Check GITHUB_API_URL and GITHUB_GRAPHQL_URL, and what the token may read.",
        )

    def without_token(self, message: str) -> str:
        """Return what GitHub said, in which the token does not stand even if GitHub should repeat it."""
        return message.replace(self.token, "…") if self.token else message


def _pause_after(reading: Reading | Unavailable, tries: int) -> float | None:
    """Tell whether to ask again: how long to wait is the gate's to know."""
    match reading:
        case RateLimited():
            return 0.0  # until the gate lets it through, or closes
        case TransientError():
            return 0.0 if tries < _TRIES else None
        case _:
            return None


def _same_host(url: str, other: str) -> bool:
    """Whether both are at one host and port, and neither drops the encryption."""
    try:
        return host_of(url) == host_of(other) and urlsplit(url).scheme == urlsplit(other).scheme
    except InvalidAddress:
        return False
