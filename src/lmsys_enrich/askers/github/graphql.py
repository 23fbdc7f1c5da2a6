"""One batch asked through GraphQL: good aliases are answers, the others are asked again or looked at."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
from lmsys_enrich.askers.github.answers import Gone, of_owner, of_part, of_repository
from lmsys_enrich.askers.github.api import Api, Closed
from lmsys_enrich.askers.github.facts import from_graphql
from lmsys_enrich.askers.github.json_reading import node, text
from lmsys_enrich.askers.github.outcomes import Overloaded, Said
from lmsys_enrich.askers.github.parts import address, is_there, lookups
from lmsys_enrich.askers.github.query import is_part_alias, part_alias, query
from lmsys_enrich.askers.github.steps import AskBatch, Job, LookAtSubject, LookForPart, Step
from lmsys_enrich.askers.github.subjects import OwnerSubject, RepositorySubject, Subject, batches, halves
from lmsys_enrich.askers.github.targets import Part, RepositoryLink
from lmsys_enrich.model.finding import Question

_NO_REPOSITORY = Gone("GitHub has no such repository")
_NO_ACCOUNT = Gone("GitHub has no such account")


async def ask_batch(api: Api, batch: Sequence[Subject], now: datetime) -> Step:
    """Ask about a batch. What was too much at once is asked again in halves, never in the same size."""
    match await api.graphql(query(batch)):
        case Closed():
            return Step()
        case Overloaded():
            smaller: list[Job] = [AskBatch(half) for half in halves(batch)]
            return Step(next=smaller or [LookAtSubject(batch[0])], too_much=len(batch))
        case Said(body=body):
            return _read_batch(batch, body, now)


def _read_batch(batch: Sequence[Subject], body: object, now: datetime) -> Step:
    step, again = Step(), list[Subject]()
    for subject, answer in zip(batch, read_aliases(body, len(batch)), strict=True):
        again.extend(_read(step, subject, answer, now))
    half = (len(batch) + 1) // 2
    for smaller_batch in batches(again, half):
        alone = len(batch) == 1 and not _is_second_try(smaller_batch[0])
        step.next.append(LookAtSubject(smaller_batch[0]) if alone else AskBatch(smaller_batch))
    return step


def _is_second_try(subject: Subject) -> bool:
    return isinstance(subject, RepositorySubject) and subject.again


def _read(step: Step, subject: Subject, answer: AliasAnswer, now: datetime) -> list[Subject]:
    """Add to the step what the answer says; return what is to be asked again."""
    match answer:
        case Missing():
            step.gone(subject, _NO_ACCOUNT if isinstance(subject, OwnerSubject) else _NO_REPOSITORY)
        case ShutOut():
            step.next.append(LookAtSubject(subject, openly=True))
        case Found() if isinstance(subject, OwnerSubject):
            step.answers.extend(of_owner(question, page=link.page) for question, link in subject.links)
        case Found() if isinstance(subject, RepositorySubject):
            return _RepositoryReader(step, subject, answer, now).read()
        case Untold() if isinstance(subject, OwnerSubject):
            step.next.append(LookAtSubject(subject))
        case _:
            return [subject]
    return []


@dataclass(frozen=True, slots=True)
class _RepositoryReader:
    """Reads the answer about a repository that is there, for each of its links."""

    step: Step
    subject: RepositorySubject
    found: Found
    now: datetime

    def read(self) -> list[Subject]:
        """Add answers to the step; return the subject with the links that must be asked again."""
        full_name = text(self.found.node.get("nameWithOwner"))
        if full_name is None:
            return [self.subject]
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
        if there is not None or not names:
            self.step.answers.append(of_part(question, link, part, full_name, address(node(there))))
            return True
        if all(is_missing(self.found.failed.get(name)) for name in names):
            self.step.next.append(LookForPart(question, link, part, full_name))
            return True
        return False
