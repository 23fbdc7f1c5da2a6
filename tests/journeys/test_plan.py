"""A plan tells what a run would send, and sends nothing."""

import json

from lmsys_enrich.simulation.server import Sent
from lmsys_enrich.simulation.world import World
from tests.journeys.conftest import Serve, ServeGitHub
from tests.journeys.program import Pages, Program

OK = Sent(200, {"content-type": "text/html"}, b"<title>A page</title>")


OWNERS = {"acme": "Organization"}


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
    # Without a token: the repository, its last commit, its latest release.
    assert (github["kind"], github["requests"]) == ("REST", 3)
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
