"""Each command as a user types it: what is printed, where, and the exit code."""

import json
import os
import subprocess
import sys
import tomllib
from importlib import metadata
from io import StringIO
from pathlib import Path

import jsonschema
import pytest

from lmsys_enrich.cli.main import COMMANDS, main
from lmsys_enrich.simulation.github import TOKEN
from lmsys_enrich.simulation.server import Response, Sent
from lmsys_enrich.simulation.world import SimulatedRepository, World
from tests.builders import day
from tests.golden import ROOT
from tests.journeys.conftest import Serve, ServeGitHub
from tests.journeys.program import Pages, Program, to

OK = Sent(200, {"content-type": "text/html"}, b"<title>A page</title>")
OWNERS = {"acme": "Organization"}


def test_validate_shows_all_mistakes_of_all_lists_at_once(program: Program) -> None:
    (program.folder / "entries.yaml").write_text("title: A\nsectoins: []\n")
    (program.folder / "b.yaml").write_text("title: B\nsections:\n  - titel: x\n")
    ended = program("validate", "entries.yaml", "b.yaml")
    assert ended.code == 2
    assert ended.out == ""
    assert "entries.yaml:2:1: " in ended.err
    assert "sections" in ended.err
    assert "b.yaml:3:5: " in ended.err


def test_validate_says_what_it_read(program: Program) -> None:
    program.write_list("https://a.example/", "https://b.example/")
    assert program("validate").out == "entries.yaml: 2 entries with 2 links, no mistakes\n"
    assert program("validate", "--quiet").out == ""


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (
            ["run", "--concurency", "3"],
            "unrecognized arguments: --concurency; did you mean '--concurrency'?",
        ),
        (["issue", "--lable", "x"], "lmsys-enrich issue: error: unrecognized arguments: --lable"),
        (["--qiet"], "lmsys-enrich: error: unrecognized arguments: --qiet"),
        (["rnu"], "no such command 'rnu'; did you mean 'run'?"),
        (["import", "nowhere.md"], "`lmsys-enrich init` starts one"),
        (["run", "--only-changed", "main"], "Name a list in a git repository"),
        (["run", "--concurrency", "many"], "--concurrency"),
        (["run", "--max-age", "soon"], "--max-age"),
        (["run", "--max-age", "9999999y"], "--max-age: '9999999y' is longer than 1000y"),
        (["stale", "--older-than", "9999999y"], "--older-than: '9999999y' is longer than 1000y"),
        (["run", "--fail-on", "deth"], "--fail-on"),
        (["run", "nowhere.yaml"], "nowhere.yaml: no such file"),
        (["run", "list.rst"], "reStructuredText"),
        (["stale", "--older-than", "long"], "--older-than"),
        (["cache", "prune", "--older-than", "long"], "--older-than"),
        (["fly"], "fly"),
    ],
)
def test_what_is_wrong_with_the_command_line_ends_it_with_2(
    program: Program, capsys: pytest.CaptureFixture[str], argv: list[str], told: str
) -> None:
    program.write_list("https://a.example/")
    (program.folder / "cache").mkdir()
    ended = program(*argv)
    assert ended.code == 2
    assert told in ended.err + capsys.readouterr().err
    assert ended.out == ""


def test_without_a_command_the_help_is_shown(program: Program) -> None:
    ended = program()
    assert ended.code == 2
    assert all(name in ended.out for name in COMMANDS)


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"], {}, StringIO(), StringIO()) == 0
    assert capsys.readouterr().out.split() == ["lmsys-enrich", metadata.version("lmsys-enrich")]


