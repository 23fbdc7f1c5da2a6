"""Table of the checkers of forges and registries: add a new one here."""

from collections.abc import Callable, Iterable

from lmsys_enrich.api.endpoint import Apis
from lmsys_enrich.checkers.arxiv.checker import arxiv_checkers
from lmsys_enrich.checkers.doi.checker import doi_checkers
from lmsys_enrich.checkers.forgejo import forgejo_checkers
from lmsys_enrich.checkers.github.checker import github_checkers
from lmsys_enrich.checkers.gitlab.checker import gitlab_checkers
from lmsys_enrich.checkers.hugging_face.checker import hugging_face_checkers
from lmsys_enrich.checkers.openreview import openreview_checkers
from lmsys_enrich.checkers.protocol import Checker
from lmsys_enrich.checkers.semantic_scholar import semantic_scholar_checkers

_CHECKERS: tuple[Callable[[Apis], Iterable[Checker]], ...] = (
    github_checkers,
    gitlab_checkers,
    forgejo_checkers,
    hugging_face_checkers,
    arxiv_checkers,
    doi_checkers,
    openreview_checkers,
    semantic_scholar_checkers,
)
"""Functions that make checkers; a link is for the first one that claims it, and for its website last."""


def api_checkers(apis: Apis) -> tuple[Checker, ...]:
    """Return the checkers that use APIs."""
    return tuple(checker for make in _CHECKERS for checker in make(apis))
