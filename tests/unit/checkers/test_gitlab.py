"""GitLab: projects in batches, moves by REST, pages below projects, every refusal."""

from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import cast
from urllib.parse import unquote

import httpx
import pytest
from pytest_httpx import HTTPXMock

from lmsys_enrich.api.endpoint import Apis
from lmsys_enrich.checkers.gitlab.checker import GitLabChecker
from lmsys_enrich.checkers.gitlab.links import parse_link
from lmsys_enrich.fact_sources.gitlab_licenses import GitLabLicenses
from lmsys_enrich.fact_sources.protocol import Addition
from lmsys_enrich.http.messages import Fetch
from lmsys_enrich.model.facts import Release, merge
from lmsys_enrich.model.finding import Finding, Verdict
from lmsys_enrich.settings.access import Access, ForgeAccess
from tests.builders import finding, repository, task
from tests.fakes import NIGHT, FakeClock
from tests.unit.checkers.services import FAULTS, Answer, Service, apis_of, reply, sent, service

HOME = "https://gitlab.com"
TOKEN = "glpat-secret"  # noqa: S105 - a token for nothing
NODE = {
    "id": "gid://gitlab/Project/7",
    "fullPath": "acme/infra/tool",
    "starCount": 12,
    "forksCount": 3,
    "archived": False,
    "createdAt": "2020-01-02T03:04:05Z",
    "description": "A tool",
    "topics": ["python"],
    "repository": {
        "empty": False,
        "rootRef": "main",
        "tree": {"lastCommit": {"committedDate": "2026-11-01T10:00:00+02:00"}},
    },
    "releases": {"nodes": [{"tagName": "v1", "releasedAt": "2026-10-01T00:00:00Z"}]},
}
NOT_FOUND = reply({"message": "404 Project Not Found"}, 404)


def a_gitlab(
    *nodes: dict[str, object],
    moved: dict[str, tuple[int, str]] | None = None,
    groups: tuple[str, ...] = (),
    users: tuple[str, ...] = (),
) -> Answer:
    """Return a GitLab with these projects, and with moves from a path to an id and a path."""

    def answer(request: httpx.Request) -> httpx.Response:
        path = unquote(request.url.raw_path.decode().partition("?")[0])
        if path == "/api/graphql":
            variables = sent(request)["variables"]
            assert isinstance(variables, dict)
            wanted = {one.lower() for one in variables["paths"]}
            assert variables["count"] <= 50
            found = [node for node in reversed(nodes) if str(node["fullPath"]).lower() in wanted]
            return reply({"data": {"projects": {"nodes": found}}})
        subject = path.removeprefix("/api/v4/")
        if subject.startswith("groups/"):
            known = subject.removeprefix("groups/") in groups
            return reply({"id": 1}) if known else reply({"message": "404 Group Not Found"}, 404)
        if subject == "users":
            name = request.url.params["username"]
            return reply([{"username": name}] if name in users else [])
        name = subject.removeprefix("projects/")
        for number, new in (moved or {}).values():
            if name == str(number):
                return reply({"id": number, "path_with_namespace": new, "star_count": 5})
        if name in (moved or {}):
            number, _ = (moved or {})[name]
            return httpx.Response(301, text="moved", headers={"location": f"{HOME}/api/v4/projects/{number}"})
        return NOT_FOUND

    return answer


def opened(
    httpx_mock: HTTPXMock, answer: Answer, token: str | None = None
) -> AbstractAsyncContextManager[Service]:
    access = Access(gitlab=(ForgeAccess("gitlab.com", HOME, token),))
    return service(httpx_mock, lambda apis: GitLabChecker(apis, access.gitlab[0]), answer, access)


async def test_project_has_its_facts(httpx_mock: HTTPXMock) -> None:
    url = f"{HOME}/acme/infra/tool"
    async with opened(httpx_mock, a_gitlab(NODE), TOKEN) as gitlab:
        checked = await gitlab.check(url)
    found = checked.observations[url]
    assert (found.verdict, found.reason) == (Verdict.ALIVE, "the repository exists")
    assert found.repository is not None
    facts = found.repository.facts
    assert (facts.forge, facts.software, facts.id, facts.full_name) == (
        "gitlab.com",
        "gitlab",
        7,
        "acme/infra/tool",
    )
    assert (facts.stars, facts.forks, facts.archived, facts.default_branch) == (12, 3, False, "main")
    assert facts.last_commit == datetime(2026, 11, 1, 8, tzinfo=UTC)
    assert facts.latest_release == Release("v1", datetime(2026, 10, 1, tzinfo=UTC))
    assert "license" in found.repository.missing_fields
    assert "stars" not in found.repository.missing_fields
    assert [request.headers["authorization"] for request in gitlab.requests] == [f"Bearer {TOKEN}"]