@pytest.mark.parametrize(
    ("fail_on", "code"),
    [
        ("dead", 10),
        ("none", 0),
        ("moved", 10),
        ("archived", 10),
        ("stale", 10),
        ("new-dead", 0),  # in the first run nothing has died since the last
        ("moved,none", 10),
    ],
)
def test_fail_on_names_what_ends_a_run_with_10(
    program: Program, serve: Serve, serve_github: ServeGitHub, fail_on: str, code: int
) -> None:
    asleep = SimulatedRepository(
        name="acme/a", id=1, committed_at=day(1).replace(year=2020), archived_at=day(1)
    )
    serve_github(World((asleep,), OWNERS))
    site = serve(Pages({"/old": to("/new"), "/new": OK}))
    program.write_list("https://github.com/acme/a", f"{site.url}/gone", f"{site.url}/old")
    assert program.run("--fail-on", fail_on).code == code


@pytest.mark.parametrize("fail_on", ["dead", "new-dead", "moved", "archived", "stale"])
def test_where_all_is_well_nothing_fails(program: Program, serve_github: ServeGitHub, fail_on: str) -> None:
    serve_github(World((SimulatedRepository(name="acme/a", id=1, committed_at=day(1)),), OWNERS))
    program.write_list("https://github.com/acme/a")
    assert program.run("--fail-on", fail_on).code == 0


def test_new_dead_fails_once(program: Program, serve: Serve) -> None:
    pages: dict[str, Response] = {"/gone": OK}
    site = serve(Pages(pages))
    program.write_list(f"{site.url}/gone")
    program.run()
    del pages["/gone"]
    assert [program.run("--refresh", "--fail-on", "new-dead").code for _ in range(2)] == [10, 0]
    assert program.run("--fail-on", "dead").code == 10


def test_outputs_that_cannot_be_written_end_it_with_4(program: Program, serve: Serve) -> None:
    site = serve(Pages({"/": OK}))
    program.write_list(f"{site.url}/")
    (program.folder / "build").write_text("a file")
    ended = program.run()
    assert ended.code == 4
    assert "build" in ended.err
    assert "→" in ended.err


def test_plan_shows_what_a_run_would_send_and_sends_no_request(
    program: Program, serve: Serve, serve_github: ServeGitHub
) -> None:
    site = serve(Pages({"/": OK}))
    _, github = serve_github(World((), OWNERS))
    program.write_list(
        *(f"https://github.com/acme/tool-{n}" for n in range(120)), f"{site.url}/", "mailto:a@b"
    )
    ended = program("run", "--plan")
    assert ended.code == 0
    assert "122 links" in ended.out
    assert "120  for github.com (3 GraphQL" in ended.out
    assert "(3 GraphQL requests of 5,000 an hour)" in ended.out
    assert "3 to APIs, more for what these do not find; about 1 to websites" in ended.out
    assert (site.log, github.log) == ([], [])
    assert not (program.folder / "build").exists()


def test_plan_counts_pages_read_for_their_fragments(program: Program) -> None:
    program.write_list("https://a.example/#one", "https://a.example/#two", "https://b.example/")
    assert "about 2 to websites" in program("run", "--plan").out
    ended = program("run", "--plan", "--fragments")
    assert "2  for 2 websites" in ended.out
    assert "about 3 to websites" in ended.out


def test_plan_is_json_for_programs(program: Program) -> None:
    program.write_list(
        "https://github.com/acme/tool", "https://a.example/", "https://a.example/b", "mailto:a@b"
    )
    ended = program("run", "--plan", "--json")
    forecast = json.loads(ended.out)
    assert (forecast["links"], forecast["fresh"], forecast["without_request"]) == (4, 0, 1)
    [github] = forecast["apis"]
    assert (github["kind"], github["requests"]) == ("REST", 1)  # without a token
    assert forecast["web"] == {"links": 2, "websites": 1, "requests": 2}


def test_plan_has_a_line_for_each_link(program: Program) -> None:
    program.write_list("https://openreview.net/forum?id=B1ckMDqlg", "https://a.example/", "mailto:a@b")
    ended = program("run", "--plan")  # OpenReview is not sent a request without a login
    assert "2  need no request" in ended.out
    assert "1  for 1 website\n" in ended.out


