"""Papers of a list: proved and described by registries, and compared with what the list says."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from lmsys_enrich.simulation.paper_services import SERVICES, PaperService
from lmsys_enrich.simulation.papers import Library, SimulatedPaper
from lmsys_enrich.simulation.server import Server
from lmsys_enrich.values import replace
from tests.builders import day
from tests.journeys.conftest import Serve
from tests.journeys.program import Program

ALPA = SimulatedPaper(
    arxiv="2201.12023", title="Alpa: Automating Parallelism", year=2022, version=3, citations=5
)
PAGED = SimulatedPaper(
    doi="10.1145/3600006.3613165", title="Efficient Memory Management", venue="SOSP", year=2023, citations=7
)
GONE = "https://doi.org/10.1145/1"
LIST = """\
title: Papers
sections:
  - title: Training
    entries:
      - name: "Alpa: Automating Parallelism"
        url: https://arxiv.org/abs/2201.12023
        year: 2022
        publisher: arXiv
      - name: Attention Is All You Need
        url: https://dl.acm.org/doi/10.1145/3600006.3613165
        year: 2019
        publisher: OSDI
      - name: A paper that is not there
        url: https://doi.org/10.1145/1
"""
ServePapers = Callable[[Library], dict[str, tuple[PaperService, Server]]]


@pytest.fixture
def serve_papers(serve: Serve, program: Program) -> ServePapers:
    """Starts every service for papers, which the program finds in its environment."""

    def start(library: Library) -> dict[str, tuple[PaperService, Server]]:
        started: dict[str, tuple[PaperService, Server]] = {}
        for variable, respond in SERVICES.items():
            service = PaperService(library, respond)
            started[variable] = service, serve(service)
            program.environ[variable] = started[variable][1].url
        (program.folder / "entries.yaml").write_text(LIST)
        return started

    return start


@pytest.fixture
def library() -> Library:
    return Library((ALPA, PAGED), {GONE: ("20200101000000", "20240101000000")})


def requests(services: dict[str, tuple[PaperService, Server]]) -> dict[str, int]:
    return {name.partition("_API")[0]: len(server.log) for name, (_, server) in services.items()}


def test_papers_are_proved_and_described(
    program: Program, serve_papers: ServePapers, library: Library
) -> None:
    services = serve_papers(library)
    ended = program.run()
    assert ended.code == 10
    assert program.verdicts() == {
        "https://arxiv.org/abs/2201.12023": "alive",
        "https://dl.acm.org/doi/10.1145/3600006.3613165": "alive",
        GONE: "dead",
    }
    alpa, paged, gone = program.json("enriched.json")["entries"]
    assert (alpa["paper"]["citations"], alpa["paper"]["version"]) == (5, 3)
    assert paged["paper"]["ids"]["doi"] == "10.1145/3600006.3613165"
    assert gone["paper"] is None
    assert alpa["differs"] == []
    differs = {one["field"]: (one["list"], one["source"]) for one in paged["differs"]}
    assert differs == {
        "title": ("Attention Is All You Need", "Efficient Memory Management"),
        "year": (2019, 2023),
        "venue": ("OSDI", "SOSP"),
    }
    requested = {name for name, count in requests(services).items() if count in {1, 2}}
    assert requested == {"ARXIV", "CROSSREF", "DATACITE", "DOI", "SEMANTIC_SCHOLAR", "WAYBACK"}
    assert sum(ended.summary["traffic"]["apis"].values()) == 7


def test_sources_get_requests_after_a_month_alone(
    program: Program, serve_papers: ServePapers, library: Library
) -> None:
    services = serve_papers(library)
    program.run()
    first = program.json("enriched.json")["entries"][0]["paper"]
    program.night += timedelta(days=8)
    program.run("--refresh")
    second = program.json("enriched.json")["entries"][0]["paper"]
    assert requests(services)["SEMANTIC_SCHOLAR"] == requests(services)["WAYBACK"] == 1
    assert requests(services)["ARXIV"] == 2
    assert (second["citations"], second["kept"]["citations"]) == (5, first["fetched_at"])
    program.night += timedelta(days=30)
    program.run("--refresh")
    assert (requests(services)["SEMANTIC_SCHOLAR"], requests(services)["WAYBACK"]) == (2, 1)


def test_archived_copy_is_a_suggestion_of_its_own_kind(
    program: Program, serve_papers: ServePapers, library: Library
) -> None:
    serve_papers(library)
    program.run()
    (finding,) = program.json("dead-links.json")["findings"]
    url = f"https://web.archive.org/web/20240101000000/{GONE}"
    assert finding["suggestion"] == {"url": url, "why": "archived on 2024-01-01", "kind": "archived"}
    assert f"<{url}>" in program.text("dead-links.md")
    program("fix", "--apply")
    assert GONE in (program.folder / "entries.yaml").read_text().split()
    program("fix", "--apply", "--archived")
    assert f"url: {url}\n" in (program.folder / "entries.yaml").read_text()


def test_validate_online_reports_differences_from_sources(
    program: Program, serve_papers: ServePapers, library: Library
) -> None:
    services = serve_papers(library)
    offline = program("validate")
    assert sum(requests(services).values()) == 0
    assert "no mistakes" in offline.out
    ended = program("validate", "--online")
    assert ended.code == 0
    assert "entries.yaml:9:9: title: the list has 'Attention Is All You Need'" in ended.err
    assert "year: the list has 2019, doi.org has 2023" in ended.err
    assert "3 remarks" in ended.out
    assert requests(services)["WAYBACK"] == 0
    assert not (program.folder / "build").exists()


def test_validate_online_says_what_it_could_not_find_out(
    program: Program, serve_papers: ServePapers, library: Library
) -> None:
    services = serve_papers(library)
    for service, _ in services.values():
        service.lasting = lambda _, answer: replace(answer, status=503)
    program.environ["LMSYS_ENRICH_PATIENCE"] = "0.1s"
    ended = program("validate", "--online")
    assert ended.code == 3
    assert "arXiv" in ended.err


def test_papers_that_were_taken_back_are_reported(
    program: Program, serve_papers: ServePapers, library: Library
) -> None:
    services = serve_papers(library)
    program.run()
    copied = (program.folder / "build" / "enriched.json").read_bytes()
    (program.folder / "old.json").write_bytes(copied)
    changed = Library((replace(ALPA, withdrawn=True), replace(PAGED, retracted=True)), library.snapshots)
    for service, _ in services.values():
        service.library = changed
    program.night = day(20)
    program.run()
    rows = json.loads(program("stale", "--json").out)
    assert [(row["entry"], row["why"]) for row in rows] == [
        ("Alpa: Automating Parallelism", "withdrawn"),
        ("Attention Is All You Need", "retracted"),
    ]
    kinds = json.loads(program("diff", "old.json", "build/enriched.json", "--json").out)["changes"]
    assert [change["kind"] for change in kinds] == ["withdrawn", "retracted"]
    assert program.verdicts()["https://arxiv.org/abs/2201.12023"] == "alive"


def test_plan_counts_the_requests_of_each_registry(
    program: Program, serve_papers: ServePapers, library: Library
) -> None:
    services = serve_papers(library)
    ended = program("run", "--plan")
    assert sum(requests(services).values()) == 0
    for host, count in (("arxiv.org", 1), ("crossref.org", 2), ("semanticscholar.org", 1)):
        assert f"{host} ({count} REST request" in ended.out
    assert "datacite.org" not in ended.out
    program.environ["OPENALEX_API_KEY"] = "a-key"
    assert "openalex.org (up to 1 REST request)" in program("run", "--plan").out


def test_plan_of_a_later_night_counts_no_fresh_facts(
    program: Program, serve_papers: ServePapers, library: Library
) -> None:
    serve_papers(library)
    program.run()
    program.night = day(2)
    assert "semanticscholar.org" not in program("run", "--plan", "--refresh").out
    program.night = day(1) + timedelta(days=35)
    assert "semanticscholar.org (1 REST request" in program("run", "--plan", "--refresh").out
