"""Faults of websites, through the real command line; `docs/reliability.md` is made from this table."""

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
    """DNS of the program."""
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
    """Behaviour of a site and the verdict of its link; `requests` is the most that may be sent to it."""

    name: str
    does: Conversation | Mapping[str, Response | Sequence[Response]]
    verdict: str
    requests: int = 2
    argv: Sequence[str] = ("--retries", "0")
    path: str = "/x"


SOUND = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
WALL = "<html><head><title>Just a moment...</title></head></html>"
RETRY = ("--retries", "1")
IMPATIENT = ("--timeout", "0.3", "--retries", "0")
CHAIN = {**{f"/{n}": to(f"/{n + 1}") for n in range(30)}, "/x": to("/0")}
IN_YEARS = Sent(429, {"retry-after": "99999999"})
IN_DIGITS = Sent(429, {"retry-after": "9" * 30})
IN_A_DAY = Sent(429, {"retry-after": "86400"})
IN_AN_HOUR = Sent(
    503,
    {"date": formatdate(time(), usegmt=True), "retry-after": formatdate(time() + 3600, usegmt=True)},
)
CASES = [
    Case("breaks off before the headers", strange.resets, "failing"),
    Case("breaks off within the headers", strange.resets_within_headers, "failing"),
    Case("breaks off within the body", strange.resets_within_body, "alive"),
    Case("garbage instead of HTTP", strange.says(b"\x00\x01 what is this\r\n\r\n"), "failing"),
    Case("sends nothing before the time-out", strange.silent, "failing", argv=IMPATIENT),
    Case("a line of `PHP Warning:` before the head", strange.says(b"PHP Warning: x\r\n" + SOUND), "alive"),
    Case(
        "a space before each colon", strange.says(b"HTTP/1.1 200 OK\r\nContent-Length : 0\r\n\r\n"), "alive"
    ),
    Case("103, then the page", strange.says(b"HTTP/1.1 103 Early Hints\r\n\r\n" + SOUND), "alive"),
    Case("103 without end", strange.says(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100), "failing"),
    Case("a body that never ends", strange.endless_body, "alive"),
    Case("chunk extensions without end", strange.endless_extensions, "alive"),
    Case("empty compressed members without end", strange.endless_padding, "alive"),
    Case("a compressed bomb", strange.bomb, "alive"),
    Case("headers that never end", strange.endless_headers, "failing"),
    Case("10,000 cookies", strange.many_cookies, "alive"),
    Case("500, once", {"/x": [Sent(500), OK]}, "alive"),
    Case("500, always", {"/x": Sent(500)}, "failing"),
    Case("404 only for HEAD", {"/x": [Sent(404), OK]}, "alive"),
    Case("a redirect to its error page, only for HEAD", {"/x": [to("/404"), OK]}, "alive", requests=3),
    Case("404", {"/x": Sent(404)}, "dead"),
    Case("400", {"/x": Sent(400)}, "failing"),
    *(Case(str(status), {"/x": Sent(status)}, "guarded") for status in (401, 403, 405, 412, 415, 418, 999)),
    Case("a permanent redirect", {"/x": to("/y"), "/y": OK}, "moved", requests=4),
    Case("a temporary redirect", {"/x": to("/y", 302), "/y": OK}, "alive", requests=4),
    Case("a redirect with a backslash", {"/x": to("\\y"), "/y": OK}, "moved", requests=4),
    Case("a redirect with dot segments", {"/x": to("/a/../y"), "/y": OK}, "moved", requests=4),
    Case("a redirect without a target", {"/x": Sent(301)}, "failing"),
    Case("a redirect to its own error page", {"/x": to("/404.html"), "/404.html": OK}, "failing", requests=4),
    Case("a redirect loop", {"/x": to("/y"), "/y": to("/x")}, "failing", requests=4),
    Case("a chain of 30 redirects", CHAIN, "failing", requests=24),
    Case("a redirect to ftp:", {"/x": to("ftp://site.example/x")}, "skipped"),
    Case("a redirect to javascript:", {"/x": to("javascript:alert(1)")}, "skipped"),
    Case("a redirect to file:", {"/x": to("file:///etc/passwd")}, "skipped"),
    Case("a redirect to an invalid address", {"/x": to("http://[::1")}, "failing"),
    Case("everything redirects to the home page", {"/x": to("/"), "/": OK}, "failing", requests=4),
    Case("429, `Retry-After: 0`, once", {"/x": [Sent(429, {"retry-after": "0"}), OK]}, "alive", argv=RETRY),
    Case("429, always", {"/x": Sent(429)}, "failing", requests=2),
    Case("429, `Retry-After` of years, once", {"/x": [IN_YEARS, OK]}, "alive", argv=RETRY),
    Case("429, `Retry-After` of 30 digits, once", {"/x": [IN_DIGITS, OK]}, "alive", argv=RETRY),
    Case("429, `Retry-After` of a day", {"/x": IN_A_DAY}, "unchecked", requests=1, argv=RETRY),
    Case("503, `Retry-After` a date in an hour", {"/x": IN_AN_HOUR}, "unchecked", requests=1, argv=RETRY),
    Case("503, `Retry-After` no date at all", {"/x": [Sent(503, {"retry-after": "soon"}), OK]}, "alive"),
    Case(
        "a Cloudflare bot wall",
        {"/x": Sent(403, {**HTML, "cf-mitigated": "challenge"})},
        "guarded",
    ),
    Case(
        "a bot wall that answers HEAD with 202, and GET with its page",
        {"/x": [Sent(202), Sent(202, HTML, WALL.encode())]},
        "guarded",
    ),
    Case(
        "HTML of a bot wall instead of a file",
        {"/x.pdf": [OK, Sent(200, HTML, WALL.encode())]},
        "guarded",
        path="/x.pdf",
    ),
    Case("RTSP instead of HTTP", strange.says(b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n"), "failing"),
    Case(
        "a page of a domain parking service", {"/x": Sent(200, {**HTML, "x-adblock-key": "MFww"})}, "failing"
    ),
    Case(
        "a page that leads to an error page at once (`Refresh`)",
        {"/x": Sent(200, {**HTML, "refresh": "0; url=/404"})},
        "failing",
        requests=1,
    ),
    Case(
        "a redirect to a search for the words of the address",
        {"/x": to("/search?q=x", 302), "/search": OK},
        "failing",
        requests=4,
    ),
    Case("503 with a wall in UTF-16", {"/x": Sent(503, HTML, WALL.encode("utf-16"))}, "guarded"),
    Case("a login", {"/x": to("/login", 302), "/login": OK}, "guarded", requests=4),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_verdict_of_website(
    program: Program, serve: Serve, start_strange: StartStrange, sound: str, case: Case
) -> None:
    if isinstance(case.does, Mapping):
        site: Server | StrangeServer = serve(Pages(case.does))
    else:
        site = start_strange(case.does, None)
    port = site.port
    url = f"http://site.example:{port}{case.path}"
    program.write_list(sound, url)
    ended = program.run("--fail-on", "none", *case.argv)
    assert ended.code == 0
    assert ended.summary["alive"] == 1 + (case.verdict == "alive")
    assert program.link(url)["verdict"] == case.verdict, program.link(url)["reason"]
    assert len(site.log if isinstance(site, Server) else site.requests) <= case.requests
    assert ended.summary["traffic"]["seconds"] < 5


@pytest.mark.parametrize(("answer", "verdict", "tasks"), [(UNKNOWN, "dead", 2), (UNANSWERED, "failing", 2)])
def test_unknown_host_is_dead_after_two_lookups(
    program: Program, names: NameServer, sound: str, answer: OSError, verdict: str, tasks: int
) -> None:
    names.special = {"gone.example": answer}
    urls = [f"http://gone.example/{n}" for n in range(3)]
    program.write_list(sound, *urls)
    program.run("--retries", "0")
    assert {program.link(url)["verdict"] for url in urls} == {verdict}
    assert names.lookups.count("gone.example") == tasks
    assert names.lookups.count("sound.example") == 1


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
        (lambda made: made.good_with("ECDHE-RSA-AES128-SHA", "site.example"), "alive"),
        (lambda made: made.good_with("AES256-SHA", "site.example"), "alive"),
        (lambda made: made.expired("site.example"), "failing"),
        (lambda made: made.good("another.example"), "failing"),
        (lambda made: made.self_signed("site.example"), "failing"),
    ],
    ids=["good", "old MAC", "old key exchange", "expired", "for another name", "self-signed"],
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
class Outage:
    """A fault of our own network; every link was alive on the night before."""

    name: str
    names: NameServer
    page: Response = OK
    environ: Mapping[str, str] = field(default_factory=dict)


OUTAGES = [
    Outage(
        "no name can be looked up: no answer",
        NameServer({f"s{n}.example": UNANSWERED for n in range(4)}, UNANSWERED),
    ),
    Outage(
        "no name can be looked up: it does not exist",
        NameServer({f"s{n}.example": UNKNOWN for n in range(4)}),
    ),
    Outage(
        "no connection succeeds",
        NameServer({f"s{n}.example": "127.255.0.9" for n in range(4)}, "127.255.0.9"),
    ),
    Outage(
        "a captive portal leads every page to its own", NameServer(), to("http://portal.invalid/login", 302)
    ),
    Outage("a proxy that answers everything with 502", NameServer(), Sent(502)),
    Outage("a network that requires a login (511)", NameServer(), Sent(511)),
]


@pytest.mark.parametrize("outage", OUTAGES, ids=lambda outage: outage.name)
def test_outage_of_our_network_makes_no_link_dead(
    program: Program, serve: Serve, monkeypatch: pytest.MonkeyPatch, outage: Outage
) -> None:
    pages: dict[str, Response] = {"/": OK}
    site = serve(Pages(pages))
    urls = [f"http://s{n}.example:{site.port}/" for n in range(4)]
    program.write_list(*urls)
    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", NameServer())
        assert program.run().code == 0
    monkeypatch.setattr(socket, "getaddrinfo", outage.names)
    pages["/"] = outage.page
    program.night = day(20)
    ended = program.run("--retries", "0")
    assert ended.code == 3
    assert ended.summary["unchecked"] == 4
    assert "no link was called dead" in ended.summary["obstacles"][0]["hint"]
    assert {program.link(url)["last_verdict"] for url in urls} == {"alive"}
    assert {program.link(url)["checked_at"] for url in urls} == {"2026-11-01T02:00:00Z"}


def test_obstacle_is_reported_once(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", NameServer(others=UNANSWERED))
    program.write_list("https://nowhere.invalid/", "https://github.com/acme/a/wiki")
    ended = program.run("--retries", "0", "--patience", "0.1s")
    assert ended.code == 3
    obstacles = [obstacle["what"] for obstacle in ended.summary["obstacles"]]
    assert len([what for what in obstacles if what.startswith("No host name")]) == 1
    assert len([what for what in obstacles if what.startswith("pages of GitHub")]) <= 1


def test_github_down_while_websites_live(program: Program, serve_github: ServeGitHub, sound: str) -> None:
    github, _ = serve_github(World((SimulatedRepository(name="acme/a", id=1, stars=5),)))
    program.write_list("https://github.com/acme/a", sound)
    program.run()
    github.lasting = unicorn()
    program.night = day(20)
    ended = program.run("--patience", "0.1s")
    assert (ended.code, ended.summary["alive"], ended.summary["unchecked"]) == (3, 1, 1)
    assert program.json("enriched.json")["entries"][0]["github"]["stars"] == 5


def test_document_lists_the_tested_faults() -> None:
    path = ROOT / "docs" / "reliability.md"
    rows = [(case.name, f"`{case.verdict}`", str(case.requests)) for case in CASES]
    assert_documented(path, "websites", ("Behaviour of the website", "Verdict", "Requests at most"), rows)
    ours = [(outage.name, "`unchecked`, all facts kept", "3") for outage in OUTAGES]
    assert_documented(
        path, "outages", ("Fault of our own network", "Verdict of every link", "Exit code"), ours
    )
