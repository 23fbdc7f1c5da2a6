"""What the end of a journey says of the link, by the table of verdicts."""

from functools import cache
from http import HTTPStatus

from lmsys_enrich.askers.website.journey import SUCCESS, DeadEnd, End
from lmsys_enrich.askers.website.walls import is_wall
from lmsys_enrich.model.finding import Verdict
from lmsys_enrich.net.exchange import Reply, Trouble, TroubleKind
from lmsys_enrich.values import Value

_GONE = frozenset({404, 410, 451})
# They announce other forms of the page, or that it did not change: either way it is there.
_NO_REDIRECT = frozenset({300, 304})

_TROUBLE: dict[TroubleKind, tuple[Verdict, str]] = {
    TroubleKind.NAME_UNKNOWN: (Verdict.DEAD, "host name does not exist"),
    TroubleKind.NAME_UNANSWERED: (Verdict.FAILING, "host name could not be looked up"),
    TroubleKind.REFUSED: (Verdict.FAILING, "connection refused"),
    TroubleKind.UNREACHABLE: (Verdict.FAILING, "host cannot be reached"),
    TroubleKind.RESET: (Verdict.FAILING, "connection was broken off"),
    TroubleKind.TIMEOUT: (Verdict.FAILING, "no answer in time"),
    TroubleKind.TLS: (Verdict.FAILING, "no secure connection"),
    TroubleKind.PROTOCOL: (Verdict.FAILING, "the answer is not HTTP"),
    TroubleKind.PRIVATE: (Verdict.SKIPPED, "private address"),
    TroubleKind.ADDRESS: (Verdict.FAILING, "the address cannot be asked"),
    TroubleKind.PROXY: (Verdict.FAILING, "the proxy did not let the question through"),
}
# Where the kind alone leaves a maintainer guessing; other details change from night to night.
_DETAILED = frozenset({TroubleKind.TLS, TroubleKind.ADDRESS})
_LONGEST_DETAIL = 200


class Judgement(Value):
    """A verdict with its reason; `may_die` as in `Answer`."""

    verdict: Verdict
    reason: str
    may_die: bool = True


def judge(end: End) -> Judgement:
    """Judge where a journey ended, whatever led there."""
    if isinstance(end, Reply):
        return _judge_reply(end)
    if isinstance(end, Trouble):
        return _judge_trouble(end)
    return Judgement(Verdict.SKIPPED if end is DeadEnd.OTHER_SCHEME else Verdict.FAILING, end.value)


def _judge_reply(reply: Reply) -> Judgement:
    reason = _status_line(reply.status)
    if reply.status in _GONE:
        return Judgement(Verdict.DEAD, reason)
    if is_wall(reply):
        return Judgement(Verdict.GUARDED, f"{reason}: the site turns robots away")
    alive = reply.status in SUCCESS or reply.status in _NO_REDIRECT
    return Judgement(Verdict.ALIVE if alive else Verdict.FAILING, reason)


def _judge_trouble(trouble: Trouble) -> Judgement:
    verdict, reason = _TROUBLE[trouble.kind]
    detail = " ".join(trouble.detail.split())[:_LONGEST_DETAIL]
    if trouble.kind in _DETAILED and detail:
        reason = f"{reason}: {detail}"
    # The proxy is ours: what it refuses says nothing of the link, however long it lasts.
    return Judgement(verdict, reason, may_die=trouble.kind is not TroubleKind.PROXY)


@cache
def _status_line(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP status {status}"
