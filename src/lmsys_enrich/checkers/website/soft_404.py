"""
Soft 404s: redirects from a missing page to a page with status 200.

Such a page is the error page or the home page of the site, or offers its domain for sale.
"""

import re
from functools import lru_cache
from unicodedata import combining, normalize
from urllib.parse import unquote_plus

from lmsys_enrich.checkers.website.interstitials import RETURN_PARAMETERS, parameters_of, route_of
from lmsys_enrich.checkers.website.parked_domains import leads_to_domain_offer
from lmsys_enrich.checkers.website.redirect_chain import RedirectChain
from lmsys_enrich.http.hosts import site_of
from lmsys_enrich.urls import fragment_of, path_of, server_of

_FRONT = re.compile(
    r"(?:index|default|home|welcome|frontpage|front-page|homepage|home-page|main_page"
    # As sites in other languages name it.
    r"|startseite|accueil|inicio|pagina-inicial|startpagina|start-?sida|forside|strona-glowna"
    r"|etusivu|hlavni-strana|kezdolap|ana-?sayfa|glavnaya|trang-chu|beranda)(?:\.[a-z]{2,5})?"
    r"|main\.[a-z]{3,5}"
)
# Folders that systems put in front of their front page: Liferay, MediaWiki, PHP frameworks.
_ABOVE_FRONT = frozenset(
    {"web", "guest", "wiki", "w", "site", "sites", "index.php", "pages", "www", "public", "sitepages"}
)
# Languages, and the countries that sites write in their place. Without those that are also topics (`ml`,
# `cv`, `hr`).
_LOCALE = re.compile(
    r"(?:ar|at|au|be|bg|br|ca|ch|cn|cs|cz|da|de|dk|el|en|eng|english|es|et|fa|fi|fr|gb|global|he|hi|hk|hu"
    r"|id|ie|in|int|intl|it|ja|jp|ko|kr|latam|lt|lv|mx|nb|nl|nn|no|nz|pl|pt|ro|ru|se|sg|sk|sl|sr|sv|th|tr|tw|uk|us|vi|ww|zh)"
    r"(?:[-_][a-z]{2,4})?"
)
_MAX_LOCALES = 2  # `/us/en/`
# Parameters that name a language or the origin of a visit, and no page.
_NAMES_NO_PAGE = frozenset(
    {
        *("lang", "language", "locale", "hl", "l", "ref", "source", "via", "src", "cid", "amp"),
        *("fbclid", "gclid", "msclkid", "_ga", "_gl", "mc_cid", "mc_eid"),
    }
)
# On a home page these name where the visitor came from.
_NAMES_ORIGIN = frozenset(
    {
        *_NAMES_NO_PAGE,
        *RETURN_PARAMETERS,
        *("from", "redirected", "redirected_from", "redirectedfrom", "oldurl", "old_url", "referrer", "msg"),
        *("phpsessid", "jsessionid", "sid"),
    }
)
# Fragments that mean the whole page.
_NO_FRAGMENT = frozenset({"", "/", "!", "!/", "/home", "!/home", "top", "home", "main", "content"})
# Hosts for other devices, or other machines, of one site.
_DEVICE = re.compile(r"^(?:www\d{0,2}|m|mobile|home)\.(?=.*\.)")

_EXTENSION = re.compile(r"\.[a-z]{2,5}$")
_WORD = re.compile(r"[0-9]+|[^0-9\W_]+")


def _plain(text: str) -> str:
    """Return a text unescaped, in lower case, and without accents."""
    decomposed = normalize("NFKD", unquote_plus(text).lower())
    return "".join(character for character in decomposed if not combining(character)).replace("'", "")


@lru_cache(maxsize=256)
def _words_of(segment: str) -> tuple[str, ...]:
    """Return the words of a segment of a path, without its extension."""
    return tuple(_WORD.findall(_EXTENSION.sub("", _plain(segment))))


def _listed(words: str) -> frozenset[str]:
    return frozenset(_plain(words).split())


def _phrases(listed: str) -> frozenset[str]:
    """Return phrases, listed with commas between them, as the words of a segment are joined."""
    return frozenset("".join(_words_of(phrase)) for phrase in listed.split(","))


