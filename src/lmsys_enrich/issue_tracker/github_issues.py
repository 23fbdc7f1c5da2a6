"""
Issues of one repository, read and written through GitHub's REST API.

https://docs.github.com/en/rest/issues/issues
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import NoReturn
from urllib.parse import quote, urlencode

from lmsys_enrich.api.json_values import Node, node, nodes, number, text
from lmsys_enrich.api.results import Ok, TokenRejected
from lmsys_enrich.checkers.github.responses import read_rest
from lmsys_enrich.errors import ForgeError, InputError
from lmsys_enrich.http.messages import Fetch, Request, RequestKind
from lmsys_enrich.settings.github_access import GitHubAccess
from lmsys_enrich.values import Value

_VERSION = "2022-11-28"
_BODY_LIMIT = 8 * 2**20
_REDIRECTS = range(300, 400)  # not followed: the token is for the configured host alone


class Issue(Value):
    """An issue as it stands; `url` is for people."""

    number: int
    body: str
    url: str


class GitHubIssues(Value):
    """
    The issues of `repository` (OWNER/NAME) with one label.

    Only who may sort issues can set a label, so no stranger's issue is taken for
    ours. Every method raises `InputError` where the token may not do it, and
    `ForgeError` where GitHub does not answer: nothing is asked twice, the next run
    does what this one could not.
    """

    fetch: Fetch
    access: GitHubAccess
    repository: str
    label: str

    async def open_ones(self) -> list[Issue]:
        """Return the open ones, the oldest first; at most a hundred."""
        query = urlencode(
            {"state": "open", "labels": self.label, "sort": "created", "direction": "asc", "per_page": 100}
        )
        found = await self._ask("GET", f"?{query}")
        return [_issue(told) for told in nodes(found) if "pull_request" not in told]

    async def open(self, title: str, body: str) -> Issue:
        """Make a new one."""
        return _issue(
            node(await self._ask("POST", "", {"title": title, "body": body, "labels": [self.label]}))
        )

    async def edit(self, issue: Issue, body: str) -> Issue:
        """Let one say something else."""
        return _issue(node(await self._ask("PATCH", f"/{issue.number}", {"body": body})))

    async def close(self, issue: Issue) -> Issue:
        """Close one as done."""
        change = {"state": "closed", "state_reason": "completed"}
        return _issue(node(await self._ask("PATCH", f"/{issue.number}", change)))

    async def _ask(self, method: str, path: str, content: Mapping[str, object] | None = None) -> object:
        url = f"{self.access.api_url}/repos/{quote(self.repository)}/issues{path}"
        headers = {
            "accept": "application/vnd.github+json",
            "authorization": f"Bearer {self.access.token}",
            "x-github-api-version": _VERSION,
            **({} if content is None else {"content-type": "application/json"}),
        }
        body = b"" if content is None else json.dumps(content).encode()
        request = Request(method, url, RequestKind.REST, headers, body, _BODY_LIMIT, trusted=True)
        reading = read_rest(await self.fetch(request))
        if isinstance(reading, Ok):
            if reading.status in {HTTPStatus.OK, HTTPStatus.CREATED}:
                return reading.body
            message = text(node(reading.body).get("message")) or f"status {reading.status}"
            self._refuse(reading.status, message)
        if isinstance(reading, TokenRejected):
            self._refuse(HTTPStatus.UNAUTHORIZED, reading.message)
        raise ForgeError(
            f"GitHub did not take the issue of {self.repository} ({self._without_token(reading.message)})",
            hint="Run it again later: it goes on from what is there.",
        )

    def _refuse(self, status: int, message: str) -> NoReturn:
        told = f"GitHub refuses the issues of {self.repository} ({status}: {self._without_token(message)})"
        if status == HTTPStatus.GONE:
            raise InputError(told, hint="Turn issues on in the repository's settings.")
        if status in _REDIRECTS:
            raise InputError(told, hint="It has another name now: give that one as --repository.")
        raise InputError(
            told,
            hint="The token needs to write issues there: `permissions: issues: write` in a workflow.",
        )

    def _without_token(self, message: str) -> str:
        return message.replace(self.access.token, "…") if self.access.token else message


def _issue(told: Node) -> Issue:
    return Issue(
        number(told.get("number")) or 0, text(told.get("body")) or "", text(told.get("html_url")) or ""
    )
