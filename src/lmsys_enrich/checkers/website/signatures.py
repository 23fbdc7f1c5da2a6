"""Signatures of pages that stand before the page asked for: bot walls, login, consent."""

from lmsys_enrich.http.messages import Response
from lmsys_enrich.urls import host_of, path_of, query_of

# What these say of a page is about the page itself; no wall stands before it.
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
# Headers that every page behind a wall carries: they tell something only of a refusal.
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


def is_challenge(reply: Response) -> bool:
    """Whether the headers alone show a wall's own page, so that there is nothing more to ask."""
    if _CHALLENGE_NAMES.isdisjoint(reply.headers):
        return False  # as nearly always
    return reply.status not in _ABOUT_THE_PAGE and _has_header(reply, _CHALLENGE_HEADERS)


def is_bot_protection(reply: Response) -> bool:
    """Whether the site turned the robot away; never so for a 404, 410 or 451."""
    if reply.status in _ABOUT_THE_PAGE:
        return False
    if reply.status in _ALWAYS_A_WALL or is_challenge(reply):
        return True
    # In UTF-16 the letters of ASCII have a zero byte beside them.
    body = reply.body.lower().replace(b"\0", b"")
    if reply.status in _PERHAPS_A_WALL:
        return _has_header(reply, _GUARDED_HEADERS) or _has_word(body, _CHALLENGE_WORDS + _GUARDED_WORDS)
    return _has_word(body, _CHALLENGE_WORDS)


def _has_header(reply: Response, marks: tuple[tuple[str, str], ...]) -> bool:
    return any(part in reply.headers[name].lower() for name, part in marks if name in reply.headers)


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
# `cookieabsent` is where the publishers on Atypon send whoever has no cookies.
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

_GATES = (
    ("login page", _LOGIN_HOSTS, _LOGIN_WORDS),
    ("consent page", _CONSENT_HOSTS, _CONSENT_WORDS),
    ("page that checks for robots", _ROBOT_HOSTS, _ROBOT_WORDS),
)


# Words that no ordinary page has in its path, however the redirect is told.
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


def interstitial_at(target: str, asked: str, *, permanent: bool = False) -> str | None:
    """
    Return the kind of interstitial at which a redirect arrived, in words; None for an ordinary page.

    Only what the target has and the address of the link has not counts: a link to a
    login page, or to a page about one, is ordinary. A page that has moved for good
    (`permanent`) may have such a word in its path: there the address must also say
    where to return to.
    """
    host, words = _host_and_words(target)
    asked_host, asked_words = _host_and_words(asked)
    for kind, hosts, names in _GATES:
        at_host = host in hosts and host != asked_host
        seen = words & names
        by_path = bool(seen) and (not permanent or bool(seen & _UNMISTAKABLE) or _names_return(target))
        if (at_host or by_path) and not asked_words & names:
            return kind
    return None


def _names_return(target: str) -> bool:
    """Whether the query says where to go after a login or consent."""
    names = {pair.partition("=")[0].lower() for pair in query_of(target).strip("?").split("&")}
    return not _RETURN_PARAMETERS.isdisjoint(names)


def _host_and_words(url: str) -> tuple[str, set[str]]:
    """Return the first label of the host, and the segments of the path without their extensions."""
    label = host_of(url).partition(".")[0]
    segments = (segment.lower() for segment in path_of(url).split("/"))
    return label, {segment.partition(".")[0] for segment in segments}
