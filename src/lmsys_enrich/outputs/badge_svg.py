"""Badges in the flat look of shields.io, drawn here: no third party is asked when one is looked at."""

from html import escape

from lmsys_enrich.outputs.xml_text import xml_text

# Advance widths of Verdana in thousandths of its size, as the font's `hmtx` table has them.
_LETTERS_BY_WIDTH = {
    269: "'", 274: "il", 344: "j", 352: " f", 364: ".,", 394: "t!", 421: "I", 427: "r", 454: "()-/:;[]\\|",
    455: "J", 459: '"', 521: "cs", 525: "z", 545: "?", 557: "L", 575: "F", 592: "kvxy", 596: "e", 601: "a",
    603: "P", 607: "o", 615: "Y", 616: "T", 623: "bdgpq", 632: "E", 633: "hnu", 635: "{}",
    636: "0123456789$*_`", 684: "ASV", 685: "XZ", 686: "B", 693: "K", 695: "R", 698: "C", 727: "&", 732: "U",
    748: "N", 751: "H", 771: "D", 775: "G", 787: "OQ", 818: "w+<=>#^~", 843: "M", 973: "m", 989: "W",
    1000: "@", 1076: "%",
}  # fmt: skip
_WIDTHS = {letter: width for width, letters in _LETTERS_BY_WIDTH.items() for letter in letters}
_OTHER = 640
_WIDE = 1000  # East Asian and other letters that fill a square
_FIRST_WIDE = 0x1100
_SIZE = 11
_PADDING = 5
_LONGEST = 60


def badge_svg(label: str, message: str, color: str, *, remark: str | None = None) -> str:
    """Return the picture; `color` is one of CSS, a screen reader is told the `remark` too."""
    label, message = (xml_text(text, escaped=False) for text in (label, message))
    message = message if len(message) <= _LONGEST else f"{message[: _LONGEST - 1]}…"
    left, right = _width(label) + 2 * _PADDING, _width(message) + 2 * _PADDING
    total = left + right
    said = escape(f"{label}: {message} ({remark})" if remark else f"{label}: {message}")
    label, message = escape(label), escape(message)
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" width="{total}" height="20" role="img" aria-label="{said}">
  <title>{said}</title>
  <linearGradient id="s" x2="0" y2="100%">
    <stop offset="0" stop-color="#bbb" stop-opacity=".1"/>
    <stop offset="1" stop-opacity=".1"/>
  </linearGradient>
  <clipPath id="r"><rect width="{total}" height="20" rx="3" fill="#fff"/></clipPath>
  <g clip-path="url(#r)">
    <rect width="{left}" height="20" fill="#555"/>
    <rect x="{left}" width="{right}" height="20" fill="{escape(color)}"/>
    <rect width="{total}" height="20" fill="url(#s)"/>
  </g>
  <g fill="#fff" text-anchor="middle" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="{_SIZE}">
{_text(label, left / 2, left - 2 * _PADDING)}
{_text(message, left + right / 2, right - 2 * _PADDING)}
  </g>
</svg>
"""


def _text(text: str, middle: float, length: int) -> str:
    """Return the text and its shadow, pressed into its room whichever font the reader has."""
    return (
        f'    <text aria-hidden="true" x="{middle:g}" y="15" fill="#010101" fill-opacity=".3"'
        f' textLength="{length}">{text}</text>\n'
        f'    <text x="{middle:g}" y="14" textLength="{length}">{text}</text>'
    )


def _width(text: str) -> int:
    """Return how many pixels the text takes in Verdana, in whole ones."""
    thousandths = sum(_WIDTHS.get(c, _WIDE if ord(c) >= _FIRST_WIDE else _OTHER) for c in text)
    return round(thousandths * _SIZE / 1000)
