"""What following one link came to, hop by hop, before anybody judges it."""

from enum import StrEnum
from typing import TypeAlias

from lmsys_enrich.http.messages import Outcome
from lmsys_enrich.model.finding import Hop, Validators
from lmsys_enrich.values import Value

MAX_HOPS = 10
SUCCESS = range(200, 300)


class RedirectError(StrEnum):
    """A redirect that cannot be followed; the value is what a maintainer is told."""

    LOOP = "redirects in a loop"
    TOO_MANY = f"redirects more than {MAX_HOPS} times"
    NO_TARGET = "redirects without saying where to"
    OTHER_SCHEME = "redirects to an address that is neither http nor https"


End: TypeAlias = Outcome | RedirectError


class RedirectChain(Value):
    """
    The way from a link to where it ends.

    `hops` are the redirects, in order; `final` is the address at which the way
    ends, with its fragment, and `end` what was found there. A journey without
    hops ends where it starts. `got` is as in `Answer`.
    """

    start: str
    hops: tuple[Hop, ...]
    final: str
    end: End
    validators: Validators | None = None
