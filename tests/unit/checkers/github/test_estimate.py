"""Estimates of the requests that a run will send to GitHub."""

from lmsys_enrich.checkers.github.checker import estimate
from tests.unit.checkers.github.api_double import ACCESS, HOME, WITHOUT_TOKEN


def test_fifty_repositories_are_one_request() -> None:
    urls = [f"{HOME}/octo/r{number}" for number in range(101)]
    found = estimate(urls, ACCESS)
    (api,) = found.apis
    assert (api.host, api.kind, api.requests, api.quota, found.pages) == (
        "github.com",
        "GraphQL",
        3,
        5000,
        (),
    )
    assert api.takes.total_seconds() > 0


def test_links_into_one_repository_are_one_alias() -> None:
    urls = [f"{HOME}/octo/hello", *(f"{HOME}/octo/hello/issues/{n}" for n in range(40))]
    assert estimate(urls, ACCESS).apis[0].requests == 1


def test_without_token_sixty_repositories_are_requested() -> None:
    urls = [f"{HOME}/octo/r{number}" for number in range(70)]
    found = estimate([*urls, f"{HOME}/octocat"], WITHOUT_TOKEN)
    (api,) = found.apis
    assert (api.kind, api.requests, api.quota) == ("REST", 60, 60)
    assert found.pages == (*urls[60:], f"{HOME}/octocat")


def test_no_link_costs_no_request() -> None:
    assert estimate([], ACCESS).apis[0].requests == 0
    assert estimate(["https://example.org/"], ACCESS).apis[0].requests == 0
