"""Consecutive nights: known facts stay, fresh links are not requested, unchanged files are not written."""

from datetime import timedelta
from pathlib import Path
from shutil import rmtree

import pytest

from lmsys_enrich.simulation.rest import Quotas
from lmsys_enrich.simulation.server import Misdeed, Received, Response, Sent
from lmsys_enrich.simulation.world import SimulatedRepository, World
from lmsys_enrich.values import replace
from tests.builders import day
from tests.journeys.conftest import Serve, ServeGitHub
from tests.journeys.program import NOT_FOUND, Pages, Program, to

OK = Sent(200, {"content-type": "text/html"}, b"<title>A page</title>")
_WITH_THE_RUNS_TIME = {
    "enriched.json",
    "dead-links.json",
    "index.html",
    "junit.xml",
    "report.sarif",
    "previous.json",
    "history.jsonl",
    "badges/last-check.svg",
    "badges/last-check.json",
}


def world(count: int) -> World:
    return World(
        tuple(
            SimulatedRepository(
                name=f"acme/tool-{number}", id=number, stars=number, license="MIT", committed_at=day(1)
            )
            for number in range(1, count + 1)
        ),
        {"acme": "Organization"},
    )


def repositories(count: int) -> list[str]:
    return [f"https://github.com/acme/tool-{number}" for number in range(1, count + 1)]


def test_thousand_repositories_cost_few_requests_and_then_none(
    program: Program, serve_github: ServeGitHub
) -> None:
    github, server = serve_github(world(1000))
    program.write_list(*repositories(1000))
    cold = program.run()
    assert cold.code == 0
    assert cold.summary["alive"] == cold.summary["repositories"] == 1000
    assert len(server.log) <= 25
    assert cold.summary["traffic"]["graphql"] == len(server.log)
    assert github.quotas.of("graphql", has_token=True).used <= 25
    asked = len(server.log)
    fresh = program.run()
    assert (fresh.code, len(server.log)) == (0, asked)
    assert fresh.summary["traffic"]["cached"] == 1000


def test_night_without_changes_changes_only_the_time(
    program: Program, serve: Serve, serve_github: ServeGitHub
) -> None:
    site = serve(Pages({"/": OK, "/new": OK, "/old": to("/new"), "/gone": NOT_FOUND, "/ill": Sent(500)}))
    serve_github(world(3))
    program.write_list(*repositories(3), *(f"{site.url}/{name}" for name in ("", "old", "gone", "ill")))
    program.run("--retries", "0")
    before = program.outputs()
    program.night += timedelta(days=1)
    ended = program.run("--refresh", "--retries", "0")
    after = program.outputs()
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed == _WITH_THE_RUNS_TIME
    assert {str(Path(path).relative_to("build")) for path in ended.summary["written"]} == changed


def test_the_same_night_twice_gives_the_same_bytes(program: Program, serve_github: ServeGitHub) -> None:
    serve_github(world(2))
    program.write_list(*repositories(2))
    program.run()
    before = program.outputs()
    ended = program.run()
    changed = {name for name, content in program.outputs().items() if content != before.get(name)}
    assert changed <= {"enriched.json"}  # the cost of the run stands there
    assert ended.code == 0


def test_list_beyond_the_quota_is_finished_hour_by_hour(program: Program, serve_github: ServeGitHub) -> None:
    github, _ = serve_github(world(600))
    program.write_list(*repositories(600))
    codes: list[int] = []
    update: list[int] = []
    points = 0
    while not codes or codes[-1] == 3:
        github.quotas = Quotas(with_token=3)  # a new hour
        ended = program.run("--patience", "1s")
        codes.append(ended.code)
        update.append(ended.summary["repositories"])
        points += ended.summary["traffic"]["graphql_points"]
    assert update == sorted(set(update)), "each hour learns more"
    assert (codes[-1], update[-1]) == (0, 600)
    assert len(codes) > 2
    assert points <= 600 / 50 + len(codes)


def test_the_night_before_is_kept_as_it_was(program: Program, serve: Serve) -> None:
    site = serve(Pages({"/": OK}))
    program.write_list(f"{site.url}/")
    program.run()
    first = program.text("enriched.json")
    program.night = day(2)
    program.run("--refresh")
    assert program.text("previous.json") == first
    program.run("--refresh")
    assert program.text("previous.json") == first, "two runs of one day are one"


def bad_gateway(received: Received, answer: Sent) -> Response:
    del received, answer
    return Sent(502, {"content-type": "text/html"}, b"<html>Unicorn!</html>")


