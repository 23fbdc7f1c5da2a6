"""Passwords, session ids and tokens in addresses, which no suggestion may carry."""

import re

from lmsys_enrich.urls import InvalidAddress, fragment_of, has_userinfo, path_of, query_of

# Names of parameters as PHP, Java, ASP, ColdFusion, Ruby, Python, phpBB, osCommerce and Moodle give them to
# sessions, Cloudflare to challenges, OAuth 2.0 (RFC 6749, RFC 6750) to tokens, and stores to signatures. Some
# servers append characters of their own: `ASPSESSIONIDQQBCDRTA`.
_NAME = re.compile(
    r"""
    (?:aspsessionid|phpsessid|jsessionid)[a-z0-9_]*
    | (?:cf|user|ci_|laravel_|_)?sess(?:ion)?[_-]?(?:id|key|token|guid)
    | (?:user|ci|laravel)_session | x-session-id | gx_session_id | s_id | ssid | zenid | osc(?:sid|lid)
    | cfid | cftoken | asp\.net_sessionid | \.?aspxauth | bv_(?:sessionid|engineid) | connect\.sid
    | _?csrf_?(?:token)? | authenticity_token
    | (?:access|id|refresh|auth|oauth)_?token | oauth_verifier | (?:auth|api)_?key
    | jwt | samlre(?:quest|sponse)
    | password | passwd | pwd | client_secret
    | x-amz-(?:signature|security-token|credential) | x-goog-(?:signature|credential) | awsaccesskeyid
    | key-pair-id | moodlesession[a-z0-9]* | __cf_chl_[a-z_]+
    """,
    re.VERBOSE,
)
# Such a name also stands for the number of a talk or of a story, which is short.
_AMBIGUOUS = frozenset({"sid", "session", "sess", "token", "ticket", "secret", "sig", "signature"})
_SHORTEST_ID = 8
# vBulletin and others write `s=0123456789abcdef0123456789abcdef`, and searches `s=alpa`.
_HASHES = frozenset({"s", "hash"})
_HASH = re.compile(r"[0-9a-f]{32,64}", re.IGNORECASE)
# ASP.NET without cookies writes `/(S(lit3py55t21z5v55vlm25s55))/page.aspx`.
_ASP_SESSION = re.compile(r"/\((?:[A-Za-z]\([^()/]{1,200}\))+\)/")
_SEPARATORS = re.compile(r"([;&?/#])")
_USERINFO = re.compile(r"\A([a-zA-Z]+://)[^/?#@]*@")
_HIDDEN = "\N{HORIZONTAL ELLIPSIS}"


def carries_credentials(url: str) -> bool:
    """Return whether a web address has a password, a session id, a token or a signature in it."""
    if not any(mark in url for mark in "=(@"):
        return False  # neither a parameter, nor ASP.NET's session, nor a password
    try:
        if has_userinfo(url):
            return True
        path, rest = path_of(url), f"{query_of(url)}#{fragment_of(url)}"
    except InvalidAddress:
        return False
    return _ASP_SESSION.search(path) is not None or any(map(_is_credential, _SEPARATORS.split(path + rest)))


def without_credentials(url: str) -> str:
    """Return an address with an ellipsis in place of each credential, for people to read."""
    if not carries_credentials(url):
        return url
    bare = _ASP_SESSION.sub(f"/({_HIDDEN})/", _USERINFO.sub(r"\1", url, count=1))
    return "".join(
        f"{part.partition('=')[0]}={_HIDDEN}" if _is_credential(part) else part
        for part in _SEPARATORS.split(bare)
    )


def _is_credential(parameter: str) -> bool:
    name, _, value = parameter.partition("=")
    name = name.lower().replace("%2e", ".").replace("%5f", "_").replace("%2d", "-")
    if not value:
        return False
    if name in _HASHES:
        return _HASH.fullmatch(value) is not None
    if name in _AMBIGUOUS:
        return len(value) >= _SHORTEST_ID
    return _NAME.fullmatch(name) is not None
