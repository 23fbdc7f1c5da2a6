"""Access to forges, from the variables that GitHub Actions and users set."""

import pytest

from lmsys_enrich.errors import InputError
from lmsys_enrich.settings.access import (
    ForgeAccess,
    GitHubAccess,
    github_access,
    resolve_access,
    service_hosts,
)
from lmsys_enrich.settings.tables import ForgeKind, ForgeSetting

TOKEN = "ghp_" + "x" * 36
OTHER = TOKEN.swapcase()


def test_default_is_the_public_github_without_a_token() -> None:
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


@pytest.mark.parametrize(
    ("environ", "server"),
    [
        ({"GITHUB_API_URL": "https://ghe.example/api/v3/"}, "https://ghe.example"),
        ({"GITHUB_GRAPHQL_URL": "https://ghe.example/api/graphql"}, "https://ghe.example"),
        ({"GITHUB_API_URL": "https://api.acme.ghe.com"}, "https://acme.ghe.com"),
        ({"GITHUB_API_URL": "http://127.0.0.1:80"}, "https://github.com"),
        (
            {"GITHUB_API_URL": "https://x.example/api/v3", "GITHUB_SERVER_URL": "https://y.example"},
            "https://y.example",
        ),
    ],
)
def test_links_of_github_com_are_not_for_the_api_of_an_enterprise(
    environ: dict[str, str], server: str
) -> None:
    assert github_access(environ).server_url == server


@pytest.mark.parametrize(
    ("server", "api"),
    [
        ("https://ghe.example", "https://ghe.example/api/v3"),
        ("https://acme.ghe.com", "https://api.acme.ghe.com"),
        ("https://github.com", "https://api.github.com"),
    ],
)
def test_links_of_an_enterprise_are_not_for_the_api_of_github_com(server: str, api: str) -> None:
    access = github_access({"GITHUB_SERVER_URL": server})
    assert (access.api_url, access.server_url) == (api, server)


def test_api_of_a_server_without_encryption_is_encrypted() -> None:
    assert github_access({"GITHUB_SERVER_URL": "http://ghe.example"}).api_url == "https://ghe.example/api/v3"


def test_github_token_goes_before_gh_token() -> None:
    assert github_access({"GITHUB_TOKEN": TOKEN, "GH_TOKEN": OTHER}).token == TOKEN
    assert github_access({"GITHUB_TOKEN": " ", "GH_TOKEN": OTHER}).token == OTHER


def test_token_of_a_forgejo_job_is_not_for_github() -> None:
    job = {"GITHUB_API_URL": "https://codeberg.org/api/v1", "GITHUB_SERVER_URL": "https://codeberg.org"}
    assert github_access({**job, "GITHUB_TOKEN": TOKEN}) == GitHubAccess()
    assert github_access({**job, "GITHUB_TOKEN": TOKEN, "GH_TOKEN": OTHER}) == GitHubAccess(token=OTHER)


def test_a_token_is_not_shown_when_the_access_is() -> None:
    assert TOKEN not in repr(github_access({"GITHUB_TOKEN": TOKEN}))


@pytest.mark.parametrize("stray", ["\x00", " ", "\n", "é"])
def test_token_with_stray_characters_is_refused_unshown(stray: str) -> None:
    with pytest.raises(InputError) as refused:
        github_access({"GITHUB_TOKEN": TOKEN + stray + "x"})
    assert TOKEN not in str(refused.value)


@pytest.mark.parametrize("name", ["GITHUB_API_URL", "GITHUB_GRAPHQL_URL", "GITHUB_SERVER_URL"])
@pytest.mark.parametrize("address", ["ghe.example", "ftp://ghe.example", "https://"])
def test_an_address_that_is_none_is_refused_by_name(name: str, address: str) -> None:
    with pytest.raises(InputError, match=name):
        github_access({name: address})


def test_token_of_a_service_is_for_its_host_alone() -> None:
    environ = {"GITLAB_TOKEN": TOKEN, "HF_TOKEN": OTHER, "CODEBERG_TOKEN": "third"}
    access = resolve_access(environ, [ForgeSetting("git.example.org", ForgeKind.GITLAB)])
    assert {one.host: one.token for one in access.gitlab if one.token} == {"gitlab.com": TOKEN}
    assert {one.host: one.token for one in access.forgejo if one.token} == {"codeberg.org": "third"}
    assert (access.hugging_face.url, access.hugging_face.token) == ("https://huggingface.co", OTHER)
    assert access.github[0].token is None
    assert TOKEN not in repr(access)
    assert OTHER not in repr(access)


