"""Redirects to error pages, home pages and interstitials, known by the address where they end."""

import pytest

from lmsys_enrich.checkers.website.classify import classify_chain
from lmsys_enrich.checkers.website.redirect_chain import RedirectChain
from lmsys_enrich.http.messages import Response
from lmsys_enrich.model.finding import Hop, Observation, Verdict
from lmsys_enrich.urls import resolve

_SITE = "https://site.example/"
_PAPER = "/papers/2021/alpa.pdf"
_ERROR_PAGES = (
    "/404",
    "/404.html",
    "/404.php",
    "/error.aspx?code=404",
    "/Error.aspx?aspxerrorpath=/papers/2021/alpa.pdf",
    "/error/404",
    "/errors/404.html",
    "/page-404",
    "/page404",
    "/404error.html",
    "/error404",
    "/error-404.html",
    "/http-404",
    "/err404",
    "/notfound",
    "/not-found",
    "/not_found.html",
    "/NotFound",
    "/pagenotfound.html",
    "/page-not-found/",
    "/404-not-found",
    "/en/404",
    "/en-us/page-not-found",
    "/de/seite-nicht-gefunden",
    "/nicht-gefunden",
    "/fehler",
    "/fehler-404",
    "/fehlerseite.html",
    "/page-introuvable",
    "/introuvable",
    "/page-non-trouvee",
    "/erreur",
    "/erreur-404",
    "/erreur404",
    "/no-encontrado",
    "/pagina-no-encontrada",
    "/pagina-nao-encontrada",
    "/pagina-non-trovata",
    "/pagina-niet-gevonden",
    "/oops",
    "/oops.html",
    "/index.php?error=404",
    "/?error=404",
    "/?status=404",
    "/sorry",
    "/_404",
    "/static/404.html",
    "/errors/not_found",
    "/content-not-found",
    "/resource-not-found",
    "/article-not-found",
    "/document-not-found",
    "/item-not-found.html",
    "/does-not-exist",
    "/page-does-not-exist",
    "/missing-page",
    "/page-missing",
    "/404/?url=/papers/2021/alpa.pdf",
    "/web/404.jsp",
    "/sitenotfound",
    "/pages/404",
    "/error_404.asp",
    "/errorpages/404.htm",
    "/errordocs/404.html",
    "/errpage",
    "/error-page",
    "/410",
    "/gone",
    "/page-removed",
    "/expired",
    "/page-expired",
    "/unavailable",
    "/page-unavailable",
    "/PageNotFound.aspx",
    "/Home/Error",
    "/pages/error",
    "/custom-404",
    "/oops-404",
    "/customerror.html",
    "/user-not-found",
    "/repo-not-found",
    "/nopage",
    "/page-doesnt-exist",
    "/page-no-longer-exists",
    "/not-available",
    "/dead-link",
    "/broken-link.html",
    "/invalid-url",
    "/whoops",
    "/account-suspended",
    "/cgi-sys/suspendedpage.cgi",
    "/cgi-sys/defaultwebpage.cgi",
    "/siden-findes-ikke",
    "/sidan-hittades-inte",
    "/sivua-ei-loydy",
    "/strona-nie-istnieje",
    "/str%C3%A1nka-nebyla-nalezena",
    "/oldal-nem-tal%C3%A1lhat%C3%B3",
    "/sayfa-bulunamadi",
    "/p%C3%A1gina-n%C3%A3o-encontrada",
    "/pagina-no-existe",
    "/la-page-demandee-n-existe-pas",
    "/\u0441\u0442\u0440\u0430\u043d\u0438\u0446\u0430-\u043d\u0435-\u043d\u0430\u0439\u0434\u0435\u043d\u0430",
    "/\u9875\u9762\u672a\u627e\u5230",
    "/\u30da\u30fc\u30b8\u304c\u898b\u3064\u304b\u308a\u307e\u305b\u3093",
    "/\ud398\uc774\uc9c0\ub97c-\ucc3e\uc744-\uc218-\uc5c6\uc2b5\ub2c8\ub2e4",
    "/#/404",
    "/#!/not-found",
    "/?e=404",
    "/?notfound=1",
    "/error?msg=Page+not+found",
)
_HOME_PAGES = (
    "/",
    "/index.html",
    "/index.php",
    "/default.aspx",
    "/home",
    "/Home/",
    "/home.html",
    "/en",
    "/en/",
    "/de-DE/",
    "/en_US/",
    "/zh-cn/",
    "/?lang=en",
    "/?utm_source=404",
    "/?ref=x",
    "/#",
    "/#/",
    "/#top",
    "http://site.example/",
    "https://www.site.example/",
    "/index.htm",
    "/?from=404",
    "/?redirected=1",
    "/?redirect=true",
    "/?url=/papers/2021/alpa.pdf",
    "/index.jsp",
    "/en/index.html",
    "/en/home",
    "/home/index",
    "https://www.site.example/en/",
    "/us/en/",
    "/en/us/home",
    "/no/",
    "/welcome.html",
    "/homepage",
    "/wiki/Main_Page",
    "/web/guest/home",
    "/?redirected_from=x",
    "/?fbclid=1",
    "/?redir=%2Fpapers",
    "https://m.site.example/",
    "https://www2.site.example/",
)
_DOMAIN_OFFERS = (
    "https://www.hugedomains.com/domain_profile.cfm?d=site.example",
    "https://www.afternic.com/forsale/site.example",
    "https://sedo.com/search/details/?domain=site.example",
    "https://www.godaddy.com/forsale/site.example?utm_source=TDFS",
    "https://registrar.example.net/results/?domain=site.example",
    "https://shop.example.net/domain-for-sale/site.example",
    "http://ww1.site.example/",
    "http://ww25.site.example/papers/2021/alpa.pdf?subid1=2024",
)
_ORDINARY_PAGES = (
    "/papers/alpa",
    "/blog/404-pages-explained",
    "/errors-in-statistics.html",
    "/p/oops-i-did-it",
    "/docs/error-handling",
    "/docs/errors.html#x",
    "/?p=123",
    "/?page_id=7",
    "/#/papers/alpa",
    "/#alpa",
    "/en/papers",
    "https://docs.site.example/",
    "https://other.example/",
    "/articles/not-found-in-translation",
    "/missing-data",
    "/notes/gone-fishing",
    "/expired-domains-list",
    "/maintenance-guide",
    "/notes/maintenance",
    "/packages/command-not-found",
    "https://other.example/?ref=site.example",
)
_LOGIN_PAGES = (
    "/login",
    "/account/login?next=/x",
    "/users/sign_in",
    "/user/login?destination=/x",
    "/accounts/login/?next=/x",
    "/auth/login",
    "/i/flow/login",
    "/CookieAuth.dll?GetLogon",
    "/Shibboleth.sso/Login?target=x",
    "/idp/profile/SAML2/Redirect/SSO",
    "/cas/login?service=x",
    "https://login.microsoftonline.com/t/oauth2/authorize?redirect_uri=x",
    "https://accounts.google.com/v3/signin/identifier?continue=x",
    "https://auth.site.example/realms/x/protocol/openid-connect/auth?redirect_uri=x",
    "/connexion?redirect=x",
    "/anmelden?next=/x",
    "/session/new?return_to=x",
    "/signup?next=x",
    "/register?return=x",
    "/Account/LogOn?ReturnUrl=x",
    "/_layouts/15/Authenticate.aspx?Source=x",
    "/wp-login.php?redirect_to=x",
    "/login.html",
    "/login.aspx",
    "/member/login.php",
    "/sso/saml2?x=y",
    "https://id.site.example/login",
    "https://site.okta.com/app/x",
    "/oauth/authorize?client_id=1&redirect_uri=x",
    "/paywall?return=x",
    "/subscribe?next=/x",
    "/iniciar-sesion?next=/x",
    "/checkpoint/lg/login",
    "/index.php?title=Special:UserLogin&returnto=x",
    "/wiki/Special:UserLogin?returnto=x",
    "/ucp.php?mode=login",
    "/doku.php?id=x&do=login",
    "/index.php?option=com_users&view=login",
    "/?q=user/login",
    "/login;jsessionid=0A1B2C3D",
    "/login_required",
    "/sessions/new",
    "/auth?redirect=x",
    "/anmelden?zurueck=/x",
    "https://wayf.site.example/WAYF?entityID=x",
    "https://site.b2clogin.com/x/authorize",
    "https://site.cloudflareaccess.com/cdn-cgi/access/x",
)
_CONSENT_PAGES = (
    "https://consent.youtube.com/m?continue=x",
    "https://consent.google.com/ml?continue=x",
    "https://guce.site.example/consent?x",
    "/cookie-wall?return=x",
    "/cookies/consent?return=x",
    "/privacy-gate?x",
    "/gdpr-consent?return=x",
    "/age-check",
    "/agegate?next=x",
    "/action/cookieAbsent",
    "https://myprivacy.dpgmedia.nl/consent?x",
    "/cookiewall?x",
    "/datenschutz/consent?x",
    "https://cmp.site.example/consent",
    "/enable-cookies",
    "/no-cookies",
    "/cookies-disabled",
    "/over18?dest=x",
    "/adult-warning",
    "/disclaimer?return=x",
    "https://www.spiegel.example/consent-a-?targetUrl=x",
)
_ROBOT_CHECKS = (
    "/sorry/index?continue=x",
    "https://www.google.com/sorry/index?continue=x",
    "/errors/validateCaptcha?x",
    "/captcha",
    "/recaptcha?x",
    "/distil_r_captcha.html?x",
    "/cdn-cgi/challenge-platform/x",
    "/_Incapsula_Resource?x",
    "/px/captcha?x",
    "https://validate.perfdrive.com/?x",
    "/access-denied",
    "/accessdenied.html",
    "/unsupported-browser",
    "/unsupportedbrowser",
    "/robot-check",
    "/security-check?x",
    "/are-you-human",
    "/human-verification",
    "/bot-detected",
    "/challenge?x=1&next=/x",
    "/verify?return=/x",
    "/browser-not-supported",
    "/unsupported_browser",
    "/outdated-browser",
    "/waiting-room",
    "https://site.queue-it.net/?c=x",
    "/blocked?url=x",
    "/forbidden",
    "/not-available-in-your-country",
    "/geo-blocked",
)


