"""Soft 404s: redirects of a missing page to an error page or to the home page, which respond with 200."""

import re

from lmsys_enrich.checkers.website.interstitials import RETURN_PARAMETERS, parameters_of
from lmsys_enrich.checkers.website.redirect_chain import RedirectChain
from lmsys_enrich.http.hosts import site_of
from lmsys_enrich.urls import fragment_of, path_of, server_of

_FRONT = re.compile(r"(?:index|default|home)(?:\.[a-z]{3,5})?")
_LOCALE = re.compile(
    r"(?:ar|cn|cs|de|el|en|es|fi|fr|he|hu|it|ja|jp|ko|nl|pl|pt|ru|sv|tr|uk|us|vi|zh)(?:[-_][a-z]{2,4})?"
)
# Parameters that name a language or the origin of a visit, and no page.
_NAMES_NO_PAGE = frozenset({"lang", "language", "locale", "hl", "l", "ref", "source", "via"})
# On a home page these name where the visitor came from.
_NAMES_ORIGIN = _NAMES_NO_PAGE | RETURN_PARAMETERS | {"from", "redirected", "url", "referrer", "msg"}
# Fragments that stand for the whole page.
_NO_FRAGMENT = frozenset({"", "/", "!", "!/", "top", "home", "main", "content"})

_EXTENSION = re.compile(r"\.[a-z]{2,5}$")
_WORD = re.compile(r"[0-9]+|[^0-9\W_]+")
# Phrases of error pages, written together; a segment with one of them is an error page at any depth.
_PHRASES = frozenset(
    {
        *("404", "notfound", "pagenotfound", "filenotfound", "sitenotfound", "doesnotexist"),
        *("nichtgefunden", "seitenichtgefunden", "introuvable", "nontrouvee", "nontrouve", "noencontrada"),
        *("noencontrado", "naoencontrada", "naoencontrado", "nontrovata", "nontrovato", "nietgevonden"),
        *("nieznaleziono", "nenalezeno", "hittadesinte", "ikkefundet"),
    }
)
# Words that may stand beside a phrase: `page-404`, `error-404`, `pagina-no-encontrada`.
_FILLERS = frozenset(
    {
        *("page", "pages", "file", "site", "http", "the", "content", "resource", "article", "document"),
        *("item", "post", "product", "url", "error", "errors", "err", "seite", "fehler", "erreur", "pagina"),
        *("página", "strona", "sidan", "siden", "this"),
    }
)
# Words of error pages that other pages have too: they count at the top of a site, or beside `page`.
_WEAK = frozenset(
    {
        *("error", "errors", "err", "errorpage", "errpage", "fehler", "fehlerseite", "erreur", "oops", "410"),
        *("gone", "sorry", "expired", "unavailable", "missing", "removed"),
    }
)
_STATUS_PARAMETERS = frozenset({"error", "err", "errorcode", "error_code", "code", "status", "statuscode"})
_PATH_PARAMETERS = frozenset({"aspxerrorpath", "errorpath", "404"})  # ASP.NET names the missing page


def leads_to_home_page(chain: RedirectChain) -> bool:
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
    host, start_host = name.removeprefix("www."), start_name.removeprefix("www.")
    same_port = port == start_port or {port, start_port} == {80, 443}
    return same_port and host in {start_host, site_of(start_host)}


def leads_to_error_page(chain: RedirectChain) -> bool:
    """Return true where a link ends at the error page of a site."""
    return is_error_page(chain.final) and not is_error_page(chain.start)


def is_deep(url: str) -> bool:
    """Return true where a path names more than the home page, in any language."""
    return bool(_segments(url))


def _segments(url: str) -> list[str]:
    """Return the segments of a path in lower case, without a locale in front and `index.html` at the end."""
    segments = [segment for segment in path_of(url).lower().split("/") if segment]
    if segments and _LOCALE.fullmatch(segments[0]):
        del segments[0]
    while segments and _FRONT.fullmatch(segments[-1]):
        del segments[-1]
    return segments


def _names_page(url: str, others: frozenset[str]) -> bool:
    """Return true where a query has parameters beside those that name no page."""
    return any(name not in others and not name.startswith("utm_") for name in parameters_of(url))


def is_error_page(url: str) -> bool:
    """Return true where an address is named after an error. Raises `InvalidAddress`."""
    parameters = parameters_of(url)
    if not _PATH_PARAMETERS.isdisjoint(parameters) or any(
        name in _STATUS_PARAMETERS and "".join(_WORD.findall(value.lower())) in _PHRASES
        for name, value in parameters.items()
    ):
        return True
    segments = _segments(url)
    if not segments:
        return False
    words = _WORD.findall(_EXTENSION.sub("", segments[-1]))
    if _has_phrase(words):
        return True
    is_at_the_top = len(segments) == 1
    is_weak = bool(_WEAK.intersection(words)) and _WEAK.union(_FILLERS).issuperset(words)
    return is_weak and (is_at_the_top or (len(words) > 1 and not _FILLERS.isdisjoint(words)))


def _has_phrase(words: list[str]) -> bool:
    """Return true where words are a phrase of error pages, fillers and other phrases aside."""
    rest = "".join(word for word in words if word not in _FILLERS)
    return bool(rest) and (
        rest in _PHRASES or rest.removeprefix("404") in _PHRASES or "".join(words) in _PHRASES
    )