def test_plan_counts_what_is_known(program: Program, serve: Serve) -> None:
    site = serve(Pages({"/": OK}))
    program.write_list(f"{site.url}/")
    program.run()
    ended = program("run", "--plan")
    assert "1  fresh: not checked" in ended.out
    assert "less than a minute" in ended.out


def test_a_run_shows_on_one_screen_what_it_came_to(program: Program, serve: Serve) -> None:
    site = serve(Pages({"/": OK, "/old": to("/new"), "/new": OK}))
    program.write_list(f"{site.url}/", f"{site.url}/old", *(f"{site.url}/gone-{n}" for n in range(30)))
    ended = program("run", "--allow-private")
    assert "32 links in 32 entries: 2 alive, 1 of them moved, 30 dead" in ended.out
    assert "entries.yaml:10:14: 404 Not Found" in ended.out
    assert "build/enriched.md" in ended.out
    assert "more in dead-links.md" in ended.out
    assert len(ended.out.splitlines()) <= 45
    assert "32 of 32 links" in ended.err


def test_quiet_prints_nothing(program: Program, serve: Serve) -> None:
    site = serve(Pages({"/": OK}))
    program.write_list(f"{site.url}/")
    ended = program("run", "--quiet", "--allow-private")
    assert (ended.code, ended.out, ended.err) == (0, "", "")


def test_verbose_shows_each_link(program: Program, serve: Serve) -> None:
    site = serve(Pages({"/": OK}))
    program.write_list(f"{site.url}/", f"{site.url}/gone")
    told = program("run", "--verbose", "--allow-private").err
    assert f"alive     {site.url}/" in told
    assert f"dead      {site.url}/gone  404 Not Found" in told


def test_json_is_all_that_stands_on_stdout(program: Program, serve: Serve) -> None:
    site = serve(Pages({"/": OK}))
    program.write_list(f"{site.url}/", f"{site.url}/gone")
    summary = program.run().summary
    assert (summary["links"], summary["alive"], summary["dead"], summary["exit_code"]) == (2, 1, 1, 10)
    assert "build/enriched.json" in summary["written"]


def test_offline_sends_no_request_and_shows_what_is_known(program: Program, serve: Serve) -> None:
    site = serve(Pages({"/": OK}))
    program.write_list(f"{site.url}/")
    program.run()
    program.write_list(f"{site.url}/", f"{site.url}/new")
    asked = len(site.log)
    program.night = day(20)
    ended = program.run("--offline")
    assert (ended.code, len(site.log)) == (0, asked)
    assert program.verdicts() == {f"{site.url}/": "unchecked", f"{site.url}/new": "unchecked"}
    assert program.link(f"{site.url}/")["last_verdict"] == "alive"
    assert "moved" not in program.text("enriched.md")


def test_links_that_are_exempt_excluded_or_private_are_not_contacted(program: Program, serve: Serve) -> None:
    site = serve(Pages({"/": OK}))
    program.write_list(f"{site.url}/a", f"{site.url}/b", "mailto:someone@example.org")
    with (program.folder / "entries.yaml").open("a") as file:
        file.write(f"      - name: C\n        url: {site.url}/c\n        ignore: {{reason: ours}}\n")
    program.run("--exclude", "/a$")
    verdicts = program.verdicts()
    assert verdicts.pop(f"{site.url}/b") == "dead"
    assert set(verdicts.values()) == {"skipped"}
    assert {received.path for received in site.log} == {"/b"}
    asked = len(site.log)
    assert program("run", "--refresh", "--quiet", "--accept-changes").code == 0
    assert len(site.log) == asked
    assert "private" in program.link(f"{site.url}/b")["reason"]


