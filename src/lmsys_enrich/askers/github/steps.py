"""What one step of asking came to: answers, what must be asked next, and what the API cannot tell."""

from typing import TypeAlias

from lmsys_enrich.askers.github.answers import Gone, dead
from lmsys_enrich.askers.github.site_pages import PERHAPS_SITE_PAGES
from lmsys_enrich.askers.github.subjects import Subject
from lmsys_enrich.askers.github.targets import Part, RepositoryLink
from lmsys_enrich.model.finding import Answer, Question
from lmsys_enrich.values import Value, value_field


class AskBatch(Value):
    """Ask GraphQL about these together."""

    subjects: tuple[Subject, ...]


class LookAtSubject(Value):
    """Ask REST about one that GraphQL told nothing about; `openly` without the token."""

    subject: Subject
    openly: bool = False


class LookForPart(Value):
    """Ask REST where something went that is not in its repository."""

    question: Question
    link: RepositoryLink
    part: Part
    full_name: str


Job: TypeAlias = AskBatch | LookAtSubject | LookForPart


class Step(Value):
    """
    What came of a job.

    `for_web` are questions that only the page itself can answer. `untold` says
    why the rest of the job's questions got no answer. `too_much` is the size of
    the batch where it was more than GitHub could answer at once; `told` is that of
    a batch which was answered whole, in `seconds`.
    """

    answers: list[Answer] = value_field(default_factory=list)
    next: list[Job] = value_field(default_factory=list)
    for_web: list[Question] = value_field(default_factory=list)
    untold: list[str] = value_field(default_factory=list)
    too_much: int = 0
    told: int = 0
    seconds: float = 0.0

    def gone(self, subject: Subject, gone: Gone) -> None:
        """Answer all of a subject's questions: it is not there, unless it is a page of GitHub's own."""
        if subject.first_segment in PERHAPS_SITE_PAGES:
            self.for_web.extend(subject.questions)
        else:
            self.answers.extend(dead(question, gone) for question in subject.questions)
