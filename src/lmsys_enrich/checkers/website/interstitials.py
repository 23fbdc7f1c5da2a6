"""Interstitials: login, consent and robot-check pages, known by their address."""

from urllib.parse import unquote

from lmsys_enrich.http.hosts import site_of
from lmsys_enrich.urls import fragment_of, host_of, path_of, query_of
from lmsys_enrich.values import Value


class _Interstitial(Value):
    """
    A kind of page that sites redirect to in place of the requested one.

    `hosts` are first labels of host names, `domains` their ends. `words` are segments
    of paths, without extension and separators. `weak_words` stand in the paths of
    ordinary pages too: they count only where the address says where to return to.
    `generic_words` are like these, but a link that has one is not about logging in.
    """

    name: str
    hosts: frozenset[str]
    domains: tuple[str, ...]
    words: frozenset[str]
    weak_words: frozenset[str]
    generic_words: frozenset[str] = frozenset()


# Parameters of SAML and WS-Federation, which login pages alone get: these count as words.
_LOGIN_PARAMETERS = frozenset({"samlrequest", "authstate", "wtrealm"})
_KINDS = (
    _Interstitial(
        "login page",
        hosts=frozenset(
            {
                *("login", "signin", "sso", "auth", "oauth", "accounts", "idp", "passport", "adfs"),
                *("keycloak", "wayf", "shibboleth", "cas", "iam"),
            }
        ),
        domains=(".okta.com", ".auth0.com", ".onelogin.com", ".b2clogin.com", ".cloudflareaccess.com"),
        words=frozenset(
            {
                *_LOGIN_PARAMETERS,
                *("login", "signin", "logon", "sso", "authwall", "wplogin", "servicelogin", "authenticate"),
                *("oauth2", "openidconnect", "cookieauth", "userlogin", "memberlogin", "loginpage"),
                *("loginrequired", "loginform", "loginredirect", "pleaselogin", "adminlogin"),
                *(
                    "customerlogin",
                    "signinrequired",
                    "sessionexpired",
                    "sessionnew",
                    "sessionsnew",
                    "notloggedin",
                ),
                *("requirelogin", "danana", "wayf", "einloggen", "seconnecter", "zalogujsie", "logowanie"),
                *("iniciarsesion", "iniciosesion", "prihlaseni", "bejelentkezes", "loginuserpass"),
                "blogin",  # Blogger, for private blogs
            }
        ),
        weak_words=frozenset(
            {
                *("session", "sessions", "signup", "register", "registration", "authorize", "oauth", "saml2"),
                *("paywall", "subscribe", "subscription", "connexion", "anmelden", "anmeldung", "inloggen"),
                *("aanmelden", "entrar", "accedi", "acceder", "zaloguj", "logga", "auth"),
                *("giris", "acceso", "ingresar", "identification"),
            }
        ),
        generic_words=frozenset(
            {
                *("user", "account", "members", "join", "logout", "signout", "enter", "forms"),
                *("authorization", "identity"),
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
                *("cookiesrequired", "enablecookies", "nocookies", "cookiesdisabled", "cookiesnotsupported"),
                *("agecheck", "agegate", "ageverification", "ageconfirmation", "over18", "adultwarning"),
                *("privacygate", "privacywall", "consenta"),  # `consent-a-` is Sourcepoint's
                *("cookiecheck", "checkcookie", "checkcookies", "cookietest", "zustimmung", "einwilligung"),
            }
        ),
        weak_words=frozenset(
            {
                *("privacy", "gdpr", "cookies", "cookie", "disclaimer", "terms", "adult"),
                *("selectcountry", "countryselector", "chooseregion", "selectregion"),
            }
        ),
    ),
    _Interstitial(
        "page that checks for robots",
        hosts=frozenset({"captcha", "validate"}),
        domains=(".captcha-delivery.com", ".perfdrive.com", ".queue-it.net"),
        words=frozenset(
            {
                *("captcha", "recaptcha", "hcaptcha", "validatecaptcha", "distilrcaptcha", "botcheck"),
                *("robotcheck", "humancheck", "areyouarobot", "areyouhuman", "humanverification"),
                *("botdetected", "securitycheck", "incapsularesource", "challengeplatform"),
                *("unsupportedbrowser", "browsernotsupported"),
                *("upgradebrowser", "outdatedbrowser", "browserupdate", "updatebrowser", "waitingroom"),
                *("crawlprevention", "sgcaptcha", "ddosguard", "withinwebsite", "unhuman", "verifyhuman"),
                *("unusualactivity", "unusualtraffic", "humanverify", "tosv2"),
                *("showcaptcha", "checkcaptcha", "captchacheck", "captchapage", "splashuichallenge"),
                *("toomanyrequests", "ratelimited", "ratelimitexceeded", "error429", "errors429"),
            }
        ),
        weak_words=frozenset({"sorry", "challenge", "verify", "verification", "queue"}),
    ),
    _Interstitial(
        "page that blocks visitors",
        hosts=frozenset(),
        domains=(),
        words=frozenset(
            {
                *("forbidden", "denied", "accessdenied", "noaccess", "unauthorized", "blocked", "ipblocked"),
                *("geoblock", "geoblocked", "georestricted", "countryblocked", "regionrestricted"),
                *("countrynotsupported", "regionnotsupported", "notavailableinyourcountry"),
                *("notavailableinyourregion", "unavailableinyourcountry", "unavailableinyourregion"),
                *("notauthorized", "notallowed", "permissiondenied", "nopermission", "accessrestricted"),
                *("error401", "errors401", "error403", "errors403", "403forbidden", "401unauthorized"),
            }
        ),
        weak_words=frozenset(),
    ),
)
# Words that are topics of documents, too, and the folders of these.
_TOPICS = frozenset(
    {
        *("sso", "oauth2", "openidconnect", "authenticate", "captcha", "recaptcha", "hcaptcha", "consent"),
        *("cookieconsent", "agecheck", "forbidden", "denied", "blocked", "unauthorized", "waitingroom"),
    }
)
_DOCUMENTS = frozenset(
    {
        *("docs", "doc", "documentation", "guide", "guides", "manual", "reference", "tutorial", "tutorials"),
        *("blog", "posts", "news", "articles", "wiki", "learn", "papers", "paper", "publications", "topics"),
        *("tags", "features", "glossary"),
    }
)
# Words that no ordinary page has in its path, whatever the status of the redirect.
_UNMISTAKABLE = frozenset(
    {
        *_LOGIN_PARAMETERS,
        *("authwall", "wplogin", "servicelogin", "cookieauth", "cookieabsent", "validatecaptcha"),
        *("distilrcaptcha", "incapsularesource", "unsupportedbrowser", "blogin"),
        # Silverchair (OUP, RSC, MIT Press), SiteGround, Anubis
        *("crawlprevention", "sgcaptcha", "withinwebsite"),
    }
)
# Parameters that carry the address to return to, as common login and consent pages name them.
RETURN_PARAMETERS = frozenset(
    {
        *("next", "continue", "return", "returnto", "return_to", "returnurl", "return_url", "redirect"),
        *("redirect_to", "redirect_uri", "redirecturi", "redirecturl", "redirect_url", "goto", "dest"),
        *("destination", "service", "target", "relaystate", "samlrequest", "back", "backurl", "referer"),
        *("came_from", "origin", "source", "uri", "url", "from", "redir", "rd", "retour", "zurueck"),
        *("targeturl", "callbackurl", "callback_url", "os_destination", "session_redirect", "returnpath"),
        *("retpath", "redirect_after_login", "redirectpath"),
        *("client_id", "response_type"),  # OAuth's
    }
)
# Of these, some name the origin of a visit or a topic as well: they count with an address as their value.
_AMBIGUOUS_PARAMETERS = frozenset(
    {"source", "from", "origin", "url", "uri", "service", "target", "back", "referer"}
)
# Parameters that choose a page where all pages have one path: MediaWiki, phpBB, Joomla, DokuWiki, Drupal.
_PAGE_PARAMETERS = frozenset(
    {"title", "mode", "action", "do", "view", "q", "page", "route", "r", "task", "act"}
)


