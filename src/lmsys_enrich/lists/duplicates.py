"""Duplicates: entries with the same link, the same name in one section, or the same repository."""

from collections.abc import Iterable, Iterator

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
    """Repository of an entry: its name today, and whether it had another one."""

    entry: Entry
    full_name: str
    is_renamed: bool


def merged_repositories(repositories: Iterable[NamedRepository]) -> Iterator[Remark]:
    """Yield a remark for each entry whose repository is that of an earlier entry since a rename."""
    earlier: dict[str, NamedRepository] = {}
    for repository in repositories:
        entry = repository.entry
        first = earlier.setdefault(repository.full_name.casefold(), repository)
        if first is repository or not (first.is_renamed or repository.is_renamed):
            continue
        if _key(entry.url or "") != _key(first.entry.url or ""):
            yield Remark(
                entry.location,
                f"{entry.name} and {first.entry.name}, at {first.entry.location}, are the same repository"
                f" now: {repository.full_name}",
            )


def _main_link(entry: Entry) -> Link | None:
    return next((link for link in entry.links if link.role == "url"), None)


def _key(url: str) -> str:
    try:
        return link_key(url)
    except InvalidAddress:
        return url
