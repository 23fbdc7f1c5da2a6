"""Forgejo: repositories one by one, renames by 307, pages below, every refusal."""

from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime

import httpx
import pytest
from pytest_httpx import HTTPXMock

from lmsys_enrich.checkers.forgejo import ForgejoChecker, parse_link
from lmsys_enrich.model.finding import Verdict
from lmsys_enrich.settings.access import Access, ForgeAccess
from tests.unit.checkers.services import FAULTS, Answer, Service, reply, service

HOME = "https://codeberg.org"
TOKEN = "secret"  # noqa: S105 - a token for nothing
TOOL = {
    "id": 9,
    "full_name": "acme/tool",
    "stars_count": 4,
    "forks_count": 1,
    "archived": True,
    "archived_at": "2026-01-01T00:00:00Z",
    "default_branch": "main/x",
    "description": "A tool",
    "website": "",
    "language": "Go",
    "topics": ["forge"],
    "mirror": False,
    "fork": False,
    "template": False,
    "empty": False,
}
HEAD = {"name": "main/x", "commit": {"timestamp": "2026-11-01T10:00:00+02:00"}}


def a_forgejo(request: httpx.Request) -> httpx.Response:
    path = request.url.raw_path.decode().removeprefix("/api/v1")
    known = {
        "/repos/acme/tool": reply(TOOL),
        "/repos/acme/tool/branches/main%2Fx": reply(HEAD),
        "/repos/old/tool": httpx.Response(307, headers={"location": "/api/v1/repos/acme/tool"}),
        "/users/acme": reply({"login": "acme"}),
        "/users/before": httpx.Response(307, headers={"location": "/api/v1/users/acme"}),
    }
    missing = {"message": "The target couldn't be found.", "url": "https://codeberg.org/api/swagger"}
    return known.get(path) or reply(missing, 404)


def opened(
    httpx_mock: HTTPXMock, answer: Answer, token: str | None = None
) -> AbstractAsyncContextManager[Service]:
    access = Access(forgejo=(ForgeAccess("codeberg.org", HOME, token),))
    return service(httpx_mock, lambda apis: ForgejoChecker(apis, access.forgejo[0]), answer, access)


async def test_repository_has_its_facts(httpx_mock: HTTPXMock) -> None:
    url = f"{HOME}/acme/tool"
    async with opened(httpx_mock, a_forgejo, TOKEN) as forgejo:
        found = (await forgejo.check(url)).observations[url]
    assert found.repository is not None
    facts = found.repository.facts
    assert (found.verdict, found.reason) == (Verdict.ALIVE, "the repository exists, archived")
    assert (facts.forge, facts.software, facts.id, facts.stars) == ("codeberg.org", "forgejo", 9, 4)
    assert facts.archived_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert facts.last_commit == datetime(2026, 11, 1, 8, tzinfo=UTC)
    assert "license" in found.repository.missing_fields
    assert {request.headers["authorization"] for request in forgejo.requests} == {f"token {TOKEN}"}


async def test_rename_is_known_by_a_temporary_redirect(httpx_mock: HTTPXMock) -> None:
    urls = [f"{HOME}/old/tool", f"{HOME}/old/tool/activity", f"{HOME}/before"]
    async with opened(httpx_mock, a_forgejo) as forgejo:
        found = (await forgejo.check(*urls)).observations
    assert {one.verdict for one in found.values()} == {Verdict.MOVED}
    assert [found[url].final_url for url in urls] == [
        f"{HOME}/acme/tool",
        f"{HOME}/acme/tool/activity",
        f"{HOME}/acme",
    ]


async def test_forgejo_below_a_path_has_its_links_there(httpx_mock: HTTPXMock) -> None:
    site = "https://example.org/git"
    urls = [f"{site}/acme/tool", f"{site}/old/tool/activity", f"{site}/acme"]

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.path.startswith("/git/api/")
        found = a_forgejo(httpx.Request("GET", str(request.url).replace("/git", "", 1)))
        if target := found.headers.get("location"):
            found.headers["location"] = f"/git{target}"
        return found

    forge = ForgeAccess("example.org", site)
    access = Access(forgejo=(forge,))
    async with service(httpx_mock, lambda apis: ForgejoChecker(apis, forge), answer, access) as forgejo:
        found = (await forgejo.check(*urls)).observations
        assert not forgejo.checker.claims("https://example.org/acme/tool")
    assert [found[url].final_url for url in urls] == [urls[0], f"{site}/acme/tool/activity", urls[2]]


async def test_missing_repository_and_owner_are_dead(httpx_mock: HTTPXMock) -> None:
    urls = [f"{HOME}/acme/gone", f"{HOME}/gone"]
    async with opened(httpx_mock, a_forgejo) as forgejo:
        found = (await forgejo.check(*urls)).observations
    assert {one.verdict for one in found.values()} == {Verdict.DEAD}


