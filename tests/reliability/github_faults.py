"""What GitHub does on bad nights, played by the simulated GitHub."""

import json
import time
from collections.abc import Collection
from email.utils import formatdate

from lmsys_enrich.simulation.server import Fault, Misdeed, Received, Response, Sent

JSON = {"content-type": "application/json; charset=utf-8"}
HTML = {"content-type": "text/html"}
_HOUR = 3600
_UNICORN = b"<!DOCTYPE html><title>Unicorn! &middot; GitHub</title><p>No server is available</p>"
_SLOW = "Something went wrong while executing your query. This may be the result of a timeout."
_SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


def fixed(status: int, body: object, headers: dict[str, str] | None = None) -> Fault:
    """The one response to every request."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    kind = HTML if isinstance(body, bytes) else JSON

    def fault(received: Received, answer: Sent) -> Response:
        del received
        date = {"date": answer.headers.get("date", "")}
        return Sent(status, {**kind, **date, **(headers or {})}, content)

    return fault


def misdeed(what: Misdeed) -> Fault:
    """No answer at all."""

    def fault(received: Received, answer: Sent) -> Response:
        del received, answer
        return what

    return fault


def spent(reset_in: float = _HOUR) -> dict[str, str]:
    """The headers of a quota that is used up."""
    return {
        "x-ratelimit-limit": "5000",
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": str(int(time.time() + reset_in)),
        "x-ratelimit-resource": "graphql",
    }


def rate_limited() -> Fault:
    """The quota of the hour, in GraphQL's form: with status 200."""
    error = {"type": "RATE_LIMITED", "message": "API rate limit exceeded for user ID 1."}
    return fixed(200, {"errors": [error]}, spent())


def rate_limit_without_data() -> Fault:
    """The other spelling: no `data`, and a count of remaining points that is not true."""
    error = {
        "type": "RATE_LIMIT",
        "code": "graphql_rate_limit",
        "message": "API rate limit already exceeded for user ID 1.",
    }
    return fixed(200, {"errors": [error]}, {**spent(), "x-ratelimit-remaining": "4979"})


def rate_limited_with_data() -> Fault:
    """The quota runs out within the answer: what came before stays."""

    def fault(received: Received, answer: Sent) -> Response:
        del received
        body = json.loads(answer.body)
        names = [name for name in body["data"] if name != "rateLimit"]
        for name in names[len(names) // 2 :]:
            body["data"][name] = None
        body["errors"] = [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]
        return Sent(200, {**answer.headers, **spent()}, json.dumps(body).encode())

    return fault


def secondary(status: int = 403, retry_after: str | None = None) -> Fault:
    """The limit on how fast and how much at once; with 200 or 403 from GraphQL."""
    headers = {} if retry_after is None else {"retry-after": retry_after}
    return fixed(status, {"message": _SECONDARY, "documentation_url": "https://docs.github.com/…"}, headers)


def too_much(status: int = 502) -> Fault:
    """The query took longer than GitHub's ten seconds."""
    return fixed(status, {"data": None, "errors": [{"message": _SLOW}]})


def gateway(status: int = 502) -> Fault:
    """The same from GitHub's front end."""
    return fixed(status, b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>")


def unicorn() -> Fault:
    """GitHub is ill."""
    return fixed(503, _UNICORN)


def bad_credentials() -> Fault:
    """The token is not accepted; the headers then look like those of a quota that is used up."""
    return fixed(401, {"message": "Bad credentials"}, {"x-ratelimit-limit": "0", **spent()})


def truncated() -> Fault:
    """The connection ends within the answer."""

    def fault(received: Received, answer: Sent) -> Response:
        del received
        return Sent(200, answer.headers, answer.body[: len(answer.body) // 2])

    return fault


def nulls(which: Collection[int], *, error: dict[str, object] | None = None) -> Fault:
    """Some repositories are null, with an error of their own or without a word."""

    def fault(received: Received, answer: Sent) -> Response:
        if received.path != "/graphql":
            return answer
        body = json.loads(answer.body)
        names = [name for name in body.get("data") or {} if name != "rateLimit"]
        for number, name in enumerate(names):
            if number in which:
                body["data"][name] = None
                if error:
                    body.setdefault("errors", []).append({**error, "path": [name]})
        return Sent(200, answer.headers, json.dumps(body).encode())

    return fault


def no_field(field: str) -> Fault:
    """One fact of each repository is missing from the answer."""

    def fault(received: Received, answer: Sent) -> Response:
        if received.path != "/graphql":
            return answer
        body = json.loads(answer.body)
        for name, value in (body.get("data") or {}).items():
            if name != "rateLimit" and value:
                value[field] = None
                error = {"path": [name, field], "extensions": {"code": "SERVICE_UNAVAILABLE"}, "message": "…"}
                body.setdefault("errors", []).append(error)
        return Sent(200, answer.headers, json.dumps(body).encode())

    return fault


def clock_is_off(by: float) -> Fault:
    """A short limit, on a machine whose clock differs from GitHub's: the reset is in GitHub's time."""

    def fault(received: Received, answer: Sent) -> Response:
        del received, answer
        now = time.time() + by
        headers = {**spent(), "date": formatdate(now, usegmt=True), "x-ratelimit-reset": str(int(now))}
        return Sent(429, {**JSON, **headers}, b'{"message":"API rate limit exceeded for user ID 1."}')

    return fault
