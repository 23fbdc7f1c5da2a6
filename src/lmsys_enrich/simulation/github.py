"""Simulated GitHub: authorization, quotas and injected faults around its endpoints."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import TypeAlias

from lmsys_enrich.simulation import graphql, rest
from lmsys_enrich.simulation.issues import SimulatedIssues
from lmsys_enrich.simulation.quota import Quotas
from lmsys_enrich.simulation.server import Received, Response, Sent
from lmsys_enrich.simulation.world import World

TOKEN = "ghp_" + "simulated" * 4
"""The only valid token; no other service accepts it."""

Fault: TypeAlias = Callable[[Received, Sent], Response]
"""Replaces the correct response to a request."""


@dataclass(slots=True)
class SimulatedGitHub:
    """
    GraphQL at `/graphql`, REST everywhere else.

    Each request uses up one of `faults` (None: no fault), then `lasting` for ever.
    `pause` is awaited with the request before each response.
    """

    world: World
    quotas: Quotas = field(default_factory=Quotas)
    faults: list[Fault | None] = field(default_factory=list)
    lasting: Fault | None = None
    pause: Callable[[Received], Awaitable[None]] | None = None
    issues: SimulatedIssues = field(default_factory=SimulatedIssues)

    async def __call__(self, received: Received) -> Response:
        if self.pause is not None:
            await self.pause(received)
        answer = self._answer(received)
        answer = Sent(answer.status, {"date": formatdate(usegmt=True), **answer.headers}, answer.body)
        fault = self.faults.pop(0) if self.faults else self.lasting
        return fault(received, answer) if fault is not None else answer

    def _answer(self, received: Received) -> Sent:
        authorization = received.headers.get("authorization", "")
        has_token = authorization.removeprefix("Bearer ").removeprefix("token ") == TOKEN
        if authorization and not has_token:
            return Sent(401, {"content-type": "application/json"}, b'{"message":"Bad credentials"}')
        if (issue_response := self.issues.answer(self.world, received, has_token=has_token)) is not None:
            return issue_response
        if received.path != "/graphql":
            quota = self.quotas.of("core", has_token=has_token)
            return rest.answer(self.world, received, quota, has_token=has_token)
        if not has_token:
            body = b'{"message":"This endpoint requires you to be authenticated."}'
            return Sent(401, {"content-type": "application/json"}, body)
        return graphql.answer(self.world, received, self.quotas.of("graphql", has_token=True))
