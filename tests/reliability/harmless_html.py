"""Reader of a page that fails where anything runs, loads or leads outside of the web."""

from html.parser import HTMLParser

_TAGS = frozenset(
    [
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "a",
        "header",
        "h1",
        "h2",
        "p",
        "time",
        "dl",
        "div",
        "dt",
        "dd",
        "main",
        "section",
        "ul",
        "li",
        "span",
        "code",
        "button",
        "figure",
        "figcaption",
        "svg",
        "text",
        "rect",
        "path",
        "h3",
        "strong",
        "b",
        "br",
        "ol",
        "form",
        "label",
        "input",
        "select",
        "option",
        "output",
        "table",
        "thead",
        "tr",
        "th",
        "tbody",
        "td",
        "details",
        "summary",
        "footer",
        "script",
    ]
)


class Harmless(HTMLParser):
    """Fails on a tag or an attribute that is not the page's own; one script and one style are."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in _TAGS, tag
        self.scripts += tag == "script"
        assert self.scripts <= 1
        for name, value in attrs:
            assert not name.startswith("on"), name
            assert name not in {"src", "style", "srcdoc", "formaction", "action", "xlink:href"}, name
            if name == "href":
                assert str(value).lower().startswith(("https://", "http://", "#")), value