def test_github_actions_is_reported(program: Program, serve: Serve, tmp_path: Path) -> None:
    site = serve(Pages({}))
    program.write_list(f"{site.url}/gone")
    program.environ |= {
        "GITHUB_ACTIONS": "true",
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
    }
    ended = program.run()
    assert f"::error file=entries.yaml,line=6,col=14,title=dead link::{site.url}/gone: 404" in ended.err
    assert "dead=1\n" in (tmp_path / "output").read_text()
    assert "exit-code=10\n" in (tmp_path / "output").read_text()
    assert f"{site.url}/gone" in (tmp_path / "summary").read_text()
    program.environ["GITHUB_OUTPUT"] = str(tmp_path)
    failed = program.run()
    assert failed.code == 4
    assert "GITHUB_OUTPUT" in failed.err


def _stale_world() -> World:
    old = day(1).replace(year=2020)
    return World(
        (
            SimulatedRepository(name="acme/asleep", id=1, stars=1234, committed_at=old),
            SimulatedRepository(name="acme/shut", id=2, committed_at=day(1), archived_at=day(1)),
            SimulatedRepository(name="acme/new", id=3, committed_at=day(1), was=("acme/old",)),
            SimulatedRepository(name="acme/well", id=4, committed_at=day(1)),
        ),
        OWNERS,
    )


def test_stale_shows_what_is_not_maintained(program: Program, serve_github: ServeGitHub) -> None:
    _, server = serve_github(_stale_world())
    program.write_list(*(f"https://github.com/acme/{name}" for name in ("asleep", "shut", "old", "well")))
    program.run()
    asked = len(server.log)
    told = program("stale")
    assert told.code == 0
    assert "2020-11-01   1,234  no recent commit" in told.out
    assert "archived 2026-11-01" in told.out
    assert "renamed to acme/new" in told.out
    assert "acme/well" not in told.out
    rows = json.loads(program("stale", "--json").out)
    assert [row["repository"] for row in rows] == ["acme/asleep", "acme/shut", "acme/new"]
    assert program("stale", "--md").out.startswith("| Entry | Repository |")
    assert "acme/asleep" not in program("stale", "--older-than", "10y").out
    assert len(server.log) == asked


def test_stale_says_when_there_is_nothing_and_when_it_knows_too_little(program: Program) -> None:
    program.write_list("https://github.com/acme/a")
    ended = program("stale")
    assert ended.out == ""
    assert "No known repository is stale" in ended.err
    assert "1 of 1 link not checked yet" in ended.err


def test_stale_shows_repositories_that_are_gone_or_taken_over(
    program: Program, serve_github: ServeGitHub
) -> None:
    first = (SimulatedRepository(name="acme/a", id=1), SimulatedRepository(name="acme/b", id=2))
    github, _ = serve_github(World(first, OWNERS))
    program.write_list("https://github.com/acme/a", "https://github.com/acme/b")
    program.run()
    github.world = World((SimulatedRepository(name="acme/b", id=3),), OWNERS)
    program.night = day(20)
    program.run("--accept-changes")
    rows = json.loads(program("stale", "--json").out)
    assert "gone" in rows[0]["why"]
    assert "taken over" in rows[1]["why"]


def test_the_cache_is_counted_pruned_and_cleared(program: Program, serve: Serve) -> None:
    assert program("cache", "info").out == "cache: no cache\n"
    site = serve(Pages({"/": OK, "/b": OK}))
    program.write_list(f"{site.url}/")
    program.run()
    program.night = day(20)
    program.write_list(f"{site.url}/b")
    program.run()
    assert "2 links, 0 repositories" in program("cache", "info").out
    assert "the oldest from 2026-11-01" in program("cache", "info").out
    assert program("cache", "prune", "--older-than", "10d").out == "cache: removed 1 link\n"
    assert "1 link," in program("cache", "info").out
    assert program("cache", "clear").out == "cache: removed 1 link\n"
    assert "0 links" in program("cache", "info").out or "no cache" in program("cache", "info").out