async def test_hundred_projects_are_two_requests(httpx_mock: HTTPXMock) -> None:
    nodes = [{**NODE, "id": f"gid://gitlab/Project/{n}", "fullPath": f"acme/tool-{n}"} for n in range(100)]
    async with opened(httpx_mock, a_gitlab(*nodes)) as gitlab:
        checked = await gitlab.check(*(f"{HOME}/acme/tool-{n}" for n in range(100)))
        assert len(gitlab.requests) == 2
    ids = [found.repository.facts.id for found in checked.observations.values() if found.repository]
    assert sorted(id_ for id_ in ids if id_ is not None) == list(range(100))


async def test_moved_project_is_found_by_rest(httpx_mock: HTTPXMock) -> None:
    url = f"{HOME}/old/tool/-/wikis/home"
    async with opened(httpx_mock, a_gitlab(moved={"old/tool": (7, "new/tool")})) as gitlab:
        checked = await gitlab.check(url, f"{HOME}/old/tool")
    wiki, project = checked.observations[url], checked.observations[f"{HOME}/old/tool"]
    assert (project.verdict, project.final_url) == (Verdict.MOVED, f"{HOME}/new/tool")
    assert (wiki.verdict, wiki.final_url) == (Verdict.MOVED, f"{HOME}/new/tool/-/wikis/home")
    assert project.repository is not None
    assert project.repository.facts.renamed_from == "old/tool"


async def test_missing_project_is_gone_or_private(httpx_mock: HTTPXMock) -> None:
    url = f"{HOME}/acme/gone"
    async with opened(httpx_mock, a_gitlab()) as gitlab:
        checked = await gitlab.check(url, f"{url}/-/blob/main/x")
    assert {found.verdict for found in checked.observations.values()} == {Verdict.DEAD}
    assert checked.observations[url].reason == "gitlab.com shows no such project: it is gone or private"


async def test_groups_and_users_are_alive(httpx_mock: HTTPXMock) -> None:
    urls = [
        f"{HOME}/acme",
        f"{HOME}/groups/acme/infra",
        f"{HOME}/acme/infra",
        f"{HOME}/jane",
        f"{HOME}/nobody",
    ]
    answer = a_gitlab(groups=("acme", "acme/infra"), users=("jane",))
    async with opened(httpx_mock, answer) as gitlab:
        checked = await gitlab.check(*urls)
    verdicts = [checked.observations[url].verdict for url in urls]
    assert verdicts == [*[Verdict.ALIVE] * 4, Verdict.DEAD]


async def test_renamed_group_is_moved_with_its_page(httpx_mock: HTTPXMock) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        is_group = "/groups/" in request.url.path
        return reply({"id": 1, "full_path": "new/infra"}) if is_group else NOT_FOUND

    page, plain = f"{HOME}/groups/old/infra/-/epics?state=all", f"{HOME}/old"
    async with opened(httpx_mock, answer) as gitlab:
        found = (await gitlab.check(page, plain)).observations
    assert {one.verdict for one in found.values()} == {Verdict.MOVED}
    assert found[page].final_url == f"{HOME}/groups/new/infra/-/epics?state=all"
    assert found[plain].final_url == f"{HOME}/new/infra"


async def test_gitlab_below_a_path_has_its_links_there(httpx_mock: HTTPXMock) -> None:
    site = "https://example.org/gitlab"
    alive, gone, other = f"{site}/acme/infra/tool", f"{site}/acme/gone", "https://example.org/acme/infra/tool"
    known = a_gitlab(NODE)

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.path.startswith("/gitlab/api/")
        return known(
            httpx.Request(request.method, str(request.url).replace("/gitlab", "", 1), content=request.content)
        )

    forge = ForgeAccess("example.org", site)
    async with service(
        httpx_mock, lambda apis: GitLabChecker(apis, forge), answer, Access(gitlab=(forge,))
    ) as gitlab:
        found = (await gitlab.check(alive, gone)).observations
        assert not gitlab.checker.claims(other)
    assert (found[alive].verdict, found[gone].verdict) == (Verdict.ALIVE, Verdict.DEAD)
    update = found[alive].repository
    assert update is not None
    assert update.facts.forge == "example.org"


