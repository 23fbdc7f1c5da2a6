"""Titles of papers, compared beyond case, punctuation, accents, LaTeX and subtitles."""

import html
import itertools
import re
import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher

from lmsys_enrich.values import Value

_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9:]{0,20}(?: [^<>]{0,200})?/?>")
# Of LaTeX: `\textit{x}`, `\mathcal{O}`, `\'e`, `\"{o}`. The command goes, its argument stays.
_COMMAND = re.compile(r"\\(?:(?:var)?([a-zA-Z]{1,30})|[^a-zA-Z\s])")
_LATEX_LETTERS = {"l": "l", "o": "o", "aa": "a", "ae": "ae", "oe": "oe", "ss": "ss", "i": "i", "j": "j"}
# In the order of Unicode, which has the final sigma among them; case folding has replaced that.
_GREEK = (
    *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda"),
    *("mu", "nu", "xi", "omicron", "pi", "rho", "final sigma", "sigma", "tau", "upsilon", "phi", "chi"),
    *("psi", "omega"),
)
_GREEK_LETTERS = {0x3B1 + at: f" {name} " for at, name in enumerate(_GREEK)}
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
        "+": " plus ",
        "#": " sharp ",
    }
)
_PARTS = re.compile(r":|\s-{1,3}\s|[\u2013\u2014?]")  # the dashes of print among them
# What lists write around a title: `[ICML 23] Title`, `Title (extended version)`, `Doe et al. Title, 2023`.
_AROUND = re.compile(
    r"^\s*[\[(][^\])]{1,40}[\])]|^[\w ,.]{1,40}\bet al\b\.?,?"
    r"|[\[(][^\])]{1,60}[\])]\s*$|,? (?:19|20)[0-9]{2}\s*$"
)
_ELLIPSIS = re.compile(r"(?:\.\.\.|\u2026)\s*$")  # ends a long title that a list has cut
_THOUSANDS = re.compile(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))")
_VERSIONS = re.compile(r"[0-9]+|\b(?:plus|sharp)\b")  # "FlashAttention-2", "SmoothQuant+" and "QuIP#"
_NAME = re.compile(r"[0-9]|[a-z][A-Z]")  # in a nickname of several words: `Llama 2`, `DeepSpeed Ulysses`
_ROMAN = {"ii": "2", "iii": "3", "iv": "4"}
_STOP_WORDS = frozenset(
    {
        *("a", "an", "the", "and", "of", "for", "in", "on", "to", "with", "via", "using", "by", "from"),
        *("at", "as", "is", "are", "toward", "towards"),
    }
)
# "A Survey of X" is another paper than "A Survey of X for Y".
_NARROWING = frozenset({"for", "in", "of", "to"})
_MIN_WORDS = 2  # of a beginning that can mean a longer title: one word begins many
_MIN_LONG = 4  # words of a title within others, and of a subtitle behind another nickname
_MIN_COMMON = 5  # words that two titles share where one has more of them
_MAX_MORE = 0.25  # of its letters
_MIN_LETTERS = 5  # of a word that has several spellings
_MIN_TYPO = 3  # of a word that lacks a letter
_MIN_CUT = 12  # letters before an ellipsis
_MAX_LENGTH = 500


def normalize_title(title: str) -> str:
    """Return a title's words in lower case, without accents, punctuation, markup and LaTeX."""
    text = html.unescape(html.unescape(title[:_MAX_LENGTH]))  # Crossref holds `&amp;amp;`
    text = _COMMAND.sub(_command, _TAG.sub("", text))
    for mark in "${}":
        text = text.replace(mark, "")
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS)
    letters = unicodedata.normalize("NFKD", _THOUSANDS.sub("", folded)).translate(_GREEK_LETTERS)
    return " ".join(_ROMAN.get(word, word) for word in "".join(map(_letter, letters)).split())


def is_same_title(listed: str, source: str) -> bool:
    """
    Return true if a list's title may be that of the source.

    The list may give a nickname, the beginning, the title within other words, or
    another spelling. The titles differ where a content word or a number does. One
    without a letter is the same as any other.
    """
    if normalize_title(listed) == normalize_title(source):  # as nearly all do
        return True
    ours, theirs = _forms(listed), _forms(source)
    if not (ours.whole and theirs.whole) or _is_cut_from(listed, theirs):
        return True
    texts = itertools.product({ours.whole, ours.bare}, {theirs.whole, theirs.bare})
    parts = ((ours.tail, theirs.whole), (ours.bare, theirs.tail))
    heads = ((ours.head, theirs.whole), (ours.bare, theirs.head))
    return (
        any(_begins(mine, other, _MIN_WORDS) or _has_same_words(mine, other) for mine, other in texts)
        or any(_begins(mine, other, _MIN_LONG) or _has_same_words(mine, other) for mine, other in parts)
        or any(_has_same_words(mine, other) for mine, other in heads)
        or _contains(ours.whole, theirs.whole)
        or _shares_a_part(ours, theirs)
    )


def _command(match: re.Match[str]) -> str:
    name = match[1] or ""
    return f" {name} " if name in _GREEK else _LATEX_LETTERS.get(name.lower(), "")


def _letter(character: str) -> str:
    if unicodedata.combining(character):
        return ""
    return character if character.isalnum() else " "


class _Forms(Value):
    """
    Title in its words: whole, without brackets around it, before and behind its first colon or dash.

    `has_name` is true where the part before that is written as names are.
    """

    whole: str
    bare: str
    head: str = ""
    tail: str = ""
    has_name: bool = False


