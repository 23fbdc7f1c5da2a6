"""Hugging Face: facts of models, renames, what is hidden, every refusal."""

from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime

import httpx
import pytest
from pytest_httpx import HTTPXMock

from lmsys_enrich.checkers.hugging_face.checker import HuggingFaceChecker
from lmsys_enrich.checkers.hugging_face.links import parse_link
from lmsys_enrich.model.finding import Verdict
from lmsys_enrich.settings.access import Access, ApiAccess
from tests.unit.checkers.services import FAULTS, Answer, Service, reply, service

HOME = "https://huggingface.co"
TOKEN = "hf_secret"  # noqa: S105 - a token for nothing
MODEL = {
    "id": "acme/large",
    "likes": 5,
    "downloads": 1000,
    "gated": "manual",
    "disabled": False,
    "createdAt": "2022-03-02T23:29:04.000Z",
    "lastModified": "2026-10-01T00:00:00.000Z",
    "pipeline_tag": "text-generation",
    "cardData": {"license": "other", "license_name": "acme-licence"},
    "tags": ["license:other"],
}
DISABLED = "Access to this resource is disabled."
PAPER = {"id": "2201.12023", "title": "Alpa:\n  Automating", "publishedAt": "2022-01-28T10:13:35.000Z"}


def a_hub(request: httpx.Request) -> httpx.Response:
    known = {
        "/api/models/acme/large": reply(MODEL),
        "/api/models/old/large": httpx.Response(307, headers={"location": "/api/models/acme/large"}),
        "/api/models/gpt2": httpx.Response(307, headers={"location": "/api/models/acme/large"}),
        "/api/datasets/acme/texts": reply({"id": "acme/texts", "likes": 1, "tags": ["license:mit"]}),
        "/api/spaces/acme/demo": reply({"id": "acme/demo", "likes": 2}),
        "/api/models/acme/bad": reply(
            {"error": "no"}, 403, x_error_message="Access to this resource is disabled."
        ),
        f"/api/collections/acme/best-{'0' * 24}": reply({"title": "Best", "slug": "x", "upvotes": 3}),
        "/api/papers/2201.12023": reply(PAPER),
        "/api/users/jane/overview": reply({"user": "jane"}),
        "/api/organizations/acme/overview": reply({"name": "acme"}),
    }
    if request.url.path in known:
        return known[request.url.path]
    if request.url.path.endswith("/overview"):
        return reply({"error": "This user does not exist"}, 404)
    return reply({"error": "Repository not found"}, 401, x_error_code="RepoNotFound")


def opened(
    httpx_mock: HTTPXMock, answer: Answer, token: str | None = None
) -> AbstractAsyncContextManager[Service]:
    access = Access(hugging_face=ApiAccess(HOME, token))
    return service(httpx_mock, HuggingFaceChecker, answer, access)


async def test_model_has_its_facts(httpx_mock: HTTPXMock) -> None:
    url = f"{HOME}/acme/large"
    async with opened(httpx_mock, a_hub, TOKEN) as hub:
        found = (await hub.check(url)).observations[url]
    assert found.model is not None
    facts = found.model.facts
    assert (found.verdict, found.reason) == (Verdict.ALIVE, "the model exists, gated")
    assert (facts.kind, facts.full_name, facts.likes, facts.downloads) == ("model", "acme/large", 5, 1000)
    assert (facts.license, facts.gated, facts.task) == ("acme-licence", True, "text-generation")
    assert (facts.created_at, facts.last_modified) == (None, datetime(2026, 10, 1, tzinfo=UTC))
    assert not found.model.missing_fields
    assert {request.headers["authorization"] for request in hub.requests} == {f"Bearer {TOKEN}"}


async def test_licences_of_a_model_are_all_read(httpx_mock: HTTPXMock) -> None:
    url = f"{HOME}/acme/large"
    body = reply({**MODEL, "cardData": {"license": ["mit", "apache-2.0"]}})
    async with opened(httpx_mock, lambda _: body) as hub:
        found = (await hub.check(url)).observations[url]
    assert found.model is not None
    assert found.model.facts.license == "mit, apache-2.0"


