"""`index.html`: the page around its rows by Jinja2 (the one module that imports it), each row by hand."""

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from math import log10
from typing import TypeAlias

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from lmsys_enrich.about import PROJECT_URL
from lmsys_enrich.model.catalog import Link
from lmsys_enrich.model.enriched_entry import EnrichedEntry
from lmsys_enrich.model.facts import Model, Paper
from lmsys_enrich.model.figures import counted
from lmsys_enrich.model.finding import Finding, Verdict
from lmsys_enrich.model.json_fields import day
from lmsys_enrich.model.report import Report
from lmsys_enrich.outputs.page.charts import HEIGHT, WIDTH
from lmsys_enrich.outputs.page.contents import PageContent, page_of
from lmsys_enrich.outputs.page.words import (
    AGES,
    BETWEEN,
    age_of,
    ago,
    clickable,
    flags_of,
    kind_of,
    licence_of,
    rank_of,
    worst,
)
from lmsys_enrich.outputs.text import Streamed, encoded, html_text, xml_text

_ROWS = "{# rows #}\n"  # marks the rows in the template
_MOST_HOPS = 10
_MOST_WORDS = 180  # characters
_STAR_WIDTH = 10  # pixels for each power of ten
_AGE_RANKS = {label: rank for rank, (_, label) in enumerate(AGES)}
_VERDICTS: Mapping[Verdict | None, str] = {
    None: "",
    **{verdict: f'<span class="verdict {verdict}">{verdict}</span>' for verdict in Verdict},
}

Cell: TypeAlias = Callable[[Report, EnrichedEntry], str]
"""Cell of an entry in one column, as HTML."""


def index_html(report: Report) -> Mapping[str, Streamed]:
    """Return the file. Its policy allows its own style and script alone, by their hashes."""
    return {"index.html": Streamed(lambda: _chunks(report))}


def _chunks(report: Report) -> Iterator[bytes]:
    page = page_of(report)
    before, behind = _around_the_rows(page)
    yield encoded(before)
    cells = [_CELLS[header.key] for header in page.headers if header.key in _CELLS]
    yield from (encoded(row_html(report, entry, cells)) for entry in page.shown)
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
    """Return the templates before and after the rows; compiled once, as that takes longer than rendering."""
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


def row_html(report: Report, item: EnrichedEntry, cells: Sequence[Cell]) -> str:
    """Return the row of an entry, with these cells after those that every table has."""
    entry, url, verdict = item.entry, item.entry.url, worst(item)
    flags = [*flags_of(report, item)]
    marks = "".join([f' <span class="flag">{flag}</span>' for flag in flags])
    cells_html = "".join([f"        {cell(report, item)}\n" for cell in cells])
    name = entry.name.strip() or url or entry.id  # a link needs a text
    return f"""\
      <tr{_data_html(report, item, verdict, flags)}>
        <td><span class="name">{_linked(name, clickable(url))}</span>
{_words_html(item)}{_evidence_html(report, item)}        </td>
        <td class="section">{html_text(BETWEEN.join(item.path))}</td>
        <td data-key="{rank_of(verdict)}">{_VERDICTS[verdict]}{marks}</td>
{cells_html}      </tr>
"""


def _data_html(report: Report, item: EnrichedEntry, verdict: Verdict | None, flags: Sequence[str]) -> str:
    """Return the attributes for the filters; a venue is untrusted text."""
    age = age_of(report, item.facts) if item.facts else ""
    data = f' data-kind="{kind_of(item)}" data-verdict="{verdict or ""}" data-age="{age}"'
    remarks = f' data-flags="{",".join(flags)}"' if flags else ""
    if (paper := item.paper) is None:
        return data + remarks
    venue = f' data-venue="{html_text(paper.venue)}"' if paper.venue else ""
    year = f' data-year="{paper.year}"' if paper.year else ""
    return f"{data}{remarks}{venue}{year}"


def _linked(text: str, href: str | None) -> str:
    words = html_text(text)
    if not href:
        return words
    return f'<a href="{words if href == text else html_text(href)}" rel="noreferrer nofollow">{words}</a>'


