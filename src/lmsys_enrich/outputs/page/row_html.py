"""
A row of the page as HTML.

The page is made by Jinja2, but for its rows: they are nearly all of it, and take
it ten times as long. Whatever others have written goes through `html_text` here.
"""

from lmsys_enrich.outputs.page.rows import Evidence, Row
from lmsys_enrich.outputs.page.words import count
from lmsys_enrich.outputs.xml_text import html_text


def row_html(row: Row) -> str:
    """Return the lines of a row."""
    return f"""\
      <tr data-verdict="{row.verdict}" data-age="{row.age}">
        <td><span class="name">{_linked(row.name, row.href)}</span>
{_words(row)}{_evidence(row)}        </td>
        <td>{html_text(row.section)}</td>
        <td data-key="{row.rank}">{_verdict(row.verdict) if row.verdict else ""}{_flags(row)}</td>
        <td data-key="{row.stars_key}">{_stars(row) if row.stars else ""}</td>
        <td data-key="{row.commit}">{_commit(row) if row.commit else ""}</td>
        <td>{html_text(row.licence)}</td>
        <td>{html_text(row.language)}</td>
      </tr>
"""


def _linked(text: str, href: str | None) -> str:
    words = html_text(text)
    if not href:
        return words
    return f'<a href="{words if href == text else html_text(href)}" rel="noreferrer nofollow">{words}</a>'


def _words(row: Row) -> str:
    return f"<p>{html_text(row.words)}</p>" if row.words else ""


def _evidence(row: Row) -> str:
    if not row.evidence:
        return ""
    return f"""\
          <details><summary>{count(len(row.evidence), "link")}</summary><ul>
{"".join(map(_seen, row.evidence))}          </ul></details>
"""


def _seen(seen: Evidence) -> str:
    hops = "".join(f"<li>{hop.status} {html_text(hop.url)}</li>" for hop in seen.hops)
    way = f"<ol>{hops}</ol>" if hops else ""
    when = f'<div class="soft">{seen.when}</div>' if seen.when else ""
    return (
        f"            <li><b>{html_text(seen.role)}</b> {_linked(seen.url, seen.href)}<br>"
        f"{_verdict(seen.verdict)} {html_text(seen.seen)}\n{way}{when}</li>\n"
    )


def _verdict(verdict: str) -> str:
    return f'<span class="verdict {verdict}">{verdict}</span>'


def _flags(row: Row) -> str:
    return "".join(f' <span class="flag">{flag}</span>' for flag in row.flags)


def _stars(row: Row) -> str:
    return (
        f'{row.stars}<svg aria-hidden="true" width="50" height="3">'
        f'<rect width="{row.stars_width}" height="3"/></svg>'
    )


def _commit(row: Row) -> str:
    return f'<span class="age age-{row.age_rank}">{row.ago}</span> <time>{row.commit}</time>'
