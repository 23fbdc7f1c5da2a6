"""Simulated service for papers: its library, and the faults that it is made to have."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import parse_qs, unquote

from lmsys_enrich.simulation.papers import Library
from lmsys_enrich.simulation.server import Received, Response, Sent

Fault: TypeAlias = Callable[[Received, Sent], Response]
"""Replaces the correct response to a request."""


@dataclass(slots=True)
class PaperService:
    """
    A service that answers from a library.

    Each request uses up one of `faults` (None: no fault), then `lasting` for ever.
    """

    library: Library
    respond: Callable[[Library, Received], Sent]
    faults: list[Fault | None] = field(default_factory=list)
    lasting: Fault | None = None
    pause: Callable[[Received], Awaitable[None]] | None = None

    async def __call__(self, received: Received) -> Response:
        if self.pause is not None:
            await self.pause(received)
        answer = self.respond(self.library, received)
        fault = self.faults.pop(0) if self.faults else self.lasting
        return fault(received, answer) if fault is not None else answer


def json_response(content: object, status: int = 200) -> Sent:
    """Return a response with JSON."""
    return Sent(status, {"content-type": "application/json"}, json.dumps(content).encode())


def parameters(received: Received) -> dict[str, str]:
    """Return the parameters of a request, from its query and from a form in its body."""
    query = received.target.partition("?")[2]
    form = (
        received.body.decode("utf-8", "replace") if "form" in received.headers.get("content-type", "") else ""
    )
    return {name: values[0] for name, values in parse_qs(f"{query}&{form}").items()}


def path_below(received: Received, start: str) -> str | None:
    """Return what follows in the path, decoded; None for another path."""
    return unquote(received.path[len(start) :]) if received.path.startswith(start) else None
