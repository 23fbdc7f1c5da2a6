"""Visit one link: HEAD, then GET where HEAD is refused or doubtful, redirects followed hop by hop."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lmsys_enrich.checkers.website.classify import classify, classify_chain
from lmsys_enrich.checkers.website.redirect_chain import MAX_HOPS, SUCCESS, RedirectChain, RedirectError
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
from lmsys_enrich.values import replace

_HEADERS: Mapping[str, str] = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
# Walls show their signatures at the top of their pages, which are small.
_ENOUGH_FOR_SIGNATURES = 16_384
# The statuses that browsers follow: https://fetch.spec.whatwg.org/#redirect-status
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NO_CONNECTION = frozenset({ErrorKind.REFUSED, ErrorKind.UNREACHABLE, ErrorKind.TIMEOUT, ErrorKind.RESET})
# No request got as far as the method: GET would fail alike.
_BEFORE_THE_METHOD = frozenset(
    {
        ErrorKind.NAME_UNKNOWN,
        ErrorKind.NAME_EMPTY,
        ErrorKind.NAME_UNANSWERED,
        ErrorKind.REFUSED,
        ErrorKind.UNREACHABLE,
        ErrorKind.LOCAL,
        ErrorKind.HUNG_UP,
        ErrorKind.TLS,
        ErrorKind.TLS_STRICT,
        ErrorKind.PRIVATE,
        ErrorKind.ADDRESS,
        ErrorKind.PROXY,
        ErrorKind.NOT_SENT,
        ErrorKind.BUG,
    }
)


async def fetch_link(fetch: Fetch, url: str, previous: Finding | None = None) -> RedirectChain:
    """
    Follow a link to its end, with as few requests as give a sure result.

    HEAD goes first, and its good news is final. Its bad news never is: servers refuse
    it, hang, or redirect it elsewhere, so anything but success is requested again with
    GET, from the link's own address and with the cookies that its redirects set. Where
    only GET succeeded the last time (`previous`), HEAD is left out. Where a host does
    not respond over http, https is tried, as browsers do.
    """
    chain = await _fetch_as_written(fetch, url, previous)
    secure = _over_https(chain)
    if secure is None:
        return chain
    upgraded = await _fetch_as_written(fetch, secure, None)
    if classify(upgraded.end).verdict not in {Verdict.ALIVE, Verdict.GUARDED}:
        return chain
    return replace(upgraded, start=url, hops=(*chain.hops, *upgraded.hops))


def _over_https(chain: RedirectChain) -> str | None:
    """
    Return the address over https of a host that takes no connection over http.

    https://developer.chrome.com/blog/https-upgrades, and the domains for which browsers know
    no http: https://hstspreload.org.
    """
    if not isinstance(chain.end, FetchError) or chain.end.kind not in _NO_CONNECTION:
        return None
    scheme, _, port = server_of(chain.final)
    return chain.final.replace("http:", "https:", 1) if (scheme, port) == ("http", 80) else None


async def _fetch_as_written(fetch: Fetch, url: str, previous: Finding | None) -> RedirectChain:
    """Follow a link to its end with HEAD, and with GET where that is not sure."""
    cookies = Cookies()
    if previous is not None and previous.validators is not None:
        chain = await RedirectFollower(fetch, cookies, previous=previous).go(url)
    else:
        chain = await RedirectFollower(fetch, cookies).go(url)
        if _is_final(chain):
            return chain
        with_get = await RedirectFollower(fetch, cookies, with_get=True).go(url)
        return _clearer(chain, with_get)
    if _is_final(chain) or not chain.hops:
        return chain
    return await RedirectFollower(fetch, cookies, with_get=True).go(url)


def _is_final(chain: RedirectChain) -> bool:
    """Return true where GET cannot give another result."""
    if chain.hops and classify(chain.end).verdict is not Verdict.ALIVE:
        return False  # GET may be redirected elsewhere, or not at all
    if isinstance(chain.end, FetchError):
        return chain.end.kind in _BEFORE_THE_METHOD
    if classify(chain.end).verdict is not Verdict.ALIVE:
        return False
    if not chain.hops:
        return True
    # HEAD alone may lead to a login page, an error page, or the home page. What has moved without a
    # suggestion may be one of these.
    observation = classify_chain(chain)
    return observation.verdict is Verdict.ALIVE or observation.suggestion is not None


def _clearer(with_head: RedirectChain, with_get: RedirectChain) -> RedirectChain:
    """Return the chain of GET, unless it failed where HEAD had met a bot wall."""
    walled = classify(with_head.end).verdict is Verdict.GUARDED
    # A wall that first refuses and then hangs up is still a wall.
    if walled and isinstance(with_get.end, FetchError) and with_get.end.kind is not ErrorKind.NOT_SENT:
        return with_head
    return with_get


@dataclass(slots=True)
class RedirectFollower:
    """
    Follows the redirects of a link once: with HEAD, or `with_get` with GET and cookies.

    `previous` is the finding of earlier runs for the first address.
    """

    fetch: Fetch
    cookies: Cookies
    with_get: bool = False
    previous: Finding | None = None
    _hops: list[Hop] = field(default_factory=list)
    _seen: set[tuple[str, str]] = field(default_factory=set)
    _validators: Validators | None = None

    async def go(self, start: str) -> RedirectChain:
        address = start
        while True:
            try:
                url = _requestable(address)
            except InvalidAddress as problem:
                return self._end(start, address, FetchError(ErrorKind.ADDRESS, str(problem)))
            if self._is_repeated(url):
                return self._end(start, address, RedirectError.LOOP)
            outcome = await self._request(url)
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

    def _is_repeated(self, url: str) -> bool:
        """Return true for a request that was sent before, with the same cookies."""
        request = (url, self._cookie(url))
        is_repeated = request in self._seen
        self._seen.add(request)
        return is_repeated

    def _cookie(self, url: str) -> str:
        return self.cookies.header(url) if self.with_get else ""

    async def _request(self, url: str) -> Outcome:
        headers = _HEADERS
        if cookie := self._cookie(url):
            headers = {**_HEADERS, "cookie": cookie}
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
            # Anything else may be due to the conditions, and is no evidence about the page.
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
