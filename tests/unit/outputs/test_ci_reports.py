"""Reports for CI: SARIF by its published schema, and files named so that CI finds them."""

import json
import os
from pathlib import Path

import jsonschema
import pytest

from lmsys_enrich.model.finding import Verdict
from lmsys_enrich.model.report import Report
from lmsys_enrich.model.workspace import Workspace
from lmsys_enrich.outputs.ci_reports import sarif
from tests.builders import finding, rendered, report
from tests.unit.outputs.example import example

_HOSTILE = "https://a.org/%E2%80%AE%22'%3Cscript%3E?q=%00"


@pytest.mark.parametrize(
    "shown",
    [example(), example(notice=None), report(), report(finding(_HOSTILE, Verdict.DEAD))],
    ids=["with a notice", "without", "empty", "hostile"],
)
def test_sarif_is_valid_by_its_schema(shown: Report) -> None:
    path = os.environ.get("SARIF_SCHEMA")
    if path is None:
        pytest.skip("SARIF_SCHEMA does not name the schema (npm @microsoft/jest-sarif): see .ci/run")
    schema = json.loads(Path(path).read_bytes())
    made = json.loads(str(sarif(shown)["report.sarif"]))
    validator = jsonschema.validators.validator_for(schema)(schema, format_checker=jsonschema.FormatChecker())
    assert [problem.message for problem in validator.iter_errors(made)] == []


def test_files_are_named_as_in_the_repository() -> None:
    workspace = Workspace(Path("/r"), Path("/r/lists"))
    files = rendered(report(finding("https://a.example/", Verdict.DEAD), workspace=workspace))
    assert '<testsuite name="lists/entries.yaml"' in files["junit.xml"]
    assert 'file="lists/entries.yaml" line="1"' in files["junit.xml"]
    assert '"uri": "lists/entries.yaml"' in files["report.sarif"]
