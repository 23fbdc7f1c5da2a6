"""`index.html`: the page around its rows by Jinja2 (the one module that imports it), each row by hand."""

from base64 import b64encode
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from lmsys_enrich.about import PROJECT_URL
from lmsys_enrich.model.report import Report
from lmsys_enrich.outputs.page.charts import HEIGHT, WIDTH
from lmsys_enrich.outputs.page.contents import PageContent, page_of
from lmsys_enrich.outputs.page.rows import Evidence, Row, count, row_of
from lmsys_enrich.outputs.text import Streamed, encoded, html_text, xml_text

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


def row_html(row: Row, columns: Collection[str]) -> str:
    """Return a row with the cells of these columns, in the order of the table."""
    optional = {
        "stars": f'<td class="stars" data-key="{row.stars_key}">{_stars_html(row) if row.stars else ""}</td>',
        "commit": f'<td data-key="{row.commit}">{_commit_html(row) if row.commit else ""}</td>',
        "citations": _number_html("citations", row.citations),
        "downloads": _number_html("downloads", row.downloads),
        "licence": f"<td>{html_text(row.licence)}</td>",
        "language": f"<td>{html_text(row.language)}</td>",
    }
    shown = "".join(f"        {cell}\n" for name, cell in optional.items() if name in columns)
    return f"""\
      <tr{_data_html(row)}>
        <td><span class="name">{_linked(row.name, row.href)}</span>
{_words_html(row)}{_evidence_html(row)}        </td>
        <td class="section">{html_text(row.section)}</td>
        <td data-key="{row.rank}">{_verdict_html(row.verdict) if row.verdict else ""}{_flags_html(row)}</td>
{shown}      </tr>
"""


def _data_html(row: Row) -> str:
    """Return what filters compare; a venue is foreign text."""
    data = f' data-kind="{row.kind}" data-verdict="{row.verdict}" data-age="{row.age}"'
    venue = f' data-venue="{html_text(row.venue)}"' if row.venue else ""
    year = f' data-year="{row.year}"' if row.year else ""
    flags = f' data-flags="{",".join(row.flags)}"' if row.flags else ""
    return f"{data}{flags}{venue}{year}"


def _number_html(name: str, number: str) -> str:
    shown = f"{int(number):,}" if number else ""
    return f'<td class="{name}" data-key="{number}">{shown}</td>'


def _linked(text: str, href: str | None) -> str:
    words = html_text(text)
    if not href:
        return words
    return f'<a href="{words if href == text else html_text(href)}" rel="noreferrer nofollow">{words}</a>'


def _words_html(row: Row) -> str:
    facts = f'<p class="facts">{html_text(row.facts)}</p>' if row.facts else ""
    return facts + (f"<p>{html_text(row.words)}</p>" if row.words else "")


def _evidence_html(row: Row) -> str:
    if not row.evidence:
        return ""
    return f"""\
          <details><summary>{count(len(row.evidence), "link")}</summary><ul>
{"".join(map(_seen_html, row.evidence))}            <li class="soft">{_linked(row.location, row.source)}</li>
          </ul></details>
"""


def _seen_html(seen: Evidence) -> str:
    hops = "".join(f"<li>{hop.status} {html_text(hop.url)}</li>" for hop in seen.hops)
    way = f"<ol>{hops}</ol>" if hops else ""
    when = f'<div class="soft">{seen.when}</div>' if seen.when else ""
    return (
        f"            <li><b>{html_text(seen.role)}</b> {_linked(seen.url, seen.href)}<br>"
        f"{_verdict_html(seen.verdict)} {html_text(seen.seen)}\n{way}{when}</li>\n"
    )


def _verdict_html(verdict: str) -> str:
    return f'<span class="verdict {verdict}">{verdict}</span>'


def _flags_html(row: Row) -> str:
    return "".join(f' <span class="flag">{flag}</span>' for flag in row.flags)


def _stars_html(row: Row) -> str:
    return (
        f'{row.stars}<svg aria-hidden="true" width="50" height="3">'
        f'<rect width="{row.stars_width}" height="3"/></svg>'
    )


def _commit_html(row: Row) -> str:
    return f'<span class="age age-{row.age_rank}">{row.ago}</span> <time>{row.commit}</time>'
