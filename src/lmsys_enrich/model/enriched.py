"""Findings and facts in words of JSON: the fields of the contract, and what it takes to read them again."""

from datetime import UTC, date, datetime
from typing import TypeAlias

from lmsys_enrich.model.finding import Finding
from lmsys_enrich.model.repository import Release, Repository

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"

VERSION = 1
"""The version of `enriched.json` and `dead-links.json`, as their field `schema` tells."""


def moment(at: datetime | None) -> str | None:
    """Return a time in UTC as ISO 8601, in whole seconds."""
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def day(at: date | None) -> str | None:
    """Return a day as ISO 8601."""
    return None if at is None else at.isoformat()


def link_json(finding: Finding) -> dict[str, Json]:
    """Return what is held about a link, its repository by name alone."""
    suggestion = finding.suggestion
    return {
        "verdict": finding.verdict.value,
        "reason": finding.reason,
        "http_status": finding.http_status,
        "final_url": finding.final_url,
        "checked_at": moment(finding.checked_at),
        "failing_since": moment(finding.failing_since),
        "failures": finding.failures,
        "suggestion": None if suggestion is None else {"url": suggestion.url, "why": suggestion.why},
        "first_seen": moment(finding.first_seen),
        "last_alive": moment(finding.last_alive),
        "failed_on": day(finding.failed_on),
        "may_die": finding.may_die,
        "moves": finding.moves,
        "moved_on": day(finding.moved_on),
        "last_verdict": finding.last_verdict.value if finding.last_verdict else None,
        "last_reason": finding.last_reason,
        "hops": [{"url": hop.url, "status": hop.status} for hop in finding.hops],
        "repository": finding.repository.full_name if finding.repository else None,
    }


def facts_json(facts: Repository) -> dict[str, Json]:
    """Return the facts about a repository; what was never learned is null."""
    return {
        "full_name": facts.full_name,
        "id": facts.id,
        "stars": facts.stars,
        "forks": facts.forks,
        "license": facts.license,
        "last_commit": moment(facts.last_commit),
        "pushed_at": moment(facts.pushed_at),
        "created_at": moment(facts.created_at),
        "archived": facts.archived,
        "archived_at": moment(facts.archived_at),
        "disabled": facts.disabled,
        "locked": facts.locked,
        "fork": facts.fork,
        "template": facts.template,
        "mirror": facts.mirror,
        "empty": facts.empty,
        "description": facts.description,
        "homepage": facts.homepage,
        "language": facts.language,
        "topics": list(facts.topics),
        "default_branch": facts.default_branch,
        "latest_release": _release(facts.latest_release),
        "renamed_from": facts.renamed_from,
        "taken_over_by": facts.taken_over_by,
        "fetched_at": moment(facts.fetched_at),
        "kept": {name: moment(at) for name, at in facts.kept.items()},
    }


def _release(release: Release | None) -> Json:
    if release is None:
        return None
    return {"tag": release.tag, "published_at": moment(release.published_at)}
