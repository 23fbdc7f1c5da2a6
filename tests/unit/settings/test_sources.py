"""Sources of a setting's value, and the messages about invalid values."""

from datetime import timedelta
from pathlib import Path

import pytest

from lmsys_enrich.errors import InputError
from lmsys_enrich.settings.settings import Failure, Settings
from lmsys_enrich.settings.sources import knobs, resolve


def test_without_any_source_the_defaults_hold(tmp_path: Path) -> None:
    assert resolve({}, {}, tmp_path) == Settings()


def test_a_flag_outdoes_a_variable_outdoes_a_file(tmp_path: Path) -> None:
    (tmp_path / "lmsys-enrich.toml").write_text("concurrency = 1\nper-host = 1\ndead-after = 1\n")
    environ = {"LMSYS_ENRICH_CONCURRENCY": "2", "LMSYS_ENRICH_PER_HOST": "2"}
    found = resolve({"concurrency": "3", "timeout": None}, environ, tmp_path)
    assert (found.concurrency, found.per_host, found.dead_after) == (3, 2, 1)


def test_settings_may_stand_in_pyproject(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.lmsys-enrich]\nfail-on = ["moved", "stale"]\n')
    assert resolve({}, {}, tmp_path).fail_on == (Failure.MOVED, Failure.STALE)


def test_a_pyproject_of_something_else_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert resolve({}, {}, tmp_path) == Settings()


@pytest.mark.parametrize(
    ("name", "raw", "value"),
    [
        ("max_age", "7d", timedelta(days=7)),
        ("deadline", "20m", timedelta(minutes=20)),
        ("stale_after", "12mo", timedelta(days=365.25)),
        ("fail_on", "dead,archived", (Failure.DEAD, Failure.ARCHIVED)),
        ("fail_on", "none", (Failure.NONE,)),
        ("timeout", "2.5", 2.5),
        ("max_change", "0", 0.0),
        ("offline", "yes", True),
        ("offline", "0", False),
        ("exclude", r"^https://a\.org/{1,2}", (r"^https://a\.org/{1,2}",)),
        ("out", "site", Path("site")),
    ],
)
def test_values_are_read_as_people_write_them(tmp_path: Path, name: str, raw: str, value: object) -> None:
    environ = {f"LMSYS_ENRICH_{name.upper()}": raw}
    assert getattr(resolve({}, environ, tmp_path), name) == value


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"LMSYS_ENRICH_CONCURENCY": "1"}, "no such setting; did you mean 'LMSYS_ENRICH_CONCURRENCY'?"),
        ({"LMSYS_ENRICH_CONCURRENCY": "0"}, "LMSYS_ENRICH_CONCURRENCY: 0 is not a number of at least 1"),
        ({"LMSYS_ENRICH_CONCURRENCY": "many"}, "'many' is not a whole number"),
        ({"LMSYS_ENRICH_TIMEOUT": "0"}, "0.0 is not a number above 0"),
        ({"LMSYS_ENRICH_TIMEOUT": "nan"}, "nan is not a number"),
        ({"LMSYS_ENRICH_MAX_AGE": "soon"}, "'soon' is not a time such as 90s"),
        ({"LMSYS_ENRICH_FAIL_ON": "ded"}, "'ded' is not one of dead, new-dead"),
        ({"LMSYS_ENRICH_FAIL_ON": "ded"}, "did you mean 'dead'?"),
        ({"LMSYS_ENRICH_OFFLINE": "perhaps"}, "neither true nor false"),
        ({"LMSYS_ENRICH_EXCLUDE": "("}, "not a regular expression"),
    ],
)
def test_a_value_that_cannot_be_used_is_reported_with_its_origin(
    tmp_path: Path, environ: dict[str, str], said: str
) -> None:
    with pytest.raises(InputError) as refused:
        resolve({}, environ, tmp_path)
    assert said in str(refused.value)
    assert next(iter(environ)) in str(refused.value)


