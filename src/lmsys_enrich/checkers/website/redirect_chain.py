"""Redirect chain: the hops of one link and its end, followed hop by hop as browsers do."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias

from lmsys_enrich.checkers.website.session import (
    Cookies,
    as_unconditional,
    conditions,
    is_unchanged,
    validators_of,
)
from lmsys_enrich.http.messages import ErrorKind, Fetch, FetchError, Outcome, Request, Response
from lmsys_enrich.model.finding import Finding, Hop, Validators, Verdict
from lmsys_enrich.urls import (
    BLOCKED_PORTS,
    InvalidAddress,
    decode_location,
    is_web,
    link_key,
    resolve,
    server_of,
)
from lmsys_enrich.values import State, Value, replace, value_field

MAX_HOPS = 10
SUCCESS = range(200, 300)


class RedirectError(StrEnum):
    """A redirect that cannot be followed; the value is the reason shown to maintainers."""

    LOOP = "redirects in a loop"
    TOO_MANY = f"redirects more than {MAX_HOPS} times"
    NO_TARGET = "redirects without a target"
    OTHER_SCHEME = "redirects to an address that is neither http nor https"


# RFC 9110 section 15.4: only these promise that the new address will hold.
_PERMANENT = frozenset({301, 308})

End: TypeAlias = Outcome | RedirectError


class RedirectChain(Value):
    """
    Redirects of a link, and its end.

    `hops` are the redirects, in order; `final` is the last address, with its fragment,
    and `end` its outcome. Without hops, `final` is `start`. `validators` are those of
    `Observation`.
    """

    start: str
    hops: tuple[Hop, ...]
    final: str
    end: End
    validators: Validators | None = None

    @property
    def is_permanent(self) -> bool:
        """Return true where no hop is temporary."""
        return all(hop.status in _PERMANENT for hop in self.hops)


_HEADERS: Mapping[str, str] = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
# Walls show their signatures at the top of their pages, which are small.
_ENOUGH_FOR_SIGNATURES = 16_384
# The statuses that browsers follow: https://fetch.spec.whatwg.org/#redirect-status
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class RedirectFollower(State):
    """
    Follows the redirects of a link once: with HEAD, or `with_get` with GET and cookies.

    `previous` is the finding of earlier runs for the first address.
    """

    fetch: Fetch
    cookies: Cookies
    with_get: bool = False
    previous: Finding | None = None
    _hops: list[Hop] = value_field(default_factory=list)
    _seen: set[tuple[str, str]] = value_field(default_factory=set)
    _validators: Validators | None = None

    async def go(self, start: str) -> RedirectChain:
        address = start
        while True:
            try:
                url = _requestable(address)
            except InvalidAddress as problem:
                return self._end(start, address, FetchError(ErrorKind.ADDRESS, str(problem)))
            cookie = self.cookies.header(url) if self.with_get else ""
            if (url, cookie) in self._seen:
                return self._end(start, address, RedirectError.LOOP)
            self._seen.add((url, cookie))
            outcome = await self._request(url, cookie)
            if not isinstance(outcome, Response) or outcome.status not in _REDIRECTS:
                return self._end(start, address, outcome)
            self._hops.append(Hop(url, outcome.status))
            self.cookies.note(url, outcome)
            target = _target(url, outcome)
            if isinstance(target, RedirectError | FetchError):
                return self._end(start, address, target)
            address = target
            if len(self._hops) > MAX_HOPS:
                return self._end(start, address, RedirectError.TOO_MANY)

    async def _request(self, url: str, cookie: str) -> Outcome:
        headers = {**_HEADERS, "cookie": cookie} if cookie else _HEADERS
        if self.with_get:
            outcome = await self.fetch(_get(url, headers))
            if isinstance(outcome, Response) and not self._hops:
                self._validators = validators_of(outcome)
            return outcome
        if self.previous is not None and self.previous.validators is not None and not self._hops:
            return await self._request_as_before(_get(url, headers), self.previous)
        return await self.fetch(Request("HEAD", url, headers=headers))

    async def _request_as_before(self, get: Request, previous: Finding) -> Outcome:
        """Send GET, to a page that served GET alone in the last run; HEAD is sent again once it recovers."""
        if condition := conditions(previous):
            conditional = await self.fetch(replace(get, headers={**get.headers, **condition}))
            if isinstance(conditional, Response) and (
                conditional.status in SUCCESS or is_unchanged(conditional)
            ):
                self._validators = validators_of(conditional)
                return as_unconditional(conditional)
            # Anything else may be due to the conditions and proves nothing about the page.
        outcome = await self.fetch(get)
        has_recovered = (
            previous.effective_verdict is not Verdict.ALIVE
            and isinstance(outcome, Response)
            and outcome.status in SUCCESS
        )
        if isinstance(outcome, Response) and not has_recovered:
            self._validators = validators_of(outcome)
        return outcome

    def _end(self, start: str, final: str, end: Outcome | RedirectError) -> RedirectChain:
        return RedirectChain(
            start, tuple(self._hops), final, end, validators=None if self._hops else self._validators
        )


def _requestable(address: str) -> str:
    """Return the key of an address. Raises `InvalidAddress` where browsers send nothing."""
    url = link_key(address)
    port = server_of(url)[2]
    if port in BLOCKED_PORTS:
        raise InvalidAddress(f"browsers refuse port {port}")
    return url


# `Refresh: 0; url=/x`, and the same in a page: https://html.spec.whatwg.org/#shared-declarative-refresh-steps
_REFRESH = re.compile(
    r"""[\s"']{0,9}([0-9]{1,4})[0-9.]{0,9}\s{0,9}[;,]\s{0,9}(?:url\s{0,9}=\s{0,9})?["']?([^"'\s>]{1,2000})""",
    re.IGNORECASE,
)
_META = re.compile(r"<meta\s", re.IGNORECASE)
_CONTENT = re.compile(r"\scontent\s{0,9}=", re.IGNORECASE)
_MAX_METAS = 50
# A page that refreshes later is one to read: many lead to a login when a session is over.
_AT_ONCE = 9


def refresh_target(url: str, response: Response) -> str | None:
    """Return the address to which a page leads by itself: by its header, or its code where it was read."""
    if not response.body and "refresh" not in response.headers:
        return None  # as nearly always
    refresh = _REFRESH.match(response.headers.get("refresh") or _meta_refresh(response.body))
    if refresh is None or int(refresh[1]) > _AT_ONCE:
        return None
    try:
        target = resolve(url, decode_location(refresh[2]))
    except InvalidAddress:
        return None
    return target if is_web(target) else None


def _meta_refresh(body: bytes) -> str:
    # What follows is for browsers without scripts, or for old ones.
    page = body.partition(b"<noscript")[0].partition(b"<!--")[0].decode("latin-1")
    tags = (tag.partition(">")[0] for tag in _META.split(page, _MAX_METAS)[1:])
    tag = next((f" {tag}" for tag in tags if "refresh" in tag.lower()), "")
    content = _CONTENT.search(tag)
    return tag[content.end() :] if content else ""


def _get(url: str, headers: Mapping[str, str]) -> Request:
    return Request("GET", url, headers=headers, body_limit=_ENOUGH_FOR_SIGNATURES)


def _target(base: str, response: Response) -> str | RedirectError | FetchError:
    """Return the absolute address that a redirect names, or the reason why it names none."""
    locations = {line.strip() for line in response.headers.get("location", "").split("\n")} - {""}
    if not locations:
        return RedirectError.NO_TARGET
    try:
        targets = {resolve(base, decode_location(location)) for location in locations}
    except InvalidAddress as problem:
        return FetchError(ErrorKind.ADDRESS, str(problem))
    if len(targets) > 1:  # browsers refuse it: the target is ambiguous
        return FetchError(ErrorKind.PROTOCOL, "it redirects to several addresses at once")
    [target] = targets
    return target if is_web(target) else RedirectError.OTHER_SCHEME