async def test_token_without_the_scope_is_reported(httpx_mock: HTTPXMock) -> None:
    urls = [f"{HOME}/acme/tool-{number}" for number in range(9)]
    lacking = {"error": "insufficient_scope", "scope": "read_api"}
    async with opened(httpx_mock, lambda _: reply(lacking, 403), TOKEN) as gitlab:
        assert sorted((await gitlab.check(*urls)).deferred) == urls
        assert len(gitlab.requests) == 1
        (obstacle,) = gitlab.checker.obstacles
    assert "rejects the token (insufficient_scope)" in obstacle.what


async def test_response_about_another_user_proves_nothing(httpx_mock: HTTPXMock) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return reply([{"username": "another"}]) if request.url.path.endswith("/users") else NOT_FOUND

    async with opened(httpx_mock, answer) as gitlab:
        assert (await gitlab.check(f"{HOME}/jane")).deferred == [f"{HOME}/jane"]


async def test_page_below_a_project_is_proved_by_itself(httpx_mock: HTTPXMock) -> None:
    file, graph = f"{HOME}/acme/infra/tool/-/blob/main/x.py", f"{HOME}/acme/infra/tool/-/graphs/main"
    async with opened(httpx_mock, a_gitlab(NODE)) as gitlab:
        checked = await gitlab.check(file, graph)
    assert checked.deferred == [file]
    assert checked.observations[graph].reason.startswith("its repository exists; no API covers the page")


async def test_another_project_under_a_known_name_is_reported(httpx_mock: HTTPXMock) -> None:
    url = f"{HOME}/acme/infra/tool"
    known = repository("acme/infra/tool", id=99, forge="gitlab.com", software="gitlab")
    async with opened(httpx_mock, a_gitlab(NODE)) as gitlab:
        checked = await gitlab.check(task(url, finding(url, repository=known)))
    update = checked.observations[url].repository
    assert update is not None
    assert (update.facts.id, update.facts.taken_over_by) == (99, 7)


async def test_field_that_an_old_server_lacks_is_left_out(httpx_mock: HTTPXMock) -> None:
    known = a_gitlab({name: value for name, value in NODE.items() if name != "topics"})

    def answer(request: httpx.Request) -> httpx.Response:
        if "topics" in str(sent(request)["query"]):
            return reply({"errors": [{"message": "Field 'topics' doesn't exist on type 'Project'"}]})
        return known(request)

    url = f"{HOME}/acme/infra/tool"
    async with opened(httpx_mock, answer) as gitlab:
        update = (await gitlab.check(url)).observations[url].repository
    assert update is not None
    assert "topics" in update.missing_fields
    assert update.facts.stars == 12


async def test_server_without_graphql_has_rest(httpx_mock: HTTPXMock) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return reply({"error": "404 Not Found"}, 404)
        return reply(
            {"id": 7, "path_with_namespace": "acme/tool", "star_count": 2, "license": {"key": "mit"}}
        )

    url = f"{HOME}/acme/tool"
    async with opened(httpx_mock, answer) as gitlab:
        found = (await gitlab.check(url)).observations[url]
    assert found.repository is not None
    assert (found.verdict, found.repository.facts.stars, found.repository.facts.license) == (
        Verdict.ALIVE,
        2,
        "MIT",
    )


async def test_query_that_is_too_complex_is_divided(httpx_mock: HTTPXMock) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        variables = sent(request)["variables"]
        assert isinstance(variables, dict)
        paths = variables["paths"]
        if len(paths) > 3:
            return reply(
                {"errors": [{"message": "Query has complexity of 311, which exceeds max complexity of 200"}]}
            )
        return reply({"data": {"projects": {"nodes": [{**NODE, "fullPath": one} for one in paths]}}})

    async with opened(httpx_mock, answer) as gitlab:
        checked = await gitlab.check(*(f"{HOME}/acme/tool-{n}" for n in range(8)))
    assert len(checked.observations) == 8