def test_all_mistakes_are_reported_at_once(tmp_path: Path) -> None:
    (tmp_path / "lmsys-enrich.toml").write_text("max-agee = '7d'\nper-host = -1\n")
    with pytest.raises(InputError) as refused:
        resolve({"deadline": "x"}, {"LMSYS_ENRICH_NO": "1"}, tmp_path)
    said = str(refused.value)
    for part in ("'max-agee'; did you mean 'max-age'?", "per-host: -1", "--deadline: 'x'", "LMSYS_ENRICH_NO"):
        assert part in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# Ours\n\nmax-age = 3\n", "lmsys-enrich.toml:3: max-age: '3' is not a time"),
        (
            "per-host = 2\n\"max_age\" = '3d'\n",
            "lmsys-enrich.toml:2: no such setting 'max_age'; did you mean",
        ),
        ("retries = 1.5\n", "retries: 1.5 is not a whole number"),
        ("timeout = true\n", "timeout: True is not a number"),
        ("out = 3\n", "out: 3 is not text"),
        ("exclude = ['a', 3]\n", "exclude: 3 is not text"),
        ("lists = [1]\n", "lists: 1 is not text"),
        ('out = "a\\u0000b"\n', r"out: 'a\x00b' is not a path"),
        ('lists = ["a\\u0000b"]\n', r"lists: 'a\x00b' is not a path"),
        ("offline = 1\n", "offline: 1 is neither true nor false"),
        ("facts = { stars = true }\n", 'True}" is not one of stars'),
        ("token = 'x'\n", "no such setting 'token'; secrets come from the environment only"),
        ("[tool.lmsys-enrich]\nmax-age = '3d'\n", "without [tool.lmsys-enrich]"),
        (
            "[[host]]\nhost = 'a'\n\n[[host]] # two\nhost = 'b'\nx = 1\n",
            "lmsys-enrich.toml:4: [[host]] 2: no such",
        ),
    ],
)
def test_mistake_in_a_file_is_reported_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "lmsys-enrich.toml").write_text(text)
    with pytest.raises(InputError) as refused:
        resolve({}, {}, tmp_path)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[project]\nname = 'x'\n[tool.lmsys-enrich]\nmaxage = '3d'\n", "pyproject.toml:4: no such setting"),
        (
            "[tool.lmsys-enrich]\n[[tool.lmsys-enrich.host]]\nx = 1\n",
            "pyproject.toml:2: [[host]] 1: no such key",
        ),
        ("[tool]\nlmsys-enrich = 3\n", "tool.lmsys-enrich is not a table"),
        ("tool = 3\n", None),
        ("[tool.lmsys_enrich]\nmax-age = '3d'\n", "has a table [tool.lmsys_enrich]"),
    ],
)
def test_mistake_in_pyproject_is_reported_with_its_line(tmp_path: Path, text: str, said: str | None) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    if said is None:
        assert resolve({}, {}, tmp_path).max_age
        return
    with pytest.raises(InputError) as refused:
        resolve({}, {}, tmp_path)
    assert said in str(refused.value)


def test_setting_of_files_alone_is_no_variable(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="LMSYS_ENRICH_LISTS: no such setting; set it in a file"):
        resolve({}, {"LMSYS_ENRICH_LISTS": "a.md"}, tmp_path)


def test_a_file_that_is_no_toml_is_reported(tmp_path: Path) -> None:
    (tmp_path / "lmsys-enrich.toml").write_text("= nothing")
    with pytest.raises(InputError, match=r"lmsys-enrich\.toml cannot be read"):
        resolve({}, {}, tmp_path)


@pytest.mark.parametrize("knob", knobs(), ids=lambda knob: knob.name)
def test_every_setting_shows_what_it_is_for(knob: object) -> None:
    assert knob.metadata["about"]  # type: ignore[attr-defined]


def test_file_cannot_name_a_cluster(tmp_path: Path) -> None:
    (tmp_path / "lmsys-enrich.toml").write_text('cluster = "tls://stranger.example:8786"\n')
    with pytest.raises(InputError, match="no such setting 'cluster'"):
        resolve({}, {}, tmp_path)


def test_variable_may_name_a_cluster(tmp_path: Path) -> None:
    assert resolve({}, {"LMSYS_ENRICH_CLUSTER": "local:2"}, tmp_path).cluster == "local:2"
