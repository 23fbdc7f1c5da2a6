"""Classification: from a redirect chain to a verdict, by the table of verdicts."""

import re
from functools import cache
from http import HTTPStatus
from itertools import pairwise

from lmsys_enrich.checkers.website.redirect_chain import SUCCESS, End, RedirectChain, RedirectError
from lmsys_enrich.checkers.website.signatures import interstitial_at, is_bot_protection
from lmsys_enrich.http.messages import ErrorKind, FetchError, Response
from lmsys_enrich.http.sites import site_of
from lmsys_enrich.model.finding import Observation, Suggestion, Verdict
from lmsys_enrich.urls import fragment_of, host_of, path_of, query_of, server_of
from lmsys_enrich.values import Value

_GONE = frozenset({404, 410, 451})
# They announce other forms of the page, or that it did not change: either way it is there.
_NO_REDIRECT = frozenset({300, 304})

_TROUBLE: dict[ErrorKind, tuple[Verdict, str]] = {
    ErrorKind.NAME_UNKNOWN: (Verdict.DEAD, "host name does not exist"),
    ErrorKind.NAME_UNANSWERED: (Verdict.FAILING, "host name could not be looked up"),
    ErrorKind.REFUSED: (Verdict.FAILING, "connection refused"),
    ErrorKind.UNREACHABLE: (Verdict.FAILING, "host cannot be reached"),
    ErrorKind.RESET: (Verdict.FAILING, "connection was broken off"),
    ErrorKind.TIMEOUT: (Verdict.FAILING, "no answer in time"),
    ErrorKind.TLS: (Verdict.FAILING, "no secure connection"),
    ErrorKind.TLS_STRICT: (Verdict.FAILING, "no secure connection"),
    ErrorKind.PROTOCOL: (Verdict.FAILING, "the answer is not HTTP"),
    ErrorKind.PRIVATE: (Verdict.SKIPPED, "private address"),
    ErrorKind.ADDRESS: (Verdict.FAILING, "the address cannot be asked"),
    ErrorKind.NOT_SENT: (Verdict.UNCHECKED, "its host was given up"),
    ErrorKind.PROXY: (Verdict.FAILING, "the proxy did not let the question through"),
}
# Where the kind alone leaves a maintainer guessing; other details change from night to night.
_DETAILED = frozenset({ErrorKind.TLS, ErrorKind.TLS_STRICT, ErrorKind.ADDRESS})
_LONGEST_DETAIL = 200
# The fault may be ours: the proxy is, and browsers accept what our TLS refuses. Lasting proves nothing.
_OUR_SIDE = frozenset({ErrorKind.PROXY, ErrorKind.TLS_STRICT})


class Classification(Value):
    """A verdict with its reason; `may_die` as in `Answer`."""

    verdict: Verdict
    reason: str
    can_become_dead: bool = True


def classify(end: End) -> Classification:
    """Judge where a journey ended, whatever led there."""
    if isinstance(end, Response):
        return _judge_reply(end)
    if isinstance(end, FetchError):
        return _judge_trouble(end)
    return Classification(
        Verdict.SKIPPED if end is RedirectError.OTHER_SCHEME else Verdict.FAILING, end.value
    )


def _judge_reply(reply: Response) -> Classification:
    reason = _status_line(reply.status)
    if reply.status in _GONE:
        return Classification(Verdict.DEAD, reason)
    if is_bot_protection(reply):
        return Classification(Verdict.GUARDED, f"{reason}: the site turns robots away")
    alive = reply.status in SUCCESS or reply.status in _NO_REDIRECT
    return Classification(Verdict.ALIVE if alive else Verdict.FAILING, reason)


def _judge_trouble(trouble: FetchError) -> Classification:
    verdict, reason = _TROUBLE[trouble.kind]
    detail = " ".join(trouble.detail.split())[:_LONGEST_DETAIL]
    if trouble.kind in _DETAILED and detail:
        reason = f"{reason}: {detail}"
    return Classification(verdict, reason, can_become_dead=trouble.kind not in _OUR_SIDE)


