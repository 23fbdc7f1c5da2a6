"""Repositories and accounts on GitHub have the verdicts and facts that its API proves."""

import pytest

from lmsys_enrich.http.messages import Outcome
from lmsys_enrich.model.finding import Finding, Suggestion, Verdict
from tests.builders import finding, repository, task
from tests.fakes import NIGHT
from tests.unit.checkers.github.api_double import HOME, GitHub, node, recorded, response
from tests.unit.checkers.github.conftest import Start

ALPA = f"{HOME}/alpa-projects/alpa"


async def test_repository_is_alive_with_its_facts(start: Start) -> None:
    run = start(GitHub({"alpa-projects/alpa": node("alpa-projects/alpa")}))
    answer = (await run.check(ALPA))[ALPA]
    assert (answer.verdict, answer.final_url) == (Verdict.ALIVE, ALPA)
    assert answer.repository is not None
    facts = answer.repository.facts
    assert (facts.stars, facts.license, facts.topics) == (3000, "Apache-2.0", ("llm", "jax"))
    assert facts.last_commit is not None
    assert facts.last_commit.isoformat() == "2023-12-09T00:00:00+00:00"
    assert facts.fetched_at == NIGHT
    assert not answer.repository.missing_fields


async def test_missing_repository_is_dead_and_its_neighbours_alive(start: Start) -> None:
    run = start(GitHub({"octo/hello": node("octo/hello")}))
    observations = await run.check(f"{HOME}/octo/gone", f"{HOME}/octo/hello", f"{HOME}/octo/gone/wiki")
    assert observations[f"{HOME}/octo/gone"].verdict is Verdict.DEAD
    assert observations[f"{HOME}/octo/gone/wiki"].verdict is Verdict.DEAD
    assert observations[f"{HOME}/octo/hello"].verdict is Verdict.ALIVE
    assert len(run.github.requests) == 1


@pytest.mark.parametrize(
    ("field", "flag"),
    [
        ("isArchived", "archived"),
        ("isDisabled", "disabled"),
        ("isLocked", "locked"),
        ("isEmpty", "empty"),
        ("isMirror", "mirror"),
    ],
)
async def test_archived_or_otherwise_special_repository_is_flagged(
    start: Start, field: str, flag: str
) -> None:
    run = start(GitHub({"octo/hello": node("octo/hello", **{field: True})}))
    answer = (await run.check(f"{HOME}/octo/hello"))[f"{HOME}/octo/hello"]
    assert answer.verdict is Verdict.ALIVE
    assert flag in answer.reason
    assert answer.repository is not None
    assert getattr(answer.repository.facts, flag) is True


@pytest.mark.parametrize(
    ("path", "new"),
    [
        ("octo/old", "new/name"),
        ("octo/old?tab=readme", "new/name?tab=readme"),
        ("octo/old/wiki/Home", "new/name/wiki/Home"),
        ("octo/old/issues/5", "new/name/issues/5"),
        ("octo/old/blob/main/a%20b.md?plain=1", "new/name/blob/main/a%20b.md?plain=1"),
    ],
)
async def test_renamed_repository_is_moved_with_its_whole_address(start: Start, path: str, new: str) -> None:
    there = node(
        "new/name",
        **{
            "object main:a b.md": {"__typename": "Blob"},
            "issueOrPullRequest 5": {"url": f"{HOME}/new/name/issues/5"},
        },
    )
    answer = (await start(GitHub({"octo/old": there})).check(f"{HOME}/{path}"))[f"{HOME}/{path}"]
    assert answer.verdict is Verdict.MOVED
    assert answer.final_url == f"{HOME}/{new}"
    assert answer.suggestion == Suggestion(f"{HOME}/{new}", "the repository is now new/name")


async def test_rename_is_among_the_facts_and_another_case_is_none(start: Start) -> None:
    run = start(GitHub({"octo/old": node("new/name"), "octo/hello": node("Octo/Hello")}))
    observations = await run.check(f"{HOME}/octo/old", f"{HOME}/octo/hello")
    renamed, same = observations[f"{HOME}/octo/old"], observations[f"{HOME}/octo/hello"]
    assert renamed.repository is not None
    assert same.repository is not None
    assert (renamed.repository.facts.renamed_from, same.repository.facts.renamed_from) == ("octo/old", None)
    assert same.verdict is Verdict.ALIVE


def previous(identifier: int | None, name: str = "octo/hello") -> Finding:
    return finding(f"{HOME}/octo/hello", repository=repository(name, id=identifier, stars=7))