@pytest.mark.parametrize("fault", FAULTS)
async def test_no_fault_kills_a_project(httpx_mock: HTTPXMock, fault: str) -> None:
    urls = [f"{HOME}/acme/tool", f"{HOME}/acme", f"{HOME}/acme/tool/-/issues/1", f"{HOME}/groups/a/b"]
    async with opened(httpx_mock, FAULTS[fault], TOKEN) as gitlab:
        checked = await gitlab.check(*urls)
        assert sorted(checked.deferred) == sorted(urls)
        assert gitlab.checker.obstacles
        assert not any(TOKEN in str(one) for one in gitlab.checker.obstacles)
        assert {request.url.host for request in gitlab.requests} == {"gitlab.com"}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/a/b", ("a/b", None)),
        ("/a/b/c/d.git", ("a/b/c/d", None)),
        ("/a/b/-/blob/main/x", ("a/b", "blob")),
        ("/a/b/blob/main/x", ("a/b", "blob")),
        ("/a/b/c/tree/main", ("a/b/c", "tree")),
        ("/a/issues/c", ("a/issues/c", None)),
        ("/A/b/", ("A/b", None)),
        ("/groups/a/-/milestones", ("a", "milestones")),
        ("/a", ("a", None)),
        ("/", None),
        ("/explore", None),
        ("/users/sign_in", None),
        ("/-/snippets/1", None),
        ("/help/user", None),
        ("/a/b.atom", None),
        ("/a/b.wiki.git", None),
        ("/u/a", None),
        ("/a/b.git/-/tree/main", ("a/b", "tree")),
        ("/a/b/repository/archive.zip", ("a/b", "repository")),
        ("/a/b/container_registry", ("a/b", "container_registry")),
        ("/a/%2e%2e/b", ("b", None)),
        ("/a/b%0ac", None),
        ("/" + "/".join(["x"] * 30), None),
    ],
)
def test_address_names_a_project(path: str, expected: tuple[str, str | None] | None) -> None:
    link = parse_link(f"{HOME}{path}", "gitlab.com")
    assert (None if link is None else (link.path, link.page)) == expected


@pytest.mark.parametrize(
    "url",
    ["https://acme.gitlab.io/x/y", "https://gitlab.com.evil.example/a/b", "https://[::1/a/b", "mailto:a@b"],
)
def test_address_of_another_host_is_left_alone(url: str) -> None:
    assert parse_link(url, "gitlab.com") is None


@pytest.mark.parametrize(
    ("license_", "expected"),
    [({"key": "apache-2.0"}, "Apache-2.0"), ({"key": "odd"}, "other"), (None, None)],
)
async def test_licence_is_added_to_the_facts(
    httpx_mock: HTTPXMock, license_: object, expected: str | None
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.params["license"] == "true"
        return reply({"id": 7, "path_with_namespace": "acme/tool", "license": license_})

    found = project_of("acme/tool")
    additions = await _additions(httpx_mock, answer, found)
    assert found.repository is not None
    (addition,) = additions
    assert addition.repository is not None
    merged = merge(found.repository, addition.repository)
    assert (merged.license, merged.stars) == (expected, 3000)
    assert merged.kept.keys() >= {"stars"}
    assert "license" not in merged.kept


@pytest.mark.parametrize("fault", FAULTS)
async def test_no_fault_loses_a_licence(httpx_mock: HTTPXMock, fault: str) -> None:
    assert await _additions(httpx_mock, FAULTS[fault], project_of("acme/tool")) == []


async def test_server_that_tells_no_licence_loses_none(httpx_mock: HTTPXMock) -> None:
    body = reply({"id": 7, "path_with_namespace": "acme/tool"})
    assert await _additions(httpx_mock, lambda _: body, project_of("acme/tool")) == []


def project_of(name: str) -> Finding:
    before = NIGHT - timedelta(days=1)
    known = repository(name, id=7, forge="gitlab.com", software="gitlab", fetched_at=before)
    return finding(f"{HOME}/{name}", repository=known)


async def _additions(httpx_mock: HTTPXMock, answer: Answer, *findings: Finding) -> list[Addition]:
    access = Access(gitlab=(ForgeAccess("gitlab.com", HOME),))
    async with apis_of(httpx_mock, answer, access) as apis:
        source = GitLabLicenses(apis)
        assert all(map(source.wants, findings))
        return [addition async for addition in source.fetch(findings)]


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (httpx.Response(301, headers={"location": f"{HOME}/jane-doe"}), Verdict.MOVED),
        (httpx.Response(302, headers={"location": "/jane-doe"}), Verdict.MOVED),
        (httpx.Response(302, headers={"location": f"{HOME}/users/sign_in"}), Verdict.DEAD),
        (httpx.Response(404, html="<title>Not Found</title>"), Verdict.DEAD),
        (httpx.Response(200, html="<title>Jane</title>"), None),
        (httpx.Response(403, html="<title>Just a moment...</title>"), None),
        (httpx.Response(302, headers={"location": "https://evil.example/jane-doe"}), None),
        (httpx.Response(302, headers={"location": "/jane"}), None),
        (httpx.Response(302, headers={"location": "/-/maintenance"}), None),
        (httpx.Response(302, headers={"location": "/explore"}), None),
        (httpx.Response(302, headers={"location": "/"}), None),
        (httpx.Response(302, headers={"location": "/users/auth/saml"}), None),
        (httpx.Response(302, headers={"location": "/jane-doe/project"}), None),
        (httpx.Response(503, html="down"), None),
    ],
)
async def test_page_of_a_former_user_decides(
    httpx_mock: HTTPXMock, answer: httpx.Response, verdict: Verdict | None
) -> None:
    known = a_gitlab()
    async with opened(
        httpx_mock, lambda request: answer if request.url.path == "/jane" else known(request), TOKEN
    ) as gitlab:
        checked = await gitlab.check(f"{HOME}/jane")
    found = checked.observations.get(f"{HOME}/jane")
    assert (found.verdict if found else None) is verdict
    assert found is None or verdict is not Verdict.MOVED or found.final_url == f"{HOME}/jane-doe"
    pages = [request for request in gitlab.requests if request.url.path == "/jane"]
    assert pages
    assert not any("authorization" in request.headers for request in pages)


