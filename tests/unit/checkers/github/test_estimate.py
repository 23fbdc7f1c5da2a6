"""What a run will ask of GitHub is told beforehand."""

from lmsys_enrich.checkers.github.estimate import estimate
from tests.unit.checkers.github.api_double import ACCESS, WITHOUT_TOKEN

HOME = "https://github.com"


def test_fifty_repositories_are_one_request_and_one_point() -> None:
    urls = [f"{HOME}/octo/r{number}" for number in range(101)]
    found = estimate(urls, ACCESS)
    assert (found.graphql, found.rest, found.points, found.hourly, found.pages) == (3, 0, 3, 5000, ())
    assert found.takes.total_seconds() > 0


def test_links_that_lie_in_one_repository_are_one_alias() -> None:
    urls = [f"{HOME}/octo/hello", *(f"{HOME}/octo/hello/issues/{n}" for n in range(40))]
    assert estimate(urls, ACCESS).graphql == 1


def test_without_a_token_sixty_repositories_are_asked_and_the_other_links_are_pages() -> None:
    urls = [f"{HOME}/octo/r{number}" for number in range(70)]
    found = estimate([*urls, f"{HOME}/octocat"], WITHOUT_TOKEN)
    assert (found.graphql, found.rest, found.hourly) == (0, 60, 60)
    assert found.pages == (*urls[60:], f"{HOME}/octocat")


def test_nothing_to_ask_costs_nothing() -> None:
    assert estimate([], ACCESS).points == 0
    assert estimate(["https://example.org/"], ACCESS).graphql == 0
