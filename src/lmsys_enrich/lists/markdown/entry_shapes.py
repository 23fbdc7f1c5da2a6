"""
How lists write an entry, in a bullet or in a table's cell.

    PREFIX [NAME](URL) MARKS ([role](url), …) - DESCRIPTION `tag` `tag`

All but the name may be missing. Where the links' texts are roles (Paper, Code),
the text before them is the name.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from lmsys_enrich.lists.identifiers import role_of
from lmsys_enrich.lists.markdown.blocks import Inline
from lmsys_enrich.lists.markdown.pieces import LinkPiece, anchor_of, links_of
from lmsys_enrich.urls import is_web

_ROLES = frozenset(
    {
        "abs",
        "arxiv",
        "article",
        "blog",
        "blogpost",
        "code",
        "colab",
        "data",
        "dataset",
        "demo",
        "doc",
        "docs",
        "documentation",
        "download",
        "github",
        "here",
        "homepage",
        "home",
        "link",
        "model",
        "models",
        "notebook",
        "page",
        "paper",
        "pdf",
        "poster",
        "project",
        "repo",
        "repository",
        "site",
        "slides",
        "source",
        "talk",
        "tutorial",
        "video",
        "web",
        "webpage",
        "website",
        "weights",
        "youtube",
        "bibtex",
        "crate",
        "crates.io",
        "huggingface",
        "hf",
        "pypi",
        "npm",
        "supplementary",
        "openreview",
        "acl",
        "official",
        "post",
        "report",
        "tweet",
        "app",
        "api",
    }
)
_BRACKETS = " \t\n()[],|/·•&;:-–—"  # noqa: RUF001 - dashes as lists have them
_NUMBERED = re.compile(r"(?:part )?\d+")
_SEPARATOR = re.compile(r"^\s*(?:[-–—:|]|&mdash;|&ndash;|\.)+\s+")  # noqa: RUF001 - the same
_TAGS = re.compile(r"(?:\s*`[^`]+`)+\s*$")
_MARKUP = re.compile(r"<[^>]*>|[*_`~\\]")
# What an enriched list has more: `outputs/fact_words.py` writes it.
_OUR_SUFFIX = re.compile(r"\s*<!--facts-->[^\n]*$")
_EMOJI = re.compile(r"((?::[a-z0-9_+-]+:|[^\w\s\[(`\"'*_<~\\&#-])+)\s+(?=\w)")
# A link after the main one, while its surroundings are read.
_PLACE = re.compile("\ue000(\\d+)\ue001")
_LINKS_IN_BRACKETS = re.compile("\\s*[(\\[]+\\s*(?:\ue000\\d+\ue001[\\s,|/·&;]*)+[)\\]]+")
_ONE_LINK = re.compile("[\\s,|/·&]*\ue000(\\d+)\ue001")
_MARKS = re.compile(r"\s*(?:[^\w\s(\[`\ue000<.,:;|*-]+|:[a-z0-9_+-]+:|\s)+")


@dataclass(slots=True)
class Draft:
    """
    An entry as it was written, before it has an id.

    `links` are roles with their pieces; `broken` is an address of which nothing can be made.
    """

    name: str
    anchor: str | None = None
    links: list[tuple[str, LinkPiece]] = field(default_factory=list)
    cells: dict[str, str] = field(default_factory=dict)
    broken: str = ""


def read_entry(inline: Inline) -> Draft:
    """Return what a bullet, or the cell of a table that names its entry, says."""
    content = _OUR_SUFFIX.sub("", inline.content)
    links = [piece for piece in links_of(inline) if piece.end <= len(content)]
    anchor = anchor_of(inline)
    main = next((piece for piece in links if _may_be_main(piece)), None)
    if main is None:
        return _without_link(content, links, anchor)
    before = _text(content[: main.start])
    is_aside = _is_role(main.text) or content[: main.start].endswith("[") or main.text.startswith("[")
    if before and is_aside and not _is_prefix(content[: main.start]):
        return _titled(content, links, main, before, anchor)
    draft = Draft(main.text or main.url, anchor, [("url", main)])
    _note(draft, "prefix", _plain_prefix(content[: main.start]))
    _read_rest(draft, content, links, main)
    return draft


def _may_be_main(piece: LinkPiece) -> bool:
    return not piece.is_image and bool(piece.url) and not piece.url.startswith("#") and is_web(piece.url)


def _without_link(content: str, links: Sequence[LinkPiece], anchor: str | None) -> Draft:
    """Read an entry whose name leads nowhere that could be asked, or whose name is all before a separator."""
    named = next((piece for piece in links if not piece.is_image and piece.text), None)
    if named is not None and (not _text(content[: named.start]) or _is_prefix(content[: named.start])):
        draft = Draft(named.text, anchor)
        draft.broken = named.url if _is_broken(named.url) else ""
        _note(draft, "prefix", _plain_prefix(content[: named.start]))
        _note(draft, "description", _description(content[named.end :]))
        return draft
    prefix = _EMOJI.match(content)
    name, _, rest = content[prefix.end() if prefix else 0 :].partition(" - ")
    draft = Draft(_text(name) or _text(content), anchor)
    _note(draft, "prefix", prefix[1] if prefix else "")
    _note(draft, "description", rest.strip())
    return draft


def _is_broken(url: str) -> bool:
    """Whether an address was meant for the web, and is not: without a scheme, or with brackets in it."""
    host, slash, _ = url.partition("/")
    is_file = url.startswith((".", "/", "#"))
    return "[" in url or "://" in url or (bool(slash) and "." in host and not is_file)


def _titled(
    content: str, links: Sequence[LinkPiece], main: LinkPiece, title: str, anchor: str | None
) -> Draft:
    """Read a plain or bold title before links that are called by their roles."""
    name, _, rest = title.partition(" - ")
    draft = Draft(name.strip(_BRACKETS) or title, anchor, [("url", main)])
    _note(draft, "description", rest.strip(" ([|"))
    further = [piece for piece in links if piece is not main]
    draft.links += [(_role(piece), piece) for piece in further if is_web(piece.url)]
    rest = content[max(piece.end for piece in links) :]
    if tags := _TAGS.search(rest):
        rest = rest[: tags.start()]
        draft.cells["tags"] = " ".join(tags[0].split())
    after = _description(rest.strip(_BRACKETS + "]"))
    if after and "description" not in draft.cells:
        _note(draft, "description", after)
    return draft


def _read_rest(draft: Draft, content: str, links: Sequence[LinkPiece], main: LinkPiece) -> None:
    """Read what follows the main link: marks and links in brackets in any order, the description, tags."""
    further = [piece for piece in links if piece.start >= main.end]
    rest = _with_places(content, main.end, further)
    if content[: main.start].rstrip().endswith("["):
        rest = rest.lstrip().removeprefix("]")
    taken: set[int] = set()
    while True:
        if found := _LINKS_IN_BRACKETS.match(rest):
            numbers = [int(number) for number in _PLACE.findall(found[0])]
        elif (found := _ONE_LINK.match(rest)) and _stands_alone(further[int(found[1])]):
            numbers = [int(found[1])]
        elif "marks" not in draft.cells and (found := _MARKS.match(rest)) and _is_marks(found[0]):
            numbers = []
            draft.cells["marks"] = found[0].strip()
        else:
            break
        taken.update(numbers)
        draft.links += [(_role(further[n]), further[n]) for n in numbers if is_web(further[n].url)]
        rest = rest[found.end() :]
    rest = _PLACE.sub(
        lambda location: content[further[int(location[1])].start : further[int(location[1])].end], rest
    )
    if tags := _TAGS.search(rest):
        rest = rest[: tags.start()]
        draft.cells["tags"] = " ".join(tags[0].split())
    _note(draft, "description", _description(rest))
    left = [piece for number, piece in enumerate(further) if number not in taken]
    draft.links += [(_role(piece), piece) for piece in left if is_web(piece.url)]


def _with_places(content: str, start: int, links: Sequence[LinkPiece]) -> str:
    """Return the text from there on, with a place in the place of each link."""
    parts, at = [], start
    for number, piece in enumerate(links):
        parts += [content[at : piece.start], f"\ue000{number}\ue001"]
        at = piece.end
    return "".join([*parts, content[at:]])


def _stands_alone(piece: LinkPiece) -> bool:
    return piece.is_image or _is_role(piece.text)


def _description(rest: str) -> str:
    return " ".join(_SEPARATOR.sub("", rest, count=1).split()).strip()


def _is_marks(text: str) -> bool:
    """Whether a text is emoji, stars and the like, and no words."""
    bare = re.sub(r":[a-z0-9_+-]+:", "", text).strip(_BRACKETS)
    return not any(character.isalnum() for character in bare) and bool(text.strip(_BRACKETS))


def _is_prefix(before: str) -> bool:
    """Whether what stands before a link is no name: emoji, or a venue in brackets."""
    bare = before.strip()
    return _is_marks(bare) or bool(re.fullmatch(r"\[[^\]]*\]\s*:?|\([^)]*\)\s*:?|`[^`]*`", bare))


def _plain_prefix(before: str) -> str:
    """Return what stands before the main link, but for emphasis, tags and opening brackets."""
    bare = " ".join(re.sub(r"<[^>]*>", "", before).split())
    return re.sub(r"[*_~\[(\s]+$", "", bare).strip()


def _text(markdown: str) -> str:
    return " ".join(_MARKUP.sub("", markdown).split()).strip(_BRACKETS)


def _is_role(text: str) -> bool:
    bare = text.strip(_BRACKETS + ".!📄💻🌐").lower()
    return bare in _ROLES or bool(_NUMBERED.fullmatch(bare))


def _role(piece: LinkPiece) -> str:
    """Return a link's role as a key: what is clicked on, in small letters."""
    if piece.is_image:
        return "badge"
    return role_of(piece.text)


def _note(draft: Draft, key: str, text: str) -> None:
    if text:
        draft.cells[key] = text
