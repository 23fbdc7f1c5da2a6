"""Fact sources: they run after all links are judged, each response is fresh for its own time."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lmsys_enrich.fact_sources.protocol import MONTH, Addition
from lmsys_enrich.model.facts import Paper, PaperUpdate
from lmsys_enrich.model.finding import Finding, Suggestion, Verdict
from lmsys_enrich.model.report import Bug, Obstacle
from lmsys_enrich.pipeline.workers import Stop, enrich_findings
from tests.builders import finding
from tests.fakes import NIGHT, CostsNothing

PAPER = "https://arxiv.org/abs/2201.12023"
OTHER = "https://arxiv.org/abs/1706.03762"
PAGE = "https://example.org/"
_ALL_BUT_CITATIONS = frozenset({"title", "authors", "year", "venue"})


@dataclass
class Citations(CostsNothing):
    """A source that knows the citations of papers."""

    name: str = "citations"
    max_age: timedelta | None = MONTH
    obstacles: Sequence[Obstacle] = ()
    hangs: bool = False
    raises: Exception | None = None
    asked: list[str] = field(default_factory=list)

    def wants(self, finding: Finding) -> bool:
        return finding.paper is not None

    async def fetch(self, findings: Sequence[Finding]) -> AsyncGenerator[Addition, None]:
        for found in findings:
            if self.raises and self.asked:
                raise self.raises
            self.asked.append(found.url)
            assert found.paper is not None
            facts = Paper(ids=found.paper.ids, citations=7, fetched_at=NIGHT)
            yield Addition(found.url, paper=PaperUpdate(facts, _ALL_BUT_CITATIONS))
            if self.hangs:
                await asyncio.Event().wait()


def paper(url: str, **rest: object) -> Finding:
    known = Paper(ids={"arxiv": url[-10:]}, title="A title", fetched_at=NIGHT - timedelta(days=3))
    return finding(url, paper=known, **rest)  # type: ignore[arg-type]


async def enriched(
    source: Citations, *findings: Finding, now: datetime = NIGHT, stop: Stop | None = None
) -> tuple[dict[str, Finding], list[Bug]]:
    bugs: list[Bug] = []
    known = {one.url: one for one in findings}
    stream = enrich_findings([source], known, now, stop or Stop(), bugs)
    return {one.url: one async for one in stream}, bugs


async def test_further_facts_join_those_of_the_checker() -> None:
    found, _ = await enriched(Citations(), paper(PAPER, verdict=Verdict.DEAD), finding(PAGE))
    assert found.keys() == {PAPER}
    facts = found[PAPER].paper
    assert facts is not None
    assert (facts.title, facts.citations) == ("A title", 7)
    assert (facts.fetched_at, facts.kept["title"]) == (NIGHT, NIGHT - timedelta(days=3))
    assert (found[PAPER].verdict, found[PAPER].asked) == (Verdict.DEAD, {"citations": NIGHT})


async def test_fresh_answer_is_not_requested_again() -> None:
    asked = {PAPER: NIGHT - timedelta(days=29), OTHER: NIGHT - timedelta(days=31)}
    findings = [paper(url, asked={"citations": at}) for url, at in asked.items()]
    source = Citations()
    await enriched(source, *findings)
    assert source.asked == [OTHER]


async def test_answer_without_end_is_fresh_for_ever() -> None:
    source = Citations(max_age=None)
    await enriched(source, paper(PAPER, asked={"citations": NIGHT - timedelta(days=9999)}))
    assert source.asked == []


async def test_bug_of_a_source_keeps_its_earlier_answers() -> None:
    found, bugs = await enriched(Citations(raises=KeyError("bug")), paper(PAPER), paper(OTHER))
    assert found.keys() == {PAPER}
    assert "KeyError" in bugs[0].traceback


async def test_deadline_ends_a_source_that_hangs() -> None:
    stop = Stop()
    asyncio.get_running_loop().call_later(0.01, stop.now, "the deadline")
    found, bugs = await asyncio.wait_for(enriched(Citations(hangs=True), paper(PAPER), stop=stop), 5)
    assert found.keys() == {PAPER}
    assert not bugs


async def test_archived_copy_with_a_password_is_not_kept() -> None:
    class Archive(Citations):
        async def fetch(self, findings: Sequence[Finding]) -> AsyncGenerator[Addition, None]:
            for found in findings:
                yield Addition(found.url, snapshot=Suggestion("https://u:p@web.archive.org/x", "a copy"))

    found, _ = await enriched(Archive(), paper(PAPER))
    assert found[PAPER].snapshot is None
