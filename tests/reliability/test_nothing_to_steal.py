"""Hosts that requests reach, and those that see the token."""

import socket

import pytest

from lmsys_enrich.simulation.github import TOKEN
from lmsys_enrich.simulation.server import Received, Response, Sent
from lmsys_enrich.simulation.world import SimulatedRepository, World
from tests.journeys.conftest import Serve, ServeGitHub
from tests.journeys.program import Pages, Program, to
from tests.reliability.names import NameServer

OK = Sent(200)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",  # noqa: S104 - an address to be refused
        "127.1",
        "0x7f000001",
        "2130706433",
        "169.254.169.254",
        "metadata.internal.example",
        "10.0.0.1",
    ],
)
def test_private_address_is_not_contacted(
    program: Program, serve: Serve, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    site = serve(Pages({"/": OK}))
    names = NameServer({"metadata.internal.example": "127.0.0.1"})
    monkeypatch.setattr(socket, "getaddrinfo", names)
    url = f"http://{host}:{site.port}/"
    program.write_list(url)
    program("run", "--quiet", "--retries", "0")
    assert site.log == []
    [link] = [link for entry in program.json("enriched.json")["entries"] for link in entry["links"]]
    assert (link["verdict"], "private" in link["reason"]) == ("skipped", True)


@pytest.mark.parametrize(
    "host", ["0177.0.0.1", "0x7f.1", "2130706433", "127.1", "%3127.0.0.1", "127\u30020\u30020\u30021"]
)
def test_numbers_of_any_notation_lead_to_the_same_machine(program: Program, serve: Serve, host: str) -> None:
    site = serve(Pages({"/": OK}))
    url = f"http://{host}:{site.port}/"
    program.write_list(url)
    program("run", "--quiet", "--retries", "0")
    assert site.log == []
    assert program.link(url)["verdict"] == "skipped"


def test_private_api_host_lets_no_link_into_the_network(program: Program, serve_github: ServeGitHub) -> None:
    _, server = serve_github(World((SimulatedRepository(name="acme/a", id=1),)))
    program.write_list("https://github.com/acme/a", f"{server.url}/secret")
    program("run", "--quiet")
    assert {received.path for received in server.log} == {"/graphql"}
    assert program.link(f"{server.url}/secret")["verdict"] == "skipped"


def test_a_proxy_is_used_and_sees_no_token(program: Program, serve: Serve, serve_github: ServeGitHub) -> None:
    _, api = serve_github(World((SimulatedRepository(name="acme/a", id=1),)))

    async def proxy(received: Received) -> Response:
        assert received.target == "http://site.invalid/x"
        return OK

    server = serve(proxy)
    program.environ |= {"HTTP_PROXY": server.url, "NO_PROXY": "127.0.0.1"}
    program.write_list("http://site.invalid/x", "https://github.com/acme/a")
    assert program.run().summary["alive"] == 2
    assert len(server.log) == 1
    assert TOKEN not in str(server.log)
    assert len(api.log) == 1


def test_no_proxy_names_hosts_domains_and_all(
    program: Program, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", NameServer())
    site, proxy = serve(Pages({"/": OK})), serve(Pages({}))
    program.write_list(f"http://a.example:{site.port}/", f"http://b.c.example:{site.port}/")
    for no_proxy in ("a.example,.c.example", "*", "example"):
        program.environ |= {"HTTP_PROXY": proxy.url, "NO_PROXY": no_proxy}
        assert program.run("--refresh").summary["alive"] == 2
    assert proxy.log == []


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        (
            "HTTPS_PROXY",
            "gopher://user:secret@host",
            "HTTPS_PROXY, HTTP_PROXY or ALL_PROXY is not the address",
        ),
        ("SSL_CERT_FILE", "nowhere.pem", "SSL_CERT_FILE is 'nowhere.pem'"),
        ("GITHUB_API_URL", "api.example", "GITHUB_API_URL is 'api.example'"),
        ("GITHUB_TOKEN", "two words", "GITHUB_TOKEN contains characters"),
    ],
)
def test_wrong_environment_is_refused_without_secrets(
    program: Program, variable: str, value: str, message: str
) -> None:
    program.write_list("https://a.example/")
    program.environ[variable] = value
    ended = program("run")
    assert ended.code == 2
    assert message in ended.err
    assert "secret" not in ended.err
    assert "two words" not in ended.err


def test_token_follows_no_redirect(program: Program, serve: Serve) -> None:
    thief = serve(Pages({}))

    async def redirecting(received: Received) -> Response:
        return Sent(307, {"location": f"{thief.url}{received.target}"})

    api = serve(redirecting)
    program.environ |= {"GITHUB_API_URL": api.url, "GITHUB_TOKEN": TOKEN}
    program.write_list("https://github.com/acme/a")
    assert program.run("--patience", "0.1s").code == 3
    assert TOKEN not in str(thief.log)


def test_user_agent_names_program_and_address(program: Program, serve: Serve) -> None:
    site = serve(Pages({"/a": to("/b"), "/b": OK}))
    program.write_list(f"{site.url}/a")
    program.run()
    agents = {received.headers["user-agent"] for received in site.log}
    assert len(agents) == 1
    [agent] = agents
    assert agent.startswith("lmsys-enrich/")
    assert "https://" in agent
