"""Asks GitHub's API about links on GitHub; what it cannot tell is asked of the pages."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from datetime import timedelta

from lmsys_enrich.askers.github.api import Api
from lmsys_enrich.askers.github.gate import Gate
from lmsys_enrich.askers.github.graphql import ask_batch
from lmsys_enrich.askers.github.jobs import steps
from lmsys_enrich.askers.github.looks import look_at_subject, look_for_part
from lmsys_enrich.askers.github.steps import AskBatch, Job, LookAtSubject, LookForPart, Step
from lmsys_enrich.askers.github.subjects import subjects
from lmsys_enrich.askers.github.targets import RepositoryLink, Target, target_of
from lmsys_enrich.askers.github.without_token import ask_openly, kept_as_known
from lmsys_enrich.askers.protocol import Asker
from lmsys_enrich.clock import Clock
from lmsys_enrich.model.finding import Answer, Question
from lmsys_enrich.model.report import Obstacle
from lmsys_enrich.net.exchange import Fetch
from lmsys_enrich.settings.github_access import GitHubAccess

_AT_ONCE_OR_NOT = timedelta(seconds=5)


class GitHubAsker:
    """
    Answers for repositories and what is in them, users and organisations.

    `patience` is the longest wait for GitHub to let us ask on. `web` is asked
    about the pages that the API cannot tell about. `spent` is told the points of
    GitHub's quota that each answer has cost.
    """

    def __init__(
        self,
        fetch: Fetch,
        access: GitHubAccess,
        clock: Clock,
        *,
        patience: timedelta,
        web: Asker,
        spent: Callable[[int, int | None], None] = lambda _points, _left: None,
    ) -> None:
        self._access = access
        self._clock = clock
        self._web = web
        self._obstacles: list[Obstacle] = []
        self._gate = Gate(clock, patience)
        self._api = Api(fetch, access, clock, self._gate, access.token, spent)
        # Whoever is shut out by the token's owner is asked without it, as far as that goes at once.
        open_gate = self._gate if access.token is None else Gate(clock, min(patience, _AT_ONCE_OR_NOT))
        self._open_api = Api(fetch, access, clock, open_gate, None, spent)

    @property
    def obstacles(self) -> Sequence[Obstacle]:
        closed = self._gate.obstacles if self._access.token is not None else ()
        return (*closed, *self._obstacles)

    def claims(self, url: str) -> bool:
        return target_of(url, self._access.server_url) is not None

    async def ask(self, questions: Sequence[Question]) -> AsyncGenerator[Answer, None]:
        for_web: list[Question] = []
        untold: list[str] = []
        async with aclosing(self._steps(questions)) as stream:
            async for step in stream:
                for_web.extend(step.for_web)
                untold.extend(step.untold)
                for answer in step.answers:
                    yield answer
        self._tell(for_web, untold)
        async with aclosing(self._ask_web(for_web)) as answers:
            async for answer in answers:
                yield answer

    def _steps(self, questions: Sequence[Question]) -> AsyncGenerator[Step, None]:
        targets = [(question, self._target(question)) for question in questions]
        found = subjects((question, target) for question, target in targets if target is not None)
        if self._access.token is None:
            return ask_openly(self._open_api, found, self._clock.run_time)
        return steps(found, self._do)

    async def _do(self, job: Job) -> Step:
        now = self._clock.run_time
        match job:
            case AskBatch(batch):
                return await ask_batch(self._api, batch, now)
            case LookAtSubject(_, openly):
                return await look_at_subject(self._open_api if openly else self._api, job, now)
            case LookForPart():
                return await look_for_part(self._api, job)

    async def _ask_web(self, questions: Sequence[Question]) -> AsyncGenerator[Answer, None]:
        """Ask the pages, and take over what keeps the website asker from finding out."""
        if not questions:
            return
        answered = 0
        async with aclosing(self._web.ask(questions)) as answers:
            async for answer in answers:
                answered += 1
                yield answer
        if answered < len(questions):
            self._obstacles.extend(
                Obstacle(f"pages of GitHub: {found.what}", found.hint) for found in self._web.obstacles
            )

    def _tell(self, for_web: Sequence[Question], untold: Sequence[str]) -> None:
        """Say what the API did not tell."""
        if untold:
            why = self._api.without_token(untold[0])
            self._obstacles.append(
                Obstacle(f"GitHub's API left {len(untold)} questions unanswered ({why})", "Run again later.")
            )
        if self._access.token is None:
            targets = map(self._target, for_web)
            missed = sum(1 for target in targets if isinstance(target, RepositoryLink) and not target.part)
            self._obstacles.extend([kept_as_known(missed)] if missed else [])

    def _target(self, question: Question) -> Target | None:
        return target_of(question.url, self._access.server_url)