def _forms(title: str) -> _Forms:
    title = unicodedata.normalize("NFKC", title[:_MAX_LENGTH])
    without = _AROUND.sub("", title)
    whole, bare = normalize_title(title), normalize_title(without)
    head, *tail = _PARTS.split(without, maxsplit=1)
    if not tail:
        return _Forms(whole, bare)
    return _Forms(whole, bare, normalize_title(head), normalize_title(tail[0]), bool(_NAME.search(head)))


def _is_cut_from(listed: str, theirs: _Forms) -> bool:
    """Return true if a list's title ends in an ellipsis, and the source's begins like it."""
    start = normalize_title(_ELLIPSIS.sub("", listed[:_MAX_LENGTH])).replace(" ", "")
    if not _ELLIPSIS.search(listed[:_MAX_LENGTH]) or len(start) < _MIN_CUT:
        return False
    return any(form.replace(" ", "").startswith(start) for form in (theirs.whole, theirs.tail))


def _shares_a_part(ours: _Forms, theirs: _Forms) -> bool:
    """Return true for titles with one nickname, or with one long subtitle behind two nicknames."""
    if ours.head and ours.head == theirs.head:
        is_nickname = ours.has_name or " " not in ours.head
        return is_nickname and not _are_unrelated(ours.tail, theirs.tail)
    if f"{ours.head} ".startswith(f"{theirs.head} ") or f"{theirs.head} ".startswith(f"{ours.head} "):
        return False  # a later version of the same system
    is_long = min(len(ours.tail.split()), len(theirs.tail.split())) >= _MIN_LONG
    return is_long and _has_same_words(ours.tail, theirs.tail)


def _are_unrelated(ours: str, theirs: str) -> bool:
    """Return true for two long subtitles without a content word in common: two systems have one name."""
    mine, other = set(_content_words(ours.split())), set(_content_words(theirs.split()))
    return min(len(mine), len(other)) >= _MIN_LONG and mine.isdisjoint(other)


def _begins(ours: str, theirs: str, least: int) -> bool:
    """Return true if a title of a few words at least begins another one, and no number follows."""
    mine, other = ours.split(), theirs.split()
    is_beginning = len(other) > len(mine) >= least and other[: len(mine)] == mine
    return is_beginning and not other[len(mine)][0].isdigit()  # "Llama 2 Chat" is not "Llama Chat"


def _contains(ours: str, theirs: str) -> bool:
    """Return true if a list's text has a long title in it: with authors, venue, or a nickname."""
    _, found, rest = f" {ours} ".partition(f" {theirs} ")
    more = rest.split()
    return bool(found) and len(theirs.split()) >= _MIN_LONG and not (more and more[0] in _NARROWING)


def _has_same_words(ours: str, theirs: str) -> bool:
    """Return true for the same words but for spelling, abbreviations, stop words, and a few more."""
    if _VERSIONS.findall(ours) != _VERSIONS.findall(theirs):
        return False
    mine, other = ours.split(), theirs.split()
    if sorted(_content_words(mine)) == sorted(_content_words(other)):
        return True
    common = more = 0
    for tag, a, b, c, d in SequenceMatcher(None, mine, other, autojunk=False).get_opcodes():
        left, right = _content_words(mine[a:b]), _content_words(other[c:d])
        if left and right and tag != "equal" and not _is_spelling(mine[a:b], other[c:d]):
            is_typo = min(len(mine), len(other)) >= _MIN_LONG and _lacks_a_letter(left, right)
            if not is_typo:
                return False
        if left and right:
            common += len(left)
        else:
            more += len("".join((*left, *right)))
    longest = max(len(ours.replace(" ", "")), len(theirs.replace(" ", "")))
    return not more or (common >= _MIN_COMMON and more <= _MAX_MORE * longest)


def _content_words(words: Sequence[str]) -> list[str]:
    return [word for word in words if word not in _STOP_WORDS]


def _is_spelling(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Return true for one or several words in two spellings, or an abbreviation and its words."""
    left, right = _content_words(ours), _content_words(theirs)
    if "".join(left) == "".join(right) or "".join(ours) == "".join(theirs):
        return True
    for short, long in ((ours, theirs), (theirs, ours)):
        initials = "".join(word[0] for word in long)
        if len(short) == 1 and len(long) > 1 and short[0].removesuffix("s") == initials:
            return True
    return len(left) == len(right) and all(map(_is_variant, left, right))


def _lacks_a_letter(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Return true for texts of which one lacks a letter of the other."""
    short, long = sorted(("".join(ours), "".join(theirs)), key=len)
    start = _common_prefix_length(short, long)
    return len(long) - len(short) == 1 and len(short) >= _MIN_TYPO and short[start:] == long[start + 1 :]


def _is_variant(ours: str, theirs: str) -> bool:
    """Return true for long words that differ in one letter behind the first: added, changed or moved."""
    if ours == theirs:
        return True
    if min(len(ours), len(theirs)) < _MIN_LETTERS or ours[0] != theirs[0]:
        return False
    start = _common_prefix_length(ours, theirs)
    left, right = ours[start:], theirs[start:]
    end = _common_prefix_length(left[::-1], right[::-1])
    left, right = left[: len(left) - end], right[: len(right) - end]
    return max(len(left), len(right)) == 1 or left == right[::-1]


def _common_prefix_length(ours: str, theirs: str) -> int:
    """Return the number of letters with which both begin."""
    pairs = zip(ours, theirs, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(ours), len(theirs)))