def _words_html(item: EnrichedEntry) -> str:
    """Return the facts without a column, and the description in the list, else that of the repository."""
    facts = " · ".join(_further_facts(item.paper, item.model))
    words = item.entry.cells.get("description") or item.entry.cells.get("comments")
    if not words and item.facts is not None:
        words = item.facts.description
    line = " ".join(str(words).split()) if words else ""
    if len(line) > _MOST_WORDS:
        line = f"{line[: _MOST_WORDS - 1]}…"
    facts_html = f'<p class="facts">{html_text(facts)}</p>' if facts else ""
    return facts_html + (f"<p>{html_text(line)}</p>" if line else "")


def _further_facts(paper: Paper | None, model: Model | None) -> Iterator[str]:
    if paper is not None and (paper.venue or paper.year):
        venue = paper.venue or ""
        year = str(paper.year or "")
        yield venue if year in venue else f"{venue} {year}".strip()
    if model is not None and model.likes is not None:
        yield f"♥ {model.likes:,}"
    if model is not None and model.task:
        yield model.task


def _evidence_html(report: Report, item: EnrichedEntry) -> str:
    """Return the links with the evidence for their verdicts, and the line of the list."""
    entry, location = item.entry, item.entry.location
    if not entry.links:
        return ""
    source = report.workspace.page(location.file, location.line)
    return f"""\
          <details><summary>{counted(len(entry.links), "link")}</summary><ul>
{"".join(map(_seen_html, entry.links, item.findings))}\
            <li class="soft">{_linked(f"{location.file}:{location.line}", source)}</li>
          </ul></details>
"""


def _seen_html(link: Link, finding: Finding) -> str:
    """Return the evidence for a link: response, redirect chain, dates and numbers of days."""
    status = str(finding.http_status or "")
    suffix = f" ({status})" if status and status not in finding.reason else ""
    hops = "".join([f"<li>{hop.status} {html_text(hop.url)}</li>" for hop in finding.hops[:_MOST_HOPS]])
    way = f"<ol>{hops}</ol>" if hops else ""
    when = f'<div class="soft">{when}</div>' if (when := ", ".join(_when(finding))) else ""
    return (
        f"            <li><b>{html_text(link.role)}</b> {_linked(link.url, clickable(link.url))}<br>"
        f"{_VERDICTS[finding.verdict]} {html_text(finding.reason)}{suffix}\n{way}{when}</li>\n"
    )


def _when(finding: Finding) -> Iterator[str]:
    if finding.checked_at:
        yield f"checked {day(finding.checked_at)}"
    if finding.failures:
        since = f" since {day(finding.failing_since)}" if finding.failing_since else ""
        yield f"failing on {counted(finding.failures, 'day')}{since}"
    if finding.moves:
        yield f"found at the new address on {counted(finding.moves, 'day')}"
    if finding.last_alive and finding.last_alive != finding.checked_at:
        yield f"last alive {day(finding.last_alive)}"


def _stars_html(_: Report, item: EnrichedEntry) -> str:
    stars = item.facts.stars if item.facts else None
    if stars is None:
        return '<td class="stars" data-key=""></td>'
    width = round(log10(stars) * _STAR_WIDTH) if stars else 0
    bar = f'<svg aria-hidden="true" width="50" height="3"><rect width="{width}" height="3"/></svg>'
    return f'<td class="stars" data-key="{stars}">{stars:,}{bar}</td>'


def _commit_html(report: Report, item: EnrichedEntry) -> str:
    facts = item.facts
    if facts is None or facts.last_commit is None:
        return '<td data-key=""></td>'
    rank, commit = _AGE_RANKS[age_of(report, facts)], day(facts.last_commit)
    age = f'<span class="age age-{rank}">{ago(report, facts.last_commit)}</span>'
    return f'<td data-key="{commit}">{age} <time>{commit}</time></td>'


def _number_html(name: str, number: int | None) -> str:
    if number is None:
        return f'<td class="{name}" data-key=""></td>'
    return f'<td class="{name}" data-key="{number}">{number:,}</td>'


_CELLS: Mapping[str, Cell] = {
    "stars": _stars_html,
    "commit": _commit_html,
    "citations": lambda _, item: _number_html("citations", item.paper.citations if item.paper else None),
    "downloads": lambda _, item: _number_html("downloads", item.model.downloads if item.model else None),
    "licence": lambda _, item: f"<td>{html_text(licence_of(item))}</td>",
    "language": lambda _, item: f"<td>{html_text((item.facts.language if item.facts else '') or '')}</td>",
}
"""Optional cells by the key of their column."""
