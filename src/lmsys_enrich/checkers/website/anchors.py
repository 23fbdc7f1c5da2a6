"""Anchors of a page: the elements that the fragments of links name, as far as one GET shows them."""

import re
from collections.abc import Sequence
from html import unescape
from http import HTTPStatus
from urllib.parse import unquote

from lmsys_enrich.http.messages import Fetch, Request, Response

# Pages of documentation with all of an API on them take this much.
_MAX_PAGE = 2_097_152
_HEADERS = {"accept": "text/html,application/xhtml+xml"}
_HTML = ("text/html", "application/xhtml+xml")
# In scripts and comments too: an anchor too many hides a mistake, one too few invents one.
_NAMED = re.compile(r"""\b(?:id|name)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>=]+))""", re.IGNORECASE)
# GitHub's renderer puts this before the ids of documents, and its scripts take it off.
_GITHUB_PREFIX = "user-content-"


def is_anchor(fragment: str) -> bool:
    """
    Return true for a fragment that can name an element of a page.

    Text fragments (`:~:text=`), the state of scripts (`#/path`, `#!path`, `#a=b`) and
    `#top` name none: https://html.spec.whatwg.org/#find-a-potential-indicated-element
    """
    name = unquote(fragment)
    return bool(name) and name.lower() != "top" and not name.startswith(("/", "!")) and "=" not in name


async def missing_anchors(fetch: Fetch, url: str, fragments: Sequence[str]) -> tuple[str, ...]:
    """Return the fragments that name no element of a page; none where the page does not show it."""
    page = await fetch(Request("GET", url, headers=_HEADERS, body_limit=_MAX_PAGE))
    if not isinstance(page, Response) or page.status != HTTPStatus.OK or not page.whole:
        return ()
    if not page.headers.get("content-type", "").lower().startswith(_HTML):
        return ()
    names = anchors_of(page.body.decode("utf-8", "replace"))
    if not names:  # made by scripts, all of it
        return ()
    return tuple(fragment for fragment in fragments if not names & _forms(fragment))


def anchors_of(html: str) -> frozenset[str]:
    """Return the ids and names of a page."""
    return frozenset(unescape(next(filter(None, found.groups()), "")) for found in _NAMED.finditer(html)) - {
        ""
    }


def _forms(fragment: str) -> frozenset[str]:
    """Return the names that a fragment can mean: as it is, decoded, and as GitHub writes ids."""
    decoded = unquote(fragment)
    return frozenset({fragment, decoded, f"{_GITHUB_PREFIX}{decoded}", f"{_GITHUB_PREFIX}{decoded.lower()}"})
