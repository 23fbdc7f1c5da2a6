"""Fetch of one link: HEAD first, GET where HEAD is refused or doubtful, https where a host takes no http."""

from lmsys_enrich.checkers.website.classify import classify, classify_chain
from lmsys_enrich.checkers.website.redirect_chain import RedirectChain, RedirectFollower
from lmsys_enrich.checkers.website.session import Cookies
from lmsys_enrich.checkers.website.signatures import is_doubtful_success
from lmsys_enrich.http.messages import CAUSED_BY_METHOD, ErrorKind, Fetch, FetchError, Response
from lmsys_enrich.model.finding import Finding, Verdict
from lmsys_enrich.urls import server_of
from lmsys_enrich.values import replace

# The last is for further links of a host that was given up after such failures over http.
_NO_CONNECTION = frozenset(
    {ErrorKind.REFUSED, ErrorKind.UNREACHABLE, ErrorKind.TIMEOUT, ErrorKind.RESET, ErrorKind.NOT_SENT}
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
    """Return true where GET cannot change the result."""
    if isinstance(chain.end, FetchError):  # after a redirect, GET may be redirected elsewhere, or not at all
        return not chain.hops and chain.end.kind not in CAUSED_BY_METHOD
    if classify(chain.end).verdict is not Verdict.ALIVE:
        return False
    if isinstance(chain.end, Response) and is_doubtful_success(chain.final, chain.end):
        return False
    if not chain.hops:
        return True
    # HEAD alone may lead to a login page, an error page, or the home page. What has moved without a
    # suggestion may be one of these.
    observation = classify_chain(chain)
    return observation.verdict is Verdict.ALIVE or observation.suggestion is not None


def _clearer(with_head: RedirectChain, with_get: RedirectChain) -> RedirectChain:
    """Return the chain of GET, unless it has no response and HEAD met a bot wall or a page."""
    if not isinstance(with_get.end, FetchError) or with_get.end.kind is ErrorKind.NOT_SENT:
        return with_get
    # A wall that first refuses and then hangs up is still a wall.
    verdict = classify(with_head.end).verdict
    is_sure = verdict is Verdict.GUARDED or (verdict is Verdict.ALIVE and not with_head.hops)
    return with_head if is_sure else with_get
