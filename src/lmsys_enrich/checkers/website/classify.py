"""What the end of a journey says of the link, by the table of verdicts."""

from functools import cache
from http import HTTPStatus

from lmsys_enrich.checkers.website.bot_protection import is_bot_protection
from lmsys_enrich.checkers.website.redirect_chain import SUCCESS, End, RedirectError
from lmsys_enrich.http.messages import ErrorKind, FetchError, Response
from lmsys_enrich.model.finding import Verdict
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
    ErrorKind.PROTOCOL: (Verdict.FAILING, "the answer is not HTTP"),
    ErrorKind.PRIVATE: (Verdict.SKIPPED, "private address"),
    ErrorKind.ADDRESS: (Verdict.FAILING, "the address cannot be asked"),
    ErrorKind.PROXY: (Verdict.FAILING, "the proxy did not let the question through"),
}
# Where the kind alone leaves a maintainer guessing; other details change from night to night.
_DETAILED = frozenset({ErrorKind.TLS, ErrorKind.ADDRESS})
_LONGEST_DETAIL = 200


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
    # The proxy is ours: what it refuses says nothing of the link, however long it lasts.
    return Classification(verdict, reason, can_become_dead=trouble.kind is not ErrorKind.PROXY)


@cache
def _status_line(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP status {status}"
