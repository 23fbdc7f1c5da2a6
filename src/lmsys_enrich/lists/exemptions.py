"""
Exemptions in Markdown: comments on the line of an entry or before it.

    <!-- lmsys-enrich-ignore reason: our own site; until: 2027-01-31; only: stale -->
"""

import re
from datetime import date

from lmsys_enrich.model.catalog import Exemption

_COMMENT = re.compile(r"<!--\s{0,20}lmsys-enrich[\s:-]{1,3}ignore\b([^<>]{0,2000})-->")
_PART = re.compile(r"\s*(reason|until|only)\s*[:=]\s*(.*)", re.DOTALL)


def exemption_in(source: str) -> tuple[Exemption | None, str | None]:
    """Return the exemption that a comment in a text makes, or what is wrong with it."""
    found = _COMMENT.search(source) if "lmsys-enrich" in source else None
    if found is None:
        return None, None
    reason: list[str] = []
    given: dict[str, str] = {}
    for part in re.split(r"[;\n]", found[1].strip().lstrip(":-— ")):
        if named := _PART.fullmatch(part):
            given[named[1]] = named[2].strip().strip("\"'")
        elif part.strip():
            reason.append(part.strip())
    text = given.get("reason") or "; ".join(reason)
    until = None
    if "until" in given:
        try:
            until = date.fromisoformat(given["until"])
        except ValueError:
            return None, f"the exemption's last day is no date such as 2027-01-31: {given['until'][:40]}"
    if given.get("only", "stale") != "stale":
        return None, f"an exemption is `only: stale`, or of the links too, not {given['only'][:40]}"
    if not text:
        return None, "an exemption needs its reason: `<!-- lmsys-enrich-ignore reason: … -->`"
    return Exemption(text, until, given.get("only")), None
