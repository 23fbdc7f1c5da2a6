"""What was learned of a repository, an owner or a part becomes the answer about a link."""

from lmsys_enrich.askers.github.targets import (
    Asset,
    Commit,
    Discussion,
    File,
    Issue,
    Page,
    Part,
    RepositoryLink,
    Tag,
)
from lmsys_enrich.model.finding import Answer, Question, Suggestion, Verdict
from lmsys_enrich.model.repository import Learned, Repository
from lmsys_enrich.values import Value, replace

_FLAGS = ("archived", "disabled", "locked", "empty", "mirror")


class Gone(Value):
    """What GitHub says is not there, or shows to nobody; `status` where REST said so."""

    reason: str
    status: int | None = None


NO_REPOSITORY = "GitHub shows no such repository: it is gone, private or blocked"
NO_ACCOUNT = "GitHub has no such account"


def dead(question: Question, gone: Gone) -> Answer:
    """Return the answer about something that is not there."""
    return Answer(question.url, Verdict.DEAD, gone.reason, http_status=gone.status)


def of_owner(question: Question, *, page: bool) -> Answer:
    """Return the answer about a user or an organisation that is there."""
    reason = "the account is there; no API proves the page itself" if page else "the account is there"
    return Answer(question.url, Verdict.ALIVE, reason, final_url=question.url)


def of_repository(question: Question, link: RepositoryLink, learned: Learned) -> Answer:
    """
    Return the answer about a repository's link, facts included.

    The database id tells a rename, where the repository is the same under
    another name, from a name that has meanwhile gone to another repository.
    """
    known = question.known.repository if question.known is not None else None
    if known is not None and _is_another(known, learned.facts):
        return _taken_over(question, known, learned.facts)
    if not _is_renamed(link, learned.facts):
        return _alive(question, _with_flags("the repository is there", learned.facts), learned)
    renamed = replace(learned, facts=replace(learned.facts, renamed_from=str(link.name)))
    return _moved(question, link.at(learned.facts.full_name), _renamed(learned.facts), renamed)


def of_part(question: Question, link: RepositoryLink, part: Part, full_name: str, at: str | None) -> Answer:
    """
    Return the answer about something that is there in the repository of that name.

    `at` is where GitHub says it is, for what may have moved to another repository.
    """
    if at is not None and f"/{full_name}/".lower() not in f"{at}/".lower():
        return _moved(question, at, f"the {_noun(part)} was transferred")
    if full_name.lower() != link.name.key:
        return _moved(question, link.at(full_name), f"the repository is now {full_name}")
    if link.moved is not None:
        return _moved(question, link.at(full_name), link.moved)
    reason = f"the {_noun(part)} is there"
    if isinstance(part, Page):
        reason = f"its repository is there; no API proves the page itself ({part.title})"
    return _alive(question, reason)


def missing(part: Part) -> Gone:
    """Return that the part is not there although its repository is."""
    return Gone(f"the repository is there, but not the {_noun(part)}")


def _alive(question: Question, reason: str, learned: Learned | None = None) -> Answer:
    return Answer(question.url, Verdict.ALIVE, reason, final_url=question.url, repository=learned)


def _moved(question: Question, url: str, why: str, learned: Learned | None = None) -> Answer:
    return Answer(
        question.url,
        Verdict.MOVED,
        why,
        final_url=url,
        suggestion=Suggestion(url, why),
        repository=learned,
    )


def _taken_over(question: Question, known: Repository, new: Repository) -> Answer:
    """Keep what is known of the repository that the list means, and say that the link shows another."""
    reason = f"another repository has taken this name: its id is {new.id}, it was {known.id}"
    return _alive(question, reason, Learned(replace(known, taken_over_by=new.id)))


def _is_another(known: Repository, new: Repository) -> bool:
    return known.id is not None and new.id is not None and known.id != new.id


def _is_renamed(link: RepositoryLink, facts: Repository) -> bool:
    return facts.full_name.lower() != link.name.key


def _renamed(facts: Repository) -> str:
    return _with_flags(f"the repository is now {facts.full_name}", facts)


def _with_flags(reason: str, facts: Repository) -> str:
    return ", ".join((reason, *(flag for flag in _FLAGS if getattr(facts, flag))))


def _noun(part: Part) -> str:  # noqa: PLR0911 - a table
    match part:
        case File(_, True):
            return "file or folder"
        case File():
            return "branch, tag or folder"
        case Commit():
            return "commit"
        case Issue():
            return "issue or pull request"
        case Discussion():
            return "discussion"
        case Tag():
            return "release or tag"
        case Asset():
            return "release's file"
        case Page(title):
            return title