async def test_rename_is_known_by_a_temporary_redirect(httpx_mock: HTTPXMock) -> None:
    async with opened(httpx_mock, a_hub) as hub:
        found = (await hub.check(f"{HOME}/old/large", f"{HOME}/gpt2")).observations
    assert {one.verdict for one in found.values()} == {Verdict.MOVED}
    assert {one.final_url for one in found.values()} == {f"{HOME}/acme/large"}
    model = found[f"{HOME}/gpt2"].model
    assert model is not None
    assert model.facts.renamed_from == "gpt2"


async def test_data_sets_spaces_collections_and_accounts_are_known(httpx_mock: HTTPXMock) -> None:
    paths = ("datasets/acme/texts", "spaces/acme/demo", f"collections/acme/best-{'0' * 24}", "jane", "acme")
    urls = [f"{HOME}/{path}" for path in paths]
    async with opened(httpx_mock, a_hub) as hub:
        found = (await hub.check(*urls)).observations
    assert {one.verdict for one in found.values()} == {Verdict.ALIVE}
    models = [found[url].model for url in urls[:3]]
    assert [one and (one.facts.kind, one.facts.likes) for one in models] == [
        ("dataset", 1),
        ("space", 2),
        ("collection", 3),
    ]
    assert models[0] is not None
    assert models[0].facts.license == "mit"


async def test_page_of_a_renamed_account_decides(httpx_mock: HTTPXMock) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/api/organizations/before/overview":
            return httpx.Response(307, headers={"location": "/api/organizations/acme/overview"})
        return a_hub(request)

    async with opened(httpx_mock, answer) as hub:
        assert (await hub.check(f"{HOME}/before")).deferred == [f"{HOME}/before"]
        assert not hub.checker.obstacles


async def test_page_that_no_api_covers_has_its_models_verdict(httpx_mock: HTTPXMock) -> None:
    url = f"{HOME}/acme/large/community"
    async with opened(httpx_mock, a_hub) as hub:
        found = (await hub.check(url)).observations[url]
    assert (found.verdict, found.model) == (Verdict.ALIVE, None)
    assert "(community)" in found.reason


async def test_page_of_a_paper_has_its_title(httpx_mock: HTTPXMock) -> None:
    url = f"{HOME}/papers/2201.12023"
    async with opened(httpx_mock, a_hub) as hub:
        paper = (await hub.check(url)).observations[url].paper
    assert paper is not None
    assert (paper.facts.key, paper.facts.title, paper.facts.year) == (
        "arxiv:2201.12023",
        "Alpa: Automating",
        2022,
    )
    assert "citations" in paper.missing_fields


@pytest.mark.parametrize("token", [None, TOKEN])
async def test_hidden_model_is_for_its_page(httpx_mock: HTTPXMock, token: str | None) -> None:
    urls = [f"{HOME}/acme/gone", f"{HOME}/gone", f"{HOME}/datasets/a/b"]
    async with opened(httpx_mock, a_hub, token) as hub:
        checked = await hub.check(*urls)
        assert sorted(checked.deferred) == sorted(urls)
        assert hub.checker.obstacles == ()


async def test_disabled_model_is_alive(httpx_mock: HTTPXMock) -> None:
    url = f"{HOME}/acme/bad"
    async with opened(httpx_mock, a_hub) as hub:
        found = (await hub.check(url)).observations[url]
    assert found.model is not None
    assert (found.verdict, found.model.facts.disabled) == (Verdict.ALIVE, True)
    assert "likes" in found.model.missing_fields


async def test_bad_token_is_reported(httpx_mock: HTTPXMock) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return reply({"error": "Invalid credentials in Authorization header"}, 401)

    url = f"{HOME}/acme/large"
    async with opened(httpx_mock, answer, TOKEN) as hub:
        checked = await hub.check(url)
        (obstacle,) = hub.checker.obstacles
    assert checked.deferred == [url]
    assert "rejects the token" in obstacle.what
    assert "HF_TOKEN" in obstacle.hint


async def test_limit_is_waited_for_as_the_hub_says(httpx_mock: HTTPXMock) -> None:
    answers = [reply({"error": "slow"}, 429, ratelimit='"api";r=0;t=55'), reply(MODEL)]
    url = f"{HOME}/acme/large"
    async with opened(httpx_mock, lambda _: answers.pop(0)) as hub:
        checked = await hub.check(url)
    assert checked.observations[url].verdict is Verdict.ALIVE
    assert sum(hub.clock.slept) == 56