async def test_failing_look_up_of_a_group_leaves_it_to_its_page(httpx_mock: HTTPXMock) -> None:
    url, known = f"{HOME}/acme/tools", a_gitlab()

    def answer(request: httpx.Request) -> httpx.Response:
        return FAULTS["502 as HTML"](request) if "/groups/" in request.url.path else known(request)

    async with opened(httpx_mock, answer, TOKEN) as gitlab:
        assert (await gitlab.check(url)).deferred == [url]


async def test_failure_of_one_project_loses_no_fact_of_another(httpx_mock: HTTPXMock) -> None:
    broken = {**NODE, "id": "gid://gitlab/Project/8", "fullPath": "acme/broken", "repository": None}
    error = {"message": "Gitaly is down", "path": ["projects", "nodes", 1, "repository", "tree"]}

    def answer(_: httpx.Request) -> httpx.Response:
        return reply({"data": {"projects": {"nodes": [NODE, broken]}}, "errors": [error]})

    whole, failed = f"{HOME}/acme/infra/tool", f"{HOME}/acme/broken"
    async with opened(httpx_mock, answer) as gitlab:
        found = (await gitlab.check(whole, failed)).observations
    facts, unknown = found[whole].repository, found[failed].repository
    assert facts is not None
    assert unknown is not None
    assert facts.facts.last_commit == datetime(2026, 11, 1, 8, tzinfo=UTC)
    assert "last_commit" not in facts.missing_fields
    assert {"last_commit", "empty", "default_branch"} <= unknown.missing_fields


async def test_project_marked_for_deletion_keeps_its_name(httpx_mock: HTTPXMock) -> None:
    url = f"{HOME}/acme/tool"
    moved = {"acme/tool": (7, "acme/tool-deletion_scheduled-7")}
    async with opened(httpx_mock, a_gitlab(moved=moved)) as gitlab:
        found = (await gitlab.check(url)).observations[url]
    assert (found.verdict, found.suggestion) == (Verdict.ALIVE, None)


async def test_server_that_sends_graphql_to_a_login_has_rest(httpx_mock: HTTPXMock) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/api/graphql":
            return httpx.Response(302, headers={"location": "/users/sign_in"})
        name = unquote(request.url.raw_path.decode().partition("?")[0]).removeprefix("/api/v4/projects/")
        return reply({"id": 1, "path_with_namespace": name, "star_count": 5})

    urls = [f"{HOME}/acme/tool-{number}" for number in range(20)]
    async with opened(httpx_mock, answer) as gitlab:
        found = (await gitlab.check(*urls)).observations
    assert {one.verdict for one in found.values()} == {Verdict.ALIVE}
    assert len(gitlab.requests) == 21


def test_forecast_of_licences_counts_projects_once() -> None:
    apis = Apis(
        cast("Fetch", None), FakeClock(), Access(gitlab=(ForgeAccess("gitlab.com", HOME),)), timedelta(1)
    )
    urls = ["acme/tool", "Acme/Tool", "acme/tool/-/blob/main/x.py", "acme", "groups/acme", "acme/infra/tool"]
    (estimate,) = GitLabLicenses(apis).estimate([f"{HOME}/{path}" for path in urls]).apis
    assert (estimate.host, estimate.requests) == ("gitlab.com", 2)
    assert GitLabLicenses(apis).estimate(["https://example.org/gitlab.com/a/b"]).apis == ()
