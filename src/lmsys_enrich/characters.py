"""Character classes for regular expressions: controls, marks of direction and of Markdown, non-characters."""

CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
"""C0 and C1 controls but tab, line feed and carriage return: forbidden in XML 1.0 and YAML 1.2."""

BIDI_MARKS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
"""Marks that change the direction of text: https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters."""

NONCHARACTERS = "\ud800-\udfff\ufffe\uffff"
"""Lone surrogates and non-characters of the basic plane: no file in UTF-8, XML or YAML may hold them."""

MARKDOWN_MARKS = r"[\\`*\[\]<>|]|(?<![^\W_])_|_(?![^\W_])|~(?=~)|(?<=~)~"
"""
Marks that begin something else inside of a line of Markdown: https://github.github.com/gfm/.

An underscore within a word and a tilde that stands alone begin nothing.
"""
