"""GitHub's API: GraphQL and REST with one token, or anonymously."""

import json
from collections.abc import Mapping
from http import HTTPStatus

from lmsys_enrich.api.endpoint import BODY_LIMIT, ApiEndpoint, ApiErrors, Apis
from lmsys_enrich.api.json_values import node, number
from lmsys_enrich.api.rate_limiter import RateLimiter
from lmsys_enrich.api.results import Ok, QueryTooLarge, TransientError, Unavailable
from lmsys_enrich.checkers.github.query import Query
from lmsys_enrich.checkers.github.responses import (
    classify_graphql,
    classify_rest,
    rate_limit_of,
    remaining,
    seconds_until_reset,
)
from lmsys_enrich.http.messages import Request, RequestKind
from lmsys_enrich.model.report import Obstacle
from lmsys_enrich.settings.access import GitHubAccess
from lmsys_enrich.urls import host_of

_API_VERSION = "2022-11-28"  # https://docs.github.com/en/rest/about-the-rest-api/api-versions
_ERRORS = ApiErrors(
    token_rejected=Obstacle(
        "GitHub rejects the token ({})",
        "Renew GITHUB_TOKEN or GH_TOKEN, or unset them to send requests without a token.",
    ),
    refused=Obstacle(
        "GitHub's API refuses requests ({})",
        "Check GITHUB_API_URL and GITHUB_GRAPHQL_URL, and the permissions of the token.",
    ),
)


class GitHubApi:
    """
    GitHub's API with a token or, where `token` is None, anonymously.

    `forge` is the host of its links. `left` is how many REST requests the quota allows, by the last response;
    `unknown_fields` are those of GraphQL that the server lacks.
    """

    def __init__(
        self,
        apis: Apis,
        access: GitHubAccess,
        rate_limiter: RateLimiter,
        token: str | None,
    ) -> None:
        self.rate_limiter = rate_limiter
        self.left: int | None = None
        self._has_rest: bool | None = None
        self.unknown_fields: frozenset[str] = frozenset()
        self._access = access
        self.forge = host_of(access.server_url)
        self._spent = apis.spent
        self._endpoint = ApiEndpoint(apis.fetch, apis.clock, rate_limiter, _ERRORS, token, self._record_quota)
        self.without_token = self._endpoint.without_token

    async def graphql(self, query: Query) -> Ok | QueryTooLarge | Unavailable:
        """Send a GraphQL query; one that is too large or keeps failing is for the caller to divide."""
        content = json.dumps({"query": query.text, "variables": query.variables}).encode()
        headers = {
            **request_headers(self._endpoint.token, "application/json"),
            "content-type": "application/json",
        }
        url = self._access.graphql_url
        request = Request("POST", url, RequestKind.GRAPHQL, headers, content, BODY_LIMIT, trusted=True)
        result = await self._endpoint.request(request, classify_graphql)
        # A query that fails three times may do so because of one item of its batch.
        return QueryTooLarge(result.message) if isinstance(result, TransientError) else result

    async def rest(self, path: str) -> Ok | TransientError | Unavailable:
        """Request a REST path; redirects are followed on the same host alone."""
        url, headers = f"{self._access.api_url}{path}", request_headers(self._endpoint.token)
        request = Request("GET", url, RequestKind.REST, headers, body_limit=BODY_LIMIT, trusted=True)
        # Repositories and branches that were renamed redirect:
        # https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects
        result = await self._endpoint.follow(request, classify_rest)
        # One path cannot be divided.
        return TransientError(result.message) if isinstance(result, QueryTooLarge) else result

    async def has_rest(self) -> bool:
        """
        Return whether GitHub's REST API is at its address, requested once.

        Anything else there that responds with JSON would call every repository missing.
        """
        if self._has_rest is None:
            result = await self.rest("/meta")
            body = node(result.body) if isinstance(result, Ok) and result.status == HTTPStatus.OK else {}
            # A member that github.com and GitHub Enterprise have in common:
            # https://docs.github.com/en/enterprise-server/rest/meta/meta
            self._has_rest = "verifiable_password_authentication" in body
        return self._has_rest

    def _record_quota(self, kind: RequestKind, result: Ok) -> None:
        rate_limit = rate_limit_of(result.body)
        if kind is RequestKind.REST:
            self.left = remaining(result.headers)
        self._spent(number(rate_limit.get("cost")) or 0, number(rate_limit.get("remaining")))
        if (pause := seconds_until_reset(result.headers, rate_limit)) is not None:
            self.rate_limiter.quota_used_up(kind, pause)


def request_headers(token: str | None, accept: str = "application/vnd.github+json") -> Mapping[str, str]:
    """Return the headers of a request to GitHub's API; a token is for the API's own host alone."""
    headers = {"accept": accept, "x-github-api-version": _API_VERSION}
    return {**headers, "authorization": f"Bearer {token}"} if token else headers
