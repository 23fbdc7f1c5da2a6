"""Classification: from a redirect chain to a verdict, by the table of verdicts."""

from functools import cache
from http import HTTPStatus
from itertools import pairwise

from lmsys_enrich.checkers.website.interstitials import interstitial_at
from lmsys_enrich.checkers.website.parked_domains import is_parked
from lmsys_enrich.checkers.website.redirect_chain import (
    SUCCESS,
    End,
    RedirectChain,
    RedirectError,
    refresh_target,
)
from lmsys_enrich.checkers.website.signatures import is_bot_protection
from lmsys_enrich.checkers.website.soft_404 import is_deep, soft_404_at
from lmsys_enrich.http.messages import ErrorKind, FetchError, Response
from lmsys_enrich.model.finding import Hop, Observation, Suggestion, Verdict
from lmsys_enrich.urls import host_of
from lmsys_enrich.values import Value, replace

_GONE = frozenset({404, 410, 451})
# Other forms of the page are listed, or it did not change: it exists.
_NO_REDIRECT = frozenset({300, 304})
_CLIENT_ERRORS = range(400, 500)

_BY_ERROR: dict[ErrorKind, tuple[Verdict, str]] = {
    ErrorKind.NAME_UNKNOWN: (Verdict.DEAD, "host name does not exist"),
    ErrorKind.NAME_EMPTY: (Verdict.FAILING, "host name has no address"),
    ErrorKind.NAME_UNANSWERED: (Verdict.FAILING, "host name could not be looked up"),
    ErrorKind.REFUSED: (Verdict.FAILING, "connection refused"),
    ErrorKind.UNREACHABLE: (Verdict.FAILING, "host cannot be reached"),
    ErrorKind.LOCAL: (Verdict.FAILING, "no route from this machine to the host"),
    ErrorKind.RESET: (Verdict.FAILING, "connection closed unexpectedly"),
    ErrorKind.TIMEOUT: (Verdict.FAILING, "no response in time"),
    ErrorKind.TLS: (Verdict.FAILING, "TLS connection failed"),
    ErrorKind.HUNG_UP: (Verdict.FAILING, "TLS connection failed"),
    ErrorKind.TLS_STRICT: (Verdict.FAILING, "TLS connection failed"),
    ErrorKind.PROTOCOL: (Verdict.FAILING, "the response is not HTTP"),
    ErrorKind.PRIVATE: (Verdict.SKIPPED, "private address"),
    ErrorKind.ADDRESS: (Verdict.FAILING, "the address cannot be requested"),
    ErrorKind.BUG: (Verdict.UNCHECKED, "a bug in lmsys-enrich"),
    ErrorKind.NOT_SENT: (Verdict.UNCHECKED, "no more requests to its host"),
    ErrorKind.PROXY: (Verdict.FAILING, "the proxy refused the request"),
}
# Where the kind alone leaves a maintainer guessing; other details change from night to night.
_DETAILED = frozenset(
    {ErrorKind.TLS, ErrorKind.TLS_STRICT, ErrorKind.HUNG_UP, ErrorKind.ADDRESS, ErrorKind.LOCAL}
)
_LONGEST_DETAIL = 200
# The fault may be ours: the proxy, a runner without IPv6, our TLS where browsers succeed, walls that know our
# handshake, and heads that browsers forgive. However long such a failure lasts, it proves nothing.
_OUR_SIDE = frozenset(
    {ErrorKind.PROXY, ErrorKind.LOCAL, ErrorKind.TLS_STRICT, ErrorKind.HUNG_UP, ErrorKind.PROTOCOL}
)


class Classification(Value):
    """A verdict with its reason; `can_become_dead` as in `Observation`."""

    verdict: Verdict
    reason: str
    can_become_dead: bool = True


def classify(end: End) -> Classification:
    """Classify the end of a redirect chain by itself."""
    if isinstance(end, Response):
        return _classify_response(end)
    if isinstance(end, FetchError):
        return _classify_error(end)
    return Classification(
        Verdict.SKIPPED if end is RedirectError.OTHER_SCHEME else Verdict.FAILING, end.value
    )


def _classify_response(response: Response) -> Classification:
    reason = _status_line(response.status)
    if response.status in _GONE:
        return Classification(Verdict.DEAD, reason)
    if is_bot_protection(response):
        return Classification(Verdict.GUARDED, f"{reason}: the site blocks robots")
    if is_parked(response):  # whatever its status: some say 200, some 403 or 410 later
        reason = f"{reason}: the domain is parked or for sale"
        return Classification(Verdict.FAILING, reason, can_become_dead=False)
    if response.status in SUCCESS or response.status in _NO_REDIRECT:
        return Classification(Verdict.ALIVE, reason)
    # A 4xx that is not about the page says that our request was wrong: it never makes the page dead.
    is_our_request = response.status in _CLIENT_ERRORS and response.status != HTTPStatus.TOO_MANY_REQUESTS
    return Classification(Verdict.FAILING, reason, can_become_dead=not is_our_request)


