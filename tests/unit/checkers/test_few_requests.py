"""APIs that refuse every request: none is sent a request for each link of a list."""

from collections.abc import Callable
from dataclasses import dataclass

import httpx
import pytest
from pytest_httpx import HTTPXMock

from lmsys_enrich.api.endpoint import Apis
from lmsys_enrich.checkers.arxiv.checker import ArxivChecker
from lmsys_enrich.checkers.doi.checker import DoiChecker
from lmsys_enrich.checkers.forgejo import ForgejoChecker
from lmsys_enrich.checkers.github.checker import GitHubChecker
from lmsys_enrich.checkers.gitlab.checker import GitLabChecker
from lmsys_enrich.checkers.hugging_face.checker import HuggingFaceChecker
from lmsys_enrich.checkers.openreview import OpenReviewChecker
from lmsys_enrich.checkers.protocol import Checker, Deferred
from lmsys_enrich.checkers.semantic_scholar import SemanticScholarChecker
from lmsys_enrich.model.finding import Observation, Verdict
from lmsys_enrich.settings.access import Access, ApiAccess, ForgeAccess, GitHubAccess
from tests.builders import task
from tests.fakes import closed_queue
from tests.unit.checkers.services import FAULTS, Answer, reply, service

LINKS = 100
MOST = 60  # requests, redirects included, to two services: a batch may be divided down to one link
GITLAB = ForgeAccess("gitlab.com", "https://gitlab.com", "secret")
FORGEJO = ForgeAccess("codeberg.org", "https://codeberg.org", "secret")


@dataclass
class Place:
    """A service: its checker, the addresses of its links, and what is said of each of them alone."""

    make: Callable[[Apis], Checker]
    address: Callable[[int], str]
    access: Access
    about_a_link: tuple[str, ...] = ()


def _sign_in(request: httpx.Request) -> httpx.Response:
    """Redirect to a login, as a server does that is for its own people."""
    if request.url.path == "/users/sign_in":
        return httpx.Response(200, html="<title>Sign in</title>")
    return httpx.Response(302, headers={"location": "/users/sign_in"})


REFUSALS: dict[str, Answer] = {
    **FAULTS,
    "403 with another word": lambda _: reply({"message": "Forbidden"}, 403),
    "403 for want of a scope": lambda _: reply({"error": "insufficient_scope", "scope": "api"}, 403),
    "400": lambda _: reply({"error": "Bad Request"}, 400),
    "405": lambda _: reply({"error": "Method Not Allowed"}, 405),
    "404 of a router": lambda _: reply({"error": "404 Not Found"}, 404),
    "451": lambda _: reply({"message": "not here"}, 451),
    "302 to a login": _sign_in,
}
PLACES = {
    "GitHub": Place(
        lambda apis: GitHubChecker(apis, GitHubAccess(token="secret")),  # noqa: S106 - for nothing
        lambda number: f"https://github.com/acme/p{number}",
        Access(),
    ),
    "GitHub without a token": Place(
        lambda apis: GitHubChecker(apis, GitHubAccess()),
        lambda number: f"https://github.com/acme/p{number}",
        Access(),
    ),
    "GitLab": Place(
        lambda apis: GitLabChecker(apis, GITLAB),
        lambda number: f"https://gitlab.com/acme/p{number}",
        Access(gitlab=(GITLAB,)),
    ),
    "accounts at GitLab": Place(
        lambda apis: GitLabChecker(apis, GITLAB),
        lambda number: f"https://gitlab.com/u{number}",
        Access(gitlab=(GITLAB,)),
    ),
    "Codeberg": Place(
        lambda apis: ForgejoChecker(apis, FORGEJO),
        lambda number: f"https://codeberg.org/acme/p{number}",
        Access(forgejo=(FORGEJO,)),
    ),
    "Hugging Face": Place(
        HuggingFaceChecker,
        lambda number: f"https://huggingface.co/acme/p{number}",
        Access(hugging_face=ApiAccess("https://huggingface.co", "secret")),
        about_a_link=("401", "404"),
    ),
    "arXiv": Place(ArxivChecker, lambda number: f"https://arxiv.org/abs/2201.{number:05}", Access()),
    "DOI": Place(DoiChecker, lambda number: f"https://doi.org/10.1145/{number}", Access()),
    "Semantic Scholar": Place(
        SemanticScholarChecker,
        lambda number: f"https://www.semanticscholar.org/paper/{number:040x}",
        Access(semantic_scholar=ApiAccess("https://api.semanticscholar.org", "secret")),
    ),
    "OpenReview": Place(
        OpenReviewChecker,
        lambda number: f"https://openreview.net/forum?id=abcdefgh{number}",
        Access(openreview_login=("ada", "secret")),
    ),
}


CASES = [
    (name, refusal)
    for name, place in PLACES.items()
    for refusal in REFUSALS
    if "HTML" in refusal or not refusal.startswith(place.about_a_link)
]


@pytest.mark.parametrize(("name", "refusal"), CASES)
async def test_refusals_cost_few_requests_and_no_link(httpx_mock: HTTPXMock, name: str, refusal: str) -> None:
    place = PLACES[name]
    links = [place.address(number) for number in range(LINKS)]
    verdicts: list[Verdict | None] = []
    async with service(httpx_mock, place.make, REFUSALS[refusal], place.access) as asked:
        async for result in asked.checker.check(closed_queue(*map(task, links))):
            assert isinstance(result, Observation | Deferred)
            verdicts.append(result.verdict if isinstance(result, Observation) else None)
    assert set(verdicts) <= {None}
    assert 0 < len(asked.requests) <= MOST
    assert asked.checker.obstacles
    assert "secret" not in str(asked.checker.obstacles)
