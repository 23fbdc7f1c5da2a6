"""Titles of papers, compared beyond case, punctuation, accents, LaTeX and subtitles."""

import html
import re
import unicodedata
from difflib import SequenceMatcher

_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9:]{0,20}(?: [^<>]{0,200})?/?>")
# Of LaTeX: `\textit{x}`, `\mathcal{O}`, `\'e`, `\"{o}`. The command goes, its argument stays.
_COMMAND = re.compile(r"\\(?:(?:var)?([a-zA-Z]{1,30})|[^a-zA-Z\s])")
_GREEK = frozenset(
    {
        *(
            "alpha",
            "beta",
            "gamma",
            "delta",
            "epsilon",
            "zeta",
            "eta",
            "theta",
            "iota",
            "kappa",
            "lambda",
            "mu",
        ),
        *("nu", "xi", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega"),
    }
)
_LETTERS = str.maketrans(
    {
        "ß": "ss",
        "ø": "o",
        "æ": "ae",
        "œ": "oe",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "\u0131": "i",  # without its dot
        "\u00d7": "x",  # the sign of multiplication
        "&": " and ",
    }
)
_PARTS = re.compile(r":|\s-{1,3}\s|[\u2013\u2014?]")  # the dashes of print among them
# Words of a list around a title: `[ICML 23] Title`, `Title (extended version)`.
_AROUND = re.compile(r"^\s*[\[(][^\])]{1,40}[\])]|[\[(][^\])]{1,60}[\])]\s*$")
_NUMBERS = re.compile(r"[0-9]+")
_MIN_WORDS = 2  # of a beginning that stands for a longer title: one word begins many
_SIMILAR = 0.86  # of the letters: some words in another order or number, or mistakes
_SHORT = 12  # letters: below that, one other letter makes another title
_MAX_LENGTH = 500


def normalize_title(title: str) -> str:
    """Return a title's words in lower case, without accents, punctuation, markup and LaTeX."""
    text = html.unescape(html.unescape(title[:_MAX_LENGTH]))  # Crossref holds `&amp;amp;`
    text = _COMMAND.sub(_command, _TAG.sub("", text))
    for mark in "${}":
        text = text.replace(mark, "")
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS)
    letters = unicodedata.normalize("NFKD", folded)
    return " ".join("".join(map(_letter, letters)).split())


def is_same_title(listed: str, source: str) -> bool:
    """
    Return true if two titles may be those of one paper.

    They may where they differ in a subtitle, in a name before a colon, in what a list
    wrote in brackets, or in a few letters; not where they differ in a number. A title
    without a letter is the same as any other.
    """
    if normalize_title(listed) == normalize_title(source):
        return True
    ours, theirs = _forms(listed), _forms(source)
    return not ours or not theirs or any(_is_like(a, b) for a in ours for b in theirs)


def word_count(title: str) -> int:
    """Return the number of words of a title."""
    return len(normalize_title(title).split())


def _command(match: re.Match[str]) -> str:
    return f" {match[1]} " if match[1] in _GREEK else ""


def _letter(character: str) -> str:
    if character.isascii():
        return character if character.isalnum() else " "
    if unicodedata.combining(character):
        return ""
    name = unicodedata.name(character, "")
    if name.startswith("GREEK SMALL LETTER "):
        return f" {name.removeprefix('GREEK SMALL LETTER ').removeprefix('FINAL ').lower()} "
    return character if character.isalnum() else " "


def _forms(title: str) -> list[str]:
    """Return a title whole, without brackets around it, and in its parts."""
    title = title[:_MAX_LENGTH]
    bare = _AROUND.sub("", title)
    parts = _PARTS.split(bare, maxsplit=1)
    forms = dict.fromkeys(map(normalize_title, (title, bare, *(parts if len(parts) > 1 else ()))))
    return [form for form in forms if form]


def _is_like(ours: str, theirs: str) -> bool:
    mine, other = ours.replace(" ", ""), theirs.replace(" ", "")
    if mine == other:
        return True
    if _NUMBERS.findall(ours) != _NUMBERS.findall(theirs):
        return False  # "FlashAttention-2" is another paper than "FlashAttention"
    shorter, longer = sorted((ours, theirs), key=len)
    if len(shorter.split()) >= _MIN_WORDS and longer.startswith(f"{shorter} "):
        return True
    if len(mine) < _SHORT or len(other) < _SHORT:
        return False
    matcher = SequenceMatcher(None, mine, other, autojunk=False)
    return matcher.real_quick_ratio() >= _SIMILAR <= matcher.quick_ratio() and matcher.ratio() >= _SIMILAR
