"""Signatures of interstitials: bot walls, login pages, consent pages."""

from lmsys_enrich.http.messages import Response
from lmsys_enrich.urls import host_of, path_of, query_of

# These statuses are about the page itself, even behind a wall.
_ABOUT_THE_PAGE = frozenset({404, 410, 451})
# Sites refuse robots with these, browsers get a page: 405 and 412 from WAFs, 415, 418 (IEEE), 999 (LinkedIn).
_ALWAYS_A_WALL = frozenset({401, 403, 405, 406, 412, 415, 418, 999})
_PERHAPS_A_WALL = frozenset({429, 503})

# Headers that only a wall's own page carries, with a part of their value ("" for any).
_CHALLENGE_HEADERS = (
    ("cf-mitigated", "challenge"),
    ("x-amzn-waf-action", ""),
    ("x-vercel-mitigated", ""),
    ("x-datadome-response", ""),
    ("x-dd-b", ""),
    ("x-kpsdk-ct", ""),
    ("x-sucuri-block", ""),
)
# Headers of every page behind a wall: evidence only beside a refusal.
_GUARDED_HEADERS = (
    ("server", "cloudflare"),
    ("server", "akamaighost"),
    ("server", "akamainetstorage"),
    ("server", "datadome"),
    ("server", "ddos-guard"),
    ("server", "sucuri"),
    ("server", "qrator"),
    ("x-datadome", ""),
    ("x-iinfo", ""),
    ("x-cdn", "imperva"),
    ("x-cdn", "incapsula"),
    ("x-sucuri-id", ""),
    ("x-px-blocked", ""),
)
# Words that stand on a wall's own page and hardly on another, in lower case. Scripts that
# walls put into the pages behind them (`challenge-platform`, `_incapsula_resource?`) are not here.
_CHALLENGE_WORDS = (
    b"<title>just a moment...</title>",
    b"_cf_chl_opt",
    b"<title>attention required! | cloudflare</title>",
    b"errors.edgesuite.net",
    b"sec-if-cpt-container",
    b'id="px-captcha"',
    b"captcha-delivery.com",
    b"incapsula incident id",
    b"awswafintegration",
    b"window.gokuprops",
    b"vercel security checkpoint",
    b"anubis_challenge",
    b"/.within.website/x/cmd/anubis",
    b"making sure you&#39;re not a bot",
    b"making sure you're not a bot",
    b"<title>ddos-guard</title>",
    b"sucuri website firewall",
    b"sucuri_cloudproxy_js",
    b"the requested url was rejected. please consult with your administrator",
)
# Words of walls without a name, believed only beside a refusal.
_GUARDED_WORDS = (
    b"captcha",
    b"are you a robot",
    b"not a robot",
    b"robot check",
    b"unusual traffic",
    b"error code: 1015",
    b"bot detect",
    b"automated access",  # Amazon: "To discuss automated access to Amazon data please contact ..."
    b"automated requests",
    b"automated queries",
    b"pardon our interruption",  # Imperva
    b"verify you are human",
    b"verify you are a human",
    b"verify that you are human",
    b"human verification",
    b"checking your browser",
    b"ddos protection by",
)


_CHALLENGE_NAMES = frozenset(name for name, _ in _CHALLENGE_HEADERS)


def is_challenge(response: Response) -> bool:
    """Return true where the headers alone show a wall's own page: no further request is needed."""
    if _CHALLENGE_NAMES.isdisjoint(response.headers):
        return False  # as nearly always
    return response.status not in _ABOUT_THE_PAGE and _has_header(response, _CHALLENGE_HEADERS)


def is_bot_protection(response: Response) -> bool:
    """Return true where the site turned the robot away; never for a 404, 410 or 451."""
    if response.status in _ABOUT_THE_PAGE:
        return False
    if response.status in _ALWAYS_A_WALL or is_challenge(response):
        return True
    # In UTF-16 the letters of ASCII have a zero byte beside them.
    body = response.body.lower().replace(b"\0", b"")
    if response.status in _PERHAPS_A_WALL:
        return _has_header(response, _GUARDED_HEADERS) or _has_word(body, _CHALLENGE_WORDS + _GUARDED_WORDS)
    return _has_word(body, _CHALLENGE_WORDS)


