"""Visit one link: HEAD, then GET where HEAD is refused or doubtful, redirects followed hop by hop."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lmsys_enrich.checkers.website.classify import classify, leads_to_error_page, leads_to_home_page
from lmsys_enrich.checkers.website.redirect_chain import MAX_HOPS, SUCCESS, RedirectChain, RedirectError
from lmsys_enrich.checkers.website.session import (
    Cookies,
    as_if_asked_without,
    conditions,
    is_unchanged,
    validators_of,
)
from lmsys_enrich.checkers.website.signatures import is_challenge
from lmsys_enrich.http.messages import ErrorKind, Fetch, FetchError, Outcome, Request, Response
from lmsys_enrich.model.finding import Finding, Hop, Validators, Verdict
from lmsys_enrich.urls import InvalidAddress, decode_location, is_web, link_key, resolve
from lmsys_enrich.values import replace

_HEADERS: Mapping[str, str] = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
# Walls tell what they are at the top of their pages, which are small.
_ENOUGH_FOR_MARKS = 16_384
# The statuses that browsers follow: https://fetch.spec.whatwg.org/#redirect-status
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# No request got as far as the method: GET would fail alike.
_BEFORE_THE_METHOD = frozenset(
    {
        ErrorKind.NAME_UNKNOWN,
        ErrorKind.NAME_UNANSWERED,
        ErrorKind.REFUSED,
        ErrorKind.UNREACHABLE,
        ErrorKind.TLS,
        ErrorKind.TLS_STRICT,
        ErrorKind.PRIVATE,
        ErrorKind.ADDRESS,
        ErrorKind.PROXY,
        ErrorKind.NOT_SENT,
    }
)
_LINKEDIN_REFUSES = 999


async def fetch_link(fetch: Fetch, url: str, previous: Finding | None = None) -> RedirectChain:
    """
    Follow a link to its end, with as few requests as give a sure result.

    HEAD goes first, and its good news is final. Its bad news never is: servers refuse
    it, hang, or redirect it elsewhere, so anything but success is requested again with
    GET, from the link's own address and with the cookies that the way has set. Where
    only GET succeeded the last time (`previous`), HEAD is left out.
    """
    cookies = Cookies()
    if previous is not None and previous.validators is not None:
        chain = await RedirectFollower(fetch, cookies, previous=previous).go(url)
    else:
        chain = await RedirectFollower(fetch, cookies).go(url)
        if _is_final(chain):
            return chain
        with_get = await RedirectFollower(fetch, cookies, careful=True).go(url)
        return _clearer(chain, with_get)
    if _is_final(chain) or not chain.hops:
        return chain
    return await RedirectFollower(fetch, cookies, careful=True).go(url)


def _is_final(chain: RedirectChain) -> bool:
    """Whether GET could not come to anything else."""
    end = chain.end
    if isinstance(end, RedirectError):
        return end is RedirectError.OTHER_SCHEME
    if isinstance(end, FetchError):
        return end.kind in _BEFORE_THE_METHOD
    if end.status == _LINKEDIN_REFUSES or is_challenge(end):
        return True  # a bot wall says the same to any method, and guarded links never die
    if classify(end).verdict is not Verdict.ALIVE:
        return False
    return not (chain.hops and (leads_to_home_page(chain) or leads_to_error_page(chain)))


def _clearer(with_head: RedirectChain, with_get: RedirectChain) -> RedirectChain:
    """Return the result of GET, unless it failed where HEAD had met a bot wall."""
    walled = classify(with_head.end).verdict is Verdict.GUARDED
    # A wall that first refuses and then hangs up is still a wall.
    if walled and isinstance(with_get.end, FetchError) and with_get.end.kind is not ErrorKind.NOT_SENT:
        return with_head
    return with_get


@dataclass(slots=True)
class RedirectFollower:
    """
    One way along the redirects; a careful one uses GET only and carries cookies.

    `known` is what earlier runs found out about where it starts.
    """

    fetch: Fetch
    cookies: Cookies
    careful: bool = False
    previous: Finding | None = None
    _hops: list[Hop] = field(default_factory=list)
    _seen: set[tuple[str, str]] = field(default_factory=set)
    _got: Validators | None = None

    async def go(self, start: str) -> RedirectChain:
        address = start
        while True:
            try:
                url = link_key(address)
            except InvalidAddress as problem:
                return self._end(start, address, FetchError(ErrorKind.ADDRESS, str(problem)))
            if self._was_here(url):
                return self._end(start, address, RedirectError.LOOP)
            outcome = await self._ask(url)
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

    def _was_here(self, url: str) -> bool:
        """Whether this was asked before; another cookie makes it another question."""
        task = (url, self._cookie(url))
        been = task in self._seen
        self._seen.add(task)
        return been

    def _cookie(self, url: str) -> str:
        return self.cookies.header(url) if self.careful else ""

    async def _ask(self, url: str) -> Outcome:
        headers = _HEADERS
        if cookie := self._cookie(url):
            headers = {**_HEADERS, "cookie": cookie}
        if self.careful:
            got = await self.fetch(_get(url, headers))
            if isinstance(got, Response) and not self._hops:
                self._got = validators_of(got)
            return got
        if self.previous is not None and self.previous.validators is not None and not self._hops:
            return await self._ask_again(_get(url, headers), self.previous)
        return await self.fetch(Request("HEAD", url, headers=headers))

    async def _ask_again(self, get: Request, previous: Finding) -> Outcome:
        """Ask what answered GET alone the last time; what has come back is asked with HEAD the next time."""
        asked = conditions(previous)
        if asked:
            told = await self.fetch(replace(get, headers={**get.headers, **asked}))
            if isinstance(told, Response) and (told.status in SUCCESS or is_unchanged(told)):
                self._got = validators_of(told)
                return as_if_asked_without(told)
            # Anything else may be what a server makes of our conditions, and says nothing of the page.
        got = await self.fetch(get)
        came_back = (
            previous.effective_verdict is not Verdict.ALIVE
            and isinstance(got, Response)
            and got.status in SUCCESS
        )
        if isinstance(got, Response) and not came_back:
            self._got = validators_of(got)
        return got

    def _end(self, start: str, final: str, end: Outcome | RedirectError) -> RedirectChain:
        return RedirectChain(
            start, tuple(self._hops), final, end, validators=None if self._hops else self._got
        )


def _get(url: str, headers: Mapping[str, str]) -> Request:
    return Request("GET", url, headers=headers, body_limit=_ENOUGH_FOR_MARKS)


def _target(base: str, response: Response) -> str | RedirectError | FetchError:
    """Return the absolute address that a redirect names, or why there is none to go to."""
    locations = {line.strip() for line in response.headers.get("location", "").split("\n")} - {""}
    if not locations:
        return RedirectError.NO_TARGET
    try:
        targets = {resolve(base, decode_location(location)) for location in locations}
    except InvalidAddress as problem:
        return FetchError(ErrorKind.ADDRESS, str(problem))
    if len(targets) > 1:  # browsers refuse it: nobody knows which is meant
        return FetchError(ErrorKind.PROTOCOL, "it redirects to several addresses at once")
    [target] = targets
    return target if is_web(target) else RedirectError.OTHER_SCHEME
