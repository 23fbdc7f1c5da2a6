"""What the way to a page says of the link: moved for good, led astray, or just passed on."""

import re
from itertools import pairwise
from urllib.parse import urlsplit

from lmsys_enrich.askers.website.gates import gate_at
from lmsys_enrich.askers.website.journey import DeadEnd, Journey
from lmsys_enrich.askers.website.judge import Judgement, judge
from lmsys_enrich.model.finding import Answer, Suggestion, Verdict
from lmsys_enrich.net.exchange import Reply
from lmsys_enrich.net.sites import site_of
from lmsys_enrich.urls import host_of

# RFC 9110 §15.4: only these promise that the new address will hold.
_PERMANENT = frozenset({301, 308})

_FRONT = re.compile(r"/(?:(?:index|default|home)(?:\.[a-z]{3,5})?/?)?", re.IGNORECASE)
_LOCALE = re.compile(
    r"/(?:ar|cn|cs|de|el|en|es|fi|fr|he|hu|it|ja|jp|ko|nl|pl|pt|ru|sv|tr|uk|us|vi|zh)(?:[-_][a-z]{2,4})?/?",
    re.IGNORECASE,
)


def weigh(journey: Journey) -> Answer:
    """Answer for a link from the way that was gone and from what stands at its end."""
    judgement = judge(journey.end)
    suggestion = None
    if journey.hops:
        if judgement.verdict is Verdict.ALIVE:
            judgement = _judge_way(journey, judgement)
        else:
            judgement = _judge_failed_way(journey, judgement)
        if judgement.verdict is Verdict.MOVED:
            suggestion = _suggestion(journey)
    replied = isinstance(journey.end, Reply)
    return Answer(
        journey.start,
        judgement.verdict,
        judgement.reason,
        http_status=_status(journey),
        final_url=journey.final if replied or journey.hops else None,
        hops=journey.hops,
        suggestion=suggestion,
        may_die=judgement.may_die,
        got=journey.got,
    )


def leads_to_home_page(journey: Journey) -> bool:
    """
    Whether a deep address came out at the front page of its own site, a "soft 404".

    The front page of another part of the site (`example.org/docs` at
    `docs.example.org/`) is a page of its own, and so is one with a query or a
    fragment, which may name what is shown.
    """
    asked, final = urlsplit(journey.start), urlsplit(journey.final)
    if not _is_deep(journey.start) or _is_deep(journey.final) or final.query or final.fragment:
        return False
    host, asked_host = _bare(final.hostname), _bare(asked.hostname)
    same_port = final.port == asked.port or {final.port, asked.port} <= {None, 80, 443}
    return same_port and host in {asked_host, site_of(asked_host)}


def _judge_way(journey: Journey, judgement: Judgement) -> Judgement:
    """Judge a way that ended well."""
    gate = gate_at(journey.final, journey.start)
    if gate is not None:
        return Judgement(Verdict.GUARDED, f"redirects to a {gate}")
    if leads_to_home_page(journey):
        return Judgement(Verdict.FAILING, "redirects to the home page of its site", may_die=False)
    if any(hop.status not in _PERMANENT for hop in journey.hops):
        return judgement
    reason = "moved for good"
    if _loses_security(journey):
        reason = "moved for good, but by way of an address without encryption"
    return Judgement(Verdict.MOVED, reason)


def _judge_failed_way(journey: Journey, judgement: Judgement) -> Judgement:
    """Judge a way that did not end well: by its end, unless somebody kept us out on the way."""
    if isinstance(journey.end, DeadEnd):
        gates = (gate_at(hop.url, journey.start) for hop in journey.hops)
        gate = next((kind for kind in gates if kind is not None), None)
        return judgement if gate is None else Judgement(Verdict.GUARDED, f"redirects to a {gate}")
    target = host_of(journey.final)
    where = "a redirect" if target == host_of(journey.start) else f"a redirect to {target}"
    return Judgement(judgement.verdict, f"{judgement.reason}, after {where}", judgement.may_die)


def _suggestion(journey: Journey) -> Suggestion | None:
    """Return the new address, where a maintainer may take it without looking."""
    lost = _is_deep(journey.start) and not _is_deep(journey.final)
    if lost or _loses_security(journey):
        return None
    if journey.final == journey.start.replace("http://", "https://", 1):
        return Suggestion(journey.final, "the same page over https")
    return Suggestion(journey.final, "permanent redirect")


def _loses_security(journey: Journey) -> bool:
    """Whether any hop leads from https to http, where anybody on the way can lead it elsewhere."""
    way = [hop.url for hop in journey.hops] + [journey.final]
    secure = [url.startswith("https:") for url in way]
    return any(before and not after for before, after in pairwise(secure))


def _is_deep(url: str) -> bool:
    path = urlsplit(url).path or "/"
    return not (_FRONT.fullmatch(path) or _LOCALE.fullmatch(path))


def _bare(host: str | None) -> str:
    return (host or "").removeprefix("www.")


def _status(journey: Journey) -> int | None:
    if isinstance(journey.end, Reply):
        return journey.end.status
    return journey.hops[-1].status if journey.hops else None
