"""One batch asked through GraphQL: good aliases are answers, the others are asked again or looked at."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from lmsys_enrich.askers.github.aliases import (
    AliasAnswer,
    Found,
    Missing,
    ShutOut,
    Untold,
    is_final,
    is_missing,
    read_aliases,
)
from lmsys_enrich.askers.github.answers import (
    NO_ACCOUNT,
    NO_REPOSITORY,
    Gone,
    of_owner,
    of_part,
    of_repository,
)
from lmsys_enrich.askers.github.api import Api, Closed
from lmsys_enrich.askers.github.facts import from_graphql
from lmsys_enrich.askers.github.json_reading import node, text
from lmsys_enrich.askers.github.outcomes import Overloaded, Said
from lmsys_enrich.askers.github.parts import address, is_there, lookups
from lmsys_enrich.askers.github.query import is_part_alias, part_alias, query
from lmsys_enrich.askers.github.steps import AskBatch, Job, LookAtSubject, LookForPart, Step
from lmsys_enrich.askers.github.subjects import OwnerSubject, RepositorySubject, Subject, batches, halves
from lmsys_enrich.askers.github.targets import Page, Part, RepositoryLink
from lmsys_enrich.model.finding import Question
from lmsys_enrich.values import Value, replace


async def ask_batch(api: Api, batch: Sequence[Subject], now: datetime) -> Step:
    """Ask about a batch. What was too much at once is asked again in halves, never in the same size."""
    match await api.graphql(query(batch)):
        case Closed():
            return Step()
        case Overloaded():
            smaller: list[Job] = [AskBatch(half) for half in halves(batch)]
            return Step(next=smaller or [LookAtSubject(batch[0])], too_much=len(batch))
        case Said(body=body, seconds=seconds):
            return _read_batch(batch, body, now, seconds)


def _read_batch(batch: Sequence[Subject], body: object, now: datetime, seconds: float) -> Step:
    aliases = read_aliases(body, len(batch))
    step, again = Step(), list[Subject]()
    for subject, answer in zip(batch, aliases, strict=True):
        again.extend(_read(step, subject, answer, now))
    step.next.extend(_ask_again(batch, again))
    several = sum(isinstance(answer, Untold) for answer in aliases) > 1
    if several:
        return replace(step, too_much=len(batch))
    return replace(step, told=len(batch), seconds=seconds)


def _ask_again(batch: Sequence[Subject], again: Sequence[Subject]) -> Iterator[Job]:
    """Yield how to ask about the subjects of a batch that were not told: never in the same company."""
    for smaller in batches(again, (len(batch) + 1) // 2):
        yield LookAtSubject(smaller[0]) if smaller == tuple(batch) else AskBatch(smaller)


def _read(step: Step, subject: Subject, answer: AliasAnswer, now: datetime) -> list[Subject]:
    """Add to the step what the answer says; return what is to be asked again."""
    match (answer, subject):
        case (Missing(), OwnerSubject()):
            step.gone(subject, Gone(NO_ACCOUNT))
        case (Missing(), _):
            step.gone(subject, Gone(NO_REPOSITORY))
        case (ShutOut(), _):
            step.next.append(LookAtSubject(subject, openly=True))
        case (Found(), OwnerSubject(links=links)):
            step.answers.extend(of_owner(question, page=link.page) for question, link in links)
        case (Found() as found, RepositorySubject()):
            return _RepositoryReader(step, subject, found, now).read()
        case (_, OwnerSubject()):
            # Without an error, or with one: of accounts GraphQL tells nothing more.
            step.next.append(LookAtSubject(subject))
        case _:
            return [subject]
    return []


class _RepositoryReader(Value):
    """Reads the answer about a repository that is there, for each of its links."""

    step: Step
    subject: RepositorySubject
    found: Found
    now: datetime

    def read(self) -> list[Subject]:
        """Add answers to the step; return the subject with the links that must be asked again."""
        full_name = text(self.found.node.get("nameWithOwner"))
        if full_name is None:
            self.step.next.append(LookAtSubject(self.subject))
            return []
        again = [pair for pair in self.subject.links if not self._is_told(*pair, full_name)]
        if not again:
            return []
        if self.subject.again:
            self.step.untold.append("GitHub told only a part of what was asked")
            return []
        return [replace(self.subject, links=tuple(again), again=True)]

    def _is_told(self, question: Question, link: RepositoryLink, full_name: str) -> bool:
        if link.part is None:
            return self._tell_facts(question, link)
        return self._tell_part(question, link, link.part, full_name)

    def _tell_facts(self, question: Question, link: RepositoryLink) -> bool:
        """Answer with the facts; where some could not be told, only if it is the second time."""
        failed = {name: kind for name, kind in self.found.failed.items() if not is_part_alias(name)}
        passing = not all(map(is_final, failed.values()))
        learned = from_graphql(self.found.node, failed, self.now)
        if learned is None or (passing and not self.subject.again):
            return False
        self.step.answers.append(of_repository(question, link, learned))
        return True

    def _tell_part(self, question: Question, link: RepositoryLink, part: Part, full_name: str) -> bool:
        position = self.subject.links.index((question, link))
        names = [part_alias(position, number) for number in range(len(lookups(part)))]
        there = next((value for name in names if is_there(value := self.found.node.get(name))), None)
        if there is not None or isinstance(part, Page):
            self.step.answers.append(of_part(question, link, part, full_name, address(node(there))))
            return True
        if not names:
            self.step.for_web.append(question)
            return True
        if all(is_missing(self.found.failed.get(name)) for name in names):
            self.step.next.append(LookForPart(question, link, part, full_name))
            return True
        return False