@pytest.mark.parametrize("which", ["entries", "report", "config"])
def test_schemas_are_schemas(program: Program, which: str) -> None:
    schema = json.loads(program("schema", which).out)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"].endswith("2020-12/schema")


def test_the_schema_of_settings_knows_what_a_settings_file_may_hold(program: Program) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(program("schema", "config").out))
    good = 'out = "site"\nmax-age = "3d"\nfail-on = ["dead", "moved"]\nper-host = 2\nallow-private = true'
    assert validator.is_valid(tomllib.loads(good))
    assert not validator.is_valid(tomllib.loads("concurency = 3"))
    assert not validator.is_valid(tomllib.loads('max-age = "soon"'))


def test_settings_come_from_a_file_a_variable_and_a_flag(program: Program, serve: Serve) -> None:
    site = serve(Pages({"/": OK}))
    program.write_list(f"{site.url}/")
    (program.folder / "lmsys-enrich.toml").write_text(
        'out = "from-file"\nallow-private = true\nquiet = true\n'
    )
    program("run")
    assert (program.folder / "from-file" / "enriched.md").is_file()
    program.environ["LMSYS_ENRICH_OUT"] = "from-variable"
    program("run")
    assert (program.folder / "from-variable" / "enriched.md").is_file()
    program("run", "--out", "from-flag")
    assert (program.folder / "from-flag" / "enriched.md").is_file()


def test_several_lists_share_one_crawl(program: Program, serve: Serve) -> None:
    site = serve(Pages({"/": OK, "/b": OK}))
    program.write_list(f"{site.url}/", f"{site.url}/b", name="first.yaml")
    program.write_list(f"{site.url}/b", f"{site.url}/gone", name="second.yaml")
    assert program.run("first.yaml", "second.yaml").summary["links"] == 3
    assert sorted(received.path for received in site.log if received.method == "HEAD") == ["/", "/b", "/gone"]
    assert "second.yaml:8:14" in program.text("dead-links.md")
    assert {"first", "second"} <= {path.name for path in (program.folder / "build").iterdir()}


def test_a_github_enterprise_is_requested_by_its_api_address_alone(
    program: Program, serve_github: ServeGitHub
) -> None:
    _, server = serve_github(World((SimulatedRepository(name="acme/a", id=1, stars=7),), OWNERS))
    del program.environ["GITHUB_GRAPHQL_URL"]
    program.environ["GITHUB_SERVER_URL"] = "https://github.example.com"
    program.write_list("https://github.example.com/acme/a")
    assert program.run().code == 0
    assert [received.path for received in server.log] == ["/graphql"]
    assert program.json("enriched.json")["entries"][0]["github"]["stars"] == 7


def test_without_a_token_facts_come_by_rest_and_the_rest_from_pages(
    program: Program, serve: Serve, serve_github: ServeGitHub
) -> None:
    count = 70
    repositories = tuple(SimulatedRepository(name=f"acme/t{n}", id=n, stars=n) for n in range(1, count + 1))
    _, api = serve_github(World(repositories, OWNERS))
    pages: dict[str, Response] = {f"/acme/t{n}": OK for n in range(1, count + 1)}
    web = serve(Pages(pages))
    del program.environ["GITHUB_TOKEN"]
    program.environ["GITHUB_SERVER_URL"] = web.url
    program.write_list(*(f"{web.url}/acme/t{n}" for n in range(1, count + 1)))
    ended = program.run()
    assert ended.code == 0
    assert ended.summary["alive"] == count
    assert ended.summary["repositories"] == 60
    assert "GITHUB_TOKEN" in ended.err
    assert len(api.log) == 60
    assert not [received for received in api.log if "authorization" in received.headers]


