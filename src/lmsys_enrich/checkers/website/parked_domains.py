"""Parked domains: pages of sellers and advertisers in place of a site, known by address, headers and code."""

import re
from urllib.parse import unquote

from lmsys_enrich.checkers.website.interstitials import parameters_of
from lmsys_enrich.checkers.website.redirect_chain import RedirectChain
from lmsys_enrich.http.hosts import site_of
from lmsys_enrich.http.messages import Response
from lmsys_enrich.urls import host_of, path_of, query_of

# Services where domains are parked or sold; a redirect to one of them from another site is an offer.
_MARKETS = frozenset(
    {
        *("hugedomains.com", "dan.com", "afternic.com", "sedo.com", "sedoparking.com", "parkingcrew.net"),
        *("parkingcrew.com", "parklogic.com", "bodis.com", "above.com", "buydomains.com", "domainmarket.com"),
        *("brandbucket.com", "undeveloped.com", "uniregistry.com", "perfectdomain.com", "atom.com"),
        *("squadhelp.com", "brandpa.com", "namebright.com", "domainnamesales.com", "domainagents.com"),
        *("cashparking.com", "smartname.com", "skenzo.com", "expireddomains.com", "domaineasy.com"),
        *("sav.com", "park.io", "dropcatch.com", "namejet.com", "snapnames.com", "nidoma.com", "saw.com"),
        *("elitedomains.de", "nicsell.com", "buy.domains", "epik.com", "mydomaincontact.com", "gname.com"),
        "survey-smiles.com",
    }
)
# Registrars have pages of their own, too: one that names the domain of the link is an offer.
_REGISTRARS = frozenset(
    {
        *("godaddy.com", "dynadot.com", "porkbun.com", "name.com", "namecheap.com", "namesilo.com"),
        *("networksolutions.com", "domain.com", "register.com", "1and1.com", "ionos.com", "spaceship.com"),
        *("gandi.net", "enom.com", "hover.com", "tucows.com", "reg.com", "reg.ru", "dotster.com"),
    }
)
_REGISTRARS_PARKING = re.compile(
    r"(?:parkingpage|parking|parked|park|expired|forsale)\.|/(?:park|parked)(?:/|$)"
)
_PARKING_HOST = re.compile(r"(?:ww\d{1,2}|parked|forsale|buydomain)\.")
_OFFER = re.compile(r"/(?:this-)?domain-?for-?sale|/buy-?(?:this-)?domain|/forsale/")
# Pages that parking services lay at the domain itself: GoDaddy's, and those of the common scripts.
_PARKED_PATH = re.compile(r"/(?:lander|_parked|domain-?parking|park(?:ing)?\.php)/?")
_PARKED_PARAMETERS = (frozenset({"fp", "prvtof"}), frozenset({"gp", "js", "uuid"}))
_DOMAIN_PARAMETERS = ("domain", "d", "dn", "domain_name", "domainname", "landing_domain")

# Advertisements on parked pages are allowed by this key: https://help.adblockplus.org (sitekey exceptions).
_PARKED_HEADER = "x-adblock-key"
# Scripts that parked pages alone have; Google's is its AdSense for Domains.
_PARKED_CODE = (
    b"google.com/adsense/domains/caf.js",
    b"/parking-lander/",
    b"sedoparking.com/frmpark",
    b"parkingcrew.net/jsparkcaf",
    b'<script>window.onload=function(){window.location.href="/lander',
)


def leads_to_domain_offer(chain: RedirectChain) -> bool:
    """Return true where a link ends at a page that parks its domain, or offers it for sale."""
    start, final = host_of(chain.start), host_of(chain.final)
    start_site, final_site = site_of(start), site_of(final)
    if start_site == final_site:
        is_led_there = final != start and _PARKING_HOST.match(final) is not None
        return is_led_there or _is_parked_address(chain.final) > _is_parked_address(chain.start)
    if start_site in _MARKETS:  # one of them has a new name
        return False
    if final_site in _MARKETS or _OFFER.search(path_of(chain.final).lower()):
        return True
    if final_site in _REGISTRARS - {start_site} and _is_about(chain.final, start_site):
        return True
    parameters = parameters_of(chain.final)
    if parameters.get("subdomain", "") == start.partition(".")[0]:  # WordPress.com, for a blog that is gone
        return True
    return any(parameters.get(name, "").lower() in {start, start_site} for name in _DOMAIN_PARAMETERS)


def is_parked(response: Response) -> bool:
    """Return true where a page is one of a parking service, by its headers or the code in its body."""
    if _PARKED_HEADER in response.headers:
        return True
    return bool(response.body) and any(code in response.body for code in _PARKED_CODE)


def _is_parked_address(url: str) -> bool:
    parameters = frozenset(parameters_of(url))
    return _PARKED_PATH.fullmatch(path_of(url).lower()) is not None or any(
        parameters >= names for names in _PARKED_PARAMETERS
    )


def _is_about(url: str, site: str) -> bool:
    """Return true where an address of a registrar names a domain, or is where domains are parked."""
    address = unquote(f"{path_of(url)}{query_of(url)}").lower()
    return site in address or _REGISTRARS_PARKING.search(f"{host_of(url)}{path_of(url).lower()}") is not None
