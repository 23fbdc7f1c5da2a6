"""Bad nights of websites, through the real command line; `docs/reliability.md` is made from this table."""

import socket
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from email.utils import formatdate
from time import time

import pytest
from anyio.from_thread import BlockingPortal

from lmsys_enrich.simulation.server import Response, Sent, Server
from lmsys_enrich.simulation.world import SimulatedRepository, World
from tests.builders import day
from tests.golden import ROOT
from tests.journeys.conftest import Serve, ServeGitHub
from tests.journeys.program import Pages, Program, to
from tests.reliability import strange_servers as strange
from tests.reliability.document import assert_documented
from tests.reliability.github_faults import unicorn
from tests.reliability.names import UNANSWERED, UNKNOWN, NameServer
from tests.reliability.strange_servers import Certificates, Conversation, StrangeServer, strange_server

HTML = {"content-type": "text/html"}
OK = Sent(200, HTML, b"<title>A page</title>")
StartStrange = Callable[[Conversation, ssl.SSLContext | None], StrangeServer]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> NameServer:
    """The name server that the program asks."""
    server = NameServer()
    monkeypatch.setattr(socket, "getaddrinfo", server)
    return server


@pytest.fixture
def start_strange(portal: BlockingPortal) -> Iterator[StartStrange]:
    """Starts a strange server that stops when the test ends."""
    with ExitStack() as stack:
        yield lambda converse, tls: stack.enter_context(
            portal.wrap_async_context_manager(strange_server(converse, tls))
        )


@pytest.fixture
def sound(program: Program, serve: Serve, names: NameServer) -> str:
    """A site that is well, beside those that are not."""
    del names
    site = serve(Pages({"/": OK}))
    program.environ["NO_PROXY"] = "*"
    return f"http://sound.example:{site.port}/"


@dataclass(frozen=True)
class Case:
    """What a site does, and what must come of it; `requests` is the most that may be sent to it."""

    name: str
    does: Conversation | Mapping[str, Response | Sequence[Response]]
    verdict: str
    requests: int = 2
    argv: Sequence[str] = ("--retries", "0")


