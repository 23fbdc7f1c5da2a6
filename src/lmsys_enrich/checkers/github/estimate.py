"""Estimate of requests, quota and time for the links on GitHub, before any request."""

from collections.abc import Sequence
from datetime import timedelta

from lmsys_enrich.checkers.github.batches import RepositoryItem, batch_items, batches
from lmsys_enrich.checkers.github.links import parse_link
from lmsys_enrich.checkers.github.rest import HOURLY
from lmsys_enrich.checkers.protocol import ApiEstimate, Estimate
from lmsys_enrich.model.finding import LinkTask
from lmsys_enrich.settings.access import GitHubAccess
from lmsys_enrich.urls import host_of

_HOURLY_POINTS = 5000  # of a personal token; that of a GitHub Actions job has 1,000 for its repository
_BATCH = timedelta(seconds=2)
_REQUEST = timedelta(seconds=0.3)


def estimate(urls: Sequence[str], access: GitHubAccess) -> Estimate:
    """Return the estimate for links that the GitHub checker claims, if no request fails."""
    links = [(LinkTask(url), parse_link(url, access.server_url)) for url in urls]
    found = batch_items((task, target) for task, target in links if target is not None)
    if access.token is not None:
        # https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api:
        # a hundredth for each repository, since it has one connection, and never less than one.
        count = sum(1 for _ in batches(found))
        api = ApiEstimate(host_of(access.server_url), count, count * _BATCH, _HOURLY_POINTS, "GraphQL")
        return Estimate((api,))
    wanted = [item for item in found if isinstance(item, RepositoryItem) and item.wants_facts]
    asked = {task.url for item in wanted[:HOURLY] for task, link in item.links if link.resource is None}
    rest = min(len(wanted), HOURLY)
    pages = tuple(url for url in urls if url not in asked)
    return Estimate((ApiEstimate(host_of(access.server_url), rest, rest * _REQUEST, HOURLY),), pages)