def interstitial_at(target: str, start: str, *, permanent: bool = False) -> str | None:
    """
    Return the kind of interstitial at which a redirect arrived, in words; None for an ordinary page.

    Words that the address of the link has too do not count: a link to a login page, or
    to a page about one, is ordinary. A page that has moved permanently (`permanent`) may
    have such a word in its path: there the address must also say where to return to.
    """
    host, words = host_of(target), _words(target)
    start_host, own_words = host_of(start), _words(start)
    start_words = own_words | set(start_host.split("."))
    # A path may name the first label of a host: `a.org/auth` leads to `auth.a.org`.
    is_named = host.partition(".")[0] in own_words
    names_return = _names_return(target)
    # `/docs/sso` is about logging in, `/docs/login` is where readers do.
    topics = frozenset() if names_return or words.isdisjoint(_DOCUMENTS) else _TOPICS
    for kind in _KINDS:
        if start_words & (kind.words | kind.weak_words):
            continue
        is_at_home = is_named or _is_host_of(kind, start_host)
        if _is_host_of(kind, host) and not is_at_home and (names_return or not _keeps_path(start, target)):
            return kind.name
        is_certain = names_return or not permanent or bool(words & _UNMISTAKABLE)
        weak_words = kind.weak_words | kind.generic_words
        if (words & kind.words - topics and is_certain) or (words & weak_words and names_return):
            return kind.name
    return None


