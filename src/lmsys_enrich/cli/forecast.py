"""Forecast of a run: its requests, points and time (`run --plan`)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from math import ceil

from lmsys_enrich.checkers.protocol import ApiEstimate, Estimate
from lmsys_enrich.pipeline.plan import Plan
from lmsys_enrich.pipeline.run import Run
from lmsys_enrich.settings.settings import Settings
from lmsys_enrich.urls import host_of

_PAGE = timedelta(seconds=1)  # mean time of a response, roughly


def forecast_text(run: Run, plan: Plan) -> str:
    """Return the forecast: links and requests for each API, then for websites."""
    tasks = [[task.url for task in tasks] for tasks in plan.tasks]
    checks = [checker.estimate(urls) for checker, urls in zip(run.checkers, tasks, strict=True)]
    every = [*plan.fresh, *(url for urls in tasks for url in urls)]
    further = [source.estimate(every) for source in run.sources]
    return "\n".join(_lines(plan, checks, further, run.settings))


def _lines(
    plan: Plan, checks: Sequence[Estimate], further: Sequence[Estimate], settings: Settings
) -> Iterator[str]:
    hosts = Counter(host_of(url) for check in checks for url in check.pages)
    yield f"{len(plan.fresh) + len(plan.settled) + sum(map(len, plan.tasks)):,} links"
    yield f"  {len(plan.fresh):>7,}  fresh: not checked again"
    yield f"  {len(plan.settled):>7,}  need no request: exempt, excluded, or not on the web"
    for check, tasks in zip(checks, plan.tasks, strict=True):
        if check.apis and len(tasks) > len(check.pages):
            yield f"  {len(tasks) - len(check.pages):>7,}  for {', '.join(map(_api, check.apis))}"
    yield f"  {hosts.total():>7,}  for {len(hosts):,} websites"
    if asked := [api for one in further for api in one.apis if api.requests]:
        yield f"           further facts from {', '.join(map(_api, asked))}"
    apis = [api for one in (*checks, *further) for api in one.apis]
    yield ""
    yield f"Requests  {sum(api.requests for api in apis):,} to APIs, about {hosts.total():,} to websites"
    yield f"Time      {_minutes(max([_crawl(hosts, settings), *_times(apis)]))}"


def _api(api: ApiEstimate) -> str:
    quota = f" of {api.quota:,} an hour" if api.quota is not None else ""
    requests = "request" if api.requests == 1 else "requests"
    return f"{api.host} ({api.requests:,} {api.kind} {requests}{quota})"


def _times(apis: Sequence[ApiEstimate]) -> Iterable[timedelta]:
    """Return the time of each host: its requests follow one another, those of others run meanwhile."""
    times: defaultdict[str, timedelta] = defaultdict(timedelta)
    for api in apis:
        times[api.host] += api.takes
    return times.values()


def _crawl(hosts: Counter[str], settings: Settings) -> timedelta:
    """Return the longer of two: all pages over all connections, the busiest host over its own."""
    busiest = max(hosts.values(), default=0)
    rounds = max(ceil(hosts.total() / settings.concurrency), ceil(busiest / settings.per_host))
    return rounds * _PAGE


def _minutes(length: timedelta) -> str:
    minutes = ceil(length / timedelta(minutes=1))
    return "less than a minute" if minutes <= 1 else f"about {minutes:,} minutes"
