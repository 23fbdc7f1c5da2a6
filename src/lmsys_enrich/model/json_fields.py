"""Findings and facts as JSON: the published fields, and those that the next run reads."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeAlias

from lmsys_enrich.model.catalog import Link, key_of
from lmsys_enrich.model.facts import Model, Paper, Release, Repository
from lmsys_enrich.model.finding import Finding

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"

VERSION = 1
"""The version of `enriched.json` and `dead-links.json`, in their field `schema`."""


def moment(at: datetime | None) -> str | None:
    """Return a time in UTC as ISO 8601, in whole seconds."""
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def day(at: datetime) -> str:
    """Return the day of a time as ISO 8601."""
    return at.date().isoformat()


def link_json(link: Link, finding: Finding) -> dict[str, object]:
    """Return a link with its finding; the subject of its facts is given by key."""
    content: dict[str, object] = {
        "url": link.url,
        "key": key_of(link),
        "role": link.role,
        "verdict": finding.verdict,
        "reason": finding.reason,
        "http_status": finding.http_status,
        "final_url": finding.final_url,
        "checked_at": _second(finding.checked_at),
        "failing_since": _second(finding.failing_since),
        "failures": finding.failures,
        "suggestion": finding.suggestion,
        "first_seen": _second(finding.first_seen),
        "last_alive": _second(finding.last_alive),
        "verdict_since": _second(finding.verdict_since),
        "failed_on": finding.failed_on,
        "may_die": finding.can_become_dead,
        "moves": finding.moves,
        "moved_on": finding.moved_on,
        "last_verdict": finding.last_verdict,
        "last_reason": finding.last_reason,
        "hops": finding.hops,
        "repository": finding.repository.key if finding.repository else None,
    }
    if finding.paper is not None:
        content["paper"] = finding.paper.key
    if finding.model is not None:
        content["model"] = finding.model.key
    if finding.asked:
        content["asked"] = _seconds(finding.asked)
    if finding.snapshot is not None:
        content["snapshot"] = finding.snapshot
    return content


def repository_json(facts: Repository) -> dict[str, object]:
    """Return the facts about a repository; unknown ones are null."""
    return {
        "forge": facts.forge,
        "software": facts.software,
        "full_name": facts.full_name,
        "id": facts.id,
        "stars": facts.stars,
        "forks": facts.forks,
        "license": facts.license,
        "last_commit": _second(facts.last_commit),
        "pushed_at": _second(facts.pushed_at),
        "created_at": _second(facts.created_at),
        "archived": facts.archived,
        "archived_at": _second(facts.archived_at),
        "disabled": facts.disabled,
        "locked": facts.locked,
        "fork": facts.fork,
        "template": facts.template,
        "mirror": facts.mirror,
        "empty": facts.empty,
        "description": facts.description,
        "homepage": facts.homepage,
        "language": facts.language,
        "topics": facts.topics,
        "default_branch": facts.default_branch,
        "latest_release": _release(facts.latest_release),
        "renamed_from": facts.renamed_from,
        "taken_over_by": facts.taken_over_by,
        "fetched_at": _second(facts.fetched_at),
        "kept": _seconds(facts.kept),
    }


def paper_json(facts: Paper) -> dict[str, object]:
    """Return the facts about a paper; unknown ones are null."""
    return {
        "ids": facts.ids,
        "title": facts.title,
        "authors": facts.authors,
        "year": facts.year,
        "venue": facts.venue,
        "version": facts.version,
        "published_as": facts.published_as,
        "citations": facts.citations,
        "withdrawn": facts.withdrawn,
        "retracted": facts.retracted,
        "fetched_at": _second(facts.fetched_at),
        "kept": _seconds(facts.kept),
    }


def model_json(facts: Model) -> dict[str, object]:
    """Return the facts about a model; unknown ones are null."""
    return {
        "hub": facts.hub,
        "kind": facts.kind,
        "full_name": facts.full_name,
        "likes": facts.likes,
        "downloads": facts.downloads,
        "license": facts.license,
        "created_at": _second(facts.created_at),
        "last_modified": _second(facts.last_modified),
        "gated": facts.gated,
        "disabled": facts.disabled,
        "task": facts.task,
        "renamed_from": facts.renamed_from,
        "fetched_at": _second(facts.fetched_at),
        "kept": _seconds(facts.kept),
    }


def _release(release: Release | None) -> Mapping[str, object] | None:
    if release is None:
        return None
    return {"tag": release.tag, "published_at": _second(release.published_at)}


def _seconds(dates: Mapping[str, datetime]) -> dict[str, datetime | None]:
    return {name: _second(at) for name, at in dates.items()}


def _second(at: datetime | None) -> datetime | None:
    """Return a time in UTC, in whole seconds; its JSON equals `moment`."""
    if at is None or (at.tzinfo is UTC and not at.microsecond):
        return at
    return at.astimezone(UTC).replace(microsecond=0)