@pytest.mark.parametrize("fault", FAULTS)
async def test_no_fault_kills_a_model(httpx_mock: HTTPXMock, fault: str) -> None:
    paths = ("acme/large", "datasets/a/b", "spaces/a/b", f"collections/a/b-{'0' * 24}", "papers/2201.12023")
    urls = [f"{HOME}/{path}" for path in (*paths, "acme", "acme/large/blob/main/x", "acme/large/edit")]
    async with opened(httpx_mock, FAULTS[fault], TOKEN) as hub:
        checked = await hub.check(*urls)
        assert sorted(checked.deferred) == sorted(urls)
        assert {request.url.host for request in hub.requests} == {"huggingface.co"}
        assert not any(TOKEN in str(one) for one in hub.checker.obstacles)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/acme/large", ("model", "acme/large", None)),
        ("/acme/large/blob/main/README.md", ("model", "acme/large", "blob")),
        ("/gpt2", ("account", "gpt2", None)),
        ("/gpt2/tree/main", ("model", "gpt2", "tree")),
        ("/datasets/squad", ("dataset", "squad", None)),
        ("/datasets/squad/viewer", ("dataset", "squad/viewer", None)),
        ("/spaces/acme/demo/discussions/3", ("space", "acme/demo", "discussions")),
        (f"/collections/acme/best-{'0' * 24}", ("collection", f"acme/best-{'0' * 24}", None)),
        ("/collections/acme/best", None),
        (f"/collections/acme/⭐-{'0' * 24}", ("collection", f"acme/%E2%AD%90-{'0' * 24}", None)),
        ("/papers/2201.12023", ("paper", "2201.12023", None)),
        ("/papers/date/2026-01-01", None),
        ("/papers", None),
        ("/datasets", None),
        ("/spaces/acme", None),
        ("/docs/hub/index", None),
        ("/blog/acme/post", None),
        ("/", None),
        ("/acme/%0a", None),
    ],
)
def test_address_names_a_thing(path: str, expected: tuple[str, str, str | None] | None) -> None:
    link = parse_link(f"{HOME}{path}")
    assert (None if link is None else (link.kind.value, link.name, link.page)) == expected
    assert parse_link(f"https://huggingface.co.evil.example{path}") is None


@pytest.mark.parametrize(
    "message",
    [
        "Invalid credentials in Authorization header",
        'User Access Token "nightly" is expired',
        "Invalid token",
    ],
)
async def test_rejected_token_is_reported_and_used_no_more(httpx_mock: HTTPXMock, message: str) -> None:
    urls = [f"{HOME}/acme/large-{number}" for number in range(30)]
    async with opened(httpx_mock, lambda _: reply({"error": message}, 401), TOKEN) as hub:
        checked = await hub.check(*urls)
    assert sorted(checked.deferred) == sorted(urls)
    assert len(hub.requests) <= 4
    assert "rejects the token" in hub.checker.obstacles[0].what


async def test_quota_that_is_used_up_is_waited_for_before_a_refusal(httpx_mock: HTTPXMock) -> None:
    answers = [
        httpx.Response(
            200, json={**MODEL, "id": f"acme/m{number}"}, headers={"ratelimit": f'"api";r={left};t=55'}
        )
        for number, left in ((1, 0), (2, 499))
    ]
    async with opened(httpx_mock, lambda request: answers[int(request.url.path[-1]) - 1]) as hub:
        await hub.check(f"{HOME}/acme/m1")
        before = hub.clock.elapsed
        await hub.check(f"{HOME}/acme/m2")
    assert before == 0
    assert hub.clock.elapsed >= 55


async def test_field_that_the_hub_does_not_know_costs_no_fact(httpx_mock: HTTPXMock) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return reply({"error": "Invalid option"}, 400) if request.url.params else reply(MODEL)

    url = f"{HOME}/acme/large"
    async with opened(httpx_mock, answer) as hub:
        found = (await hub.check(url)).observations[url]
    assert found.model is not None
    assert (found.verdict, found.model.facts.likes) == (Verdict.ALIVE, 5)
