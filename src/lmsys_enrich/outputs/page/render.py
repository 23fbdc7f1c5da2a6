"""The page as text. The only door to Jinja2."""

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from lmsys_enrich import PROJECT_URL
from lmsys_enrich.model.report import Report
from lmsys_enrich.outputs.page.contents import page_of
from lmsys_enrich.outputs.page.trends import HEIGHT, WIDTH
from lmsys_enrich.outputs.xml_text import xml_text


def index_html(report: Report) -> Mapping[str, str]:
    """Return the file. Its own style and script are the only ones that it allows, by their hashes."""
    css, js = _own("page.css"), _own("page.js")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    html = environment.from_string(_own("index.html.j2")).render(
        page=page_of(report),
        width=WIDTH,
        height=HEIGHT,
        css=Markup(css),  # noqa: S704 - our own file
        js=Markup(js),  # noqa: S704 - our own file
        css_hash=_hash(css),
        js_hash=_hash(js),
        project=PROJECT_URL,
    )
    return {"index.html": xml_text(html, escaped=False) + "\n"}


def _own(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode("ascii")
