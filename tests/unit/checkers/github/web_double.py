"""A website asker for tests: every page is there, and it is told which ones were asked about."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

from lmsys_enrich.model.finding import LinkTask, Observation, Verdict
from lmsys_enrich.model.report import Obstacle


@dataclass
class Pages:
    """Answers for each page but those in `silent`, about which it cannot find out."""

    silent: Sequence[str] = ()
    obstacles: Sequence[Obstacle] = ()
    asked: list[str] = field(default_factory=list)

    def claims(self, url: str) -> bool:
        return bool(url)

    async def ask(self, tasks: Sequence[LinkTask]) -> AsyncGenerator[Observation, None]:
        for task in tasks:
            self.asked.append(task.url)
            if task.url not in self.silent:
                yield Observation(task.url, Verdict.ALIVE, "the page is there")
