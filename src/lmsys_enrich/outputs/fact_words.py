"""Facts and verdicts in a few words, for cells of tables and for bullets."""

from collections.abc import Callable, Iterator

from lmsys_enrich.model.enriched import day
from lmsys_enrich.model.finding import Finding, Verdict
from lmsys_enrich.model.report import EnrichedEntry
from lmsys_enrich.model.repository import Repository
from lmsys_enrich.outputs.text import escaped, link
from lmsys_enrich.values import Value

# Further links with these verdicts are not mentioned.
_UNREMARKABLE = (Verdict.ALIVE, Verdict.SKIPPED, Verdict.UNCHECKED)


def stars(facts: Repository | None) -> str:
    """Return the number of stars, or an empty text if unknown."""
    return "" if facts is None or facts.stars is None else f"{facts.stars:,}"


def licence(facts: Repository | None) -> str:
    """Return the licence's identifier, or an empty text if unknown."""
    return "" if facts is None or facts.license is None else escaped(facts.license)


def last_commit(facts: Repository | None) -> str:
    """Return the day of the last commit, or an empty text if unknown."""
    return "" if facts is None or facts.last_commit is None else day(facts.last_commit)


def suffix(item: EnrichedEntry) -> str:
    """
    Return the suffix of a bullet: `· ★ 3,111 · Apache-2.0 · 2023-12-09`, or nothing.

    Its leading comment is invisible, and lets the parser of lists tell it from
    the words of the list.
    """
    facts = item.facts
    parts = [remarks(item)]
    if facts is not None:
        count = stars(facts)
        parts = [f"★ {count}" if count else "", licence(facts), last_commit(facts), *parts]
    words = " · ".join(word for word in parts if word)
    return f" <!--facts-->· {words}" if words else ""


def status(item: EnrichedEntry) -> str:
    """Return the verdicts of the entry's links and the state of its repository."""
    return ", ".join(_status(item))


def remarks(item: EnrichedEntry) -> str:
    """Return the status without what is unremarkable, for places with little room."""
    if item.facts is None and all(finding.verdict is Verdict.ALIVE for finding in item.findings):
        return ""
    return ", ".join(word for word in _status(item) if word != Verdict.ALIVE)


def _status(item: EnrichedEntry) -> Iterator[str]:
    effective_verdict = [finding.effective_verdict for finding in item.findings]
    if all(verdict is Verdict.UNCHECKED for verdict in effective_verdict):
        return  # no link of it has ever been judged
    yield _verdict_words(item.findings[0])
    for link_, finding, verdict in zip(
        item.entry.links[1:], item.findings[1:], effective_verdict[1:], strict=True
    ):
        if verdict not in _UNREMARKABLE:
            yield f"{escaped(link_.role)} {_verdict_words(finding)}"
    yield from _flags(item.facts)


def _verdict_words(finding: Finding) -> str:
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
    """Column of facts that a table gets; `side` is its alignment."""

    title: str
    side: str
    words: Callable[[Repository | None], str]


COLUMNS = (
    FactColumn("Stars", "---:", stars),
    FactColumn("Licence", "---", licence),
    FactColumn("Last commit", "---", last_commit),
)
