"""Lists and what is known of their links become questions for askers. Nothing is asked here."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime

from lmsys_enrich.askers.protocol import Asker
from lmsys_enrich.model.catalog import Catalog, Exemption
from lmsys_enrich.model.finding import Answer, Finding, Question, Verdict
from lmsys_enrich.model.report import key_of
from lmsys_enrich.pipeline.freshness import is_fresh
from lmsys_enrich.settings.settings import Settings
from lmsys_enrich.urls import InvalidAddress, is_web, link_key
from lmsys_enrich.values import Value, value_field

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Known(Value):
    """
    What earlier runs found.

    `kept` is this machine's own memory, and may spare a question while it is
    fresh. `published` was read off the last outputs, which others may have
    written: it keeps facts and histories alive, but spares no question.
    """

    kept: Mapping[str, Finding] = value_field(default_factory=dict)
    published: Mapping[str, Finding] = value_field(default_factory=dict)

    def about(self, url: str) -> Finding | None:
        """Return the later of the two findings about a link."""
        kept, published = self.kept.get(url), self.published.get(url)
        if kept is None or published is None:
            return kept if published is None else published
        is_newer = (published.checked_at or _LONG_AGO) > (kept.checked_at or _LONG_AGO)
        return published if is_newer else kept


class Plan(Value):
    """
    What a run has to do.

    `fresh` needs no question, `settled` has an answer that nobody needs to be
    asked for (skipped links, unusable addresses). `questions` belong to the
    asker at the same position of the askers the plan was made for, the most
    urgent first: never asked, then longest not asked.
    """

    fresh: Mapping[str, Finding]
    settled: tuple[tuple[Question, Answer], ...]
    questions: tuple[tuple[Question, ...], ...]


def build(
    catalogs: Sequence[Catalog], known: Known, askers: Sequence[Asker], settings: Settings, now: datetime
) -> Plan:
    """Sort every link of the lists, each once, into what is known, settled or to be asked."""
    fresh: dict[str, Finding] = {}
    settled: list[tuple[Question, Answer]] = []
    queues: list[list[Question]] = [[] for _ in askers]
    excluded = tuple(re.compile(pattern) for pattern in settings.exclude)
    for url, exemption in _links(catalogs, now.date()).items():
        answer = _answer_without_asking(url, exemption, excluded)
        if answer is not None:
            settled.append((Question(url, known.about(url)), answer))
            continue
        kept = None if settings.refresh else known.kept.get(url)
        if kept is not None and is_fresh(kept, now, settings.max_age):
            fresh[url] = kept
            continue
        claiming = next(queue for asker, queue in zip(askers, queues, strict=True) if asker.claims(url))
        claiming.append(Question(url, known.about(url)))
    return Plan(fresh, tuple(settled), tuple(tuple(sorted(queue, key=_urgency)) for queue in queues))


def _links(catalogs: Iterable[Catalog], today: date) -> dict[str, Exemption | None]:
    """Return every link's key; exempt is only a link that no entry wants checked."""
    links: dict[str, Exemption | None] = {}
    for catalog in catalogs:
        for entry in catalog.entries():
            ignore = entry.ignore
            exemption = ignore if ignore is not None and ignore.holds_on(today) else None
            for link in entry.links:
                url = key_of(link)
                links[url] = links.get(url, exemption) if exemption is not None else None
    return links


def _answer_without_asking(
    url: str, exemption: Exemption | None, excluded: Sequence[re.Pattern[str]]
) -> Answer | None:
    if exemption is not None:
        until = f" until {exemption.until}" if exemption.until else ""
        return Answer(url, Verdict.SKIPPED, f"the list exempts it{until}: {exemption.reason}")
    for pattern in excluded:
        if pattern.search(url):
            return Answer(url, Verdict.SKIPPED, f"the settings exclude it: {pattern.pattern}")
    if not is_web(url):
        return Answer(url, Verdict.SKIPPED, "not an http or https address")
    try:
        link_key(url)
    except InvalidAddress as problem:
        return Answer(url, Verdict.FAILING, f"the address cannot be asked: {problem}")
    return None


def _urgency(question: Question) -> datetime:
    known = question.known
    return known.checked_at or _LONG_AGO if known is not None else _LONG_AGO
