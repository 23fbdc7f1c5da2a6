"""Where GitHub is, from the variables that GitHub Actions sets."""

import pytest

from lmsys_enrich.errors import InputError
from lmsys_enrich.settings.github_access import GitHubAccess, github_access

TOKEN = "ghp_" + "x" * 36
OTHER = TOKEN.swapcase()


def test_without_variables_it_is_the_public_github_without_a_token() -> None:
    assert github_access({}) == GitHubAccess()


@pytest.mark.parametrize(
    ("environ", "api", "graphql"),
    [
        (
            {"GITHUB_API_URL": "https://ghe.example/api/v3/"},
            "https://ghe.example/api/v3",
            "https://ghe.example/api/graphql",
        ),
        (
            {"GITHUB_GRAPHQL_URL": "https://ghe.example/api/graphql"},
            "https://ghe.example/api/v3",
            "https://ghe.example/api/graphql",
        ),
        ({"GITHUB_API_URL": "http://127.0.0.1:80"}, "http://127.0.0.1:80", "http://127.0.0.1:80/graphql"),
        (
            {"GITHUB_GRAPHQL_URL": "http://127.0.0.1:80/graphql"},
            "http://127.0.0.1:80",
            "http://127.0.0.1:80/graphql",
        ),
    ],
)
def test_one_api_address_suffices(environ: dict[str, str], api: str, graphql: str) -> None:
    access = github_access(environ)
    assert (access.api_url, access.graphql_url) == (api, graphql)


def test_github_token_goes_before_gh_token() -> None:
    assert github_access({"GITHUB_TOKEN": TOKEN, "GH_TOKEN": OTHER}).token == TOKEN
    assert github_access({"GITHUB_TOKEN": " ", "GH_TOKEN": OTHER}).token == OTHER


def test_a_token_is_not_shown_when_the_access_is() -> None:
    assert TOKEN not in repr(github_access({"GITHUB_TOKEN": TOKEN}))


@pytest.mark.parametrize("stray", ["\x00", " ", "\n", "é"])
def test_a_token_with_stray_characters_is_refused_without_being_shown(stray: str) -> None:
    with pytest.raises(InputError) as refused:
        github_access({"GITHUB_TOKEN": TOKEN + stray + "x"})
    assert TOKEN not in str(refused.value)


@pytest.mark.parametrize("name", ["GITHUB_API_URL", "GITHUB_GRAPHQL_URL", "GITHUB_SERVER_URL"])
@pytest.mark.parametrize("address", ["ghe.example", "ftp://ghe.example", "https://"])
def test_an_address_that_is_none_is_refused_by_name(name: str, address: str) -> None:
    with pytest.raises(InputError, match=name):
        github_access({name: address})
