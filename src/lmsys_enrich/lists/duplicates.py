"""Duplicates: entries with the same link, the same name in one section, or the same repository."""

from collections.abc import Iterable, Iterator, Sequence

from lmsys_enrich.model.catalog import Catalog, Entry, Link, Location, Remark
from lmsys_enrich.urls import InvalidAddress, link_key
from lmsys_enrich.values import Value


def duplicates(catalog: Catalog) -> Iterator[Remark]:
    """Yield a remark, with both locations, for each main link and each name in a section that recurs."""
    links: dict[str, Location] = {}
    names: dict[tuple[tuple[str, ...], str], Location] = {}
    for listed in catalog.listed():
        entry = listed.entry
        main = _main_link(entry)
        if main is not None:
            first = links.setdefault(_key(main.url), main.location)
            if first is not main.location:
                message = f"{main.url} is the link of another entry too, at {first}"
                yield Remark(main.location, message)
        named = names.setdefault((listed.path, entry.name.casefold()), entry.location)
        if named is not entry.location:
            message = f"{entry.name} is listed twice in this section, first at {named}"
            yield Remark(entry.location, message)


class NamedRepository(Value):
    """Repository that an entry's main link leads to: its name today, and whether it had another one."""

    link: Link
    full_name: str
    is_renamed: bool


def merged_repositories(repositories: Iterable[NamedRepository]) -> Iterator[Remark]:
    """Yield a remark for each repository that entries have under two addresses since a rename."""
    by_name: dict[str, list[NamedRepository]] = {}
    for repository in repositories:
        by_name.setdefault(repository.full_name.casefold(), []).append(repository)
    for named in by_name.values():
        addresses: dict[str, list[Link]] = {}
        for repository in named:
            addresses.setdefault(_key(repository.link.url).casefold(), []).append(repository.link)
        if len(addresses) > 1 and any(repository.is_renamed for repository in named):
            old = next(repository.link for repository in named if repository.is_renamed)
            stands = " and ".join(_stands(links) for links in addresses.values())
            message = f"{named[0].full_name} stands under {len(addresses)} addresses: {stands}"
            yield Remark(old.location, message)


def _stands(links: Sequence[Link]) -> str:
    more = f", and {len(links) - 1} more" if len(links) > 1 else ""
    return f"{links[0].url} ({links[0].location}{more})"


def _main_link(entry: Entry) -> Link | None:
    return next((link for link in entry.links if link.role == "url"), None)


def _key(url: str) -> str:
    try:
        return link_key(url)
    except InvalidAddress:
        return url