def test_the_token_goes_to_the_api_alone_and_lies_nowhere(
    program: Program, serve: Serve, serve_github: ServeGitHub
) -> None:
    _, api = serve_github(World((SimulatedRepository(name="acme/a", id=1),), OWNERS))
    site = serve(Pages({"/": OK}))
    program.write_list("https://github.com/acme/a", f"{site.url}/")
    ended = program("run", "--verbose", "--allow-private")
    assert all(TOKEN in received.headers["authorization"] for received in api.log)
    assert not [received for received in site.log if TOKEN in str(received)]
    assert TOKEN not in ended.out + ended.err
    written = [path.read_bytes() for path in program.folder.rglob("*") if path.is_file()]
    assert not [content for content in written if TOKEN.encode() in content]


def test_this_projects_own_list_has_its_sections_and_systems(program: Program) -> None:
    ended = program("validate", str(ROOT / "entries.yaml"))
    assert ended.code == 0
    program("run", str(ROOT / "entries.yaml"), "--offline", "--quiet")
    text = program.text("enriched.md")
    headings = [line.lstrip("# ") for line in text.splitlines() if line.startswith("#")]
    assert headings[0] == "Awesome Large Model (LM) System"
    assert {"Papers", "Training", "Inference", "Benchmark", "Survey", "Frameworks"} <= set(headings)
    assert '<span id="alpa"></span>[Alpa](https://github.com/alpa-projects/alpa) | ✔ | ✔ | ✔' in text
    assert "[Megatron-DeepSpeed](https://github.com/microsoft/Megatron-DeepSpeed) | ✔ | ✗ | ✗" in text
    assert "[DeepSpeed](https://github.com/microsoft/DeepSpeed) | ✔ | ✔ | ✗" in text
    assert "[Megatron-LM](https://github.com/NVIDIA/Megatron-LM) | ✔ | ✗ | ✗" in text


@pytest.mark.parametrize("argv", [["schema", "report"], ["cache", "info"]])
def test_a_reader_who_has_seen_enough_is_no_error(program: Program, argv: list[str]) -> None:
    command = [sys.executable, "-m", "lmsys_enrich", *argv]
    with subprocess.Popen(
        command, cwd=program.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as ended:
        assert ended.stdout is not None
        ended.stdout.close()
        assert ended.stderr is not None
        assert ended.stderr.read() == b""
    assert ended.returncode == 4


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("argv", [["schema", "report"], ["cache", "info"]])
def test_a_result_that_the_disk_does_not_take_is_reported(program: Program, argv: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "lmsys_enrich", *argv],
            cwd=program.folder,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert ended.returncode == 4
    assert ended.stderr.startswith("stdout: cannot be written: No space left on device\n→ ")


def test_an_interrupt_while_a_command_is_loaded_is_130() -> None:
    interrupted = """
import sys

class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == "lmsys_enrich.cli.commands.schema":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupt())
sys.argv = ["lmsys-enrich", "schema"]
from lmsys_enrich.cli.main import entry
entry()
"""
    ended = subprocess.run([sys.executable, "-c", interrupted], capture_output=True, check=False)
    assert (ended.returncode, ended.stderr) == (130, b"")


def test_a_terminal_without_unicode_is_no_error(program: Program) -> None:
    program.write_list("https://a.example/")
    ended = subprocess.run(
        [sys.executable, "-m", "lmsys_enrich", "validate", "ü.yaml"],
        cwd=program.folder,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert ended.returncode == 2
    assert b"?.yaml: no such file" in ended.stderr


def test_outputs_tell_addresses_as_they_are_written(program: Program, serve: Serve) -> None:
    site = serve(Pages({}))
    written = f"HTTP://127.0.0.1:{site.port}/gone#part"
    program.write_list(written)
    program.run()
    [entry] = program.json("enriched.json")["entries"]
    [dead] = program.json("dead-links.json")["findings"]
    assert (entry["url"], entry["links"][0]["url"], dead["url"]) == (written, written, written)
    assert entry["links"][0]["key"] == dead["key"] == f"http://127.0.0.1:{site.port}/gone"
