"""A website asker for tests: every page is there, and it is told which ones were asked about."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

from lmsys_enrich.model.finding import Answer, Question, Verdict
from lmsys_enrich.model.report import Obstacle


@dataclass
class Pages:
    """Answers for each page but those in `silent`, about which it cannot find out."""

    silent: Sequence[str] = ()
    obstacles: Sequence[Obstacle] = ()
    asked: list[str] = field(default_factory=list)

    def claims(self, url: str) -> bool:
        return bool(url)

    async def ask(self, questions: Sequence[Question]) -> AsyncGenerator[Answer, None]:
        for question in questions:
            self.asked.append(question.url)
            if question.url not in self.silent:
                yield Answer(question.url, Verdict.ALIVE, "the page is there")