# Words that may accompany a phrase: `page-404`, `user-not-found`, `pagina-no-encontrada`.
_FILLERS = _listed("""
    page pages file site http the content resource article document item post product url link route
    path object record entity error errors err errorpage this that your you was user profile account
    channel group repo repository project package paper video image photo job event course book story
    topic thread release version download listing app custom my our default redirect handler template
    requested generic general server service temporarily internal application system address request
    la le el les cette esta ese seite fehler diese erreur pagina strona sidan siden sivu sivua
    sivustoa stranka oldal az sayfa puslapis lapa halaman trang pagina страница страницата сторінка
    запрашиваемая stranica
""")
# What error pages call themselves; a last segment that says nothing else is an error page at any depth.
_PHRASES = _phrases("""
    404, not found, does not exist, doesn't exist, no longer exists, no longer available, not available,
    could not be found, cannot be found, nothing found, no such, nothing here, suspended page, default
    webpage, nicht gefunden, nicht vorhanden, existiert nicht, nicht verfügbar, introuvable, non
    trouvée, non trouvé, n'existe pas, demandée n'existe pas, inexistante, no encontrada, no encontrado,
    no existe, no disponible, no se encuentra, não encontrada, não encontrado, não existe, inexistente,
    non trovata, non trovato, non esiste, no trobada, negăsită, nu a fost găsită, nu există, niet
    gevonden, bestaat niet, nie znaleziono, nie istnieje, nie znaleziona, nenalezena, nenalezeno, nebyla
    nalezena, neexistuje, nenájdená, ni najdena, nije pronađena, ne postoji, nerastas, nav atrasta, ei
    leitud, nem található, nem létezik, bulunamadi, mevcut değil, hittades inte, hittas
    inte, finns inte, kunde inte hittas, ikke fundet, blev ikke fundet, findes ikke, ikke funnet, finnes
    ikke, ei löydy, ei löytynyt, tidak ditemukan, không tìm thấy, не найдена, не найдено, не найден, не
    существует, не знайдено, не знайдена, ne naydena, ne naydeno, ne najdena, ne najdeno,
    δεν βρέθηκε
""")  # `suspended page` and `default webpage` are cPanel's, for sites that were closed or never set up
_LONGEST_PHRASE = 80
_BEFORE_PHRASES = ("", "404", "sorry", "oops")
# In scripts without blanks, or with the article before the noun, a phrase stands anywhere in the segment.
_PHRASES_WITHIN = _phrases("""
    見つかりません, 存在しません, 未找到, 找不到, 不存在, 찾을 수 없, לא נמצא, غير موجود, لم يتم العثور,
    یافت نشد, ไม่พบ
""")
# Words of error pages that other pages have too: they count at the top of a site, or beside `page`.
_WEAK = _listed("""
    error errors err errorpage errpage fehler fehlerseite erreur oops ooops whoops sorry 410 gone
    expired unavailable missing removed deleted suspended nopage deadlink dead broken invalid bad
    unknown customerror badlink badurl badrequest invalidlink invalidurl uhoh 500 503
""")
# Notices of sites and services that ended; beside other words they are topics (`retired-models`).
_ENDED = _listed("discontinued retired decommissioned shutdown sunset closed siteclosed goodbye")
# Sites under repair redirect there for a while; a page that has moved there for good may be about repairs.
_WEAK_FOR_A_WHILE = frozenset(
    {"maintenance", "maintenancemode", "undermaintenance", "underconstruction", "comingsoon", "offline"}
)
# Folders of works and of terms, which have such titles: a paper "Page not found", the status 404.
_TITLED = _listed("""
    papers paper publications books book posts essays talks episodes comics films songs poems games
    repositories repos crates glossary status-codes statuscodes http-status-codes http-status
""")
_SEARCHES = _listed("search search.html search.php suche recherche buscar busca zoeken results")
_SEARCH_PARAMETERS = ("s", "q", "query", "search", "keyword", "keywords", "term", "text")
# Folders in which an error page still stands at the top of its site.
_NO_FOLDERS = frozenset(
    {
        *("home", "pages", "page", "static", "public", "site", "shared", "common", "web", "info"),
        *("error", "errors", "errorpages", "error-pages", "error_pages"),
    }
)
_STATUS_PARAMETERS = frozenset(
    {
        *("error", "err", "errorcode", "error_code", "code", "status", "statuscode", "status_code", "e"),
        *("http_code", "httpcode", "errno", "msg", "message", "reason"),
    }
)
_PATH_PARAMETERS = frozenset({"aspxerrorpath", "errorpath", "404", "notfound", "not_found"})
# Parameters that choose a page: there `404` alone may be the number of an ordinary one.
_PAGE_PARAMETERS = frozenset({"page", "p", "view", "action", "route", "r", "do", "content", "mod", "op"})
# Folders whose pages have numbers.
_NUMBERED = _listed("""
    issue issues pull pulls bug bugs ticket tickets rfc rfcs pep node nodes episode episodes comic
    comics post posts article articles question questions topic topics thread threads t p id item
    items paper papers video videos photo photos chapter chapters problem problems release releases
    event events job jobs product products http
""")