def _redirected(target: str, start: str = _PAPER, status: int = 302) -> Observation:
    start = resolve(_SITE, start)
    return classify_chain(
        RedirectChain(start, (Hop(start, status),), resolve(start, target), Response(200, {}))
    )


@pytest.mark.parametrize("status", [301, 302])
@pytest.mark.parametrize("target", _ERROR_PAGES + _HOME_PAGES + _DOMAIN_OFFERS)
def test_soft_404_is_failing_and_never_becomes_dead(target: str, status: int) -> None:
    observation = _redirected(target, status=status)
    assert observation.verdict is Verdict.FAILING
    assert not observation.can_become_dead
    assert observation.suggestion is None


@pytest.mark.parametrize("target", _ORDINARY_PAGES)
def test_ordinary_page_with_such_a_word_is_alive(target: str) -> None:
    assert _redirected(target).verdict is Verdict.ALIVE


@pytest.mark.parametrize(
    ("start", "target"),
    [
        ("/404", "/404.html"),
        ("/http/404", "/errors/404"),
        ("/", "/en/"),
        ("/?lang=de", "/de/"),
        ("/index.php", "/home"),
        ("/guide/errors", "/errors"),
        ("/bug?id=404", "/issues/404"),
        ("/404-day", "/events/404"),
        ("/tools/missing", "/missing"),
        ("/de/", "/us/en/"),
        ("https://www.hugedomains.com/x", "https://www.hugedomains.com/y"),
        ("https://squadhelp.com/x", "https://atom.com/x"),
    ],
)
def test_link_to_an_error_or_home_page_is_no_soft_404(start: str, target: str) -> None:
    assert _redirected(target, start).verdict is Verdict.ALIVE


