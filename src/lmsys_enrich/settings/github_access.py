"""Access to GitHub: its addresses and the token, from the variables that GitHub Actions sets."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lmsys_enrich.errors import InputError
from lmsys_enrich.urls import InvalidAddress, server_of

_GITHUB_API = "https://api.github.com"
_GITHUB_GRAPHQL = "https://api.github.com/graphql"
_GITHUB_SERVER = "https://github.com"


@dataclass(frozen=True, slots=True)
class GitHubAccess:
    """
    Addresses, without a slash at their end, and the token, if there is one.

    The token is meant for the hosts of `api_url` and `graphql_url` alone, and
    is left out of the value's `repr`.
    """

    api_url: str = _GITHUB_API
    graphql_url: str = _GITHUB_GRAPHQL
    server_url: str = _GITHUB_SERVER
    token: str | None = field(default=None, repr=False)


def github_access(environ: Mapping[str, str]) -> GitHubAccess:
    """
    Read the variables that GitHub Actions and GitHub's own tools use.

    Each of the two API addresses follows from the other, so that one is enough for
    GitHub Enterprise (`https://HOST/api/v3`, `https://HOST/api/graphql`):
    https://docs.github.com/en/enterprise-server/rest/using-the-rest-api/getting-started-with-the-rest-api
    """
    api = _address(environ, "GITHUB_API_URL")
    graphql = _address(environ, "GITHUB_GRAPHQL_URL")
    return GitHubAccess(
        api_url=api or _api_beside(graphql) or _GITHUB_API,
        graphql_url=graphql or _graphql_beside(api) or _GITHUB_GRAPHQL,
        server_url=_address(environ, "GITHUB_SERVER_URL") or _GITHUB_SERVER,
        token=_token(environ),
    )


def _address(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "").strip().rstrip("/")
    if value and not _is_server(value):
        raise InputError(
            f"{name} is {value!r}, which is not a web address",
            hint=f"Unset {name}, or give it as https://HOST/….",
        )
    return value


def _is_server(address: str) -> bool:
    try:
        return bool(server_of(address))
    except InvalidAddress:
        return False


def _token(environ: Mapping[str, str]) -> str | None:
    for name in ("GITHUB_TOKEN", "GH_TOKEN"):
        token = environ.get(name, "").strip()
        if not token:
            continue
        if not (token.isascii() and token.isprintable()) or " " in token:
            # The value is not shown: it may be the secret with a stray character.
            raise InputError(
                f"{name} holds characters that tokens do not have", hint=f"Copy the token into {name} again."
            )
        return token
    return None


def _graphql_beside(api: str) -> str:
    return f"{api.removesuffix('/v3')}/graphql" if api else ""


def _api_beside(graphql: str) -> str:
    above = graphql.removesuffix("/graphql")
    return f"{above}/v3" if above.endswith("/api") else above
