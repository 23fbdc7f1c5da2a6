"""Domains that are parked or for sale, known by address, headers and code."""

import pytest

from lmsys_enrich.checkers.website.classify import classify, classify_chain
from lmsys_enrich.checkers.website.redirect_chain import RedirectChain
from lmsys_enrich.http.messages import Response
from lmsys_enrich.model.finding import Hop, Observation, Verdict
from lmsys_enrich.urls import resolve

_DOMAIN_OFFERS = (
    "https://www.hugedomains.com/domain_profile.cfm?d=site.example",
    "https://www.afternic.com/forsale/site.example",
    "https://sedo.com/search/details/?domain=site.example",
    "https://www.godaddy.com/forsale/site.example?utm_source=TDFS",
    "https://registrar.example.net/results/?domain=site.example",
    "https://shop.example.net/domain-for-sale/site.example",
    "http://ww1.site.example/",
    "http://ww25.site.example/papers/2021/alpa.pdf?subid1=2024",
    "https://www.sav.com/domain/site.example",
    "https://www.spaceship.com/domain/site.example",
    "https://mcc.godaddy.com/park/abc",
    "https://www.namejet.com/",
    "https://www.dropcatch.com/domain/site.example",
    "https://forsale.dynadot.com/site.example",
    "https://porkbun.com/checkout/search?q=site.example",
    "https://www.name.com/domain/expired/site.example",
    "https://parkingpage.namecheap.com/",
    "https://expired.namecheap.com/",
    "http://www.searchvity.com/?dn=site.example",
    "https://wordpress.com/typo/?subdomain=site",
    "/lander",
    "/lander?domain=site.example",
    "/_parked",
    "/parking.php?ses=x",
    "/domain-parking",
    "/?fp=abc&prvtof=def",
    "/?gp=1&js=1&uuid=1.2",
)
_ORDINARY_PAGES = (
    "/parking",
    "/lander-games",
    "https://parking.site.example/",
    "https://other.example/parking-lot-detection",
    "https://other.example/domain/generalization?d=3",
    "https://other.example/site.example",
    "https://www.godaddy.com/garage/moving",
    "https://porkbun.com/products/x",
    "https://www.namecheap.com/blog/x",
    "https://github.blog/sunsetting-atom",
)


def _redirected(
    target: str, start: str = "https://site.example/papers/alpa", status: int = 302
) -> Observation:
    return classify_chain(
        RedirectChain(start, (Hop(start, status),), resolve(start, target), Response(200, {}))
    )


@pytest.mark.parametrize("status", [301, 302])
@pytest.mark.parametrize("target", _DOMAIN_OFFERS)
def test_redirect_to_an_offer_is_failing_and_never_becomes_dead(target: str, status: int) -> None:
    observation = _redirected(target, status=status)
    assert observation.verdict is Verdict.FAILING
    assert not observation.can_become_dead
    assert observation.suggestion is None


@pytest.mark.parametrize(("status", "verdict"), [(301, Verdict.MOVED), (302, Verdict.ALIVE)])
@pytest.mark.parametrize("target", _ORDINARY_PAGES)
def test_ordinary_page_with_such_a_word_is_none(target: str, status: int, verdict: Verdict) -> None:
    assert _redirected(target, status=status).verdict is verdict


@pytest.mark.parametrize(
    ("start", "target"),
    [
        ("https://www.hugedomains.com/x", "https://www.hugedomains.com/y"),
        ("https://squadhelp.com/x", "https://atom.com/x"),
        ("https://site.example/lander", "https://www.site.example/lander"),
        ("https://www.godaddy.com/domains", "https://www.godaddy.com/park/x"),
    ],
)
def test_link_to_such_a_page_is_ordinary(start: str, target: str) -> None:
    assert _redirected(target, start).verdict is Verdict.ALIVE


@pytest.mark.parametrize(
    "page",
    [
        Response(200, {"x-adblock-key": "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKX74ixpzVyXbJprcLfbH4psP4"}),
        Response(200, {}, b'<script src="https://www.google.com/adsense/domains/caf.js?abp=1"></script>'),
        Response(200, {}, b'<img src="https://img1.wsimg.com/parking-lander/static/logo.svg">'),
        Response(
            200, {}, b'<html><head><script>window.onload=function(){window.location.href="/lander"}</script>'
        ),
    ],
)
def test_parked_page_is_failing_and_never_becomes_dead(page: Response) -> None:
    classification = classify(page)
    assert (classification.verdict, classification.can_become_dead) == (Verdict.FAILING, False)


def test_gone_domain_behind_a_parking_service_is_dead() -> None:
    assert classify(Response(404, {"x-adblock-key": "x"})).verdict is Verdict.DEAD


@pytest.mark.parametrize("body", [b"<h1>This domain is for sale</h1> a story", b"How parking crews work"])
def test_page_about_parking_is_alive(body: bytes) -> None:
    assert classify(Response(200, {}, body)).verdict is Verdict.ALIVE