def soft_404_at(chain: RedirectChain) -> str | None:
    """Return the kind of soft 404 at which redirects end, in words; None for an ordinary page."""
    if _leads_to_error_page(chain):
        return "an error page of its site"
    if _leads_to_home_page(chain):
        return "the home page of its site"
    if _leads_to_search(chain):
        return "a search page of its site"
    if leads_to_domain_offer(chain):
        return "a page of a parked domain"
    return None


def _leads_to_home_page(chain: RedirectChain) -> bool:
    """
    Return true where an address that named a page ends at the home page of its own site.

    The front page of another part of the site (`example.org/docs` at
    `docs.example.org/`) is a page of its own, and so is one with a query or a
    fragment that may name what is shown.
    """
    if not (is_deep(chain.start) or _names_page(chain.start, _NAMES_NO_PAGE)) or is_deep(chain.final):
        return False
    # A fragment of the link stays with it through redirects: https://fetch.spec.whatwg.org/#http-redirect-fetch
    fragment = fragment_of(chain.final).removeprefix("#")
    is_named = fragment not in _NO_FRAGMENT and fragment != fragment_of(chain.start).removeprefix("#")
    if is_named or _names_page(chain.final, _NAMES_ORIGIN):
        return False
    (_, start_name, start_port), (_, name, port) = server_of(chain.start), server_of(chain.final)
    host, start_host = _DEVICE.sub("", name, count=1), _DEVICE.sub("", start_name, count=1)
    same_port = port == start_port or {port, start_port} == {80, 443}
    return same_port and host in {start_host, site_of(start_host)}


def _leads_to_search(chain: RedirectChain) -> bool:
    """Return true where a site searches for the words of an address that it does not know."""
    searches = set(map(_plain, _segments(chain.final))) or {"search"}
    if searches.isdisjoint(_SEARCHES) or not _SEARCHES.isdisjoint(_segments(chain.start)):
        return False
    parameters = parameters_of(chain.final)
    words = {word for name in _SEARCH_PARAMETERS for word in _WORD.findall(_plain(parameters.get(name, "")))}
    return bool(words) and is_deep(chain.start) and set(_WORD.findall(_plain(path_of(chain.start)))) >= words


def _leads_to_error_page(chain: RedirectChain) -> bool:
    """Return true where a link ends at the error page of a site, and is not about errors itself."""
    if is_error_page(chain.start):
        return False
    if _has_error_parameter(chain.final):
        return True
    if _is_error_page_for(chain.start, chain.final):
        return True
    if not _is_named_after_error(chain.final, _WEAK if chain.is_permanent else _WEAK | _WEAK_FOR_A_WHILE):
        return False
    # `/guide/errors` that has moved to `/errors`, `/bug?id=404` to `/issues/404`: an ordinary page.
    named = _words_of(_last(_segments(chain.final)))
    return not named or not set(_WORD.findall(_plain(chain.start))).issuperset(named)


