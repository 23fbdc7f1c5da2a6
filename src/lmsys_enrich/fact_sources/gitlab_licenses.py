"""Licences of projects on GitLab: GraphQL has none, and REST has them one at a time."""

from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from datetime import timedelta

from lmsys_enrich.api.batches import query_batches
from lmsys_enrich.api.endpoint import Apis
from lmsys_enrich.api.results import TransientError
from lmsys_enrich.checkers.batched import estimate_of
from lmsys_enrich.checkers.forges import FACTS
from lmsys_enrich.checkers.gitlab.client import GitLabApi
from lmsys_enrich.checkers.gitlab.links import GitLabLink, parse_link
from lmsys_enrich.checkers.protocol import Estimate
from lmsys_enrich.fact_sources.protocol import MONTH, Addition
from lmsys_enrich.model.facts import Repository, RepositoryUpdate
from lmsys_enrich.model.finding import Finding
from lmsys_enrich.model.report import Obstacle
from lmsys_enrich.values import replace


class GitLabLicenses:
    """Licences of the projects on each GitLab, requested once a month."""

    name = "gitlab-license"
    max_age: timedelta | None = MONTH

    def __init__(self, apis: Apis) -> None:
        self._clock = apis.clock
        self._apis = {forge.host: GitLabApi(apis, forge) for forge in apis.access.gitlab}
        self._sites = {forge.host: forge.site for forge in apis.access.gitlab}

    @property
    def obstacles(self) -> Sequence[Obstacle]:
        return ()  # the checkers of the same hosts have the same

    def wants(self, finding: Finding) -> bool:
        facts = finding.repository
        return facts is not None and facts.software == "gitlab" and facts.forge in self._apis

    def estimate(self, urls: Sequence[str]) -> Estimate:
        projects = {(host, link.key) for url in urls for host, link in self._projects(url)}
        hosts = Counter(host for host, _ in projects)
        return Estimate(
            tuple(estimate_of(self._apis[host].api, host, count) for host, count in hosts.items())
        )

    async def fetch(self, findings: Sequence[Finding]) -> AsyncGenerator[Addition, None]:
        known: dict[tuple[str, str], list[tuple[str, Repository]]] = {}
        for finding in findings:
            if (facts := finding.repository) is not None:
                name = facts.full_name if facts.id is None else str(facts.id)
                known.setdefault((facts.forge, name), []).append((finding.url, facts))
        async with aclosing(query_batches(known, 1, self._project)) as outcomes:
            async for outcome in outcomes:
                for key, update in outcome.found.items():
                    for url, facts in known[key]:
                        yield Addition(url, repository=self._license(facts, update))

    async def _project(
        self, keys: Sequence[tuple[str, str]]
    ) -> Mapping[tuple[str, str], RepositoryUpdate] | TransientError:
        ((host, name),) = keys
        found = await self._apis[host].project(name, self._clock.run_time)
        if isinstance(found, RepositoryUpdate) and "license" not in found.missing_fields:
            return {(host, name): found}
        # A project that is gone is for the checker to report.
        return found if isinstance(found, TransientError) else {}

    def _license(self, known: Repository, update: RepositoryUpdate) -> RepositoryUpdate:
        facts = replace(known, license=update.facts.license, fetched_at=self._clock.run_time)
        return RepositoryUpdate(facts, FACTS - {"license"})

    def _projects(self, url: str) -> Iterator[tuple[str, GitLabLink]]:
        """Yield the project to which a link leads: pages below it and namespaces have no licence."""
        for host, site in self._sites.items():
            # Most links belong to other hosts; a key has its host in lower case.
            link = parse_link(url, site) if host in url else None
            if link is not None and link.page is None and not link.is_namespace:
                yield host, link
