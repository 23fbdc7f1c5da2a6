"""Reports for the browser: one with everything, and one that is long."""

from dataclasses import replace
from datetime import timedelta

from lmsys_enrich.model.facts import Model, Paper
from lmsys_enrich.model.figures import Day
from lmsys_enrich.model.finding import Finding, Verdict
from lmsys_enrich.model.report import Report
from tests.builders import finding, report, repository
from tests.fakes import NIGHT
from tests.unit.outputs.example import example

_LANGUAGES = ("Python", "C++", "Rust")


def with_a_past() -> Report:
    """The example, with what was known of the list on the nights before."""
    days = (
        Day(
            (NIGHT - timedelta(days=30 * (9 - number))).date(),
            {Verdict.ALIVE: 90 + number, Verdict.DEAD: 3},
            1000 + 100 * number,
            (f"https://gone.example/{number}",) if number % 2 else (),
        )
        for number in range(10)
    )
    return replace(example(), past=tuple(days))


def long(entries: int) -> Report:
    """A list with so many entries, each a repository."""
    return report(*(_repository(number) for number in range(entries)))


def _repository(number: int) -> Finding:
    facts = repository(
        f"a/tool-{number}",
        stars=number,
        license=("MIT", "Apache-2.0")[number % 2],
        language=_LANGUAGES[number % len(_LANGUAGES)],
        last_commit=NIGHT - timedelta(days=number),
    )
    return finding(f"https://github.com/a/tool-{number}", repository=facts)


def mixed(entries: int) -> Report:
    """A list of repositories, papers and models in turn."""
    made = (_repository, _paper, _model)
    return report(*(made[number % len(made)](number) for number in range(entries)))


def _paper(number: int) -> Finding:
    paper = Paper(
        fetched_at=NIGHT,
        ids={"arxiv": f"2201.{number:05}"},
        venue=("OSDI", "NeurIPS", "International Conference on Machine Learning", None)[number % 4],
        year=2018 + number % 7,
        citations=number * number,
        withdrawn=number == 1,
    )
    return finding(f"https://arxiv.org/abs/2201.{number:05}", paper=paper)


def _model(number: int) -> Finding:
    model = Model(
        fetched_at=NIGHT,
        full_name=f"lab/model-{number}",
        kind=("model", "dataset")[number % 2],
        likes=number,
        downloads=number * 1000,
        license=("apache-2.0", "llama3")[number % 2],
        gated=number % 4 == 0,
        task="text-generation",
    )
    return finding(f"https://huggingface.co/lab/model-{number}", model=model)