async def test_name_taken_over_keeps_the_facts_of_the_old_repository(start: Start) -> None:
    run = start(GitHub({"octo/hello": node("octo/hello", databaseId=99)}))
    answer = (await run.check(task(f"{HOME}/octo/hello", previous(1))))[f"{HOME}/octo/hello"]
    assert answer.verdict is Verdict.ALIVE
    assert "another repository" in answer.reason
    assert answer.repository is not None
    facts = answer.repository.facts
    assert (facts.id, facts.stars, facts.taken_over_by) == (1, 7, 99)


@pytest.mark.parametrize("earlier", [previous(99), previous(None), previous(99, "octo/before")])
async def test_the_same_repository_is_not_taken_over(start: Start, earlier: Finding) -> None:
    run = start(GitHub({"octo/hello": node("octo/hello", databaseId=99)}))
    answer = (await run.check(task(f"{HOME}/octo/hello", earlier)))[f"{HOME}/octo/hello"]
    assert answer.repository is not None
    assert (answer.repository.facts.taken_over_by, answer.repository.facts.stars) == (None, 3000)


@pytest.mark.parametrize("body", [{}, {"login": "another"}, {"login": None}, {"login": 7}])
async def test_response_about_another_account_proves_nothing(start: Start, body: dict[str, object]) -> None:
    faults = [response({"data": {"r0": body}})]
    run = start(GitHub(faults=list[Outcome](faults), rest={"/users/octocat": response(body)}))
    assert await run.check(f"{HOME}/octocat") == {}
    assert run.checker.obstacles


async def test_account_is_alive_or_dead(start: Start) -> None:
    run = start(GitHub(owners=["octocat", "octo-org"]))
    urls = [f"{HOME}/octocat", f"{HOME}/orgs/octo-org/people", f"{HOME}/nobody"]
    observations = await run.check(*urls)
    assert [observations[url].verdict for url in urls] == [Verdict.ALIVE, Verdict.ALIVE, Verdict.DEAD]
    assert "no API covers" in observations[urls[1]].reason
    assert run.github.rest_paths == ["/users/nobody"]


async def test_account_that_graphql_lacks_is_looked_up_by_rest(start: Start) -> None:
    run = start(GitHub(rest={"/users/ghost-org": response({"login": "Ghost-Org"})}))
    assert (await run.check(f"{HOME}/ghost-org"))[f"{HOME}/ghost-org"].verdict is Verdict.ALIVE


async def test_perhaps_a_page_of_github_is_deferred_without_an_account(start: Start) -> None:
    run = start(GitHub({"education/classroom": node("education/classroom")}))
    page, repository_there = f"{HOME}/education/students", f"{HOME}/education/classroom"
    observations = await run.check(page, repository_there)
    assert run.deferred == [page]
    assert observations[page].reason == "the page is there"
    assert observations[repository_there].repository is not None


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [("rest-dmca.json", 451, "blocked it: DMCA"), ("rest-tos.json", 403, "blocked it: tos")],
)
async def test_a_blocked_repository_is_dead_with_its_reason(
    start: Start, body: str, status: int, reason: str
) -> None:
    error: dict[str, object] = {"type": "INTERNAL", "message": "Repository access blocked"}
    run = start(GitHub(errors={"octo/hello": error}, rest={"/repos/octo/hello": recorded(body, status)}))
    answer = (await run.check(f"{HOME}/octo/hello"))[f"{HOME}/octo/hello"]
    assert (answer.verdict, answer.http_status) == (Verdict.DEAD, status)
    assert reason in answer.reason


async def test_repository_withheld_for_legal_reasons_is_dead(start: Start) -> None:
    run = start(
        GitHub(
            errors={"octo/hello": {"type": "X"}}, rest={"/repos/octo/hello": response({"message": "no"}, 451)}
        )
    )
    assert (await run.check(f"{HOME}/octo/hello"))[f"{HOME}/octo/hello"].http_status == 451


async def test_an_account_that_graphql_says_is_not_there_is_dead(start: Start) -> None:
    missing = response({"data": {"r0": None}, "errors": [{"type": "NOT_FOUND", "path": ["r0"]}]})
    run = start(GitHub(faults=[missing]))
    assert (await run.check(f"{HOME}/nobody"))[f"{HOME}/nobody"].verdict is Verdict.DEAD
    assert run.github.rest_paths == []


@pytest.mark.parametrize(
    ("url", "claimed"),
    [(ALPA, True), (f"{HOME}/topics/llm", False), ("https://example.org/a/b", False)],
)
async def test_checker_claims_what_the_api_knows(start: Start, url: str, *, claimed: bool) -> None:
    assert start(GitHub()).checker.claims(url) is claimed
