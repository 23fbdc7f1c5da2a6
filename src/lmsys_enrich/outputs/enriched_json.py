"""`enriched.json`: everything that is known, for programs, and for the next run."""

from collections.abc import Iterator, Mapping

from lmsys_enrich.model.catalog import Entry, Placed
from lmsys_enrich.model.enriched import VERSION, Json, facts_json, link_json, moment
from lmsys_enrich.model.report import HostTime, Report, key_of, summarise
from lmsys_enrich.outputs.json_text import json_pieces
from lmsys_enrich.outputs.protocol import Streamed


def enriched_json(report: Report) -> Mapping[str, Streamed]:
    """Return the file; its shape is told by `lmsys-enrich schema report`."""
    return {"enriched.json": Streamed(lambda: _pieces(report))}


def _pieces(report: Report) -> Iterator[str]:
    summary = summarise(report)
    catalog = report.catalogs[0]
    head: dict[str, Json] = {
        "schema": VERSION,
        "generated_at": moment(report.run_time),
        "notice": report.notice,
        "title": catalog.title,
        "source": str(catalog.source),
        "source_digest": catalog.digest,
        "summary": {
            "entries": summary.entries,
            "links": summary.links,
            **{verdict.value: count for verdict, count in summary.by_verdict.items()},
            "repositories": summary.repositories,
            "archived": summary.archived,
            "stale": summary.stale,
        },
        "traffic": {
            "web": report.traffic.web,
            "graphql": report.traffic.graphql,
            "rest": report.traffic.rest,
            "graphql_points": report.traffic.graphql_points,
            "retries": report.traffic.retries,
            "cached": report.traffic.cached,
            "seconds": round(report.traffic.seconds, 3),
            "longest": _longest(report.traffic.longest),
        },
    }
    entries = (_entry(report, placed) for placed in catalog.placed())
    return json_pieces(head, {"entries": entries, "repositories": _further(report)})


def _longest(longest: HostTime | None) -> Json:
    if longest is None:
        return None
    return {"host": longest.host, "seconds": round(longest.seconds, 3), "requests": longest.requests}


def _entry(report: Report, placed: Placed) -> Json:
    entry = placed.entry
    facts = report.repository(entry)
    return {
        "id": entry.id,
        "name": entry.name,
        "section": list(placed.path),
        "url": entry.url,
        "line": entry.place.line,
        "links": [
            {
                "url": link.url,
                "key": key_of(link),
                "role": link.role,
                **link_json(report.finding(link)),
            }
            for link in entry.links
        ],
        "github": None if facts is None else facts_json(facts),
    }


def _further(report: Report) -> list[Json]:
    """Return the facts of repositories that are no entry's first: nothing that is known goes lost."""
    first = {facts.full_name for entry in _entries(report) if (facts := report.repository(entry)) is not None}
    further = {
        facts.full_name: facts
        for entry in _entries(report)
        for link in entry.links
        if (facts := report.finding(link).repository) is not None and facts.full_name not in first
    }
    return [facts_json(facts) for facts in further.values()]


def _entries(report: Report) -> list[Entry]:
    return [placed.entry for catalog in report.catalogs for placed in catalog.placed()]
