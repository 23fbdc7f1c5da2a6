"""Addresses that stand before a page: where to log in, to consent, to prove that one is human."""

from urllib.parse import urlsplit

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


def interstitial_at(target: str, asked: str) -> str | None:
    """
    Return which kind of gate a redirect led to, in words, or none.

    Only what the target has and the address asked for had not counts: a link to
    a login page, or to a page about one, is no gate.
    """
    host, words = _host_and_words(target)
    asked_host, asked_words = _host_and_words(asked)
    for kind, hosts, names in _GATES:
        at_host = host in hosts and host != asked_host
        if (at_host or words & names) and not asked_words & names:
            return kind
    return None


def _host_and_words(url: str) -> tuple[str, set[str]]:
    """Return the first label of the host, and the segments of the path without their extensions."""
    parts = urlsplit(url)
    label = (parts.hostname or "").partition(".")[0]
    segments = (segment.lower() for segment in parts.path.split("/"))
    return label, {segment.partition(".")[0] for segment in segments}
