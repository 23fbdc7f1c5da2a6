"""What a list links to is there in the simulation, and a run sends what its plan says."""

from dataclasses import replace
from pathlib import Path

from lmsys_enrich.cli.forecast import forecast_of
from lmsys_enrich.library import open_run
from lmsys_enrich.lists.read import read_lists
from lmsys_enrich.model.finding import Verdict
from lmsys_enrich.pipeline.run import check_and_enrich
from lmsys_enrich.pipeline.workers import Stop
from lmsys_enrich.settings.settings import Settings
from lmsys_enrich.simulation.demonstration import listed_links
from lmsys_enrich.simulation.internet import simulated_internet

LINKS = (
    "https://github.com/octo/tool",
    "https://github.com/octo/tool/blob/v1/docs/start.md",
    "https://github.com/octo/tool/issues/7",
    "https://github.com/octo/tool/discussions/8",
    "https://github.com/octo/tool/releases/download/v2/tool.zip",
    "https://github.com/octo/tool/commit/0123abc",
    "https://github.com/jane",
    "https://github.com/topics/llm",
    "https://raw.githubusercontent.com/octo/tool/main/setup.py",
    "https://gitlab.com/acme/infra/tool",
    "https://gitlab.com/acme",
    "https://codeberg.org/acme/tool",
    "https://huggingface.co/acme/large",
    "https://huggingface.co/datasets/acme/texts",
    "https://huggingface.co/spaces/acme/demo",
    f"https://huggingface.co/collections/acme/best-{'0' * 24}",
    "https://huggingface.co/acme",
    "https://arxiv.org/abs/2201.12023",
    "https://doi.org/10.1145/3600006.3613165",
    "https://blog.example.org/post",
)


async def test_run_sends_the_requests_of_its_plan(tmp_path: Path) -> None:
    source = tmp_path / "README.md"
    source.write_text("# Tools\n\n" + "".join(f"- [A link]({url})\n" for url in LINKS))
    lists = read_lists((source,))
    settings = replace(Settings(), cache=tmp_path / "cache", out=tmp_path / "build")
    said: list[str] = []
    async with simulated_internet(listed=listed_links(lists)) as internet:
        opened = open_run(lists, settings, internet.environ, warn=said.append, through=internet.through)
        async with opened as run:
            plan = run.plan()
            planned = sum(api.requests for api in forecast_of(run, plan).apis)
            report = await check_and_enrich(run, plan, Stop())
    assert {url: report.findings[url].verdict for url in LINKS} == dict.fromkeys(LINKS, Verdict.ALIVE)
    assert planned == sum(report.traffic.apis.values())
