"""
Issues of one repository, read and written through GitHub's REST API.

https://docs.github.com/en/rest/issues/issues
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import NoReturn
from urllib.parse import quote, urlencode

from lmsys_enrich.api.endpoint import BODY_LIMIT
from lmsys_enrich.api.json_values import Node, node, nodes, number, text
from lmsys_enrich.api.results import Ok, TokenRejected
from lmsys_enrich.checkers.github.client import request_headers
from lmsys_enrich.checkers.github.responses import classify_rest
from lmsys_enrich.errors import ForgeError, InputError
from lmsys_enrich.http.messages import Fetch, Request, RequestKind
from lmsys_enrich.settings.access import GitHubAccess
from lmsys_enrich.values import Value

_PAGE = 100  # the most that GitHub gives in one response
_MAX_PAGES = 10
_NO_PERMISSION = (
    "The token needs to write there: in a workflow `permissions: issues: write`, for a comment"
    " `pull-requests: write`."
)
_HINTS: Mapping[int, str] = {
    HTTPStatus.UNAUTHORIZED: "The token has expired, was revoked or is cut short: set another.",
    HTTPStatus.NOT_FOUND: f"Look at the name of the repository. {_NO_PERMISSION}",
    HTTPStatus.GONE: "It was deleted meanwhile: run it again.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "The text is the reason, not the token: --dry-run shows it.",
}
_REASONS = {
    "archived": "Unarchive the repository, or leave this step out.",
    "disabled": "Turn issues on in the repository's settings.",
    "locked": "Unlock the conversation, or close it.",
    "SAML": "Authorize the token for the organization, in the settings of its owner.",
}
# https://docs.github.com/en/graphql/reference/enums#commentauthorassociation
_WITH_RIGHTS = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
_REDIRECTS = range(300, 400)  # not followed: the token is for the configured host alone


class Issue(Value):
    """An issue; `url` is the address of its page. GitHub refuses the comments of bots on a locked one."""

    number: int
    body: str
    url: str
    is_locked: bool = False


class Comment(Value):
    """A comment on an issue or a pull request; `is_of_a_stranger` says that its author has no rights here."""

    number: int
    body: str
    is_of_a_stranger: bool


class GitHubIssues(Value):
    """
    Issues of `repository` (OWNER/NAME) with one label.

    Only people with triage rights can set a label, so no issue of a stranger is taken
    for that of the program. Every method raises `InputError` where the token lacks
    the permission, and `ForgeError` where GitHub does not respond. Nothing is
    retried: the next run does it.
    """

    fetch: Fetch
    access: GitHubAccess
    repository: str
    label: str

    async def open_issues(self) -> list[Issue]:
        """Return the open issues, the oldest first, at most a hundred."""
        query = urlencode(
            {"state": "open", "labels": self.label, "sort": "created", "direction": "asc", "per_page": 100}
        )
        issues = await self._send("GET", f"?{query}")
        return [_issue(item) for item in nodes(issues) if "pull_request" not in item]  # GitHub lists both

    async def open(self, title: str, body: str) -> Issue:
        """Open an issue."""
        return _issue(
            node(await self._send("POST", "", {"title": title, "body": body, "labels": [self.label]}))
        )

    async def edit(self, issue: Issue, body: str) -> Issue:
        """Replace the text of an issue."""
        return _issue(node(await self._send("PATCH", f"/{issue.number}", {"body": body})))

    async def comment(self, issue: Issue, body: str) -> None:
        """Add a comment, which notifies those who follow the issue."""
        await self.add_comment(issue.number, body)

    async def add_comment(self, number: int, body: str) -> None:
        """Add a comment to an issue or a pull request."""
        await self._send("POST", f"/{number}/comments", {"body": body})

    async def comments(self, of: int) -> list[Comment]:
        """Return the first thousand comments of an issue or a pull request."""
        comments: list[Comment] = []
        for page in range(1, _MAX_PAGES + 1):
            batch = nodes(await self._send("GET", f"/{of}/comments?per_page={_PAGE}&page={page}"))
            comments += map(_comment, batch)
            if len(batch) < _PAGE:
                break
        return comments

    async def edit_comment(self, comment: Comment, body: str) -> None:
        """Replace the text of a comment."""
        await self._send("PATCH", f"/comments/{comment.number}", {"body": body})

    async def pull_request_of(self, owner: str, branch: str, commit: str) -> int | None:
        """Return the number of the open pull request with this head."""
        query = urlencode({"state": "open", "head": f"{owner}:{branch}", "per_page": 100})
        pulls = nodes(await self._send("GET", f"?{query}", of="pulls"))
        heads = ((number(item.get("number")), node(item.get("head")).get("sha")) for item in pulls)
        return next((its_number for its_number, sha in heads if sha == commit), None)

    async def close(self, issue: Issue) -> Issue:
        """Close an issue as completed."""
        change = {"state": "closed", "state_reason": "completed"}
        return _issue(node(await self._send("PATCH", f"/{issue.number}", change)))

    async def _send(
        self, method: str, path: str, content: Mapping[str, object] | None = None, *, of: str = "issues"
    ) -> object:
        url = f"{self.access.api_url}/repos/{quote(self.repository)}/{of}{path}"
        headers = {
            **request_headers(self.access.token),
            **({} if content is None else {"content-type": "application/json"}),
        }
        body = b"" if content is None else json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
        request = Request(method, url, RequestKind.REST, headers, body, BODY_LIMIT, trusted=True)
        result = classify_rest(await self.fetch(request))
        if isinstance(result, Ok):
            if result.status in {HTTPStatus.OK, HTTPStatus.CREATED}:
                return result.body
            message = text(node(result.body).get("message")) or f"status {result.status}"
            self._refuse(result.status, message)
        if isinstance(result, TokenRejected):
            self._refuse(HTTPStatus.UNAUTHORIZED, result.message)
        raise ForgeError(
            f"GitHub did not answer for {self.repository} ({self._without_token(result.message)})",
            hint="Run it again later: it goes on from what is there.",
        )

    def _refuse(self, status: int, message: str) -> NoReturn:
        raise InputError(
            f"GitHub refused access to the issues of {self.repository}, which pull requests are among"
            f" ({status}: {self._without_token(message)})",
            hint=_hint(status, message),
        )

    def _without_token(self, message: str) -> str:
        return message.replace(self.access.token, "…") if self.access.token else message


def _hint(status: int, message: str) -> str:
    """Return what to do about a refusal, by GitHub's own words where one status has several reasons."""
    for words, hint in _REASONS.items():
        if words in message:
            return hint
    if status in _REDIRECTS:
        return "It has another name now: give that one as --repository."
    return _HINTS.get(status, _NO_PERMISSION)


def _issue(item: Node) -> Issue:
    return Issue(
        number(item.get("number")) or 0,
        text(item.get("body")) or "",
        text(item.get("html_url")) or "",
        is_locked=item.get("locked") is True,
    )


def _comment(item: Node) -> Comment:
    # The token may be a bot's, as the job's own, or that of a person with rights in the repository.
    is_of_a_bot = node(item.get("user")).get("type") == "Bot"
    is_of_a_stranger = not is_of_a_bot and item.get("author_association") not in _WITH_RIGHTS
    return Comment(number(item.get("id")) or 0, text(item.get("body")) or "", is_of_a_stranger)
