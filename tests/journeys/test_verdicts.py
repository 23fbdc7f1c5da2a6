"""Verdicts: behaviour of real servers that leads to each one, and behaviour that never does."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from lmsys_enrich.simulation.server import Misdeed, Received, Response, Sent
from lmsys_enrich.simulation.world import SimulatedRepository, World
from tests.builders import day
from tests.journeys.conftest import Serve, ServeGitHub
from tests.journeys.program import NOT_FOUND, Pages, Program, to

HTML = {"content-type": "text/html"}
OK = Sent(200, HTML, b"<title>A page</title>")
WALL = Sent(
    503, {**HTML, "server": "cloudflare", "cf-mitigated": "challenge"}, b"<title>Just a moment...</title>"
)


def _chain(length: int, status: int = 301) -> dict[str, Response | Sequence[Response]]:
    return {**{f"/{n}": to(f"/{n + 1}", status) for n in range(length)}, f"/{length}": OK}


CASES: list[tuple[str, Mapping[str, Response | Sequence[Response]], str, str]] = [
    ("an answer", {"/x": OK}, "alive", ""),
    ("an answer without a body", {"/x": Sent(204)}, "alive", ""),
    ("a part of the page", {"/x": Sent(206, HTML, b"x")}, "alive", ""),
    ("a temporary redirect", {"/x": to("/y", 302), "/y": OK}, "alive", ""),
    ("another temporary redirect", {"/x": to("/y", 307), "/y": OK}, "alive", ""),
    ("a temporary redirect on the way", {"/x": to("/y"), "/y": to("/z", 302), "/z": OK}, "alive", ""),
    ("a permanent redirect", {"/x": to("/y"), "/y": OK}, "moved", "/y"),
    ("another permanent redirect", {"/x": to("/y", 308), "/y": OK}, "moved", "/y"),
    ("two permanent redirects", {"/x": to("/y"), "/y": to("/z", 308), "/z": OK}, "moved", "/z"),
    ("404", {"/x": NOT_FOUND}, "dead", ""),
    ("410", {"/x": Sent(410)}, "dead", ""),
    ("451", {"/x": Sent(451)}, "dead", ""),
    ("a redirect to nothing", {"/x": to("/y"), "/y": NOT_FOUND}, "dead", ""),
    ("500", {"/x": Sent(500)}, "failing", ""),
    ("502", {"/x": Sent(502)}, "failing", ""),
    ("503", {"/x": Sent(503)}, "failing", ""),
    ("429", {"/x": Sent(429)}, "failing", ""),
    ("a broken connection", {"/x": Misdeed.RESET}, "failing", ""),
    ("garbage", {"/x": Misdeed.GARBAGE}, "failing", ""),
    ("a redirect loop", {"/x": to("/y"), "/y": to("/x")}, "failing", ""),
    ("a redirect without a target", {"/x": Sent(301)}, "failing", ""),
    ("a redirect to the home page", {"/x": to("/"), "/": OK}, "failing", ""),
    ("401", {"/x": Sent(401)}, "guarded", ""),
    ("403", {"/x": Sent(403)}, "guarded", ""),
    ("406", {"/x": Sent(406)}, "guarded", ""),
    ("999", {"/x": Sent(999)}, "guarded", ""),
    ("a wall in front of the site", {"/x": WALL}, "guarded", ""),
    ("a redirect to a login", {"/x": to("/login?next=/x", 302), "/login": OK}, "guarded", ""),
    ("HEAD refused", {"/x": [Sent(405), OK]}, "alive", ""),
    ("HEAD not known", {"/x": [NOT_FOUND, OK]}, "alive", ""),
    ("HEAD guarded", {"/x": [Sent(403), OK]}, "alive", ""),
    ("a bad moment", {"/x": [Sent(500), OK]}, "alive", ""),
    ("a moment of 429", {"/x": [Sent(429, {"retry-after": "0"}), OK]}, "alive", ""),
]


@pytest.mark.parametrize(("pages", "verdict", "suggested"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_a_website_gives_this_verdict(
    program: Program,
    serve: Serve,
    pages: Mapping[str, Response | Sequence[Response]],
    verdict: str,
    suggested: str,
) -> None:
    site = serve(Pages(pages))
    program.write_list(f"{site.url}/x")
    retries = "1" if isinstance(pages["/x"], Sequence) else "0"
    ended = program.run("--retries", retries, "--fail-on", "none")
    assert ended.code == 0
    link = program.link(f"{site.url}/x")
    assert link["verdict"] == verdict, link["reason"]
    assert link["reason"]
    suggestion = link["suggestion"]
    assert (suggestion or {}).get("url", "") == (f"{site.url}{suggested}" if suggested else "")


@pytest.mark.parametrize(("length", "verdict"), [(10, "moved"), (11, "failing")])
def test_ten_hops_are_followed(program: Program, serve: Serve, length: int, verdict: str) -> None:
    site = serve(Pages(_chain(length)))
    program.write_list(f"{site.url}/0")
    program.run()
    assert program.link(f"{site.url}/0")["verdict"] == verdict


def test_silence_is_failing_when_its_time_is_out(program: Program, serve: Serve) -> None:
    site = serve(Pages({"/x": Misdeed.SILENCE}))
    program.write_list(f"{site.url}/x")
    program.run("--timeout", "0.2", "--retries", "0")
    assert program.link(f"{site.url}/x")["verdict"] == "failing"


def test_failure_that_is_not_the_pages_is_never_a_death(program: Program, serve: Serve) -> None:
    site = serve(Pages({"/soft": to("/"), "/": OK, "/guarded": Sent(403)}))
    program.write_list(f"{site.url}/soft", f"{site.url}/guarded")
    for number in range(1, 8):
        program.night = day(number)
        program.run("--refresh")
    assert program.verdicts() == {f"{site.url}/soft": "failing", f"{site.url}/guarded": "guarded"}
    assert program.link(f"{site.url}/soft")["failures"] == 7


def test_dead_after_says_how_many_days(program: Program, serve: Serve) -> None:
    site = serve(Pages({"/x": Sent(500)}))
    program.write_list(f"{site.url}/x")
    program.run("--retries", "0", "--dead-after", "1")
    assert program.link(f"{site.url}/x")["verdict"] == "dead"


def test_per_host_limits_the_requests_at_once(program: Program, serve: Serve) -> None:
    async def slowly(received: Received) -> Response:
        del received
        await asyncio.sleep(0.01)
        return OK

    site = serve(slowly)
    program.write_list(*(f"{site.url}/{number}" for number in range(40)))
    program.run("--per-host", "3")
    assert site.busiest == 3


HUB = "https://github.com"
FORGE: list[tuple[str, str, str]] = [
    ("alpa", "alive", "exists"),
    ("alpa/", "alive", "exists"),
    ("alpa.git", "alive", "exists"),
    ("alpa/wiki", "alive", "repository"),
    ("alpa/actions", "alive", "repository"),
    ("alpa/blob/main/README.md", "alive", ""),
    ("alpa/blob/main/none.md", "dead", ""),
    ("alpa/tree/main/docs", "alive", ""),
    ("alpa/issues/1", "alive", ""),
    ("alpa/issues/404", "dead", ""),
    ("alpa/pull/2", "alive", ""),
    ("alpa/releases/tag/v1", "alive", ""),
    ("alpa/releases/tag/v9", "dead", ""),
    ("never", "dead", ""),
    ("blocked", "dead", ""),
    ("former", "moved", ""),
    ("former/blob/main/README.md", "moved", ""),
]


def test_github_gives_these_verdicts_in_few_requests(program: Program, serve_github: ServeGitHub) -> None:
    alpa = SimulatedRepository(
        name="acme/alpa",
        id=1,
        committed_at=day(1),
        files=("README.md", "docs/a.md"),
        issues=(1,),
        pulls=(2,),
        releases={"v1": day(1)},
        was=("acme/former",),
    )
    shut = SimulatedRepository(name="acme/blocked", id=2, fate="blocked")
    _, server = serve_github(World((alpa, shut), {"acme": "Organization"}))
    urls = {f"{HUB}/acme/{path}": (verdict, reason) for path, verdict, reason in FORGE}
    program.write_list(*urls, f"{HUB}/acme", f"{HUB}/nobody-at-all")
    program.run()
    links = {
        link["url"]: link for entry in program.json("enriched.json")["entries"] for link in entry["links"]
    }
    verdicts = {url: links[url]["verdict"] for url in urls}
    assert verdicts == {url: verdict for url, (verdict, _) in urls.items()}
    assert all(reason in links[url]["reason"] for url, (_, reason) in urls.items())
    assert links[f"{HUB}/acme"]["verdict"] == "alive"
    assert links[f"{HUB}/nobody-at-all"]["verdict"] == "dead"
    assert [received.path for received in server.log].count("/graphql") <= 2


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"archived_at": day(1)}, {"archived": True, "archived_at": "2026-11-01T02:00:00Z"}),
        ({"disabled": True}, {"disabled": True}),
        ({"locked": True}, {"locked": True}),
        ({"mirror": True}, {"mirror": True}),
        ({"fork": True}, {"fork": True}),
        ({"template": True}, {"template": True}),
        ({"branch": None}, {"empty": True, "last_commit": None}),
        ({"license": None}, {"license": None}),
        ({"license": "NOASSERTION"}, {"license": "other"}),
        ({"license": "MIT"}, {"license": "MIT"}),
        ({"committed_at": day(1), "pushed_at": day(9)}, {"last_commit": "2026-11-01T02:00:00Z"}),
        (
            {"releases": {"v1": day(1)}},
            {"latest_release": {"tag": "v1", "published_at": "2026-11-01T02:00:00Z"}},
        ),
    ],
)
def test_a_repository_is_alive_with_its_flags_among_its_facts(
    program: Program, serve_github: ServeGitHub, facts: dict[str, object], expected: dict[str, object]
) -> None:
    given: dict[str, object] = {"name": "acme/tool", "id": 1, "committed_at": day(1), **facts}
    serve_github(World((SimulatedRepository(**given),), {"acme": "Organization"}))  # type: ignore[arg-type]
    program.write_list(f"{HUB}/acme/tool")
    program.run()
    [entry] = program.json("enriched.json")["entries"]
    assert entry["links"][0]["verdict"] == "alive"
    assert {name: entry["github"][name] for name in expected} == expected


def test_fragments_of_pages_are_noted(program: Program, serve: Serve) -> None:
    page = Sent(200, {"content-type": "text/html"}, b'<h1 id="use">Use</h1>')
    site = serve(Pages({"/": page}))
    program.write_list(f"{site.url}/#use", f"{site.url}/#gone")
    ended = program.run("--fragments")
    assert (ended.code, ended.summary["alive"]) == (0, 1)
    reasons = [
        link["reason"] for entry in program.json("enriched.json")["entries"] for link in entry["links"]
    ]
    assert set(reasons) == {"200 OK; its HTML has no #gone"}
    assert [received.method for received in site.log] == ["HEAD", "GET"]


def test_credentials_of_redirects_are_in_no_output(program: Program, serve: Serve) -> None:
    steps = {
        "/x": to("/a;jsessionid=S3CRET123", 302),
        "/a;jsessionid=S3CRET123": to("/b?PHPSESSID=S3CRET123", 302),
        "/b": OK,
    }
    site = serve(Pages(steps))
    program.write_list(f"{site.url}/x")
    assert program.run().summary["alive"] == 1
    assert not [name for name, content in program.outputs().items() if b"S3CRET123" in content]
