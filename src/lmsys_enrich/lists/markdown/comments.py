"""
The program's own comments in a Markdown list: marks around facts, and exemptions.

Facts are between two invisible comments at the end of a line of the
list or as the last cells of a row. What is between them, the marks, and the blank and
bars written with them are not part of the list:

    - [Tool](https://…) - what it is <!--facts-->· ★ 3,111 · MIT<!--/facts-->
    | [Tool](https://…) | 2024 | <!--facts-->3,111 | MIT<!--/facts--> |
    [Tool](https://…) | 2024 <!--facts-->| 3,111 | MIT<!--/facts-->

The row of dashes below a header can hold no comment. It has as many cells of facts as
the header has, at the same position.

An exemption stands on the line of an entry or before it:

    <!-- lmsys-enrich-ignore reason: our own site; until: 2027-01-31; only: stale -->
"""

import re
from collections.abc import Sequence
from datetime import date
from html import escape, unescape

from lmsys_enrich.model.catalog import Exemption

BEGIN = "<!--facts-->"
END = "<!--/facts-->"
ENTRIES = "<!--entries-->"  # in a heading such as Contents, of a section that has entries

# What is between the marks holds no comment: a mark without its end is a word of the list.
_FACTS = re.compile(r"[ \t]?<!--facts-->((?:[^<\n]|<(?!!--))*)<!--/facts-->")
_BAR_BEHIND = re.compile(r"[ \t]*\|")
_BARS = re.compile(r"(?<!\\)\|")
_FENCE = re.compile(r"[ \t]*(?:(?:[-*+>]|\d{1,9}[.)])[ \t]+)*(`{3,}(?!.*`)|~{3,})")
_DELIMITERS = re.compile(r"[ \t]*[>|:-][ \t>|:-]*\r?")
_NO_LINE_END = re.compile(r"[^\n]")
# https://mdxjs.com/docs/what-is-mdx/#esm: from a line that begins so to the next empty one.
_MODULE_CODE = re.compile(r"(?:\A|(?<=\n\n)|(?<=---\n))(?:import|export)[ \t{*][^\n]*(?:\n[^\n]+)*")
_NOTICE = re.compile(r"^(\ufeff?)> [^\n]*<!--facts--><!--/facts-->\r?\n\r?\n", re.MULTILINE)


def blanked(text: str, opening: str, closing: str, *, to_end: bool) -> str:
    """
    Return the text with blanks in place of comments, so that the rest keeps its line and column.

    One that is not closed goes `to_end`, or is none.
    """
    parts: list[str] = []
    at = 0
    while (start := text.find(opening, at)) >= 0:
        end = text.find(closing, start + len(opening))
        if end < 0 and not to_end:
            break
        stop = end + len(closing) if end >= 0 else len(text)
        parts += [text[at:start], _NO_LINE_END.sub(" ", text[start:stop])]
        at = stop
    return "".join([*parts, text[at:]])


def without_mdx(text: str) -> str:
    """Return MDX with blanks in place of its comments and of the JavaScript between its paragraphs."""
    bare = blanked(text, "{/*", "*/}", to_end=False)
    return _MODULE_CODE.sub(lambda found: _NO_LINE_END.sub(" ", found[0]), bare)


def notice_mark(notice: str) -> str:
    """Return a line at the top of a document, marked as not being part of the list."""
    return f"{notice} {BEGIN}{END}"


def without_facts(text: str) -> str:
    """Return a document as it was before facts were written into it; fenced code stays."""
    if BEGIN not in text:
        return text
    lines = _NOTICE.sub(r"\1", text, count=1).split("\n")
    code = fenced(lines)
    in_table = False  # a row of blanks or dashes further down is no row of dashes below a header
    for number, line in enumerate(lines):
        if not line.strip(" \t>\r"):
            in_table = False
        elif BEGIN in line and number not in code:
            in_table = _remove(lines, number, in_table=in_table)
    return "\n".join(lines)


