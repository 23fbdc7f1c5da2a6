"""`index.html`: the page, rendered with Jinja2 (the one module that imports it)."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from lmsys_enrich.about import PROJECT_URL
from lmsys_enrich.model.report import Report
from lmsys_enrich.outputs.page.charts import HEIGHT, WIDTH
from lmsys_enrich.outputs.page.contents import PageContent, page_of
from lmsys_enrich.outputs.page.row_html import row_html
from lmsys_enrich.outputs.page.rows import row_of
from lmsys_enrich.outputs.text import Streamed, encoded, xml_text

_ROWS = "{# rows #}\n"  # marks the rows in the template


def index_html(report: Report) -> Mapping[str, Streamed]:
    """Return the file. Its policy allows its own style and script alone, by their hashes."""
    return {"index.html": Streamed(lambda: _chunks(report))}


def _chunks(report: Report) -> Iterator[bytes]:
    page = page_of(report)
    before, behind = _around_the_rows(page)
    yield encoded(before)
    columns = frozenset(header.key for header in page.headers)
    yield from (encoded(row_html(row_of(report, entry), columns)) for entry in page.shown)
    yield encoded(behind)


def _around_the_rows(page: PageContent) -> tuple[str, str]:
    css, js = _own("page.css"), _own("page.js")
    words = {
        "page": page,
        "width": WIDTH,
        "height": HEIGHT,
        "css": Markup(css),  # noqa: S704 - our own file
        "js": Markup(js),  # noqa: S704 - our own file
        "css_hash": _hash(css),
        "js_hash": _hash(js),
        "project": PROJECT_URL,
    }
    before, behind = _templates()
    return (
        xml_text(before.render(words), escaped=False),
        xml_text(behind.render(words), escaped=False),
    )


@cache
def _templates() -> tuple[Template, Template]:
    """Return the templates before and behind the rows; compiled once, as that takes longer than rendering."""
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    before, behind = _own("index.html.j2").split(_ROWS)
    return environment.from_string(before), environment.from_string(behind)


def _own(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode("ascii")
