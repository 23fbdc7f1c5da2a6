"""Signatures of bot walls: statuses, headers and words of their pages."""

from lmsys_enrich.http.messages import Response

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
# Words of a wall's own page that hardly occur on others, in lower case. Scripts that
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
    b"__jsl_clearance",  # Yunsuo, with status 521
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
    b"verifying your browser",
    b"please allow up to 5 seconds",
    b"wordfence",
    b"request blocked.",  # CloudFront
    b"whoa there, pardner",  # Reddit
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
