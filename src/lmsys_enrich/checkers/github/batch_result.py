"""What one step of asking came to: answers, what must be asked next, and what the API cannot tell."""

from typing import TypeAlias

from lmsys_enrich.checkers.github.batch_items import BatchItem
from lmsys_enrich.checkers.github.links import RepoResource, RepositoryLink
from lmsys_enrich.checkers.github.observations import Gone, dead
from lmsys_enrich.checkers.github.site_pages import PERHAPS_SITE_PAGES
from lmsys_enrich.model.finding import LinkTask, Observation
from lmsys_enrich.values import Value, value_field


class AskBatch(Value):
    """Ask GraphQL about these together."""

    batch_items: tuple[BatchItem, ...]


class LookAtSubject(Value):
    """Ask REST about one that GraphQL told nothing about; `openly` without the token."""

    item: BatchItem
    anonymous: bool = False


class LookForPart(Value):
    """Ask REST where something went that is not in its repository."""

    task: LinkTask
    link: RepositoryLink
    resource: RepoResource
    full_name: str


Job: TypeAlias = AskBatch | LookAtSubject | LookForPart


class BatchResult(Value):
    """
    What came of a job.

    `for_web` are questions that only the page itself can answer. `untold` says
    why the rest of the job's questions got no answer. `too_much` is the size of
    the batch where it was more than GitHub could answer at once; `told` is that of
    a batch which was answered whole, in `seconds`.
    """

    observations: list[Observation] = value_field(default_factory=list)
    next: list[Job] = value_field(default_factory=list)
    for_web: list[LinkTask] = value_field(default_factory=list)
    untold: list[str] = value_field(default_factory=list)
    too_much: int = 0
    told: int = 0
    seconds: float = 0.0

    def gone(self, item: BatchItem, gone: Gone) -> None:
        """Answer all of a subject's questions: it is not there, unless it is a page of GitHub's own."""
        if item.first_segment in PERHAPS_SITE_PAGES:
            self.for_web.extend(item.tasks)
        else:
            self.observations.extend(dead(task, gone) for task in item.tasks)
