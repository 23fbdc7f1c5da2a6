"""Duplicates in a list: entries with the same link, or with the same name in one section."""

from collections.abc import Iterator

from lmsys_enrich.model.catalog import Catalog, Location
from lmsys_enrich.urls import InvalidAddress, link_key


def duplicates(catalog: Catalog) -> Iterator[str]:
    """Yield a warning, with both locations, for each main link and each name in a section that recurs."""
    links: dict[str, Location] = {}
    names: dict[tuple[tuple[str, ...], str], Location] = {}
    for listed in catalog.listed():
        entry = listed.entry
        main = next((link for link in entry.links if link.role == "url"), None)
        if main is not None:
            first = links.setdefault(_key(main.url), main.location)
            if first is not main.location:
                yield f"{main.location}: {main.url} is the link of another entry too, at {first}"
        named = names.setdefault((listed.path, entry.name.casefold()), entry.location)
        if named is not entry.location:
            yield f"{entry.location}: {entry.name} is listed twice in this section, first at {named}"


def _key(url: str) -> str:
    try:
        return link_key(url)
    except InvalidAddress:
        return url
