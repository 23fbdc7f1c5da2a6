"""Text that XML can hold."""

import re
from xml.sax.saxutils import escape

# https://www.w3.org/TR/xml/#charsets, and what would turn the direction of text.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


def xml_text(text: str, *, escaped: bool = True) -> str:
    """Return text with what XML forbids replaced, and its marks escaped."""
    allowed = text if text.isascii() and text.isprintable() else _FORBIDDEN.sub("\ufffd", text)
    return escape(allowed) if escaped else allowed