@pytest.mark.parametrize(("status", "verdict"), [(302, Verdict.FAILING), (301, Verdict.MOVED)])
@pytest.mark.parametrize("target", ["/maintenance", "/coming-soon", "/under-construction.html", "/offline"])
def test_page_of_a_site_under_repair_is_one_for_a_while(target: str, status: int, verdict: Verdict) -> None:
    assert _redirected(target, status=status).verdict is verdict


@pytest.mark.parametrize("start", ["https://a.org/auth", "https://a.org/projects/accounts"])
def test_page_with_a_host_of_its_own_is_no_login_page(start: str) -> None:
    name = start.rpartition("/")[2]
    assert _redirected(f"https://{name}.a.org/", start).verdict is Verdict.ALIVE


def test_page_that_keeps_its_path_is_no_login_page() -> None:
    assert _redirected("https://accounts.a.org/x/y", "https://a.org/x/y").verdict is Verdict.ALIVE


def test_very_long_segment_is_an_ordinary_page() -> None:
    assert _redirected("/" + "not" * 10_000).verdict is Verdict.ALIVE


def test_fragment_of_the_link_is_no_page_of_the_home_page() -> None:
    assert _redirected("/#results", f"{_PAPER}#results").verdict is Verdict.FAILING


@pytest.mark.parametrize("target", _LOGIN_PAGES + _CONSENT_PAGES + _ROBOT_CHECKS)
def test_redirect_to_an_interstitial_is_guarded(target: str) -> None:
    assert _redirected(target).verdict is Verdict.GUARDED