@cache
def _status_line(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP status {status}"


# RFC 9110 §15.4: only these promise that the new address will hold.
_PERMANENT = frozenset({301, 308})

_FRONT = re.compile(r"/(?:(?:index|default|home)(?:\.[a-z]{3,5})?/?)?", re.IGNORECASE)
_LOCALE = re.compile(
    r"/(?:ar|cn|cs|de|el|en|es|fi|fr|he|hu|it|ja|jp|ko|nl|pl|pt|ru|sv|tr|uk|us|vi|zh)(?:[-_][a-z]{2,4})?/?",
    re.IGNORECASE,
)


def classify_chain(chain: RedirectChain) -> Observation:
    """Answer for a link from the way that was gone and from what stands at its end."""
    classification = classify(chain.end)
    suggestion = None
    if chain.hops:
        if classification.verdict is Verdict.ALIVE:
            classification = _judge_way(chain, classification)
        else:
            classification = _judge_failed_way(chain, classification)
        if classification.verdict is Verdict.MOVED:
            suggestion = _suggestion(chain)
    replied = isinstance(chain.end, Response)
    return Observation(
        chain.start,
        classification.verdict,
        classification.reason,
        http_status=_status(chain),
        final_url=chain.final if replied or chain.hops else None,
        hops=chain.hops,
        suggestion=suggestion,
        can_become_dead=classification.can_become_dead,
        validators=chain.validators,
    )


def leads_to_home_page(chain: RedirectChain) -> bool:
    """
    Whether a deep address came out at the front page of its own site, a "soft 404".

    The front page of another part of the site (`example.org/docs` at
    `docs.example.org/`) is a page of its own, and so is one with a query or a
    fragment, which may name what is shown.
    """
    if not _is_deep(chain.start) or _is_deep(chain.final):
        return False
    if query_of(chain.final).strip("?") or fragment_of(chain.final):
        return False
    (_, asked_name, asked_port), (_, name, port) = server_of(chain.start), server_of(chain.final)
    host, asked_host = _bare(name), _bare(asked_name)
    same_port = port == asked_port or {port, asked_port} == {80, 443}
    return same_port and host in {asked_host, site_of(asked_host)}


def _judge_way(chain: RedirectChain, classification: Classification) -> Classification:
    """Judge a way that ended well."""
    rate_limiter = interstitial_at(chain.final, chain.start)
    if rate_limiter is not None:
        return Classification(Verdict.GUARDED, f"redirects to a {rate_limiter}")
    if leads_to_home_page(chain):
        return Classification(
            Verdict.FAILING, "redirects to the home page of its site", can_become_dead=False
        )
    if any(hop.status not in _PERMANENT for hop in chain.hops):
        return classification
    reason = "moved for good"
    if _loses_security(chain):
        reason = "moved for good, but by way of an address without encryption"
    return Classification(Verdict.MOVED, reason)


def _judge_failed_way(chain: RedirectChain, classification: Classification) -> Classification:
    """Judge a way that did not end well: by its end, unless somebody kept us out on the way."""
    if isinstance(chain.end, RedirectError):
        gates = (interstitial_at(hop.url, chain.start) for hop in chain.hops)
        rate_limiter = next((kind for kind in gates if kind is not None), None)
        return (
            classification
            if rate_limiter is None
            else Classification(Verdict.GUARDED, f"redirects to a {rate_limiter}")
        )
    target = host_of(chain.final)
    where = "a redirect" if target == host_of(chain.start) else f"a redirect to {target}"
    return Classification(
        classification.verdict, f"{classification.reason}, after {where}", classification.can_become_dead
    )


def _suggestion(chain: RedirectChain) -> Suggestion | None:
    """Return the new address, where a maintainer may take it without looking."""
    lost = _is_deep(chain.start) and not _is_deep(chain.final)
    if lost or _loses_security(chain):
        return None
    if chain.final == chain.start.replace("http://", "https://", 1):
        return Suggestion(chain.final, "the same page over https")
    return Suggestion(chain.final, "permanent redirect")


def _loses_security(chain: RedirectChain) -> bool:
    """Whether any hop leads from https to http, where anybody on the way can lead it elsewhere."""
    way = [hop.url for hop in chain.hops] + [chain.final]
    secure = [url.startswith("https:") for url in way]
    return any(before and not after for before, after in pairwise(secure))


def _is_deep(url: str) -> bool:
    path = path_of(url)
    return not (_FRONT.fullmatch(path) or _LOCALE.fullmatch(path))


def _bare(host: str) -> str:
    return host.removeprefix("www.")


def _status(chain: RedirectChain) -> int | None:
    if isinstance(chain.end, Response):
        return chain.end.status
    return chain.hops[-1].status if chain.hops else None