def _classify_error(error: FetchError) -> Classification:
    verdict, reason = _BY_ERROR[error.kind]
    detail = " ".join(error.detail.split())[:_LONGEST_DETAIL]
    if error.kind in _DETAILED and detail:
        reason = f"{reason}: {detail}"
    if error.kind is ErrorKind.NOT_SENT and detail:
        reason = detail
    return Classification(verdict, reason, can_become_dead=error.kind not in _OUR_SIDE)


@cache
def _status_line(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP status {status}"


def classify_chain(chain: RedirectChain) -> Observation:
    """Classify a link by its redirects and their end."""
    classification = classify(chain.end)
    suggestion = None
    if classification.verdict is Verdict.ALIVE and isinstance(chain.end, Response):
        classification = _classify_page(chain, chain.end, classification)
    elif chain.hops:
        classification = _classify_failed_redirects(chain, classification)
    if classification.verdict is Verdict.MOVED:
        suggestion = _suggestion(chain)
    replied = isinstance(chain.end, Response)
    # Over TLS the host has shown its certificate, so it is there. It wants a certificate of visitors (TLS 1.3
    # says so after the handshake, and a reset overtakes the alert), or it knows us for a robot.
    is_hung_up = (
        isinstance(chain.end, FetchError) and chain.end.kind is ErrorKind.RESET and _is_secure(chain.final)
    )
    return Observation(
        chain.start,
        classification.verdict,
        classification.reason,
        http_status=_status(chain),
        final_url=chain.final if replied or chain.hops else None,
        hops=chain.hops,
        suggestion=suggestion,
        can_become_dead=classification.can_become_dead and not is_hung_up,
        validators=chain.validators,
    )


def _classify_page(chain: RedirectChain, page: Response, classification: Classification) -> Classification:
    """Classify a link that ends at a page: by the redirects there, and by where the page leads at once."""
    refresh = refresh_target(chain.final, page)
    if refresh is not None:
        led = replace(chain, hops=(*chain.hops, Hop(chain.final, page.status)), final=refresh)
        if (turned_away := _classify_target(led)) is not None:
            return turned_away
    if chain.hops:
        return _classify_target(chain) or _classify_redirects(chain, classification)
    if chain.start.startswith("http:") and _is_secure(chain.final):
        return Classification(Verdict.ALIVE, f"{classification.reason}, only over https")
    return classification


def _classify_target(chain: RedirectChain) -> Classification | None:
    """Classify redirects by the address where they end; return None for that of an ordinary page."""
    interstitial = interstitial_at(chain.final, chain.start, permanent=chain.is_permanent)
    if interstitial is not None:
        return Classification(Verdict.GUARDED, f"redirects to a {interstitial}")
    soft_404 = soft_404_at(chain)
    if soft_404 is not None:
        return Classification(Verdict.FAILING, f"redirects to {soft_404}", can_become_dead=False)
    return None


def _classify_redirects(chain: RedirectChain, classification: Classification) -> Classification:
    """Classify redirects that end at an ordinary page."""
    if not chain.is_permanent:
        return classification
    reason = "moved permanently"
    if _loses_security(chain):
        reason = "moved permanently, but through an unencrypted address"
    return Classification(Verdict.MOVED, reason)


def _classify_failed_redirects(chain: RedirectChain, classification: Classification) -> Classification:
    """Classify redirects that end at no page: by their end, unless they loop through a login page."""
    if isinstance(chain.end, RedirectError):
        interstitials = (interstitial_at(hop.url, chain.start) for hop in chain.hops)
        interstitial = next((kind for kind in interstitials if kind is not None), None)
        if interstitial is None:
            return classification
        return Classification(Verdict.GUARDED, f"redirects to a {interstitial}")
    if classification.verdict is Verdict.UNCHECKED:
        return classification
    target = host_of(chain.final)
    where = "a redirect" if target == host_of(chain.start) else f"a redirect to {target}"
    return Classification(
        classification.verdict, f"{classification.reason}, after {where}", classification.can_become_dead
    )


def _suggestion(chain: RedirectChain) -> Suggestion | None:
    """Return the new address; None where a maintainer must look before taking it."""
    lost = is_deep(chain.start) and not is_deep(chain.final)
    # A page named like a login may be one: a maintainer must look at it first.
    if lost or _loses_security(chain) or interstitial_at(chain.final, chain.start) is not None:
        return None
    if chain.final == chain.start.replace("http://", "https://", 1):
        return Suggestion(chain.final, "the same page over https")
    return Suggestion(chain.final, "permanent redirect")


def _loses_security(chain: RedirectChain) -> bool:
    """Return true where a hop leads from https to http, where anyone on the path can change its target."""
    addresses = [*(hop.url for hop in chain.hops), chain.final]
    secure = list(map(_is_secure, addresses))
    return any(before and not after for before, after in pairwise(secure))


def _is_secure(url: str) -> bool:
    return url.startswith("https:")


def _status(chain: RedirectChain) -> int | None:
    if isinstance(chain.end, Response):
        return chain.end.status
    return chain.hops[-1].status if chain.hops else None