def _is_error_page_for(start: str, final: str) -> bool:
    """Return true for `/404/papers/alpa`: an error page that carries the path of the link."""
    path, segments = _segments(start), _segments(final)
    folder = segments[: -len(path)] if path and segments[-len(path) :] == path else []
    return len(folder) > 0 and _has_phrase(_words_of(folder[-1].strip(";")))


def is_deep(url: str) -> bool:
    """Return true where a path names more than the home page, in any language."""
    return bool(_segments(url))


def is_error_page(url: str) -> bool:
    """Return true where an address is named after an error. Raises `InvalidAddress`."""
    return _has_error_parameter(url) or _is_named_after_error(url, _WEAK)


def _has_error_parameter(url: str) -> bool:
    parameters = parameters_of(url)
    # IIS hands `?404;http://a.org/x` to its error page.
    if any(name in _PATH_PARAMETERS or name.startswith("404;") for name in parameters):
        return True
    return any(
        name in _STATUS_PARAMETERS or (name in _PAGE_PARAMETERS and not value.isdigit())
        for name, value in parameters.items()
        if _has_phrase(_words_of(value))
    )


def _is_named_after_error(url: str, weak: frozenset[str]) -> bool:
    """Return true where the path, or the route of a script in the fragment, is named after an error."""
    route = [segment for segment in route_of(url).split("/") if segment]
    return any(_is_error_segment(segments, weak) for segments in (_segments(url), route))


def _is_error_segment(segments: list[str], weak: frozenset[str]) -> bool:
    """Return true where the last of these segments is named after an error."""
    words = _words_of(_last(segments))
    folder = frozenset(segments[-2:-1])
    if folder & _TITLED or (words == ("404",) and folder & _NUMBERED):
        return False
    if not words or _has_phrase(words):
        return bool(words)
    joined = "".join(words)
    is_weak = joined in weak | _ENDED or (
        not weak.isdisjoint(words) and weak.union(_FILLERS).issuperset(words)
    )
    is_at_the_top = _NO_FOLDERS.issuperset(segments[:-1])
    return is_weak and (is_at_the_top or (len(words) > 1 and not _FILLERS.isdisjoint(words)))


def _has_phrase(words: tuple[str, ...]) -> bool:
    """Return true where words are a phrase of error pages, fillers and other phrases aside."""
    if len(words) > 1 and len(words[-1]) == 1 and words[-1].isdigit():
        words = words[:-1]  # WordPress calls a second page of a name `page-not-found-2`
    joined = "".join(words)
    rest = "".join(word for word in words if word not in _FILLERS)
    if len(joined) > _LONGEST_PHRASE:
        return False
    # `PageNotFoundError`, which is SharePoint's, and the like have no boundaries between words.
    places = range(1, len(joined))
    starts = (0, *(place for place in places if joined[:place] in _FILLERS))
    ends = (len(joined), *(place for place in places if joined[place:] in _FILLERS))
    return (
        any(joined[start:end] in _PHRASES for start in starts for end in ends)
        or any(rest.removeprefix(first) in _PHRASES for first in _BEFORE_PHRASES)
        or any(phrase in joined for phrase in _PHRASES_WITHIN)
    )


def _segments(url: str) -> list[str]:
    """
    Return the segments of a path in lower case, without locales in front and `index.html` at the end.

    Session ids that Java's servlets append are left out.
    """
    parts = (part.partition(";jsessionid=")[0] for part in path_of(url).lower().split("/"))
    segments = [part for part in parts if part]
    for _ in range(_MAX_LOCALES):
        if segments and _LOCALE.fullmatch(segments[0]):
            del segments[0]
    count = len(segments)
    while segments and _FRONT.fullmatch(segments[-1]):
        del segments[-1]
    if len(segments) < count and _ABOVE_FRONT.issuperset(segments):
        return []
    return segments


def _last(segments: list[str]) -> str:
    return segments[-1] if segments else ""


def _names_page(url: str, others: frozenset[str]) -> bool:
    """Return true where a query has parameters beside those that name no page, or the front page."""
    return any(
        name not in others and not name.startswith("utm_") and not _FRONT.fullmatch(value.lower())
        for name, value in parameters_of(url).items()
    )