async def test_page_below_a_repository_is_proved_by_itself(httpx_mock: HTTPXMock) -> None:
    file, wiki = f"{HOME}/acme/tool/src/branch/main/x", f"{HOME}/acme/tool/wiki"
    async with opened(httpx_mock, a_forgejo) as forgejo:
        checked = await forgejo.check(file, wiki)
    assert (checked.deferred, checked.observations[wiki].verdict) == ([file], Verdict.ALIVE)


async def test_page_of_an_account_is_proved_by_itself(httpx_mock: HTTPXMock) -> None:
    package = f"{HOME}/acme/-/packages/container/tool"
    async with opened(httpx_mock, a_forgejo) as forgejo:
        assert (await forgejo.check(package)).deferred == [package]


async def test_moved_page_keeps_its_query(httpx_mock: HTTPXMock) -> None:
    url = f"{HOME}/old/tool/activity?period=weekly"
    async with opened(httpx_mock, a_forgejo) as forgejo:
        found = (await forgejo.check(url)).observations[url]
    assert found.final_url == f"{HOME}/acme/tool/activity?period=weekly"


@pytest.mark.parametrize(
    ("licenses", "license_"), [(["MIT"], "MIT"), (["Apache-2.0", "MIT"], "Apache-2.0, MIT"), ([], None)]
)
async def test_licence_of_gitea_is_read(
    httpx_mock: HTTPXMock, licenses: list[str], license_: str | None
) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return reply({**TOOL, "empty": True, "licenses": licenses})

    url = f"{HOME}/acme/tool"
    async with opened(httpx_mock, answer) as forgejo:
        found = (await forgejo.check(url)).observations[url]
    assert found.repository is not None
    assert (found.repository.facts.license, len(forgejo.requests)) == (license_, 1)


@pytest.mark.parametrize(
    "zero", ["0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "1970-01-01T01:00:00+01:00"]
)
async def test_archiving_without_a_time_has_none(httpx_mock: HTTPXMock, zero: str) -> None:
    url = f"{HOME}/acme/tool"
    body = reply({**TOOL, "empty": True, "archived": True, "archived_at": zero})
    async with opened(httpx_mock, lambda _: body) as forgejo:
        found = (await forgejo.check(url)).observations[url]
    assert found.repository is not None
    assert (found.repository.facts.archived, found.repository.facts.archived_at) == (True, None)


async def test_repository_without_a_branch_is_one_request(httpx_mock: HTTPXMock) -> None:
    url = f"{HOME}/acme/tool"
    async with opened(httpx_mock, lambda _: reply({**TOOL, "default_branch": ""})) as forgejo:
        assert (await forgejo.check(url)).observations[url].verdict is Verdict.ALIVE
        assert len(forgejo.requests) == 1


@pytest.mark.parametrize("fault", FAULTS)
async def test_no_fault_kills_a_repository(httpx_mock: HTTPXMock, fault: str) -> None:
    urls = [f"{HOME}/acme/tool", f"{HOME}/acme", f"{HOME}/acme/tool/wiki"]
    async with opened(httpx_mock, FAULTS[fault], TOKEN) as forgejo:
        checked = await forgejo.check(*urls)
        assert sorted(checked.deferred) == sorted(urls)
        assert forgejo.checker.obstacles
        assert {request.url.host for request in forgejo.requests} == {"codeberg.org"}


@pytest.mark.parametrize("fault", FAULTS)
async def test_fault_of_the_last_commit_keeps_the_others(httpx_mock: HTTPXMock, fault: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return FAULTS[fault](request) if "branches" in request.url.path else a_forgejo(request)

    url = f"{HOME}/acme/tool"
    async with opened(httpx_mock, answer, TOKEN) as forgejo:
        found = (await forgejo.check(url)).observations[url]
    assert found.repository is not None
    assert "last_commit" in found.repository.missing_fields
    assert (found.verdict, found.repository.facts.stars) == (Verdict.ALIVE, 4)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/acme", ("acme", None)),
        ("/acme/tool.git", ("acme/tool", None)),
        ("/acme/tool/src/branch/main", ("acme/tool", "src")),
        ("/explore/repos", None),
        ("/user/login", None),
        ("/acme.rss", None),
        ("/acme/tool.rss", None),
        ("/acme/tool.wiki.git", None),
        ("/acme/-/packages/container/x", ("acme", "-")),
        ("/.well-known/x", None),
        ("/", None),
        ("/a/..%2f", None),
    ],
)
def test_address_names_a_repository(path: str, expected: tuple[str, str | None] | None) -> None:
    link = parse_link(f"{HOME}{path}", "codeberg.org")
    assert (None if link is None else (link.path, link.page)) == expected
    assert parse_link(f"https://acme.codeberg.page{path}", "codeberg.org") is None