def fenced(lines: Sequence[str]) -> set[int]:
    """Return the indexes of lines within fences; a fence that is never closed does not count."""
    code: set[int] = set()
    fence, first = "", 0
    for number, line in enumerate(lines):
        found = _FENCE.match(line)
        if found is None:
            continue
        if not fence:
            fence, first = found[1], number
        elif found[1].startswith(fence) and not line[found.end() :].strip():
            code.update(range(first, number))
            fence = ""
    return code


def _remove(lines: list[str], number: int, *, in_table: bool) -> bool:
    """Take the facts out of a line; return whether a table has begun before it or with it."""
    line = lines[number]
    kept: list[str] = []
    at = 0
    for facts in _FACTS.finditer(line):
        kept.append(line[at : facts.start()])
        at = facts.end()
        if facts[1].startswith(("·", "|")):
            is_header = facts[1].startswith("|")
        elif bar := _BAR_BEHIND.match(line, at):
            at, is_header = bar.end(), True
        else:
            is_header = False
        if (
            is_header
            and not in_table
            and number + 1 < len(lines)
            and _DELIMITERS.fullmatch(lines[number + 1])
        ):
            before = "".join(kept)
            lines[number + 1] = _without_cells(lines[number + 1], _cells(before), _cells(facts[1]))
            in_table = True
    kept.append(line[at:])
    lines[number] = "".join(kept)
    return in_table


def _cells(part: str) -> int:
    """Return the number of cells in a part of a row; bars at its ends bound them."""
    bare = part.strip(" \t\r>").removeprefix("|")
    return len(_BARS.findall(bare.removesuffix("|") if not bare.endswith("\\|") else bare)) + 1


def _without_cells(line: str, first: int, count: int) -> str:
    """Return a row of dashes without `count` cells from the one of this index on."""
    bars = [bar.start() for bar in _BARS.finditer(line)]
    leading = 1 if bars and not line[: bars[0]].strip(" \t>") else 0
    ends: Sequence[int] = bars[leading:]  # of each cell
    if len(ends) < first:
        return line
    end = len(line.rstrip(" \t\r"))
    if len(ends) >= first + count:
        return line[: ends[first - 1] + 1] + line[ends[first + count - 1] + 1 :]
    return line[: ends[first - 1]].rstrip(" \t") + line[end:]


_COMMENT = re.compile(r"<!--\s{0,20}lmsys-enrich[\s:-]{1,3}ignore\b([^<>]{0,2000})-->")
_PART = re.compile(r"\s*(reason|until|only)\s*[:=]\s*(.*)", re.DOTALL)


def exemption_mark(exemption: Exemption) -> str:
    """Return the comment that `exemption_in` reads."""
    # Two hyphens would end the comment.
    reason = escape(" ".join(exemption.reason.split()), quote=False).replace("--", "-&#45;")
    until = f"; until: {exemption.until}" if exemption.until else ""
    only = f"; only: {exemption.only}" if exemption.only else ""
    return f"<!-- lmsys-enrich-ignore reason: {reason}{until}{only} -->"


def exemption_in(source: str) -> tuple[Exemption | None, str | None]:
    """Return the exemption in a comment, or the message about a mistake in it."""
    found = _COMMENT.search(source) if "lmsys-enrich" in source else None
    if found is None:
        return None, None
    reason: list[str] = []
    given: dict[str, str] = {}
    for part in re.split(r"[;\n]", unescape(found[1]).strip().lstrip(":-— ")):
        named = _PART.fullmatch(part)
        if named and named[1] != "reason":
            given[named[1]] = named[2].strip().strip("\"'")
        elif words := (named[2].strip().strip("\"'") if named else part.strip()):
            reason.append(words)  # a reason may hold semicolons
    text = "; ".join(reason)
    until = None
    if "until" in given:
        try:
            until = date.fromisoformat(given["until"])
        except ValueError:
            return None, f"the exemption's last day is not a date such as 2027-01-31: {given['until'][:40]}"
    if given.get("only", "stale") != "stale":
        return None, f"an exemption is `only: stale`, or has no `only`, not {given['only'][:40]}"
    if not text:
        return None, "an exemption needs its reason: `<!-- lmsys-enrich-ignore reason: … -->`"
    return Exemption(text, until, given.get("only")), None