@pytest.mark.parametrize("is_cache_lost", [False, True])
def test_a_bad_night_of_github_loses_no_fact(
    program: Program, serve_github: ServeGitHub, *, is_cache_lost: bool
) -> None:
    github, _ = serve_github(world(3))
    program.write_list(*repositories(3))
    assert program.run().code == 0
    before = program.outputs()
    if is_cache_lost:
        rmtree(program.folder / "cache")
    github.lasting = bad_gateway
    program.night = day(20)
    ended = program.run("--patience", "0.01s")
    assert ended.code == 3
    assert ended.summary["unchecked"] == 3
    assert ended.summary["obstacles"]
    after = program.outputs()
    assert {name for name in after if after[name] != before.get(name)} <= _WITH_THE_RUNS_TIME
    [entry, *_] = program.json("enriched.json")["entries"]
    assert entry["github"]["stars"] == 1
    assert entry["github"]["fetched_at"] == "2026-11-01T02:00:00Z"
    assert entry["links"][0]["checked_at"] == "2026-11-01T02:00:00Z"
    assert entry["links"][0]["last_verdict"] == "alive"


def test_a_host_that_fails_is_dead_only_after_days(program: Program, serve: Serve) -> None:
    site = serve(Pages({"/": OK, "/ill": Sent(500)}))
    program.write_list(f"{site.url}/", f"{site.url}/ill")
    seen = []
    for number in (1, 2, 2, 3, 4):
        program.night = day(number)
        ended = program.run("--retries", "0", "--accept-changes")
        link = program.link(f"{site.url}/ill")
        seen.append((link["verdict"], link["failures"], ended.code))
    assert seen == [
        ("failing", 1, 0),
        ("failing", 2, 0),
        ("failing", 2, 0),
        ("dead", 3, 10),
        ("dead", 4, 10),
    ]
    assert program.link(f"{site.url}/ill")["failing_since"] == "2026-11-01T02:00:00Z"
    assert "since 2026-11-01" in program.text("dead-links.md")


def test_what_comes_back_is_alive_again(program: Program, serve: Serve) -> None:
    site = serve(Pages({"/": OK, "/x": [Sent(500), Sent(500), OK]}))
    program.write_list(f"{site.url}/", f"{site.url}/x")
    program.run("--retries", "0")
    program.night = day(2)
    ended = program.run("--retries", "0")
    assert ended.summary["revived"] == [f"{site.url}/x"]
    assert program.run("--refresh").summary["revived"] == []
    link = program.link(f"{site.url}/x")
    assert (link["verdict"], link["failing_since"], link["failures"]) == ("alive", None, 0)


def test_a_mass_death_is_not_written_unless_accepted(program: Program, serve: Serve) -> None:
    pages: dict[str, Response] = {f"/{number}": OK for number in range(10)}
    site = serve(Pages(pages))
    program.write_list(*(f"{site.url}/{number}" for number in range(10)))
    program.run()
    before = program.outputs()
    pages |= {f"/{number}": NOT_FOUND for number in range(6)}
    program.night = day(20)
    refused = program.run()
    assert refused.code == 5
    assert refused.out == ""
    assert f"{site.url}/5: 404 Not Found" in refused.err
    assert "--accept-changes" in refused.err
    assert program.outputs() == before
    accepted = program.run("--accept-changes")
    assert (accepted.code, accepted.summary["dead"]) == (10, 6)
    assert program.run().code == 10  # what stands in the outputs is no change any more


@pytest.mark.parametrize("lost", ["nothing", "the outputs"])
def test_refused_findings_are_shown_by_no_other_command(program: Program, serve: Serve, lost: str) -> None:
    pages: dict[str, Response] = {f"/{number}": OK for number in range(10)}
    site = serve(Pages(pages))
    program.write_list(*(f"{site.url}/{number}" for number in range(10)))
    program.run()
    pages |= {f"/{number}": NOT_FOUND for number in range(6)}
    program.night = day(20)
    # A limit that only this command knows: the commands after it find its refusal noted in the cache.
    assert program.run("--max-change", "50").code == 5
    if lost == "the outputs":
        rmtree(program.folder / "build")
    assert "No link is dead" in program("issue", "--dry-run", "--repository", "o/n").out
    rendered = program("render")
    assert "refused to write" in rendered.err
    assert set(program.verdicts().values()) <= {"alive", "unchecked"}
    assert "404 Not Found" not in program.text("enriched.md") + program.text("dead-links.md")


def test_a_better_night_ends_a_refusal(program: Program, serve: Serve) -> None:
    pages: dict[str, Response] = {f"/{number}": OK for number in range(10)}
    site = serve(Pages(pages))
    program.write_list(*(f"{site.url}/{number}" for number in range(10)))
    program.run()
    pages |= {f"/{number}": NOT_FOUND for number in range(6)}
    program.night = day(20)
    assert program.run().code == 5
    pages |= {f"/{number}": OK for number in range(5)}
    assert program.run().code == 10
    ended = program("issue", "--dry-run", "--repository", "o/n")
    assert f"{site.url}/5" in ended.out
    assert ended.err == ""


def test_a_death_or_two_is_written(program: Program, serve: Serve) -> None:
    pages: dict[str, Response] = {f"/{number}": OK for number in range(10)}
    site = serve(Pages(pages))
    program.write_list(*(f"{site.url}/{number}" for number in range(10)))
    program.run()
    pages |= {"/0": NOT_FOUND, "/1": NOT_FOUND}
    program.night = day(20)
    assert program.run().code == 10


