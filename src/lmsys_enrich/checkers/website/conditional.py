"""
What a page is asked about the next time: whether it has changed since (RFC 9110 §13).

Only pages that answer GET alone gain from it: an answer to HEAD has no body to spare.
"""

import re

from lmsys_enrich.http.messages import Response
from lmsys_enrich.model.finding import Finding, Validators, Verdict

_NOT_MODIFIED = 304
_ENTITY_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e]{0,200}"')
_DATE = re.compile(r"[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT")


def validators_of(reply: Response) -> Validators:
    """Return what the server gave to ask again with; what it may not look like is left out."""
    return Validators(
        etag=_if_matches(_ENTITY_TAG, reply.headers.get("etag")),
        last_modified=_if_matches(_DATE, reply.headers.get("last-modified")),
    )


def conditions(previous: Finding) -> dict[str, str]:
    """
    Return the headers that ask for the page only if it is another than the one last seen alive.

    A wall or an error page is asked for as if it were new: its "not modified" says nothing of the page.
    """
    if previous.validators is None or previous.effective_verdict is not Verdict.ALIVE:
        return {}
    told = {
        "if-none-match": _if_matches(_ENTITY_TAG, previous.validators.etag),
        "if-modified-since": _if_matches(_DATE, previous.validators.last_modified),
    }
    return {name: value for name, value in told.items() if value is not None}


def is_unchanged(reply: Response) -> bool:
    """Whether the page is the one last seen."""
    return reply.status == _NOT_MODIFIED


def as_if_asked_without(reply: Response) -> Response:
    """Return the answer that there would have been: 304 is 200 by definition (RFC 9110 §15.4.5)."""
    return Response(200, reply.headers) if is_unchanged(reply) else reply


def _if_matches(form: re.Pattern[str], value: str | None) -> str | None:
    return value if value is not None and form.fullmatch(value) else None
