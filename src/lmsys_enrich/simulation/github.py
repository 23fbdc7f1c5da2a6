"""Simulated GitHub: authorization, issues, and injected faults around its endpoints."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from email.utils import formatdate
from urllib.parse import parse_qs, unquote, urlsplit

from lmsys_enrich.simulation import graphql, rest
from lmsys_enrich.simulation.rest import Quotas
from lmsys_enrich.simulation.server import Received, Sent, SimulatedService
from lmsys_enrich.simulation.world import World

_LONGEST = 65_536
_LONGEST_TITLE = 256
_PATH = re.compile(r"/repos/([^/]+/[^/]+)/issues(?:/(\d+)(/comments)?)?")


@dataclass(slots=True)
class SimulatedIssue:
    """An issue, or a pull request, which GitHub lists among issues."""

    repository: str
    number: int
    title: str
    body: str
    labels: tuple[str, ...] = ()
    state: str = "open"
    is_pull_request: bool = False
    comments: list[str] = field(default_factory=list)
    is_locked: bool = False

    def json(self) -> dict[str, object]:
        """Return the issue as the API sends it."""
        url = f"https://github.com/{self.repository}/issues/{self.number}"
        content: dict[str, object] = {
            "number": self.number,
            "title": self.title,
            "body": self.body,
            "state": self.state,
            "locked": self.is_locked,
            "labels": [{"name": label} for label in self.labels],
            "html_url": url,
        }
        return content | ({"pull_request": {"html_url": url}} if self.is_pull_request else {})


@dataclass(slots=True)
class SimulatedIssues:
    """All issues; a repository in `turned_off` has none."""

    all: list[SimulatedIssue] = field(default_factory=list)
    turned_off: set[str] = field(default_factory=set)

    def respond(self, world: World, received: Received, *, has_token: bool) -> Sent | None:
        """Respond to a request about issues; None for any other request."""
        match = _PATH.fullmatch(received.path)
        if match is None or (received.method == "GET" and match[2]):
            return None
        name, number = unquote(match[1]), match[2]
        if (refusal := self._refusal(world, name, has_token=has_token)) is not None:
            return refusal
        of_this = [issue for issue in self.all if issue.repository == name]
        match received.method, number, match[3]:
            case "GET", None, None:
                return _listed(of_this, received.target)
            case "POST", None, None:
                return self._made(name, len(of_this) + 1, received)
            case _:
                issue = next((issue for issue in of_this if issue.number == int(number or 0)), None)
                return _changed(issue, received, is_comment=match[3] is not None)

    def _refusal(self, world: World, name: str, *, has_token: bool) -> Sent | None:
        if world.repository(name) is None:
            return _refused(404, "Not Found")
        if not has_token:
            return _refused(401, "Requires authentication")
        if name in self.turned_off:
            return _refused(410, "Issues has been disabled in this repository.")
        return None

    def _made(self, name: str, number: int, received: Received) -> Sent:
        sent = json.loads(received.body)
        if len(sent.get("body", "")) > _LONGEST or not 0 < len(sent.get("title", "")) <= _LONGEST_TITLE:
            return _refused(422, "Validation Failed")
        issue = SimulatedIssue(
            name, number, sent["title"], sent.get("body", ""), tuple(sent.get("labels", ()))
        )
        self.all.append(issue)
        return _json(201, issue.json())


def _listed(issues: Iterable[SimulatedIssue], target: str) -> Sent:
    query = parse_qs(urlsplit(target).query)
    state, labels = query.get("state", ["open"])[0], set(query.get("labels", [""])[0].split(",")) - {""}
    shown = [i for i in issues if state in {"all", i.state} and labels <= set(i.labels)]
    if query.get("direction") != ["asc"]:
        shown.reverse()
    return _json(200, [issue.json() for issue in shown[: int(query.get("per_page", ["30"])[0])]])


def _changed(issue: SimulatedIssue | None, received: Received, *, is_comment: bool) -> Sent:
    if issue is None:
        return _refused(404, "Not Found")
    if received.method != ("POST" if is_comment else "PATCH"):
        return _refused(405, "Method Not Allowed")
    sent = json.loads(received.body)
    if len(sent.get("body", "")) > _LONGEST:
        return _refused(422, "Validation Failed")
    if is_comment and issue.is_locked:
        return _refused(403, "Unable to create comment because issue is locked.")
    if is_comment:
        issue.comments.append(sent["body"])
        return _json(201, {"id": len(issue.comments), "body": sent["body"]})
    issue.title, issue.body = sent.get("title", issue.title), sent.get("body", issue.body)
    issue.state = sent.get("state", issue.state)
    return _json(200, issue.json())


def _refused(status: int, message: str) -> Sent:
    return _json(status, {"message": message, "documentation_url": "https://docs.github.com/rest"})


def _json(status: int, body: object) -> Sent:
    return Sent(status, {"content-type": "application/json; charset=utf-8"}, json.dumps(body).encode())


TOKEN = "ghp_" + "simulated" * 4
"""The only valid token; no other service accepts it."""


@dataclass(slots=True)
class SimulatedGitHub(SimulatedService):
    """GraphQL at `/graphql`, REST everywhere else."""

    world: World
    quotas: Quotas = field(default_factory=Quotas)
    issues: SimulatedIssues = field(default_factory=SimulatedIssues)

    def correct_response(self, received: Received) -> Sent:
        response = self._respond(received)
        return Sent(response.status, {"date": formatdate(usegmt=True), **response.headers}, response.body)

    def _respond(self, received: Received) -> Sent:
        authorization = received.headers.get("authorization", "")
        has_token = authorization.removeprefix("Bearer ").removeprefix("token ") == TOKEN
        if authorization and not has_token:
            return Sent(401, {"content-type": "application/json"}, b'{"message":"Bad credentials"}')
        if (issue_response := self.issues.respond(self.world, received, has_token=has_token)) is not None:
            return issue_response
        if received.path != "/graphql":
            quota = self.quotas.of("core", has_token=has_token)
            return rest.respond(self.world, received, quota, has_token=has_token)
        if not has_token:
            body = b'{"message":"This endpoint requires you to be authenticated."}'
            return Sent(401, {"content-type": "application/json"}, body)
        return graphql.respond(self.world, received, self.quotas.of("graphql", has_token=True))
