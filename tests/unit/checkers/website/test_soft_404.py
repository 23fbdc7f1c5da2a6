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
)


def _redirected(target: str, start: str = _PAPER, status: int = 302) -> Observation:
    start = resolve(_SITE, start)
    return classify_chain(
        RedirectChain(start, (Hop(start, status),), resolve(start, target), Response(200, {}))
    )


@pytest.mark.parametrize("status", [301, 302])
@pytest.mark.parametrize("target", _ERROR_PAGES + _HOME_PAGES)
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
    ],
)
def test_link_to_an_error_or_home_page_is_no_soft_404(start: str, target: str) -> None:
    assert _redirected(target, start).verdict is Verdict.ALIVE


def test_fragment_of_the_link_is_no_page_of_the_home_page() -> None:
    assert _redirected("/#results", f"{_PAPER}#results").verdict is Verdict.FAILING


@pytest.mark.parametrize("target", _LOGIN_PAGES + _CONSENT_PAGES + _ROBOT_CHECKS)
def test_redirect_to_an_interstitial_is_guarded(target: str) -> None:
    assert _redirected(target).verdict is Verdict.GUARDED
