"""Signatures of bot walls: statuses, headers and phrases of their pages."""

import re

from lmsys_enrich.http.messages import Response
from lmsys_enrich.urls import path_of

# These statuses are about the page itself, even behind a wall.
_ABOUT_THE_PAGE = frozenset({404, 410, 451})
# Sites refuse robots with these, browsers get a page: 405 and 412 from WAFs, 415, 418 (IEEE), 999 (LinkedIn).
_ALWAYS_A_WALL = frozenset({401, 403, 405, 406, 412, 415, 418, 999})
# The last two are Tencent EdgeOne's, for requests that its rules stop.
_PERHAPS_A_WALL = frozenset({429, 503, 566, 567})

# Headers that only a wall's own page carries, with a part of their value ("" for any).
_CHALLENGE_HEADERS = (
    ("cf-mitigated", "challenge"),
    ("x-amzn-waf-action", ""),
    ("x-vercel-mitigated", ""),
    ("x-datadome-response", ""),
    ("x-dd-b", ""),
    ("x-kpsdk-ct", ""),
    ("x-sucuri-block", ""),
    ("sg-captcha", "challenge"),  # SiteGround
    ("set-cookie", "-anubis-cookie-verification"),  # with the challenge alone, to HEAD as well
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
    ("server", "imunify360"),
    ("server", "stormwall"),
    ("server", "safeline"),
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
    b'content="0;/.well-known/sgcaptcha/',  # SiteGround
    b"<title>one moment, please...</title>",  # Imunify360
    b"<title>client challenge</title>",  # Fastly: Springer Nature, PyPI
    b"window.rbzns",  # Reblaze
    b"acw_sc__v2=",  # Alibaba Cloud
    b"eo_bot_ssid",  # Tencent EdgeOne
    b"triggerinterstitialchallenge",  # Akamai's page with `bm-verify`
    b"<title>pardon our interruption",  # Imperva
    b"<title>radware captcha page",
    b"safelinechallenge",  # Chaitin SafeLine
    b"tonumbers(d){var e=[];d.replace",  # testcookie-nginx: InfinityFree
    b"establishing a secure connection ...</title>",  # Bunny Shield
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
    b"edgeone",
)


_CHALLENGE_NAMES = frozenset(name for name, _ in _CHALLENGE_HEADERS)


def is_challenge(response: Response) -> bool:
    """Return true where the headers alone show a wall's own page: no further request is needed."""
    if _CHALLENGE_NAMES.isdisjoint(response.headers):
        return False  # as nearly always
    return response.status not in _ABOUT_THE_PAGE and _has_header(response, _CHALLENGE_HEADERS)


# Walls serve their pages with these; HEAD has no page to show. 202: SiteGround, AWS; 247: Reblaze.
_USUAL_SUCCESSES = frozenset({200, 201, 203, 204, 205, 206, 207, 208, 226})
# Imperva's word for a request that it has stopped, in `x-iinfo`: `... B12(4,316,0) U5`.
_STOPPED = re.compile(r" B[0-9]{1,3}\(")
# Files that no server has as HTML.
_FILE = re.compile(
    r"\.(?:pdf|ps|djvu|epub|zip|gz|tgz|bz2|xz|zst|7z|tar|whl|jar|deb|rpm|dmg|exe|msi|apk|iso|mp4|csv)$"
)


def is_doubtful_success(url: str, response: Response) -> bool:
    """
    Return true for a success to HEAD that may come from a bot wall: only GET shows it.

    Walls that know robots by their address or their client answer HEAD with a success, too.
    """
    if response.status not in _USUAL_SUCCESSES and response.status in range(200, 300):
        return True
    headers = response.headers
    if "imunify360" in headers.get("server", "").lower() or _STOPPED.search(headers.get("x-iinfo", "")):
        return True
    is_html = headers.get("content-type", "").lower().startswith("text/html")
    return is_html and _FILE.search(path_of(url).lower()) is not None


def is_bot_protection(response: Response) -> bool:
    """Return true where the site blocks robots; never for a 404, 410 or 451."""
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
