"""Redirects to error pages and home pages, known by the address where they end."""

import pytest

from lmsys_enrich.checkers.website.classify import classify_chain
from lmsys_enrich.checkers.website.redirect_chain import RedirectChain
from lmsys_enrich.http.messages import Response
from lmsys_enrich.model.finding import Hop, Observation, Verdict
from lmsys_enrich.urls import resolve

_SITE = "https://site.example/"
_PAPER = "/papers/2021/alpa.pdf"
_ERROR_PAGES = (
    "/_layouts/15/PageNotFoundError.aspx?requestUrl=x",
    "/errors/gone",
    "/ErrorPages/Oops.aspx",
    "/bad-request",
    "/badrequest.html",
    "/service-unavailable",
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
    "/404-2",
    "/page-not-found-2",
    "/500.html",
    "/generic-error",
    "/en/server-error.html",
    "/unknown-page",
    "/bad-url",
    "/invalidlink",
    "/nosuchpage",
    "/404page.html",
    "/notfoundpage",
    "/discontinued",
    "/shutdown.html",
    "/retired",
    "/uh-oh",
    "/404/papers/2021/alpa.pdf",
    "/error/not-found/papers/2021/alpa.pdf",
    "/404;/papers/2021/alpa.pdf",
    "/errors/404.asp?404;http://site.example:80/papers/2021/alpa.pdf",
    "/index.php?page=notfound",
    "/?view=error404",
    "/docs/404",
    "/help/404.html",
)
_HOME_PAGES = (
    "/;jsessionid=0A1B2C3D",
    "/home;jsessionid=0A1B2C3D",
    "/?PHPSESSID=0a1b2c3d",
    "/index.php?page=home",
    "/#/home",
    "/w/index.php",
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
    "/de/startseite",
    "/Startseite.html",
    "/fr/accueil",
    "/accueil.html",
    "/es/inicio",
    "/pt-br/pagina-inicial",
    "/nl/startpagina",
    "/da/forside",
    "/pl/strona-glowna",
    "/tr/anasayfa",
    "/english/",
    "/eng/",
    "/SitePages/Home.aspx",
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
    "/?page=papers",
    "/docs/errors/gone",
    "/service-workers",
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
    "/papers/page-not-found",
    "/posts/not-found",
    "/repos/404",
    "/docs/status-codes/404-not-found",
    "/glossary/404.html",
    "/issues/404",
    "/rfc/404",
    "/node/404",
    "/episodes/404",
    "/docs/http/404",
    "/?p=404",
    "/list?page=404",
    "/companies/500",
    "/lists/fortune-500",
    "/unknown-unknowns",
    "/generic-programming",
    "/retired-models",
    "/closed-captions",
    "/shutdown-the-paper",
    "/events/sunset",
    "/blog/shutdown",
    "/inicio-rapido",
    "/blog/accueil-des-nouveaux",
    "/papers/page-not-found-a-study-of-link-rot",
    "/papers/2022/alpa-2",
    "/datasets/dead-links",
    "/projects/gone",
    "/posts/1/errors",
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
        ("/guide/errors", "/errors"),
        ("/bug?id=404", "/issues/404"),
        ("/404-day", "/events/404"),
        ("/tools/missing", "/missing"),
        ("/de/", "/us/en/"),
    ],
)
def test_link_to_an_error_or_home_page_is_no_soft_404(start: str, target: str) -> None:
    assert _redirected(target, start).verdict is Verdict.ALIVE


@pytest.mark.parametrize("host", ["docs", "team", "my-home", "www"])
def test_home_page_above_a_subdomain_is_soft_404(host: str) -> None:
    moved = _redirected("https://site.example/", start=f"https://{host}.site.example/papers/alpa", status=301)
    assert (moved.verdict, moved.suggestion) == (Verdict.FAILING, None)


@pytest.mark.parametrize(("status", "verdict"), [(302, Verdict.FAILING), (301, Verdict.MOVED)])
@pytest.mark.parametrize(
    "target", ["/maintenance", "/under-maintenance", "/coming-soon", "/under-construction.html", "/offline"]
)
def test_page_of_a_site_under_repair_is_one_for_a_while(target: str, status: int, verdict: Verdict) -> None:
    assert _redirected(target, status=status).verdict is verdict


def test_very_long_segment_is_an_ordinary_page() -> None:
    assert _redirected("/" + "not" * 10_000).verdict is Verdict.ALIVE


def test_fragment_of_the_link_is_no_page_of_the_home_page() -> None:
    assert _redirected("/#results", f"{_PAPER}#results").verdict is Verdict.FAILING
