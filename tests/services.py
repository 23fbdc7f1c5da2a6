"""Simulated services within the test's own event loop: a `Fetch` without a network."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from lmsys_enrich.http.messages import ErrorKind, FetchError, Outcome, Request
from lmsys_enrich.http.messages import Response as Answer
from lmsys_enrich.simulation.server import Fault, Handler, Misdeed, Raw, Received, Response, Sent

_MISDEEDS = {
    Misdeed.RESET: FetchError(ErrorKind.RESET, "the connection was reset"),
    Misdeed.SILENCE: FetchError(ErrorKind.TIMEOUT, "no response within 20 seconds"),
    Misdeed.GARBAGE: FetchError(ErrorKind.PROTOCOL, "the response is not HTTP"),
}


@dataclass
class ServiceFetch:
    """Hands each request to the service of its host; other hosts do not exist."""

    services: Mapping[str, Handler]
    log: list[Request] = field(default_factory=list)

    async def __call__(self, request: Request) -> Outcome:
        self.log.append(request)
        parts = urlsplit(request.url)
        handler = self.services.get(parts.netloc)
        if handler is None:
            return FetchError(ErrorKind.NAME_UNKNOWN, f"no such host in the test: {parts.netloc}")
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        response = await handler(Received(request.method, target, request.headers, request.content))
        match response:
            case Sent(status, headers, body):
                names = {name.lower(): value for name, value in headers.items()}
                return Answer(
                    status, names, body[: request.body_limit], whole=len(body) <= request.body_limit
                )
            case Raw():
                return _MISDEEDS[Misdeed.GARBAGE]
            case _:
                return _MISDEEDS[response]

    def sent_to(self, host: str) -> list[Request]:
        return [request for request in self.log if urlsplit(request.url).netloc == host]


def answered(status: int, body: bytes | object, headers: Mapping[str, str] | None = None) -> Fault:
    """A fault that gives one response to any request: bytes as they are, anything else as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    def fault(_: Received, __: Sent) -> Response:
        return Sent(status, dict(headers or {}), content)

    return fault


def misdeed(what: Misdeed) -> Fault:
    """A fault in place of a response."""
    return lambda _, __: what


def cut(_: Received, answer: Sent) -> Response:
    """A fault that ends in the middle of the body."""
    return Sent(answer.status, answer.headers, answer.body[: len(answer.body) // 2])


FAULTS: Mapping[str, Fault] = {
    "429 without a time": answered(429, {"message": "Too Many Requests"}),
    "429, `retry-after: 3600`": answered(429, b"", {"retry-after": "3600"}),
    "503, HTML": answered(503, b"<html><title>503</title></html>"),
    "500": answered(500, b""),
    "403, HTML": answered(403, b"<html>Forbidden</html>"),
    "406, as from the edge of a network": answered(406, b"Not Acceptable"),
    "404, HTML": answered(404, b"<html>Not found</html>"),
    "200 with HTML": answered(200, b"<!DOCTYPE html><html>Log in to the hotel</html>"),
    "200 with the text `Rate exceeded.`": answered(200, b"Rate exceeded."),
    "200 with an error in JSON": answered(200, {"error": "internal error", "status": "failed"}),
    "200 with nothing": answered(200, b""),
    "half a response": cut,
    "the connection is reset": misdeed(Misdeed.RESET),
    "no response before the time-out": misdeed(Misdeed.SILENCE),
    "bytes that are not HTTP": misdeed(Misdeed.GARBAGE),
}
"""Faults of every API on bad nights."""
