"""Redirect chain: the hops of one link and its end, before classification."""

from enum import StrEnum
from typing import TypeAlias

from lmsys_enrich.http.messages import Outcome
from lmsys_enrich.model.finding import Hop, Validators
from lmsys_enrich.values import Value

MAX_HOPS = 10
SUCCESS = range(200, 300)


class RedirectError(StrEnum):
    """A redirect that cannot be followed; the value is the reason shown to maintainers."""

    LOOP = "redirects in a loop"
    TOO_MANY = f"redirects more than {MAX_HOPS} times"
    NO_TARGET = "redirects without saying where to"
    OTHER_SCHEME = "redirects to an address that is neither http nor https"


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