def test_a_deadline_ends_the_run_and_the_next_one_goes_on(program: Program, serve: Serve) -> None:
    pages: dict[str, Response] = {"/a": OK, "/b": Misdeed.SILENCE}
    site = serve(Pages(pages))
    program.write_list(f"{site.url}/a", f"{site.url}/b")
    ended = program.run("--deadline", "0.3s")
    assert ended.code == 3
    assert program.verdicts() == {f"{site.url}/a": "alive", f"{site.url}/b": "unchecked"}
    assert "deadline" in program.link(f"{site.url}/b")["reason"]
    pages["/b"] = OK
    asked = len(site.log)
    assert program.run().code == 0
    assert {received.path for received in site.log[asked:]} == {"/b"}


def test_a_rename_is_followed_and_reported(program: Program, serve_github: ServeGitHub) -> None:
    moved = SimulatedRepository(name="new/tool", id=5, stars=9, was=("old/tool",), committed_at=day(1))
    serve_github(World((moved,), {"new": "Organization"}))
    program.write_list("https://github.com/old/tool")
    ended = program.run("--fail-on", "moved")
    assert ended.code == 10
    [entry] = program.json("enriched.json")["entries"]
    assert entry["links"][0]["suggestion"]["url"] == "https://github.com/new/tool"
    assert entry["github"]["renamed_from"] == "old/tool"
    assert "moved to [new/tool](https://github.com/new/tool)" in program.text("enriched.md")


def test_the_page_shows_trends_and_changed_licences(program: Program, serve_github: ServeGitHub) -> None:
    tool = SimulatedRepository(name="acme/tool", id=5, stars=9, license="MIT")
    github, _ = serve_github(World((tool,)))
    program.write_list("https://github.com/acme/tool")
    program.run()
    assert "Over time" not in program.text("index.html")
    github.world = World((replace(tool, license="Apache-2.0", stars=12),))
    program.night = day(20)
    program.run()
    page = program.text("index.html")
    assert "Links alive: 100% on 2026-11-01, 100% on 2026-11-20" in page
    assert "MIT → Apache-2.0, seen 2026-11-20" in page
    program("render", "--quiet")
    assert program.text("index.html") == page


def test_a_name_taken_over_by_another_repository_is_no_rename(
    program: Program, serve_github: ServeGitHub
) -> None:
    github, _ = serve_github(World((SimulatedRepository(name="acme/tool", id=5, stars=9),)))
    program.write_list("https://github.com/acme/tool")
    program.run()
    github.world = World((SimulatedRepository(name="acme/tool", id=6, stars=1),))
    program.night = day(20)
    program.run("--accept-changes")
    [entry] = program.json("enriched.json")["entries"]
    assert entry["links"][0]["suggestion"] is None
    assert entry["github"]["taken_over_by"] == 6
    assert entry["github"]["id"] == 5
    assert "name taken over" in program.text("enriched.md")


def test_what_is_alive_again_is_shown(program: Program, serve: Serve) -> None:
    site = serve(Pages({f"/{n}": [Sent(500), Sent(500), OK] for n in range(14)}))
    program.write_list(*(f"{site.url}/{n}" for n in range(14)))
    program.run("--retries", "0", "--accept-changes")
    program.night = day(2)
    output = program("run", "--allow-private").out
    assert f"alive again: {site.url}/0, which was failing" in output
    assert "and 2 more are alive again" in output


def test_an_exemption_that_has_ended_is_reported(program: Program, serve: Serve) -> None:
    site = serve(Pages({"/": OK}))
    program.write_list(f"{site.url}/")
    with (program.folder / "entries.yaml").open("a") as file:
        file.write("        ignore: {reason: moves house, until: 2026-11-10}\n")
    program.night = day(10)
    assert (program.run().summary["skipped"], site.log) == (1, [])
    program.night = day(11)
    ended = program("run", "--allow-private")
    assert "entries.yaml:5:9: the exemption for Entry 1 ended on 2026-11-10" in ended.err
    assert "1 alive" in ended.out


def test_renamed_list_keeps_its_history(program: Program, serve: Serve) -> None:
    site = serve(Pages({"/a": OK, "/b": OK}))
    program.write_list(f"{site.url}/a", f"{site.url}/gone", name="one.yaml")
    program.write_list(f"{site.url}/b", name="two.yaml")
    program.run("one.yaml", "two.yaml")
    (program.folder / "one.yaml").rename(program.folder / "renamed.yaml")
    program.night = day(10)
    ended = program("run", "two.yaml", "renamed.yaml", "--allow-private", "--fail-on", "new-dead")
    assert (ended.code, "Nothing new since the last run." in ended.out) == (0, True)
    link = program.json("renamed/enriched.json")["entries"][1]["links"][0]
    assert (link["verdict"], link["failing_since"]) == ("dead", "2026-11-01T02:00:00Z")
