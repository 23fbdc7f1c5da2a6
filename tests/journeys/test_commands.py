"""Each command as a user types it: what is printed, where, and the exit code."""

from importlib import metadata
from io import StringIO
from pathlib import Path

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
    ended = program("render", "--quiet")
    assert (ended.code, ended.out, ended.err) == (0, "", "")


def test_fix_without_edits_leaves_a_symbolic_link_alone(program: Program, serve: Serve) -> None:
    program.write_list(f"{serve(Pages({'/': OK})).url}/", name="real.yaml")
    (program.folder / "entries.yaml").symlink_to("real.yaml")
    program.run()
    ended = program("fix", "--apply")
    assert (ended.code, ended.out, ended.err) == (0, "", "entries.yaml: 0 edits made\n")


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


def test_exempt_excluded_and_private_links_are_not_requested(program: Program, serve: Serve) -> None:
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


def test_github_enterprise_is_requested_by_its_api_alone(program: Program, serve_github: ServeGitHub) -> None:
    _, server = serve_github(World((SimulatedRepository(name="acme/a", id=1, stars=7),), OWNERS))
    del program.environ["GITHUB_GRAPHQL_URL"]
    program.environ["GITHUB_SERVER_URL"] = "https://github.example.com"
    program.write_list("https://github.example.com/acme/a")
    assert program.run().code == 0
    assert [received.path for received in server.log] == ["/graphql"]
    assert program.json("enriched.json")["entries"][0]["github"]["stars"] == 7


def test_facts_come_by_rest_without_a_token(
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


def test_outputs_tell_addresses_as_they_are_written(program: Program, serve: Serve) -> None:
    site = serve(Pages({}))
    written = f"HTTP://127.0.0.1:{site.port}/gone#part"
    program.write_list(written)
    program.run()
    [entry] = program.json("enriched.json")["entries"]
    [dead] = program.json("dead-links.json")["findings"]
    assert (entry["url"], entry["links"][0]["url"], dead["url"]) == (written, written, written)
    assert entry["links"][0]["key"] == dead["key"] == f"http://127.0.0.1:{site.port}/gone"


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (["validate", "x" * 300], 2),
        (["run", "--offline", "--out", "x" * 300], 4),
        (["run", "--offline", "--cache", "x" * 300], 0),
        (["render", "--out", "x" * 300], 4),
        (["cache", "info", "--cache", "x" * 300], 2),
        (["init", "x" * 300], 2),
        (["diff", "x" * 300, "x" * 300], 2),
    ],
)
def test_a_path_that_cannot_be_used_is_reported(program: Program, argv: list[str], code: int) -> None:
    program.write_list("https://a.example/")
    ended = program(*argv)
    assert ended.code == code
    assert "File name too long" in ended.err
