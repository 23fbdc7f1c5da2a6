"""Schemas that editors use."""

import json
import tomllib

import jsonschema
import pytest

from tests.journeys.program import Program


@pytest.mark.parametrize("which", ["entries", "report", "config"])
def test_schemas_are_schemas(program: Program, which: str) -> None:
    schema = json.loads(program("schema", which).out)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"].endswith("2020-12/schema")


def test_schema_of_settings_allows_what_a_file_may_hold(program: Program) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(program("schema", "config").out))
    good = 'out = "site"\nmax-age = "3d"\nfail-on = ["dead", "moved"]\nper-host = 2\nallow-private = true'
    assert validator.is_valid(tomllib.loads(good))
    assert not validator.is_valid(tomllib.loads("concurency = 3"))
    assert not validator.is_valid(tomllib.loads('max-age = "soon"'))
    for name, setting in json.loads(program("schema", "config").out)["properties"].items():
        if "default" in setting:
            assert validator.is_valid({name: setting["default"]}), name
