"""Interstitials: login, consent and robot-check pages, known by their address."""

from lmsys_enrich.urls import host_of, path_of, query_of
from lmsys_enrich.values import Value


class _Interstitial(Value):
    """
    A kind of page that sites redirect to in place of the requested one.

    `hosts` are first labels of host names, `domains` their ends. `words` are segments
    of paths, without extension and separators. `weak_words` stand in the paths of
    ordinary pages too: they count only where the address says where to return to.
    """

    name: str
    hosts: frozenset[str]
    domains: tuple[str, ...]
    words: frozenset[str]
    weak_words: frozenset[str]


_KINDS = (
    _Interstitial(
        "login page",
        hosts=frozenset(
            {"login", "signin", "sso", "auth", "oauth", "accounts", "idp", "passport", "adfs", "keycloak"}
        ),
        domains=(".okta.com", ".auth0.com", ".onelogin.com"),
        words=frozenset(
            {
                *("login", "signin", "logon", "sso", "authwall", "wplogin", "servicelogin", "authenticate"),
                *("oauth2", "openidconnect", "cookieauth", "userlogin", "memberlogin", "loginpage"),
            }
        ),
        weak_words=frozenset(
            {
                *("session", "sessions", "signup", "register", "registration", "authorize", "oauth", "saml2"),
                *("paywall", "subscribe", "subscription", "connexion", "anmelden", "anmeldung", "inloggen"),
                *("aanmelden", "iniciarsesion", "entrar", "accedi", "acceder", "zaloguj", "logga"),
            }
        ),
    ),
    _Interstitial(
        "consent page",
        hosts=frozenset({"consent", "guce", "cmp", "myprivacy"}),
        domains=(),
        # Publishers on Atypon redirect clients without cookies to `cookieAbsent`.
        words=frozenset(
            {
                *("consent", "cookieconsent", "collectconsent", "gdprconsent", "cookieabsent", "cookiewall"),
                *("cookiesrequired", "agecheck", "agegate", "ageverification", "privacygate", "privacywall"),
            }
        ),
        weak_words=frozenset({"privacy", "gdpr", "cookies"}),
    ),
    _Interstitial(
        "page that checks for robots",
        hosts=frozenset({"captcha", "validate"}),
        domains=(".captcha-delivery.com", ".perfdrive.com"),
        words=frozenset(
            {
                *("captcha", "recaptcha", "hcaptcha", "validatecaptcha", "distilrcaptcha", "botcheck"),
                *("robotcheck", "humancheck", "areyouarobot", "areyouhuman", "humanverification"),
                *("botdetected", "securitycheck", "incapsularesource", "challengeplatform", "accessdenied"),
                *("unsupportedbrowser", "browsernotsupported"),
            }
        ),
        weak_words=frozenset({"sorry", "challenge", "verify", "verification", "blocked"}),
    ),
)
# Words that no ordinary page has in its path, whatever the status of the redirect.
_UNMISTAKABLE = frozenset(
    {
        *("authwall", "wplogin", "servicelogin", "cookieauth", "cookieabsent", "validatecaptcha"),
        *("distilrcaptcha", "incapsularesource", "unsupportedbrowser"),
    }
)
# Parameters that carry the address to return to, as common login and consent pages name them.
RETURN_PARAMETERS = frozenset(
    {
        *("next", "continue", "return", "returnto", "return_to", "returnurl", "return_url", "redirect"),
        *("redirect_to", "redirect_uri", "redirecturi", "redirecturl", "redirect_url", "goto", "dest"),
        *("destination", "service", "target", "relaystate", "samlrequest", "back", "backurl", "referer"),
        *("came_from", "origin", "source", "uri"),
    }
)


def interstitial_at(target: str, start: str, *, permanent: bool = False) -> str | None:
    """
    Return the kind of interstitial at which a redirect arrived, in words; None for an ordinary page.

    Words that the address of the link has too do not count: a link to a login page, or
    to a page about one, is ordinary. A page that has moved for good (`permanent`) may
    have such a word in its path: there the address must also say where to return to.
    """
    host, words = host_of(target), _words(target)
    start_host, start_words = host_of(start), _words(start)
    names_return = not RETURN_PARAMETERS.isdisjoint(parameters_of(target))
    for kind in _KINDS:
        if start_words & (kind.words | kind.weak_words):
            continue
        if _is_host_of(kind, host) and not _is_host_of(kind, start_host):
            return kind.name
        is_certain = names_return or not permanent or bool(words & _UNMISTAKABLE)
        if (words & kind.words and is_certain) or (words & kind.weak_words and names_return):
            return kind.name
    return None


def parameters_of(url: str) -> dict[str, str]:
    """Return the parameters of a query, their names in lower case."""
    pairs = (pair.partition("=") for pair in query_of(url).strip("?").split("&"))
    return {name.lower(): value for name, _, value in pairs if name}


def _is_host_of(kind: _Interstitial, host: str) -> bool:
    return host.partition(".")[0] in kind.hosts or host.partition(":")[0].endswith(kind.domains)


def _words(url: str) -> set[str]:
    """Return the segments of the path in lower case, without extension and separators."""
    segments = (segment.partition(".")[0] for segment in path_of(url).lower().split("/"))
    return {segment.replace("-", "").replace("_", "") for segment in segments} - {""}
