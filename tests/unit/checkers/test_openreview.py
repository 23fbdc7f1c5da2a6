"""Forums at OpenReview: guarded without a login and without a request, proved by the API with one."""

import pytest

from lmsys_enrich.checkers.openreview import OpenReviewChecker, read_note
from lmsys_enrich.checkers.protocol import Deferred
from lmsys_enrich.model.finding import Observation, Verdict
from lmsys_enrich.settings.access import Access
from lmsys_enrich.simulation.paper_registries import LOGIN
from lmsys_enrich.simulation.papers import Library, SimulatedPaper
from tests.services import FAULTS, answered
from tests.unit.checkers.papers_double import Services, check

HOST = "api2.openreview.net"
FORUM = "https://openreview.net/forum?id=rJl-b3RcF7"
PDF = "https://openreview.net/pdf?id=rJl-b3RcF7"
UNKNOWN = "https://openreview.net/forum?id=OlderVenue"
LIBRARY = Library(
    (SimulatedPaper(openreview="rJl-b3RcF7", title="Lottery Tickets", venue="ICLR", venue_year=2019),)
)


async def test_without_a_login_a_forum_is_guarded_without_a_request() -> None:
    services = Services(LIBRARY)
    result = (await check(OpenReviewChecker(services.apis), FORUM))[FORUM]
    assert isinstance(result, Observation)
    assert result.verdict is Verdict.GUARDED
    assert "OPENREVIEW_USERNAME" in result.reason
    assert services.fetch.log == []


async def test_with_a_login_the_api_proves_a_forum() -> None:
    services = Services(LIBRARY, Access(openreview_login=LOGIN))
    results = await check(OpenReviewChecker(services.apis), FORUM, PDF, UNKNOWN)
    result = results[FORUM]
    assert isinstance(result, Observation)
    assert (result.verdict, result.paper is not None) == (Verdict.ALIVE, True)
    assert result.paper is not None
    facts = result.paper.facts
    assert (facts.title, facts.venue, facts.year, facts.withdrawn) == ("Lottery Tickets", "ICLR", 2019, False)
    assert isinstance(results[PDF], Observation)
    assert isinstance(results[UNKNOWN], Deferred)  # older venues lie in another API
    login, search = services.fetch.sent_to(HOST)
    assert "authorization" not in login.headers
    assert search.headers["authorization"].startswith("Bearer ")
    assert LOGIN[1].encode() not in search.content


async def test_page_of_a_deleted_forum_decides() -> None:
    services = Services(LIBRARY, Access(openreview_login=LOGIN))
    deleted = {"notes": [{"id": "rJl-b3RcF7", "content": {}, "ddate": 1}]}
    services.of[HOST].faults = [None, answered(200, deleted)]
    assert isinstance((await check(OpenReviewChecker(services.apis), FORUM))[FORUM], Deferred)


async def test_rejected_login_is_an_obstacle() -> None:
    services = Services(LIBRARY, Access(openreview_login=("reader@example.org", "wrong")))
    checker = OpenReviewChecker(services.apis)
    assert await check(checker, FORUM) == {}
    (obstacle,) = checker.obstacles
    assert "does not accept the login" in obstacle.what
    assert "wrong" not in f"{obstacle.what} {obstacle.hint}"


async def test_login_with_a_second_factor_is_an_obstacle_of_its_own() -> None:
    services = Services(LIBRARY, Access(openreview_login=LOGIN))
    pending = {
        "mfaPending": True,
        "mfaPendingToken": "t",
        "mfaMethods": ["totp"],
    }  # as openreview-py reads it
    services.of[HOST].faults = [answered(200, pending)]
    checker = OpenReviewChecker(services.apis)
    assert await check(checker, FORUM) == {}
    assert [one.what for one in checker.obstacles] == ["OpenReview requires a second factor for this login"]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("before", [0, 1], ids=["at the login", "at the search"])
async def test_refusal_judges_no_link(fault: str, before: int) -> None:
    services = Services(LIBRARY, Access(openreview_login=LOGIN))
    services.of[HOST].faults = [None] * before
    services.of[HOST].lasting = FAULTS[fault]
    checker = OpenReviewChecker(services.apis)
    assert await check(checker, FORUM) == {}
    assert checker.obstacles


@pytest.mark.parametrize(
    "body", [{"notes": [{"id": 3}, None, {"id": "rJl-b3RcF7", "content": [], "pdate": 1e300}]}]
)
async def test_notes_of_odd_shapes_are_read(body: object) -> None:
    services = Services(LIBRARY, Access(openreview_login=LOGIN))
    services.of[HOST].faults = [None, answered(200, body)]
    assert isinstance((await check(OpenReviewChecker(services.apis), FORUM))[FORUM], Observation)


@pytest.mark.parametrize(
    ("venue", "expected"),
    [
        ("ICLR 2019 poster", "ICLR"),
        ("CoLLAs 2023 Oral", "CoLLAs"),
        ("Accepted by TMLR", "TMLR"),
        ("NeurIPS 2023 Workshop on Sparsity", "NeurIPS 2023 Workshop on Sparsity"),
        ("Submitted to ICLR 2024", None),
        ("ICLR 2024 Conference Withdrawn Submission", None),
        ("CoRR 2017", None),
    ],
)
def test_venue_is_that_of_the_publication(venue: str, expected: str | None) -> None:
    assert read_note({"id": "x", "content": {"venue": {"value": venue}}}).venue == expected