RETRY = ("--retries", "1")
IMPATIENT = ("--timeout", "0.3", "--retries", "0")
CHAIN = {**{f"/{n}": to(f"/{n + 1}") for n in range(30)}, "/x": to("/0")}
IN_YEARS = Sent(429, {"retry-after": "99999999"})
IN_A_DAY = Sent(429, {"retry-after": "86400"})
IN_AN_HOUR = Sent(
    503,
    {"date": formatdate(time(), usegmt=True), "retry-after": formatdate(time() + 3600, usegmt=True)},
)
CASES = [
    Case("breaks off before the headers", strange.resets, "failing"),
    Case("breaks off within the headers", strange.resets_within_headers, "failing"),
    Case("breaks off within the body", strange.resets_within_body, "alive"),
    Case("garbage in the place of HTTP", strange.says(b"\x00\x01 what is this\r\n\r\n"), "failing"),
    Case("says nothing until the time is out", strange.silent, "failing", argv=IMPATIENT),
    Case("a body that never ends", strange.endless_body, "alive"),
    Case("a compressed bomb", strange.bomb, "alive"),
    Case("headers that never end", strange.endless_headers, "failing"),
    Case("10,000 cookies", strange.many_cookies, "alive"),
    Case("500, once", {"/x": [Sent(500), OK]}, "alive"),
    Case("500, always", {"/x": Sent(500)}, "failing"),
    Case("404 for HEAD alone", {"/x": [Sent(404), OK]}, "alive"),
    Case("404", {"/x": Sent(404)}, "dead"),
    Case("a redirect loop", {"/x": to("/y"), "/y": to("/x")}, "failing", requests=4),
    Case("a chain of 30 redirects", CHAIN, "failing", requests=24),
    Case("a redirect to ftp:", {"/x": to("ftp://site.example/x")}, "skipped"),
    Case("a redirect to javascript:", {"/x": to("javascript:alert(1)")}, "skipped"),
    Case("a redirect to file:", {"/x": to("file:///etc/passwd")}, "skipped"),
    Case("a redirect to no address", {"/x": to("http://[::1")}, "failing"),
    Case("everything redirects to the home page", {"/x": to("/"), "/": OK}, "failing", requests=4),
    Case("429, `Retry-After: 0`, once", {"/x": [Sent(429, {"retry-after": "0"}), OK]}, "alive", argv=RETRY),
    Case("429, always", {"/x": Sent(429)}, "failing", requests=2),
    Case("429, `Retry-After` of years, once", {"/x": [IN_YEARS, OK]}, "alive", argv=RETRY),
    Case("429, `Retry-After` of a day", {"/x": IN_A_DAY}, "unchecked", requests=1, argv=RETRY),
    Case("503, `Retry-After` a date in an hour", {"/x": IN_AN_HOUR}, "unchecked", requests=1, argv=RETRY),
    Case("503, `Retry-After` no date at all", {"/x": [Sent(503, {"retry-after": "soon"}), OK]}, "alive"),
    Case(
        "a wall of Cloudflare's",
        {"/x": Sent(403, {**HTML, "cf-mitigated": "challenge"})},
        "guarded",
    ),
    Case("a login", {"/x": to("/login", 302), "/login": OK}, "guarded", requests=4),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_bad_night_of_a_website(
    program: Program, serve: Serve, start_strange: StartStrange, sound: str, case: Case
) -> None:
    if isinstance(case.does, Mapping):
        site: Server | StrangeServer = serve(Pages(case.does))
    else:
        site = start_strange(case.does, None)
    port = site.port
    url = f"http://site.example:{port}/x"
    program.write_list(sound, url)
    ended = program.run("--fail-on", "none", *case.argv)
    assert ended.code == 0
    assert ended.summary["alive"] == 1 + (case.verdict == "alive")
    assert program.link(url)["verdict"] == case.verdict, program.link(url)["reason"]
    assert len(site.log if isinstance(site, Server) else site.asked) <= case.requests
    assert ended.summary["traffic"]["seconds"] < 5


@pytest.mark.parametrize(("answer", "verdict", "tasks"), [(UNKNOWN, "dead", 2), (UNANSWERED, "failing", 2)])
def test_a_name_is_dead_only_if_a_name_server_says_so_twice(
    program: Program, names: NameServer, sound: str, answer: OSError, verdict: str, tasks: int
) -> None:
    names.special = {"gone.example": answer}
    urls = [f"http://gone.example/{n}" for n in range(3)]
    program.write_list(sound, *urls)
    program.run("--retries", "0")
    assert {program.link(url)["verdict"] for url in urls} == {verdict}
    assert names.asked.count("gone.example") == tasks
    assert names.asked.count("sound.example") == 1


def test_a_refused_connection_is_failing(program: Program, sound: str) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://closed.example:{closed.getsockname()[1]}/"
        program.write_list(sound, url)
        program.run("--retries", "0")
    assert program.link(url)["verdict"] == "failing"
    assert "refused" in program.link(url)["reason"]


@pytest.mark.parametrize(
    ("certificate", "verdict"),
    [
        (lambda made: made.good("site.example"), "alive"),
        (lambda made: made.expired("site.example"), "failing"),
        (lambda made: made.good("another.example"), "failing"),
        (lambda made: made.self_signed("site.example"), "failing"),
    ],
    ids=["good", "expired", "for another name", "self-signed"],
)
def test_certificates(
    program: Program,
    sound: str,
    start_strange: StartStrange,
    certificate: Callable[[Certificates], ssl.SSLContext],
    verdict: str,
) -> None:
    made = Certificates()
    program.environ["SSL_CERT_FILE"] = made.trusted(program.folder)
    good = strange.says(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
    url = f"https://site.example:{start_strange(good, certificate(made)).port}/"
    program.write_list(sound, url)
    program.run("--retries", "0")
    assert program.link(url)["verdict"] == verdict, program.link(url)["reason"]


@dataclass(frozen=True)
class FetchError:
    """What is wrong with our own network; every link was alive on the night before."""

    name: str
    names: NameServer
    page: Response = OK
    environ: Mapping[str, str] = field(default_factory=dict)


OURSELVES = [
    FetchError(
        "no name can be looked up: not answered",
        NameServer({f"s{n}.example": UNANSWERED for n in range(4)}, UNANSWERED),
    ),
    FetchError(
        "no name can be looked up: said not to exist",
        NameServer({f"s{n}.example": UNKNOWN for n in range(4)}),
    ),
    FetchError(
        "no connection comes about",
        NameServer({f"s{n}.example": "127.255.0.9" for n in range(4)}, "127.255.0.9"),
    ),
    FetchError(
        "a captive portal leads every page to its own", NameServer(), to("http://portal.invalid/login", 302)
    ),
    FetchError("a proxy that answers everything with 502", NameServer(), Sent(502)),
    FetchError("a network that wants a login (511)", NameServer(), Sent(511)),
]


@pytest.mark.parametrize("trouble", OURSELVES, ids=lambda trouble: trouble.name)
def test_our_own_network_is_told_from_links_that_are_gone(
    program: Program, serve: Serve, monkeypatch: pytest.MonkeyPatch, trouble: FetchError
) -> None:
    pages: dict[str, Response] = {"/": OK}
    site = serve(Pages(pages))
    urls = [f"http://s{n}.example:{site.port}/" for n in range(4)]
    program.write_list(*urls)
    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", NameServer())
        assert program.run().code == 0
    monkeypatch.setattr(socket, "getaddrinfo", trouble.names)
    pages["/"] = trouble.page
    program.night = day(20)
    ended = program.run("--retries", "0")
    assert ended.code == 3
    assert ended.summary["unchecked"] == 4
    assert "nothing was called dead" in ended.summary["obstacles"][0]["hint"]
    assert {program.link(url)["last_verdict"] for url in urls} == {"alive"}
    assert {program.link(url)["checked_at"] for url in urls} == {"2026-11-01T02:00:00Z"}


def test_what_stands_in_the_way_is_told_once_by_whoever_meets_it(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", NameServer(others=UNANSWERED))
    program.write_list("https://nowhere.invalid/", "https://github.com/acme/a/wiki")
    ended = program.run("--retries", "0", "--patience", "0.1s")
    assert ended.code == 3
    told = [obstacle["what"] for obstacle in ended.summary["obstacles"]]
    assert len([what for what in told if what.startswith("No host name")]) == 1
    assert len([what for what in told if what.startswith("pages of GitHub")]) <= 1


def test_github_down_while_websites_live(program: Program, serve_github: ServeGitHub, sound: str) -> None:
    github, _ = serve_github(World((SimulatedRepository(name="acme/a", id=1, stars=5),)))
    program.write_list("https://github.com/acme/a", sound)
    program.run()
    github.lasting = unicorn()
    program.night = day(20)
    ended = program.run("--patience", "0.1s")
    assert (ended.code, ended.summary["alive"], ended.summary["unchecked"]) == (3, 1, 1)
    assert program.json("enriched.json")["entries"][0]["github"]["stars"] == 5


def test_the_document_tells_what_is_tested() -> None:
    path = ROOT / "docs" / "reliability.md"
    rows = [(case.name, f"`{case.verdict}`", str(case.requests)) for case in CASES]
    assert_documented(path, "websites", ("What the website does", "Verdict", "Requests at most"), rows)
    ours = [(trouble.name, "`unchecked`, all facts kept", "3") for trouble in OURSELVES]
    assert_documented(
        path, "ourselves", ("What is wrong with us", "Verdict of every link", "Exit code"), ours
    )
