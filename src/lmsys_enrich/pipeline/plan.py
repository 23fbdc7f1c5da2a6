"""Plan: links that are fresh, links that need no request, and links to check, by checker."""

import re
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from hashlib import blake2b
from typing import overload

from lmsys_enrich.checkers.protocol import Checker, CheckError
from lmsys_enrich.checkers.website.anchors import is_anchor
from lmsys_enrich.clock import EPOCH
from lmsys_enrich.model.catalog import Catalog, Exemption, IgnoreRule, Link, key_of, keys_of
from lmsys_enrich.model.finding import LIVING, Finding, LinkTask, Observation, Verdict
from lmsys_enrich.settings.settings import Settings
from lmsys_enrich.store.findings import finding_map
from lmsys_enrich.urls import InvalidAddress, fragment_of, is_web, link_key
from lmsys_enrich.values import Value, replace, value_field

# A site that blocks robots gives no news each night, and does not want the requests.
_GUARDED_MAX_AGE = timedelta(days=2)


def is_fresh(finding: Finding, now: datetime, max_age: timedelta) -> bool:
    """
    Return true if a finding is recent enough to skip the check.

    A living link is fresh for between half of `max_age` and all of it. The share is
    constant for each link, so that links first checked in one night are not all due
    in the same night again. Failures are never fresh, so that a repaired link is
    noticed. A finding from the future comes from a clock that was wrong.
    """
    if finding.checked_at is None:
        return False
    age = now - finding.checked_at
    if age < timedelta(0):
        return False
    if finding.verdict in LIVING:
        # The hash is needed in the second half only.
        return age < max_age / 2 or age < max_age * (0.5 + 0.5 * _share(finding.url))
    return finding.verdict is Verdict.GUARDED and age < min(_GUARDED_MAX_AGE, max_age)


def _share(url: str) -> float:
    """Return a number from 0 to 1 that is constant for a link."""
    return int.from_bytes(blake2b(url.encode(), digest_size=8).digest()) / 2**64


class PreviousFindings(Value):
    """
    Findings of earlier runs.

    `kept` comes from this machine's cache: a fresh one replaces a check. `reported`
    comes from the outputs last written, which others may have changed: it preserves
    facts and histories, but replaces no check. `keys` has the number of each link of
    the lists, where it was read for them.
    """

    kept: Mapping[str, Finding] = value_field(default_factory=dict)
    reported: Mapping[str, Finding] = value_field(default_factory=dict)
    keys: Mapping[str, int] = value_field(default_factory=dict)

    def about(self, url: str) -> Finding | None:
        """Return the later of the two findings about a link."""
        kept, reported = self.kept.get(url), self.reported.get(url)
        if kept is None or reported is None:
            return kept if reported is None else reported
        is_newer = (reported.checked_at or EPOCH) > (kept.checked_at or EPOCH)
        return reported if is_newer and not _is_of_another(reported, kept) else kept

    def task(self, url: str) -> LinkTask:
        """Return the task to check a link."""
        return LinkTask(url, self.about(url), is_proven=url in self.kept)


def _is_of_another(reported: Finding, kept: Finding) -> bool:
    """Return whether the outputs name another repository than the cache."""
    ids = [found.repository.id for found in (reported, kept) if found.repository is not None]
    return None not in ids and len(set(ids)) > 1


class Tasks(Sequence[LinkTask]):
    """
    The tasks of some links, made when they are read.

    A long list's earlier findings are on disk: only those of tasks in progress are read.
    """

    def __init__(
        self, urls: Sequence[str], previous: PreviousFindings, fragments: Mapping[str, Sequence[str]]
    ) -> None:
        self._urls = urls
        self._previous = previous
        self._fragments = fragments

    def __len__(self) -> int:
        return len(self._urls)

    def __iter__(self) -> Iterator[LinkTask]:
        return map(self._task, self._urls)

    @overload
    def __getitem__(self, index: int) -> LinkTask: ...

    @overload
    def __getitem__(self, index: slice) -> "Tasks": ...

    def __getitem__(self, index: int | slice) -> "LinkTask | Tasks":
        if isinstance(index, slice):
            return Tasks(self._urls[index], self._previous, self._fragments)
        return self._task(self._urls[index])

    def _task(self, url: str) -> LinkTask:
        task = self._previous.task(url)
        fragments = self._fragments.get(url)
        return replace(task, fragments=tuple(fragments)) if fragments else task


class Plan(Value):
    """
    Work of a run.

    `keys` has the key of every link, in the order of the lists, with its number.
    `fresh` findings are recent enough; `settled` links have an observation without any
    request (skipped links, invalid addresses). `tasks` are those of the checker at the
    same position, the most urgent first: never checked, then the longest unchecked.
    `errors` are bugs met while planning, each with its link.
    """

    keys: Mapping[str, int]
    fresh: Mapping[str, Finding]
    settled: tuple[tuple[LinkTask, Observation], ...]
    tasks: tuple[Sequence[LinkTask], ...]
    errors: tuple[CheckError, ...] = ()

    @property
    def total(self) -> int:
        """The number of findings that a run of the plan yields."""
        return len(self.errors) + len(self.settled) + sum(map(len, self.tasks))


