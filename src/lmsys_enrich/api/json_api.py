"""API of a forge or service over HTTP: one host, its token, and redirects that stay on it."""

import json as json_format
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias
from urllib.parse import urlencode

from lmsys_enrich.about import USER_AGENT
from lmsys_enrich.api.endpoint import BODY_LIMIT, ApiEndpoint, ApiErrors, Apis, Classify
from lmsys_enrich.api.json_values import parse as parse_json
from lmsys_enrich.api.rate_limiter import Pace
from lmsys_enrich.api.results import (
    Classified,
    Final,
    Ok,
    Parse,
    RateLimited,
    TransientError,
    classify_response,
    pause_of,
    pause_until_reset,
)
from lmsys_enrich.http.messages import FetchError, Outcome, Request, RequestKind
from lmsys_enrich.model.report import Obstacle
from lmsys_enrich.values import Value, value_field

_TOO_MANY, _SERVER_ERROR = 429, 500

Parameters: TypeAlias = Mapping[str, str] | Sequence[tuple[str, str]]


class Service(Value):
    """
    Description of a service's API: names, token, body format and pace.

    `name` and `status_page` appear in obstacles, `token_variable` in their hints.
    `token_header` carries the token behind `token_prefix`. `parse` reads bodies, `accept`
    is their type. `classify`, where a service has forms of its own, gets the outcome and
    the classification that most services have.
    """

    name: str
    status_page: str
    token_variable: str = ""
    token_header: str = "authorization"  # noqa: S105 - the header's name
    token_prefix: str = "Bearer "  # noqa: S105 - an authentication scheme
    accept: str = "application/json"
    headers: Mapping[str, str] = value_field(default_factory=dict)
    parse: Parse = parse_json
    pace: Pace = Pace()
    classify: Callable[[Outcome, Classified], Classified] | None = None


class JsonApi:
    """
    Client of one service at one address, with the token for its host.

    Redirects are followed on the same host alone. Results other than `Ok` need no
    further attempt: the rate limiter has waited and retried.
    """

    def __init__(self, apis: Apis, service: Service, url: str, token: str | None) -> None:
        self.service = service
        self.url = url
        self.rate_limiter = apis.rate_limiter(
            url, token, service.pace, api=service.name, status_page=service.status_page
        )
        self._endpoint = ApiEndpoint(
            apis.fetch, apis.clock, self.rate_limiter, _errors(service), token, self._record_quota
        )
        self._classify: Classify = self._classified
        contact = f" (mailto:{apis.access.contact})" if apis.access.contact else ""
        self._headers = {"accept": service.accept, "user-agent": f"{USER_AGENT}{contact}", **service.headers}
        if token is not None:
            self._headers[service.token_header] = f"{service.token_prefix}{token}"
        self._has_token = token is not None

    @property
    def obstacles(self) -> Sequence[Obstacle]:
        """Return the reasons why requests are no longer sent."""
        return self.rate_limiter.obstacles

    @property
    def is_open(self) -> bool:
        """Return true while requests can be sent."""
        return self.rate_limiter.is_open(RequestKind.REST)

    async def get(self, path: str, parameters: Parameters = ()) -> Final:
        """Request a path of the API."""
        query = f"?{_encoded(parameters)}" if parameters else ""
        url = f"{self.url}{path}{query}"
        request = Request("GET", url, RequestKind.REST, self._headers, body_limit=BODY_LIMIT, trusted=True)
        return await self._endpoint.follow(request, self._classify)

    async def page(self, path: str) -> Final:
        """
        Request a page of the API's server, without the token.

        Redirects are not followed, and the body is not read: `Ok` has any status below 500.
        """
        headers = {"accept": "text/html", "user-agent": self._headers["user-agent"]}
        request = Request("GET", f"{self.url}{path}", RequestKind.REST, headers, trusted=True)
        return await self._endpoint.request(request, _classify_page)

    async def post(self, path: str, *, json: object = None, form: Parameters = ()) -> Final:
        """Send JSON or a form to a path of the API; redirects are not followed."""
        if form:
            content, kind = _encoded(form).encode("ascii"), "application/x-www-form-urlencoded"
        else:
            content, kind = json_format.dumps(json).encode("ascii"), "application/json"
        url, headers = f"{self.url}{path}", {**self._headers, "content-type": kind}
        request = Request("POST", url, RequestKind.REST, headers, content, BODY_LIMIT, trusted=True)
        return await self._endpoint.request(request, self._classify)

    def _record_quota(self, kind: RequestKind, result: Ok) -> None:
        """Wait for the reset of a quota that this response used up, before the next request is refused."""
        if (pause := pause_until_reset(result.headers)) is not None:
            self.rate_limiter.quota_used_up(kind, pause)

    def _classified(self, outcome: Outcome) -> Classified:
        result = classify_response(outcome, self.service.parse, has_token=self._has_token)
        return self.service.classify(outcome, result) if self.service.classify is not None else result


def _classify_page(outcome: Outcome) -> Classified:
    if isinstance(outcome, FetchError):
        return TransientError(outcome.detail)
    if outcome.status == _TOO_MANY:
        return RateLimited(f"status {outcome.status}", pause_of(outcome.headers), is_primary=False)
    if outcome.status >= _SERVER_ERROR:
        return TransientError(f"status {outcome.status}")
    return Ok(outcome.status, outcome.headers, None)


def _encoded(parameters: Parameters) -> str:
    return urlencode(parameters, errors="replace")


def _errors(service: Service) -> ApiErrors:
    variable = service.token_variable or "the token"
    return ApiErrors(
        token_rejected=Obstacle(
            f"{service.name} rejects the token ({{}})",
            f"Renew {variable}, or unset it to send requests without a token.",
        ),
        refused=Obstacle(
            f"The API of {service.name} refuses requests ({{}})",
            f"See {service.status_page}. Known facts are kept.",
        ),
    )