def test_self_hosted_forge_gets_the_token_that_names_it() -> None:
    environ = {"LMSYS_ENRICH_TOKENS": f"Git.Example.org={TOKEN} ghe.example.org={OTHER}"}
    access = resolve_access(
        environ,
        [
            ForgeSetting("git.example.org", ForgeKind.FORGEJO),
            ForgeSetting("ghe.example.org", ForgeKind.GITHUB),
        ],
    )
    assert access.forgejo[-1] == ForgeAccess("git.example.org", "https://git.example.org", TOKEN)
    assert access.github == (
        GitHubAccess(),
        GitHubAccess(
            "https://ghe.example.org/api/v3",
            "https://ghe.example.org/api/graphql",
            "https://ghe.example.org",
            OTHER,
        ),
    )


def test_address_of_a_forge_comes_from_the_environment() -> None:
    environ = {"LMSYS_ENRICH_FORGES": "gitlab.com=http://127.0.0.1:8080/", "ARXIV_API_URL": "http://[::1]:1/"}
    access = resolve_access(environ)
    assert access.gitlab[0] == ForgeAccess("gitlab.com", "http://127.0.0.1:8080")
    assert access.arxiv.url == "http://[::1]:1"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LMSYS_ENRICH_TOKENS", "secret"),
        ("LMSYS_ENRICH_TOKENS", "host="),
        ("LMSYS_ENRICH_TOKENS", "a/b=secret"),
        ("LMSYS_ENRICH_TOKENS", "user@host.example=secret"),
        ("LMSYS_ENRICH_TOKENS", "host.example?x=secret"),
        ("LMSYS_ENRICH_FORGES", "gitlab.com=http://[::"),
        ("LMSYS_ENRICH_FORGES", "gitlab.com=https://user:secret@example.org"),
        ("CROSSREF_API_URL", "http://[::"),
        ("HF_ENDPOINT", "ftp://example.org"),
        ("WAYBACK_API_URL", "https://example.org/?x"),
        ("WAYBACK_API_URL", "https://example.org/#x"),
        ("HF_TOKEN", "secr\xe9t"),
        ("LMSYS_ENRICH_CONTACT", "a\nb: c"),
    ],
)
def test_unusable_service_address_is_refused(name: str, value: str) -> None:
    with pytest.raises(InputError, match=name) as problem:
        resolve_access({name: value})
    assert problem.value.hint
    assert "secr" not in str(problem.value)


def test_forge_is_requested_only_where_settings_name_it() -> None:
    hosts = {one.host for one in (*resolve_access({}).gitlab, *resolve_access({}).forgejo)}
    assert "gitlab.com" in hosts
    assert "gitlab.example.org" not in hosts


def test_requests_to_a_mirror_count_for_its_service() -> None:
    local = "http://127.0.0.1:8080"
    environ = {
        "ARXIV_API_URL": f"{local}/arxiv",
        "GITHUB_API_URL": f"{local}/github",
        "LMSYS_ENRICH_FORGES": f"gitlab.com={local}/gitlab.com",
    }
    host = service_hosts(resolve_access(environ))
    assert host(f"{local}/arxiv/api/query") == "export.arxiv.org"
    assert host(f"{local}/github/graphql") == "api.github.com"
    assert host(f"{local}/gitlab.com/api/v4/projects") == "gitlab.com"
    assert host("https://api.crossref.org/works") == "api.crossref.org"
    assert host(f"{local}/other") == "127.0.0.1:8080"


def test_requests_to_github_enterprise_count_for_its_own_host() -> None:
    server = "https://ghe.example"
    access = resolve_access({"GITHUB_API_URL": f"{server}/api/v3", "GITHUB_SERVER_URL": server})
    assert service_hosts(access)(f"{server}/api/v3/meta") == "ghe.example"


def test_enterprise_cloud_of_a_region_has_its_own_api_host() -> None:
    environ = {"LMSYS_ENRICH_TOKENS": "octocorp.ghe.com=ghp_region", "GITHUB_TOKEN": "ghp_public"}
    first, region = resolve_access(environ, [ForgeSetting("octocorp.ghe.com", ForgeKind.GITHUB)]).github
    assert (region.api_url, region.graphql_url) == (
        "https://api.octocorp.ghe.com",
        "https://api.octocorp.ghe.com/graphql",
    )
    assert (region.server_url, region.token) == ("https://octocorp.ghe.com", "ghp_region")
    assert first.token == "ghp_public"  # noqa: S105 - for nothing
