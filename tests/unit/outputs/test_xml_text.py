"""Foreign text in XML and HTML is escaped, and read again as it was."""

from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from lmsys_enrich.outputs.text import html_text, xml_attribute, xml_text

_ODD = st.sampled_from(
    ["&", "<", ">", "'", '"', "&amp;", "\n", "\t", "\x00", "\x1b", "\u202e", "\ufffe", "é", "a "]
)
_TEXTS = st.text(max_size=20) | st.lists(_ODD, max_size=6).map("".join)


@given(_TEXTS)
def test_html_is_escaped_as_by_markupsafe(text: str) -> None:
    assert html_text(text) == str(escape(xml_text(text, escaped=False)))


@given(_TEXTS | st.text(st.characters(), max_size=20))
def test_any_text_makes_valid_xml(text: str) -> None:
    read = ET.fromstring(f"<a b={xml_attribute(text)}>{xml_text(text)}</a>")  # noqa: S314 - our own text
    assert read.get("b") == xml_text(text, escaped=False)


def test_text_with_markup_is_escaped() -> None:
    assert xml_text("a < b && \"c\" > 'd'") == "a &lt; b &amp;&amp; \"c\" &gt; 'd'"
