"""
Access to forges, services and websites: API addresses, tokens and secret headers from the environment.

Each token is for exactly one API host. Addresses are https, unless the environment itself
names another one; a file of settings adds hosts, but neither addresses nor tokens.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from lmsys_enrich.errors import InputError
from lmsys_enrich.model.workspace import is_forgejo_job
from lmsys_enrich.settings.tables import ForgeKind, ForgeSetting, parse_host_name, refuse_header
from lmsys_enrich.urls import (
    InvalidAddress,
    fragment_of,
    has_userinfo,
    host_of,
    is_web,
    path_of,
    query_of,
    server_of,
)

_GITHUB_API = "https://api.github.com"
_GITHUB_GRAPHQL = "https://api.github.com/graphql"
_GITHUB_SERVER = "https://github.com"
# GitHub Enterprise Cloud with data residency, whose API is at `api.SUBDOMAIN.ghe.com`:
# https://docs.github.com/en/enterprise-cloud@latest/admin/data-residency
_GHE_COM = ".ghe.com"
_ENTERPRISE_API = "/api/v3"


# Public instances. Any other host is a forge only where the settings say so: a list could name any.
KNOWN_FORGES: Mapping[str, ForgeKind] = {
    "gitlab.com": ForgeKind.GITLAB,
    "gitlab.gnome.org": ForgeKind.GITLAB,
    "gitlab.freedesktop.org": ForgeKind.GITLAB,
    "gitlab.inria.fr": ForgeKind.GITLAB,
    "gitlab.haskell.org": ForgeKind.GITLAB,
    "salsa.debian.org": ForgeKind.GITLAB,
    "framagit.org": ForgeKind.GITLAB,
    "invent.kde.org": ForgeKind.GITLAB,
    "0xacab.org": ForgeKind.GITLAB,
    "code.videolan.org": ForgeKind.GITLAB,
    "codeberg.org": ForgeKind.FORGEJO,
    "gitea.com": ForgeKind.FORGEJO,
}


@dataclass(frozen=True, slots=True)
class GitHubAccess:
    """
    Addresses of a GitHub, without a trailing slash; `token` is None if there is none.

    The token is for the hosts of `api_url` and `graphql_url` alone, and is left out of
    the value's `repr`.
    """

    api_url: str = _GITHUB_API
    graphql_url: str = _GITHUB_GRAPHQL
    server_url: str = _GITHUB_SERVER
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ApiAccess:
    """Address of a service's API, without a trailing slash, and the token for this host only."""

    url: str
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ForgeAccess:
    """A forge: the host of its links, and the address that replaces `https://host` in requests."""

    host: str
    url: str
    token: str | None = field(default=None, repr=False)

    @property
    def site(self) -> str:
        """The host of its links, with the path below which they lie: `example.org`, `example.org/git`."""
        # An address on another host is a mirror, whose path no link has.
        return self.host + (path_of(self.url).rstrip("/") if host_of(self.url) == self.host else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """
    Access of a run to every forge and service.

    `github` begins with the GitHub that the environment names. `contact` is an address
    for operators of services with a polite pool. `openreview_login` is a name and a password.
    """

    github: tuple[GitHubAccess, ...] = (GitHubAccess(),)
    gitlab: tuple[ForgeAccess, ...] = ()
    forgejo: tuple[ForgeAccess, ...] = ()
    hugging_face: ApiAccess = ApiAccess("https://huggingface.co")
    arxiv: ApiAccess = ApiAccess("https://export.arxiv.org")
    crossref: ApiAccess = ApiAccess("https://api.crossref.org")
    datacite: ApiAccess = ApiAccess("https://api.datacite.org")
    doi: ApiAccess = ApiAccess("https://doi.org")
    semantic_scholar: ApiAccess = ApiAccess("https://api.semanticscholar.org")
    openalex: ApiAccess = ApiAccess("https://api.openalex.org")
    openreview: ApiAccess = ApiAccess("https://api2.openreview.net")
    wayback: ApiAccess = ApiAccess("https://web.archive.org")
    openreview_login: tuple[str, str] | None = field(default=None, repr=False)
    contact: str | None = None


SecretHeaders = Mapping[str, Mapping[str, str]]
"""Headers by host. They are sent over https alone, to that host and port alone."""

_DEFAULT = Access()
_HEADERS = "LMSYS_ENRICH_HEADERS"
_TOKENS = {"gitlab.com": "GITLAB_TOKEN", "codeberg.org": "CODEBERG_TOKEN"}
# The variable of each service's address, then that of its token.
_SERVICES: Mapping[str, tuple[str, ...]] = {
    "hugging_face": ("HF_ENDPOINT", "HF_TOKEN"),
    "arxiv": ("ARXIV_API_URL",),
    "crossref": ("CROSSREF_API_URL",),
    "datacite": ("DATACITE_API_URL",),
    "doi": ("DOI_API_URL",),
    "semantic_scholar": ("SEMANTIC_SCHOLAR_API_URL", "SEMANTIC_SCHOLAR_API_KEY"),
    "openalex": ("OPENALEX_API_URL", "OPENALEX_API_KEY"),
    "openreview": ("OPENREVIEW_API_URL",),
    "wayback": ("WAYBACK_API_URL",),
}


def resolve_access(environ: Mapping[str, str], forges: Iterable[ForgeSetting] = ()) -> Access:
    """
    Read addresses and tokens from the environment, and hosts and kinds of `forges` from settings.

    Raises `InputError` for an address or a token that cannot be one.
    """
    by_kind = _forges(environ, forges)
    first = github_access(environ)
    further = (_github_forge(forge) for forge in by_kind[ForgeKind.GITHUB])
    user, password = environ.get("OPENREVIEW_USERNAME"), environ.get("OPENREVIEW_PASSWORD")
    services = {
        field_: _service(environ, address, getattr(_DEFAULT, field_), *tokens)
        for field_, (address, *tokens) in _SERVICES.items()
    }
    return Access(
        github=(first, *(one for one in further if one.server_url != first.server_url)),
        gitlab=tuple(by_kind[ForgeKind.GITLAB]),
        forgejo=tuple(by_kind[ForgeKind.FORGEJO]),
        openreview_login=(user, password) if user and password else None,
        contact=_contact(environ),
        **services,
    )


def service_hosts(access: Access) -> Callable[[str], str]:
    """
    Return a function from the address of an API request to the host of its service.

    Where the environment leads requests to a mirror or a simulation, that is not the host
    of the address.
    """
    hosts = {getattr(access, name).url: host_of(getattr(_DEFAULT, name).url) for name in _SERVICES}
    hosts |= {forge.url: forge.host for forge in (*access.gitlab, *access.forgejo)}
    for github in access.github:
        if github.server_url == _GITHUB_SERVER:
            hosts |= dict.fromkeys((github.api_url, github.graphql_url), host_of(_GITHUB_API))

    def host(url: str) -> str:
        behind = (name for address, name in hosts.items() if url == address or url.startswith(f"{address}/"))
        return next(behind, None) or host_of(url)

    return host


def _forges(
    environ: Mapping[str, str], forges: Iterable[ForgeSetting]
) -> Mapping[ForgeKind, Sequence[ForgeAccess]]:
    """Return the known forges and those of the settings, each with the token for its host."""
    addresses = _pairs(environ, "LMSYS_ENRICH_FORGES")
    tokens = {host: _token(environ, name) for host, name in _TOKENS.items()}
    for host, value in _pairs(environ, "LMSYS_ENRICH_TOKENS").items():
        tokens[host] = _checked_token(value, "LMSYS_ENRICH_TOKENS")
    by_kind: dict[ForgeKind, list[ForgeAccess]] = {kind: [] for kind in ForgeKind}
    for host, kind in {**KNOWN_FORGES, **{forge.host: forge.kind for forge in forges}}.items():
        by_kind[kind].append(ForgeAccess(host, _forge_address(host, addresses), tokens.get(host)))
    return by_kind


def github_access(environ: Mapping[str, str]) -> GitHubAccess:
    """
    Read the variables that GitHub Actions and GitHub's own tools use.

    Each address follows from the others, so that one is enough for GitHub Enterprise
    (`https://HOST/api/v3`, `https://HOST/api/graphql`, `https://HOST`):
    https://docs.github.com/en/enterprise-server/rest/using-the-rest-api/getting-started-with-the-rest-api
    """
    if is_forgejo_job(environ):
        # Addresses and GITHUB_TOKEN are that forge's, and the token is not for GitHub.
        return GitHubAccess(token=_token(environ, "GH_TOKEN"))
    server = _address(environ, "GITHUB_SERVER_URL")
    graphql = _address(environ, "GITHUB_GRAPHQL_URL")
    # The token may go over http only to an API whose own address says so.
    encrypted = f"https://{host_of(server)}" if server else _GITHUB_SERVER
    api = _address(environ, "GITHUB_API_URL") or _api_beside(graphql) or _api_of(encrypted)
    return GitHubAccess(
        api_url=api,
        graphql_url=graphql or _graphql_beside(api),
        server_url=server or _server_of(api),
        token=_token(environ, "GITHUB_TOKEN", "GH_TOKEN"),
    )


def _github_forge(forge: ForgeAccess) -> GitHubAccess:
    """Return a further GitHub: github.com besides GitHub Enterprise, or vice versa."""
    api = _api_of(forge.url)
    return GitHubAccess(api, _graphql_beside(api), f"https://{forge.host}", forge.token)


def _forge_address(host: str, addresses: Mapping[str, str]) -> str:
    if host not in addresses:
        return f"https://{host}"
    return _checked_address(addresses[host].rstrip("/"), "LMSYS_ENRICH_FORGES")


def _service(environ: Mapping[str, str], name: str, default: ApiAccess, *tokens: str) -> ApiAccess:
    return ApiAccess(_address(environ, name) or default.url, _token(environ, *tokens))


def _pairs(environ: Mapping[str, str], name: str) -> dict[str, str]:
    """Read `host=value` pairs, separated by blanks. A mistake is not quoted, since it may be a secret."""
    pairs: dict[str, str] = {}
    for number, pair in enumerate(environ.get(name, "").split(), start=1):
        host, equals, value = pair.partition("=")
        if not (equals and value and _is_address(f"https://{host}") and "/" not in host):
            raise InputError(
                f"{name}: part {number} is not host=value", hint=f"Give {name} as host=value host=value …."
            )
        pairs[host.lower()] = value
    return pairs


def _address(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "").strip().rstrip("/")
    return _checked_address(value, name) if value else ""


def _checked_address(value: str, name: str) -> str:
    if not _is_address(value):
        raise InputError(
            # One with a password in it is not shown.
            f"{name} is {'' if '@' in value else f'{value!r}, which is '}not a web address",
            hint=f"Unset {name}, or give it as https://HOST/….",
        )
    return value


def _is_address(address: str) -> bool:
    try:
        is_usable = is_web(address) and bool(server_of(address)) and not has_userinfo(address)
        return is_usable and not query_of(address) and not fragment_of(address)
    except InvalidAddress:
        return False


def _token(environ: Mapping[str, str], *names: str) -> str | None:
    values = ((name, environ.get(name, "").strip()) for name in names)
    return next((_checked_token(value, name) for name, value in values if value), None)


def _checked_token(token: str, name: str) -> str:
    if not (token.isascii() and token.isprintable()) or " " in token:
        # The value is not shown: it may be the secret with a stray character.
        raise InputError(
            f"{name} contains characters that tokens do not have", hint=f"Copy the token into {name} again."
        )
    return token


def _contact(environ: Mapping[str, str]) -> str | None:
    """Return the contact address for request headers."""
    contact = environ.get("LMSYS_ENRICH_CONTACT", "").strip()
    if not (contact.isascii() and contact.isprintable()):
        raise InputError(
            "LMSYS_ENRICH_CONTACT contains characters that addresses do not have",
            hint="Give an email address such as maintainer@example.org.",
        )
    return contact or None


def _graphql_beside(api: str) -> str:
    return f"{api.removesuffix('/v3')}/graphql"


def _api_beside(graphql: str) -> str:
    above = graphql.removesuffix("/graphql")
    return f"{above}/v3" if above.endswith("/api") else above


def _api_of(server: str) -> str:
    """Return the address of the API of a GitHub."""
    if server == _GITHUB_SERVER or _has_data_residency(server):
        return server.replace("://", "://api.", 1)
    return f"{server}{_ENTERPRISE_API}"


def _server_of(api: str) -> str:
    """Return the GitHub that an API is of; an address in no form of Enterprise is a mirror of github.com."""
    if api.endswith(_ENTERPRISE_API):
        return api.removesuffix(_ENTERPRISE_API)
    return api.replace("://api.", "://", 1) if _has_data_residency(api) else _GITHUB_SERVER


def _has_data_residency(address: str) -> bool:
    return address.startswith("https://") and address.endswith(_GHE_COM)


def secret_headers(environ: Mapping[str, str]) -> SecretHeaders:
    """
    Parse `LMSYS_ENRICH_HEADERS`, a line for each header: `host Name: value`.

    Raises `InputError`, which shows no value.
    """
    found: dict[str, dict[str, str]] = {}
    lines = [line.strip() for line in environ.get(_HEADERS, "").splitlines()]
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        try:
            host, name, value = _parse_header(line)
        except ValueError as problem:
            raise InputError(
                f"{_HEADERS}, line {number}: {problem}", hint="Write a line for each: HOST Name: value."
            ) from None
        found.setdefault(host, {})[name] = value
    return found


def _parse_header(line: str) -> tuple[str, str, str]:
    host, _, header = line.partition(" ")
    name, colon, value = header.partition(":")
    if not colon:
        raise ValueError("there is no colon after the header's name")
    name, value = name.strip(), value.strip()
    refuse_header(name, value)
    return parse_host_name(host), name, value