def parameters_of(url: str) -> dict[str, str]:
    """Return the parameters of a query, their names in lower case."""
    pairs = (pair.partition("=") for pair in query_of(url).strip("?").split("&"))
    return {name.lower(): value for name, _, value in pairs if name}


def route_of(url: str) -> str:
    """Return the page that a script shows for a fragment (`#/login?next=x`, `#!/login`), with its slash."""
    route = fragment_of(url).removeprefix("!").partition("?")[0]
    return route.lower() if route.startswith("/") else ""


def _names_return(url: str) -> bool:
    """Return true where a query says where to return to."""
    return any(
        name in RETURN_PARAMETERS and (name not in _AMBIGUOUS_PARAMETERS or "/" in unquote(value))
        for name, value in parameters_of(url).items()
    )


def _is_host_of(kind: _Interstitial, host: str) -> bool:
    if host.partition(":")[0].endswith(kind.domains):
        return True
    # `login.a.org`, but not `oauth.net`, a site of its own.
    return host.partition(".")[0] in kind.hosts and site_of(host) != host.partition(":")[0]


def _keeps_path(start: str, target: str) -> bool:
    """Return true where a page has only changed its host."""
    return path_of(start) == path_of(target) != "/"


def _words(url: str) -> set[str]:
    """
    Return the segments of the path and of a script's route, and the values of parameters that choose a page.

    They are in lower case, without extension, parameters and separators, and without the
    namespace of a wiki (`Special:UserLogin`). The last two stand joined, too (`session/new`).
    """
    parameters = parameters_of(url)
    segments = path_of(url).lower().split("/")
    values = {name: unquote(value).lower() for name, value in parameters.items() if name in _PAGE_PARAMETERS}
    # Drupal's `q` is a path; elsewhere it is what a visitor searches for.
    chosen = (value for name, value in values.items() if name != "q" or "/" in value)
    words = [_bare(word) for part in (*segments, *chosen, route_of(url)) for word in part.split("/")]
    joined = "".join(words[len(segments) - 2 : len(segments)])
    return {*words, joined, *_LOGIN_PARAMETERS.intersection(parameters)} - {""}


def _bare(word: str) -> str:
    if word.startswith("."):  # `.within.website`
        return word.replace(".", "")
    word = word.replace("%3a", ":").rpartition(":")[2]
    return word.partition(".")[0].partition(";")[0].replace("-", "").replace("_", "")