def _has_header(response: Response, marks: tuple[tuple[str, str], ...]) -> bool:
    return any(part in response.headers[name].lower() for name, part in marks if name in response.headers)


def _has_word(body: bytes, words: tuple[bytes, ...]) -> bool:
    return bool(body) and any(word in body for word in words)


_LOGIN_HOSTS = frozenset({"login", "signin", "sso", "auth", "accounts", "idp", "passport"})
_LOGIN_WORDS = frozenset(
    {
        *("login", "log-in", "log_in", "signin", "sign-in", "sign_in", "logon", "sso", "authwall"),
        *("wp-login", "servicelogin", "authenticate", "oauth2", "openid-connect"),
    }
)
_CONSENT_HOSTS = frozenset({"consent", "guce"})
# Publishers on Atypon redirect clients without cookies to `cookieabsent`.
_CONSENT_WORDS = frozenset(
    {
        *("consent", "cookie-consent", "cookieconsent", "cookie_consent", "collectconsent"),
        *("cookieabsent", "cookie_absent", "cookies-required", "agecheck", "age-gate", "age-verification"),
    }
)
_ROBOT_HOSTS = frozenset({"captcha", "validate"})
_ROBOT_WORDS = frozenset(
    {"captcha", "recaptcha", "unsupported_browser", "are-you-a-robot", "botcheck", "human-check"}
)

_INTERSTITIALS = (
    ("login page", _LOGIN_HOSTS, _LOGIN_WORDS),
    ("consent page", _CONSENT_HOSTS, _CONSENT_WORDS),
    ("page that checks for robots", _ROBOT_HOSTS, _ROBOT_WORDS),
)


# Words that no ordinary page has in its path, whatever the status of the redirect.
_UNMISTAKABLE = frozenset(
    {"authwall", "wp-login", "servicelogin", "cookieabsent", "cookie_absent", "unsupported_browser"}
)
# Parameters that carry the address to return to, as common login and consent pages name them.
_RETURN_PARAMETERS = frozenset(
    {
        *("next", "continue", "return", "returnto", "return_to", "returnurl", "return_url", "redirect"),
        *("redirect_to", "redirect_uri", "redirecturi", "redirecturl", "redirect_url", "goto", "dest"),
        *(
            "destination",
            "service",
            "target",
            "relaystate",
            "samlrequest",
            "back",
            "backurl",
            "referer",
            "came_from",
        ),
    }
)


def interstitial_at(target: str, start: str, *, permanent: bool = False) -> str | None:
    """
    Return the kind of interstitial at which a redirect arrived, in words; None for an ordinary page.

    Words that the address of the link has too do not count: a link to a login page, or
    to a page about one, is ordinary. A page that has moved for good
    (`permanent`) may have such a word in its path: there the address must also say
    where to return to.
    """
    host, words = _host_and_words(target)
    start_host, start_words = _host_and_words(start)
    for kind, hosts, names in _INTERSTITIALS:
        at_host = host in hosts and host != start_host
        seen = words & names
        by_path = bool(seen) and (not permanent or bool(seen & _UNMISTAKABLE) or _names_return(target))
        if (at_host or by_path) and not start_words & names:
            return kind
    return None


def _names_return(target: str) -> bool:
    """Return true where the query names the address to return to after a login or consent."""
    names = {pair.partition("=")[0].lower() for pair in query_of(target).strip("?").split("&")}
    return not _RETURN_PARAMETERS.isdisjoint(names)


def _host_and_words(url: str) -> tuple[str, set[str]]:
    """Return the first label of the host, and the segments of the path without their extensions."""
    label = host_of(url).partition(".")[0]
    segments = (segment.lower() for segment in path_of(url).split("/"))
    return label, {segment.partition(".")[0] for segment in segments}