def build(
    catalogs: Sequence[Catalog],
    previous: PreviousFindings,
    checkers: Sequence[Checker],
    settings: Settings,
    now: datetime,
) -> Plan:
    """Sort every link of the lists, each once, into fresh, settled or to be checked."""
    keys = previous.keys or keys_of(catalogs)
    fresh = finding_map(keys)
    settled: list[tuple[LinkTask, Observation]] = []
    errors: list[CheckError] = []
    queues: list[list[str]] = [[] for _ in checkers]
    known = _KnownWithoutRequest.of(catalogs, settings, now.date())
    for url in keys:
        observation = known.observe(url)
        if observation is not None:
            settled.append((previous.task(url), observation))
            continue
        kept = None if settings.refresh else previous.kept.get(url)
        if kept is not None and is_fresh(kept, now, settings.max_age):
            fresh[url] = kept
            continue
        try:
            queue = queues[_position(checkers, url)]
        except Exception:  # noqa: BLE001 - a bug in reading one address costs that link alone
            errors.append(CheckError(previous.task(url), traceback.format_exc()))
            continue
        queue.append(url)
    for queue in queues:
        queue.sort(key=lambda url: _urgency(previous.about(url)))
    fragments = _fragments(catalogs) if settings.fragments else {}
    tasks = tuple(Tasks(queue, previous, fragments) for queue in queues)
    return Plan(keys, fresh, tuple(settled), tasks, tuple(errors))


def _position(checkers: Sequence[Checker], url: str) -> int:
    """Return the position of the first checker that claims a link."""
    for position, checker in enumerate(checkers):
        if checker.claims(url):
            return position
    raise LookupError("no checker claims it")


class _KnownWithoutRequest(Value):
    """
    Rules and data that settle links without a request.

    `exempt` are exemptions in the lists, `rules` those of the settings. `local` has what
    the reader found on disk.
    """

    exempt: Mapping[str, Exemption]
    rules: Sequence[IgnoreRule]
    excluded: Sequence[re.Pattern[str]]
    local: Mapping[str, Observation]
    today: date

    @classmethod
    def of(cls, catalogs: Sequence[Catalog], settings: Settings, today: date) -> "_KnownWithoutRequest":
        """Return it for these lists and settings."""
        excluded = tuple(re.compile(pattern) for pattern in settings.exclude)
        exempt = _exemptions(catalogs, today)
        return cls(exempt, settings.ignores, excluded, _local_links(catalogs), today)

    def observe(self, url: str) -> Observation | None:
        """Return an observation of a link, or None if it takes a request."""
        exemption = self.exempt.get(url)
        for rule in self.rules:
            if exemption is None and rule.exempts_links_on(self.today, url):
                exemption = rule.exemption
        if exemption is not None:
            until = f" until {exemption.until}" if exemption.until else ""
            return Observation(url, Verdict.SKIPPED, f"exempt{until}: {exemption.reason}")
        for pattern in self.excluded:
            if pattern.search(url):
                return Observation(url, Verdict.SKIPPED, f"excluded by the settings: {pattern.pattern}")
        if url in self.local:
            return self.local[url]
        if not is_web(url):
            return Observation(url, Verdict.SKIPPED, "not an http or https address")
        try:
            link_key(url)
        except InvalidAddress as problem:
            # The limit on its length and the strictness of the parser are ours: it never dies of them.
            return Observation(
                url, Verdict.FAILING, f"the address cannot be requested: {problem}", can_become_dead=False
            )
        return None


def _exemptions(catalogs: Iterable[Catalog], today: date) -> dict[str, Exemption]:
    """Return the exemption of each link that all of its entries exempt."""
    exempt: dict[str, Exemption] = {}
    for link, ignore in _with_exemption(catalogs):
        if ignore is not None and ignore.exempts_links_on(today):
            exempt.setdefault(key_of(link), ignore)
    if exempt:
        for link, ignore in _with_exemption(catalogs):
            if ignore is None or not ignore.exempts_links_on(today):
                exempt.pop(key_of(link), None)
    return exempt


def _with_exemption(catalogs: Iterable[Catalog]) -> Iterator[tuple[Link, Exemption | None]]:
    """Yield every link with the exemption of its entry."""
    for catalog in catalogs:
        for entry in catalog.entries():
            for link in entry.links:
                yield link, entry.ignore
        for outside in catalog.document_links:
            yield outside.link, outside.ignore


def _fragments(catalogs: Iterable[Catalog]) -> dict[str, list[str]]:
    """Return the fragments with which the lists link to each page."""
    found: dict[str, list[str]] = {}
    for catalog in catalogs:
        for link in catalog.links():
            fragment = fragment_of(link.url)
            if is_anchor(fragment) and fragment not in found.setdefault(key_of(link), []):
                found[key_of(link)].append(fragment)
    return found


def _local_links(catalogs: Iterable[Catalog]) -> dict[str, Observation]:
    """Return the links to headings and files, with the result of looking for their targets on disk."""
    found: dict[str, Observation] = {}
    for catalog in catalogs:
        for outside in catalog.document_links:
            if key := outside.link.local:
                verdict = Verdict.DEAD if outside.fault else Verdict.ALIVE
                found[key] = Observation(key, verdict, outside.fault or "found in the repository")
    return found


def _urgency(previous: Finding | None) -> datetime:
    return previous.checked_at or EPOCH if previous is not None else EPOCH
