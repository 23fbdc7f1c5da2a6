"""GitLab checker: projects in batches, groups and users one by one."""

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from math import ceil

from lmsys_enrich.api.endpoint import Apis
from lmsys_enrich.api.rate_limiter import MAX_IN_FLIGHT
from lmsys_enrich.api.results import QueryTooLarge, TransientError, Unavailable
from lmsys_enrich.checkers.batched import BY_PAGES, Subjects, estimate_of
from lmsys_enrich.checkers.forges import Found, NotThere, judge
from lmsys_enrich.checkers.gitlab.client import BATCH_SIZE, GitLabApi
from lmsys_enrich.checkers.gitlab.links import GitLabLink, parse_link
from lmsys_enrich.checkers.protocol import Checker, CheckResult, Estimate, TaskQueue
from lmsys_enrich.model.finding import LinkTask
from lmsys_enrich.model.report import Obstacle
from lmsys_enrich.settings.access import ForgeAccess


def gitlab_checkers(apis: Apis) -> Iterable[Checker]:
    """Return a checker for each GitLab that is known or that the settings name."""
    return [GitLabChecker(apis, forge) for forge in apis.access.gitlab]


class GitLabChecker:
    """
    Checks projects, groups and users of one GitLab.

    A project that GraphQL does not find may have moved, or be a group: REST knows. A
    page below a project is proved by itself, or has the verdict of its project.
    """

    def __init__(self, apis: Apis, forge: ForgeAccess) -> None:
        self._host = forge.host
        self._site = forge.site
        self._clock = apis.clock
        self._api = GitLabApi(apis, forge)
        self._subjects: list[Subjects[str, GitLabLink]] = []
        self._written: dict[str, str] = {}

    @property
    def obstacles(self) -> Sequence[Obstacle]:
        every = (obstacle for one in self._subjects for obstacle in one.obstacles(self._api.api, BY_PAGES))
        return tuple(dict.fromkeys(every))

    def claims(self, url: str) -> bool:
        # Most links belong to other hosts, so this quick check comes first; a key has its host in lower case.
        return self._host in url and self._parse(url) is not None

    def estimate(self, urls: Sequence[str]) -> Estimate:
        links = [link for url in urls if (link := self._parse(url)) is not None]
        projects = {link.key for link in links if not link.is_namespace}
        namespaces = {link.key for link in links if link.is_namespace}
        batches = estimate_of(self._api.api, self._host, ceil(len(projects) / BATCH_SIZE), "GraphQL")
        apis = (batches, estimate_of(self._api.api, self._host, len(namespaces)))
        pages = [url for url in urls if (link := self._parse(url)) is not None and link.is_proved_by_page]
        return Estimate(tuple(api for api in apis if api.requests), tuple(pages))

    def advice(self, count: int) -> str | None:
        del count  # anonymous requests are enough
        return None

    async def check(self, queue: TaskQueue) -> AsyncGenerator[CheckResult, None]:
        projects = Subjects(queue.planned, self._parse_project, lambda link: link.key)
        namespaces = Subjects(queue.planned, self._parse_namespace, lambda link: link.key)
        self._subjects = [projects, namespaces]
        self._written = {key: links[-1][1].path for key, links in projects.by_key.items()}
        for subjects, query, keys, size in (
            (projects, self._projects, list(projects.by_key), BATCH_SIZE),
            (projects, self._project, projects.missing, 1),  # complete once the batches have ended
            (namespaces, self._namespace, list(namespaces.by_key), 1),
        ):
            results = subjects.look_up(
                query, self._judge, keys=keys, size=size, in_flight=MAX_IN_FLIGHT, defers_unanswered=True
            )
            async with aclosing(results):
                async for result in results:
                    yield result

    async def _projects(
        self, paths: Sequence[str]
    ) -> Mapping[str, Found] | QueryTooLarge | TransientError | Unavailable:
        written = [self._written[path] for path in paths]
        return await self._api.projects(written, self._clock.run_time)

    async def _project(self, paths: Sequence[str]) -> Mapping[str, Found] | TransientError:
        (path,) = paths
        project = await self._api.project(path, self._clock.run_time)
        if not isinstance(project, NotThere):
            return project if isinstance(project, TransientError) else {path: project}
        group = await self._api.group(path)
        return group if isinstance(group, TransientError) else {path: group}

    async def _namespace(self, paths: Sequence[str]) -> Mapping[str, Found] | TransientError:
        (path,) = paths
        namespace = await self._api.group(path)
        if isinstance(namespace, NotThere) and "/" not in path:
            namespace = await self._api.user(path)
        return namespace if isinstance(namespace, TransientError) else {path: namespace}

    def _judge(self, task: LinkTask, link: GitLabLink, found: Found) -> CheckResult:
        return judge(task, link, found, self._site)

    def _parse(self, url: str) -> GitLabLink | None:
        return parse_link(url, self._site)

    def _parse_project(self, url: str) -> GitLabLink | None:
        link = self._parse(url)
        return None if link is None or link.is_namespace else link

    def _parse_namespace(self, url: str) -> GitLabLink | None:
        link = self._parse(url)
        return link if link is not None and link.is_namespace else None
