"""Redirects to login, consent and robot-check pages, known by the address where they end."""

import pytest

from lmsys_enrich.checkers.website.classify import classify_chain
from lmsys_enrich.checkers.website.redirect_chain import RedirectChain
from lmsys_enrich.http.messages import Response
from lmsys_enrich.model.finding import Hop, Observation, Verdict
from lmsys_enrich.urls import resolve

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
    "https://id.site.example/as/authorization.oauth2?client_id=SD&redirect_uri=x",
    "/user?destination=node/1",
    "/_forms/default.aspx?ReturnUrl=%2fpapers",
    "/dana-na/auth/url_default/welcome.cgi",
    "/require_login",
    "/discovery/wayf?return=x",
    "/join?next=x",
    "/logout?next=x",
    "/enter?next=x",
    "/einloggen",
    "/se-connecter",
    "/zaloguj-sie",
    "/iniciar-sesion",
    "/#/login?redirect=%2Fpapers",
    "/#!/signin",
    "/adfs/ls/?SAMLRequest=x",
    "/adfs/ls/?wa=wsignin1.0&wtrealm=x",
    "/docs/login",
    "/docs/oauth2/start?rd=/papers",
    "/drupal/?q=user%2Flogin",
    "https://www.blogger.com/blogin.g?blogspotURL=https://site.example/papers",
    "/giris?returnUrl=x",
    "/acceso?url=/papers",
    "/ingresar?next=x",
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
    "/cookie-check?url=/x",
    "/select-country?return=x",
    "/zustimmung?url=https%3A%2F%2Fsite.example%2Fpapers",
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
    "https://academic.oup.com/crawlprevention/governor?content=%2fpapers",
    "/.well-known/sgcaptcha/?r=%2F",
    "/.well-known/ddos-guard/check?context=free_splash",
    "/.within.website/?redir=x",
    "/account/unhuman?type=unhuman&need_login=true",
    "/unusual-activity?next=x",
    "/verify-human",
    "/tosv2.html?vid=&uuid=1&url=Lw==",
    "https://yandex.example/showcaptcha?cc=1&retpath=x",
    "/error/403",
    "/errors/403.html",
    "/too-many-requests",
)
_ORDINARY_PAGES = (
    "/docs/authentication",
    "/docs/login-with-github",
    "/register",
    "/privacy",
    "/challenges/2024",
    "/queue",
    "/sessions/42",
    "/projects/auth",
    "/user/alpa",
    "/members/alpa?tab=papers",
    "/join",
    "/terms?source=web",
    "/session/3?source=twitter",
    "/user/alpa?from=search",
    "/governor",
    "/docs/sso",
    "/en/docs/oauth2/",
    "/papers/captcha",
    "/tags/captcha",
    "/wiki?title=Captcha",
    "/#/docs/captcha",
    "/search?q=login",
    "/list?q=captcha",
    "https://oauth.net/2/",
    "https://auth.guide/",
    "https://sso.example/",
    "https://login.github.io/",
)


def _redirected(
    target: str, start: str = "https://site.example/papers/alpa", status: int = 302
) -> Observation:
    return classify_chain(
        RedirectChain(start, (Hop(start, status),), resolve(start, target), Response(200, {}))
    )


@pytest.mark.parametrize("target", _LOGIN_PAGES + _CONSENT_PAGES + _ROBOT_CHECKS)
def test_redirect_to_an_interstitial_is_guarded(target: str) -> None:
    assert _redirected(target).verdict is Verdict.GUARDED


@pytest.mark.parametrize(("status", "verdict"), [(301, Verdict.MOVED), (302, Verdict.ALIVE)])
@pytest.mark.parametrize("target", _ORDINARY_PAGES)
def test_ordinary_page_with_such_a_word_is_none(target: str, status: int, verdict: Verdict) -> None:
    assert _redirected(target, status=status).verdict is verdict


def test_link_with_a_common_word_may_lead_to_a_login_page() -> None:
    assert _redirected("/login?next=/x", "https://site.example/user/alpa").verdict is Verdict.GUARDED


@pytest.mark.parametrize("start", ["https://a.org/auth", "https://a.org/projects/accounts"])
def test_page_with_a_host_of_its_own_is_no_login_page(start: str) -> None:
    name = start.rpartition("/")[2]
    assert _redirected(f"https://{name}.a.org/", start).verdict is Verdict.ALIVE


def test_page_that_keeps_its_path_is_no_login_page() -> None:
    assert _redirected("https://accounts.a.org/x/y", "https://a.org/x/y").verdict is Verdict.ALIVE
