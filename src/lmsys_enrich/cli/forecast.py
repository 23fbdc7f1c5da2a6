"""Forecast of a run: its requests, points and time (`run --plan`)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from math import ceil

from lmsys_enrich.checkers.github.estimate import Estimate, estimate
from lmsys_enrich.pipeline.plan import Plan
from lmsys_enrich.settings.github_access import GitHubAccess
from lmsys_enrich.settings.settings import Settings
from lmsys_enrich.urls import host_of

_PAGE = timedelta(seconds=1)  # mean time of a response, roughly


def forecast_text(plan: Plan, access: GitHubAccess, settings: Settings) -> str:
    """Return the forecast. The tasks of the plan are GitHub's, then those of websites."""
    for_github, for_websites = plan.tasks
    github = estimate([task.url for task in for_github], access)
    pages = [*github.pages, *(task.url for task in for_websites)]
    return "\n".join(_lines(plan, github, pages, settings))


def _lines(plan: Plan, github: Estimate, pages: Sequence[str], settings: Settings) -> Iterator[str]:
    checked = sum(map(len, plan.tasks))
    hosts = Counter(map(host_of, pages))
    yield f"{len(plan.fresh) + len(plan.settled) + checked:,} links"
    yield f"  {len(plan.fresh):>7,}  fresh: not checked again"
    yield f"  {len(plan.settled):>7,}  need no request: exempt, excluded, or not on the web"
    yield f"  {checked - len(pages):>7,}  for GitHub's API"
    yield f"  {len(pages):>7,}  for {len(hosts):,} websites"
    yield ""
    yield f"Requests  {github.graphql:,} GraphQL, {github.rest:,} REST, about {len(pages):,} to websites"
    yield f"Quota     {github.points:,} of {github.hourly:,} points an hour"
    yield f"Time      {_minutes(max(github.takes, _crawl(hosts, settings)))}"


def _crawl(hosts: Counter[str], settings: Settings) -> timedelta:
    """Return the longer of two: all pages over all connections, the busiest host over its own."""
    busiest = max(hosts.values(), default=0)
    rounds = max(ceil(hosts.total() / settings.concurrency), ceil(busiest / settings.per_host))
    return rounds * _PAGE


def _minutes(length: timedelta) -> str:
    minutes = ceil(length / timedelta(minutes=1))
    return "less than a minute" if minutes <= 1 else f"about {minutes:,} minutes"
