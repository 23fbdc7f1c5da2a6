"""Forecast of a run, for `--plan`: its links, its requests and its time."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import chain
from math import ceil

from lmsys_enrich.checkers.protocol import ApiEstimate
from lmsys_enrich.model.figures import counted
from lmsys_enrich.pipeline.plan import Plan
from lmsys_enrich.pipeline.run import Run
from lmsys_enrich.pipeline.workers import is_due
from lmsys_enrich.settings.settings import Settings
from lmsys_enrich.urls import host_of
from lmsys_enrich.values import Value

_PAGE = timedelta(seconds=1)  # mean time of a response, roughly


class ApiForecast(Value):
    """Links that a checker proves by its APIs, and the requests to each of these."""

    links: int
    apis: Sequence[ApiEstimate]


class Forecast(Value):
    """Links by what they need, and the requests that a run sends if none fails and each link is found."""

    links: int
    fresh: int
    without_request: int
    checked_by_apis: Sequence[ApiForecast]
    further_facts: Sequence[ApiEstimate]
    pages: int
    websites: int
    web_requests: int
    time: timedelta

    @property
    def apis(self) -> Sequence[ApiEstimate]:
        """The APIs that get a request, those for further facts last."""
        checks = [api for one in self.checked_by_apis for api in one.apis]
        return [*checks, *self.further_facts]

    def text(self) -> str:
        """Return the forecast for people."""
        return "\n".join(self._lines())

    def json(self) -> str:
        """Return the forecast for programs; a host has a row for each kind of its requests."""
        return json.dumps(
            {
                "links": self.links,
                "fresh": self.fresh,
                "without_request": self.without_request,
                "apis": [
                    {"host": api.host, "kind": api.kind, "requests": api.requests, "quota": api.quota}
                    for api in self.apis
                ],
                "web": {"links": self.pages, "websites": self.websites, "requests": self.web_requests},
                "seconds": ceil(self.time.total_seconds()),
            },
            ensure_ascii=False,
            indent=2,
        )

    def _lines(self) -> Iterator[str]:
        yield counted(self.links, "link")
        yield f"  {self.fresh:>7,}  fresh: not checked again"
        yield f"  {self.without_request:>7,}  need no request: exempt, excluded, guarded, or not on the web"
        for one in self.checked_by_apis:
            yield f"  {one.links:>7,}  for {', '.join(map(_api, one.apis))}"
        if self.pages:
            yield f"  {self.pages:>7,}  for {counted(self.websites, 'website')}"
        if self.further_facts:
            yield f"           further facts from {', '.join(map(_api, self.further_facts))}"
        yield ""
        to_apis = sum(api.requests for api in self.apis)
        # What a batch leaves out is looked up again, one by one, in further registries, or in an archive.
        more = ", more for what these do not find" if to_apis else ""
        yield f"Requests  {to_apis:,} to APIs{more}; about {self.web_requests:,} to websites"
        yield f"Time      {_minutes(self.time)}"


def forecast_of(run: Run, plan: Plan) -> Forecast:
    """Return the forecast of a run."""
    tasks = [[task.url for task in tasks] for tasks in plan.tasks]
    checks = [checker.estimate(urls) for checker, urls in zip(run.checkers, tasks, strict=True)]
    further = _further(run, plan)
    pages = [url for check in checks for url in check.pages]
    anchored = {task.url for tasks in plan.tasks for task in tasks if task.fragments}
    # A page whose anchors are looked for is fetched whole after its check.
    requests = Counter(map(host_of, [*pages, *(url for url in pages if url in anchored)]))
    by_apis = [
        ApiForecast(len(urls) - len(check.pages), check.apis)
        for check, urls in zip(checks, tasks, strict=True)
        if check.apis
    ]
    idle = [len(urls) for check, urls in zip(checks, tasks, strict=True) if not (check.apis or check.pages)]
    apis = [api for check in checks for api in check.apis]
    return Forecast(
        links=len(plan.fresh) + len(plan.settled) + sum(map(len, tasks)),
        fresh=len(plan.fresh),
        without_request=len(plan.settled) + sum(idle),
        checked_by_apis=[one for one in by_apis if one.links > 0],
        further_facts=[api for api in further if api.requests],
        pages=len(pages),
        websites=len(requests),
        web_requests=requests.total(),
        time=max([_crawl(requests, run.settings), *_times([*apis, *further])]),
    )


def _further(run: Run, plan: Plan) -> Sequence[ApiEstimate]:
    """Return the requests for further facts: about all links that are new, and those that are due."""
    due: list[list[str]] = [[] for _ in run.sources]
    planned = ((task.url, task.previous) for tasks in plan.tasks for task in tasks)
    for url, finding in chain(plan.fresh.items(), planned):
        for source, urls in zip(run.sources, due, strict=True):
            if finding is None or is_due(source, finding, run.clock.run_time):
                urls.append(url)
    return [api for source, urls in zip(run.sources, due, strict=True) for api in source.estimate(urls).apis]


def _api(api: ApiEstimate) -> str:
    quota = f" of {api.quota:,} an hour" if api.quota is not None else ""
    most = "up to " if api.is_most else ""
    return f"{api.host} ({most}{counted(api.requests, f'{api.kind} request')}{quota})"


def _times(apis: Iterable[ApiEstimate]) -> Iterable[timedelta]:
    """Return the time of each host: its requests run one after another, hosts run concurrently."""
    times: defaultdict[str, timedelta] = defaultdict(timedelta)
    for api in apis:
        times[api.host] += api.takes
    return times.values()


def _crawl(requests: Counter[str], settings: Settings) -> timedelta:
    """Return the time of a crawl: all pages over all connections, or the busiest host over its own."""
    busiest = max(requests.values(), default=0)
    rounds = max(ceil(requests.total() / settings.concurrency), ceil(busiest / settings.per_host))
    return rounds * _PAGE


def _minutes(length: timedelta) -> str:
    minutes = ceil(length / timedelta(minutes=1))
    return "less than a minute" if minutes <= 1 else f"about {minutes:,} minutes"
