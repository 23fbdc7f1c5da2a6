"""The checker of GitHub on an httpx client whose requests go to a service of the test."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Generic, Protocol, TypeVar

import httpx
import pytest
from pytest_httpx import HTTPXMock

from lmsys_enrich.api.endpoint import Apis
from lmsys_enrich.checkers.github.checker import GitHubChecker
from lmsys_enrich.checkers.protocol import Deferred
from lmsys_enrich.model.finding import LinkTask, Observation, Verdict
from lmsys_enrich.settings.access import Access, GitHubAccess
from tests.builders import task
from tests.fakes import FakeClock, api_client, closed_queue
from tests.unit.checkers.github.api_double import ACCESS, Service, on_httpx

ServiceT = TypeVar("ServiceT", bound=Service)


@dataclass
class Run(Generic[ServiceT]):
    """A checker on a GitHub, with what it deferred and spent."""

    github: ServiceT
    checker: GitHubChecker
    clock: FakeClock
    deferred: list[str] = field(default_factory=list)
    points: list[int] = field(default_factory=list)

    @property
    def waits(self) -> list[float]:
        return [seconds for seconds in self.clock.slept if seconds]

    async def check(self, *links: LinkTask | str) -> dict[str, Observation]:
        """Check links; what is deferred counts as alive by its page."""
        tasks = [task(link) if isinstance(link, str) else link for link in links]
        results = [result async for result in self.checker.check(closed_queue(*tasks))]
        self.deferred += [result.task.url for result in results if isinstance(result, Deferred)]
        found = {result.url: result for result in results if isinstance(result, Observation)}
        assert len({*found, *self.deferred}) == len(results), "one result for each link"
        return found | {url: Observation(url, Verdict.ALIVE, "the page is there") for url in self.deferred}


class Start(Protocol):
    """Opens a checker on a GitHub."""

    def __call__(
        self, github: ServiceT, access: GitHubAccess = ..., patience: timedelta = ...
    ) -> Run[ServiceT]: ...


@pytest.fixture
async def start(httpx_mock: HTTPXMock) -> AsyncGenerator[Start, None]:
    clock = FakeClock()
    async with api_client(clock) as client:

        def opened(
            github: ServiceT, access: GitHubAccess = ACCESS, patience: timedelta = timedelta(minutes=2)
        ) -> Run[ServiceT]:
            async def respond(request: httpx.Request) -> httpx.Response:
                return on_httpx(await github(request))

            httpx_mock.add_callback(respond, is_reusable=True, is_optional=True)
            points = list[int]()
            spent = lambda cost, _left: points.append(cost)  # noqa: E731
            apis = Apis(client, clock, Access(github=(access,)), patience, spent)
            return Run(github, GitHubChecker(apis, access), clock, points=points)

        yield opened
