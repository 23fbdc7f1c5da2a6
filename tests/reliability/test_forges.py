"""Bad nights of forges other than GitHub, in whole runs; `docs/reliability.md` is made from them."""

from collections.abc import Mapping

import pytest

from lmsys_enrich.model.finding import Finding, Verdict
from lmsys_enrich.settings.access import Access, ApiAccess, ForgeAccess
from lmsys_enrich.simulation.forges import Projects, SimulatedForges, SimulatedProject
from lmsys_enrich.simulation.server import Fault, Received, Response, Sent
from tests.builders import day
from tests.golden import ROOT
from tests.reliability.document import assert_documented
from tests.reliability.nights import BY_PAGE, COMMON_NIGHTS, MOST_REQUESTS, MOST_SECONDS, Ended, a_night
from tests.services import ServiceFetch, answered

FORGES: Mapping[str, tuple[str, str]] = {
    "GitLab": ("gitlab.test", "https://gitlab.com/acme/tool"),
    "Forgejo": ("codeberg.test", "https://codeberg.org/acme/tool"),
    "Hugging Face": ("hub.test", "https://huggingface.co/acme/large"),
}
"""Host of each API, and the link that it proves."""

ACCESS = Access(
    gitlab=(ForgeAccess("gitlab.com", "https://gitlab.test/gitlab.com", "glpat-secret"),),
    forgejo=(ForgeAccess("codeberg.org", "https://codeberg.test/codeberg.org", "secret"),),
    hugging_face=ApiAccess("https://hub.test/huggingface.co", "hf_secret"),
)
LINKS = [url for _, url in FORGES.values()]


def about_another(received: Received, answer: Sent) -> Response:
    """Responses about others than those that were requested: no list of projects holds the ones."""
    if not received.target.endswith("/graphql"):
        return answer
    return Sent(answer.status, answer.headers, answer.body.replace(b"acme/tool", b"evil/other"))


NIGHTS: Mapping[str, Fault] = {
    **COMMON_NIGHTS,
    "401, the token is no longer valid": answered(401, {"message": "401 Unauthorized"}),
    "404 in the JSON of another API": answered(404, {"reason": "no route"}),
    "200 with an error of GraphQL": answered(200, {"errors": [{"message": "Timeout on validation"}]}),
    "a response about other projects": about_another,
}


async def tonight(
    number: int, known: Mapping[str, Finding], host: str = "", fault: Fault | None = None
) -> Ended:
    projects = Projects(
        (
            SimulatedProject(host="gitlab.com", name="acme/tool", id=1, stars=number, license="MIT"),
            SimulatedProject(host="codeberg.org", name="acme/tool", id=2, stars=number),
            SimulatedProject(host="huggingface.co", name="acme/large", id=3, stars=number, license="mit"),
        )
    )
    forges = {api: SimulatedForges(projects) for api, _ in FORGES.values()}
    if fault is not None:
        forges[host].lasting = fault
    return await a_night(number, ServiceFetch(forges), ACCESS, LINKS, known, host=host)


async def nights(forge: str, fault: Fault) -> tuple[Ended, Ended]:
    """A good night, and one on which a forge has a fault."""
    first = await tonight(1, {})
    host, _ = FORGES[forge]
    return first, await tonight(9, first.report.findings, host, fault)


@pytest.mark.parametrize("forge", FORGES)
@pytest.mark.parametrize("fault", NIGHTS)
async def test_bad_night_of_a_forge_loses_nothing(forge: str, fault: str) -> None:
    first, second = await nights(forge, NIGHTS[fault])
    for url in LINKS:
        before, after = first[url], second[url]
        assert after.verdict is Verdict.ALIVE
        assert (after.repository is None, after.model is None) == (
            before.repository is None,
            before.model is None,
        )
        if before.repository is not None and after.repository is not None:
            assert (after.repository.id, after.repository.license) == (
                before.repository.id,
                before.repository.license,
            )
            assert after.repository.stars in {1, 9}
        if after.model is not None:
            assert after.model.license == "mit"
            assert after.model.likes in {1, 9}
    assert second.requests <= MOST_REQUESTS
    assert second.seconds <= MOST_SECONDS
    assert "secret" not in str(second.report.obstacles)


async def test_good_night_renews_every_fact() -> None:
    first, second = await nights("GitLab", lambda _, answer: answer)
    facts = second[FORGES["GitLab"][1]].repository
    assert facts is not None
    assert (facts.stars, facts.license, first.report.obstacles) == (9, "MIT", ())


async def test_document_shows_what_becomes_of_each_night() -> None:
    rows = [
        [fault, *[_cell(forge, (await nights(forge, NIGHTS[fault]))[1]) for forge in FORGES]]
        for fault in NIGHTS
    ]
    assert_documented(ROOT / "docs" / "reliability.md", "forges", ("The forge", *FORGES), rows)


def _cell(forge: str, night: Ended) -> str:
    """How the link was proved, how old its facts are, and with how many requests."""
    found = night[FORGES[forge][1]]
    facts = found.repository or found.model
    assert facts is not None
    by = "by its page" if found.reason == BY_PAGE else "by the API"
    age = "new" if facts.fetched_at == day(9) else "kept"
    return f"{found.verdict.value} {by}, facts {age}, {night.requests}"
