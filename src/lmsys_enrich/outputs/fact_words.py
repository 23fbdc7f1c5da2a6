"""Facts and verdicts in the few words that a table's cell or a bullet has room for."""

from collections.abc import Callable, Iterator

from lmsys_enrich.model.enriched import day
from lmsys_enrich.model.finding import Finding, Verdict
from lmsys_enrich.model.report import EnrichedEntry
from lmsys_enrich.model.repository import Repository
from lmsys_enrich.outputs.text import escaped, link
from lmsys_enrich.values import Value

# Links of these need no word beside those that stand in the list to be clicked.
_UNREMARKABLE = (Verdict.ALIVE, Verdict.SKIPPED, Verdict.UNCHECKED)


def stars(facts: Repository | None) -> str:
    """Return the number of stars, or nothing where it is not known."""
    return "" if facts is None or facts.stars is None else f"{facts.stars:,}"


def licence(facts: Repository | None) -> str:
    """Return the licence's identifier, or nothing where none is known."""
    return "" if facts is None or facts.license is None else escaped(facts.license)


def last_commit(facts: Repository | None) -> str:
    """Return the day of the last commit, or nothing where it is not known."""
    return "" if facts is None or facts.last_commit is None else day(facts.last_commit)


def suffix(known: EnrichedEntry) -> str:
    """
    Return what a bullet has behind it: `· ★ 3,111 · Apache-2.0 · 2023-12-09`, or nothing.

    It begins with a comment that no reader sees, by which the reader of lists
    tells it from the list's own words.
    """
    facts = known.facts
    told = [remarks(known)]
    if facts is not None:
        count = stars(facts)
        told = [f"★ {count}" if count else "", licence(facts), last_commit(facts), *told]
    words = " · ".join(word for word in told if word)
    return f" <!--facts-->· {words}" if words else ""


def status(known: EnrichedEntry) -> str:
    """Return how the entry's links stand, and whether its repository is still worked on."""
    return ", ".join(_status(known))


def remarks(known: EnrichedEntry) -> str:
    """Return the same where there is room only for what a reader should know."""
    if known.facts is None and all(finding.verdict is Verdict.ALIVE for finding in known.findings):
        return ""
    return ", ".join(word for word in _status(known) if word != Verdict.ALIVE)


def _status(known: EnrichedEntry) -> Iterator[str]:
    effective_verdict = [finding.effective_verdict for finding in known.findings]
    if all(verdict is Verdict.UNCHECKED for verdict in effective_verdict):
        return  # nothing was ever found out about it
    yield _standing(known.findings[0])
    for link_, finding, verdict in zip(
        known.entry.links[1:], known.findings[1:], effective_verdict[1:], strict=True
    ):
        if verdict not in _UNREMARKABLE:
            yield f"{escaped(link_.role)} {_standing(finding)}"
    yield from _flags(known.facts)


def _standing(finding: Finding) -> str:
    if finding.effective_verdict is Verdict.MOVED and finding.suggestion is not None:
        facts = finding.repository
        new_name = facts.full_name if facts is not None and facts.renamed_from else None
        return f"moved to {link(new_name or _short(finding.suggestion.url), finding.suggestion.url)}"
    if finding.effective_verdict is Verdict.DEAD:
        return "**dead**"
    if finding.effective_verdict is Verdict.FAILING and finding.failing_since is not None:
        return f"failing since {day(finding.failing_since)}"
    return finding.effective_verdict.value


def _flags(facts: Repository | None) -> Iterator[str]:
    if facts is None:
        return
    if facts.taken_over_by is not None:
        yield "name taken over"
    if facts.archived:
        yield f"archived {day(facts.archived_at)}" if facts.archived_at else "archived"
    if facts.disabled:
        yield "disabled"
    if facts.empty:
        yield "empty"


def _short(url: str) -> str:
    """Return an address without its scheme, no longer than a cell is wide."""
    bare = url.split("://", 1)[-1].rstrip("/")
    return bare if len(bare) <= _WIDEST else f"{bare[: _WIDEST - 1]}…"


_WIDEST = 40


class FactColumn(Value):
    """A column that a table of repositories has more; `side` is how it is aligned."""

    title: str
    side: str
    words: Callable[[Repository | None], str]


COLUMNS = (
    FactColumn("Stars", "---:", stars),
    FactColumn("Licence", "---", licence),
    FactColumn("Last commit", "---", last_commit),
)
