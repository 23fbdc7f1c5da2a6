"""Settings of hosts, exemptions and lists, as users write them."""

import os
from pathlib import Path

import pytest

from lmsys_enrich.simulation.server import Received, Response, Sent
from lmsys_enrich.simulation.world import SimulatedRepository, World
from tests.builders import day
from tests.journeys.conftest import Serve, ServeGitHub
from tests.journeys.program import Pages, Program, to


def write_settings(text: str) -> None:
    Path("lmsys-enrich.toml").write_text(text, encoding="utf-8")


def test_headers_go_to_their_host_and_along_no_redirect(program: Program, serve: Serve) -> None:
    other = serve(Pages({"/x": Sent(200)}))
    site = serve(Pages({"/a": Sent(200), "/away": to(f"{other.url}/x", 302)}))
    program.write_list(f"{site.url}/a", f"{site.url}/away")
    host = site.url.removeprefix("http://")
    write_settings(f'[[host]]\nhost = "{host}"\nheaders = {{ X-Who = "me" }}\n')
    assert program.run().code == 0
    assert {received.headers.get("x-who") for received in site.log} == {"me"}
    assert {received.headers.get("x-who") for received in other.log} == {None}


def test_accepted_statuses_are_alive(program: Program, serve: Serve) -> None:
    site = serve(Pages({"/a": Sent(403), "/b": Sent(500)}))
    program.write_list(f"{site.url}/a", f"{site.url}/b", f"{site.url}/gone")
    assert program.run("--retries", "0", "--accept", "403", "--accept", "500").summary["alive"] == 2
    assert "the settings accept 403" in program.link(f"{site.url}/a")["reason"]
    host = site.url.removeprefix("http://")
    write_settings(
        f'[[host]]\nhost = "{host}"\naccept = [404]\n[[host]]\nhost = "b.example"\naccept = [500]\n'
    )
    program.run("--retries", "0", "--refresh")
    assert list(program.verdicts().values()) == ["guarded", "failing", "alive"]


def test_limit_of_one_host(program: Program, serve: Serve) -> None:
    site = serve(Pages({f"/{number}": Sent(200) for number in range(12)}))
    program.write_list(*(f"{site.url}/{number}" for number in range(12)))
    write_settings('[[host]]\nhost = "127.0.0.1"\nper_host = 1\n')
    program.run()
    assert site.busiest == 1


def test_exemptions_of_the_settings_hold_until_their_day(program: Program, serve: Serve) -> None:
    site = serve(Pages({"/a": Sent(200)}))
    program.write_list(f"{site.url}/a", f"{site.url}/b", f"{site.url}/c/d")
    write_settings(
        f'[[ignore]]\nurl = "{site.url}/b#x"\nreason = "moves"\nuntil = 2026-11-05\n'
        f'[[ignore]]\npattern = "/c/"\nreason = "ours"\n'
    )
    assert program.run().summary["skipped"] == 2
    assert program.link(f"{site.url}/b")["reason"] == "exempt until 2026-11-05: moves"
    program.night = day(9)
    assert program.run().summary["dead"] == 1
    assert program.link(f"{site.url}/b")["verdict"] == "dead"


def test_exemption_from_staleness_alone(program: Program, serve_github: ServeGitHub) -> None:
    old = [
        SimulatedRepository(name=f"acme/{name}", id=number, committed_at=day(1).replace(year=2020))
        for number, name in enumerate(("a", "b", "c"), 1)
    ]
    serve_github(World(tuple(old), {"acme": "Organization"}))
    program.write_list(*(f"https://github.com/acme/{name}" for name in "abc"))
    text = Path("entries.yaml").read_text(encoding="utf-8")
    Path("entries.yaml").write_text(
        text + "        ignore: {reason: finished, only: stale}\n", encoding="utf-8"
    )
    write_settings('[[ignore]]\npattern = "acme/a$"\nreason = "done"\nonly = "stale"\n')
    ended = program.run("--fail-on", "stale")
    assert (ended.summary["stale"], ended.summary["alive"], ended.code) == (1, 3, 10)
    assert program("stale").out.count("acme/") == 1


@pytest.mark.parametrize("command", ["run", "validate", "render", "stale"])
def test_lists_of_the_settings_are_read(program: Program, command: str) -> None:
    program.write_list("https://a.example/", name="one.yaml")
    Path("entries.yaml").write_text("not: this\n", encoding="utf-8")
    write_settings('lists = ["one.yaml"]\n')
    assert program(command, *(["--offline", "--fail-on=none"] if command == "run" else [])).code == 0
    assert program("validate", "entries.yaml").code == 2


def test_readme_is_read_where_there_is_no_other_list(program: Program) -> None:
    Path("README.md").write_text("# L\n\n- [A](https://a.example/)\n", encoding="utf-8")
    assert program("validate").out.startswith("README.md: 1 entry")
    program.write_list("https://b.example/")
    assert program("validate").out.startswith("entries.yaml:")


def test_no_list_at_all_is_reported(program: Program) -> None:
    ended = program("validate")
    assert (ended.code, "entries.yaml: no such file" in ended.err) == (2, True)


def test_a_removed_folder_is_reported(program: Program) -> None:
    folder = program.folder / "removed"
    folder.mkdir()
    os.chdir(folder)
    folder.rmdir()
    ended = program("run", "--offline")
    os.chdir(program.folder)
    assert (ended.code, ended.err) == (
        2,
        "the current folder: No such file or directory\n→ Go to another one.\n",
    )


def test_secret_headers_are_in_no_output(program: Program, serve: Serve) -> None:
    async def page(received: Received) -> Response:
        return Sent(500, {"x-echo": received.headers.get("authorization", "")})

    site = serve(page)
    program.write_list(f"{site.url}/a")
    program.environ["LMSYS_ENRICH_HEADERS"] = f"{site.url.removeprefix('http://')} Authorization: s3cret"
    ended = program.run("--retries", "0", "--verbose")
    assert not [received for received in site.log if "authorization" in received.headers]
    assert "s3cret" not in ended.out + ended.err
