"""Tables of a file of settings: hosts, exemptions, forges."""

from datetime import date
from pathlib import Path

import pytest

from lmsys_enrich.errors import InputError
from lmsys_enrich.model.catalog import Exemption
from lmsys_enrich.settings.settings import Settings
from lmsys_enrich.settings.sources import resolve
from lmsys_enrich.settings.tables import ForgeKind, ForgeSetting


def settings(folder: Path, text: str) -> Settings:
    (folder / "lmsys-enrich.toml").write_text(text, encoding="utf-8")
    return resolve({}, {}, folder)


def test_tables_are_read(tmp_path: Path) -> None:
    found = settings(
        tmp_path,
        """
lists = ["a.yaml", "docs/b.md"]
[[host]]
host = "Docs.Example.org"
headers = { Accept-Language = "en" }
accept = [403, 999]
per_host = 2
[[ignore]]
url = "https://a.example/x"
reason = "ours"
until = 2027-01-31
[[ignore]]
pattern = "^https://b"
reason = "old"
only = "stale"
[[forge]]
host = "git.example.org:8443"
kind = "gitlab"
""",
    )
    assert found.lists == (Path("a.yaml"), Path("docs/b.md"))
    [host] = found.hosts
    assert (host.host, dict(host.headers), host.accept) == (
        "docs.example.org",
        {"Accept-Language": "en"},
        frozenset({403, 999}),
    )
    assert host.per_host == 2
    assert [rule.exemption for rule in found.ignores] == [
        Exemption("ours", date(2027, 1, 31)),
        Exemption("old", only="stale"),
    ]
    assert found.ignores[0].matches("https://a.example/x")
    assert found.ignores[1].matches("https://b.example/")
    assert not found.ignores[0].matches("https://a.example/xy")
    assert found.forges == (ForgeSetting("git.example.org:8443", ForgeKind.GITLAB),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[host]]\naccept = [403]\n", "[[host]] 1: give a host"),
        ('[[host]]\nhost = "a"\nacept = [403]\n', "no such key 'acept'; did you mean 'accept'?"),
        ('[[host]]\nhost = "https://a.example/"\n', "is not a host such as"),
        ('[[host]]\nhost = "a"\naccept = [42]\n', "42 is not an HTTP status"),
        ('[[host]]\nhost = "a"\nper_host = 0\n', "0 is not a number of at least 1"),
        ('[[host]]\nhost = "a"\nheaders = { Authorization = "x-secret" }\n', "LMSYS_ENRICH_HEADERS"),
        ('[[host]]\nhost = "a"\nheaders = { Host = "b" }\n', "Host is set by the program itself"),
        ('[[host]]\nhost = "a"\nheaders = { X = "a\\r\\nCookie: b" }\n', "not one line"),
        ('[[host]]\nhost = "a"\nheaders = { "X Y" = "a" }\n', "is not the name of a header"),
        ("host = 1\n", "write it as a table, [[host]]"),
        ('[[ignore]]\nurl = "https://a"\n', "give a reason"),
        ('[[ignore]]\nreason = "x"\n', "give either url or pattern"),
        ('[[ignore]]\nreason = "x"\npattern = "("\n', "not a regular expression"),
        ('[[ignore]]\nreason = "x"\nurl = "a"\n', "is not a web address"),
        ('[[ignore]]\nreason = "x"\nurl = "https://a"\nuntil = "soon"\n', "is not a day"),
        ('[[ignore]]\nreason = "x"\nurl = "https://a"\nuntil = 2027-01-31T08:00:00\n', "is not a day"),
        (
            '[[ignore]]\nreason = "x"\nurl = "https://a"\nonly = "dead"\n", "is not \'stale\'',
            "cannot be read",
        ),
        ('[[ignore]]\nreason = "x"\nurl = "https://a"\nonly = "dead"\n', "'dead' is not 'stale'"),
        ('[[forge]]\nhost = "a"\nkind = "gitlub"\n', "did you mean 'gitlab'?"),
        ('[[forge]]\nkind = "gitlab"\n', "give a host"),
        ('[[forg]]\nhost = "a"\n', "no such setting 'forg'; did you mean 'forge'?"),
    ],
)
def test_mistakes_in_tables_are_reported(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError) as refused:
        settings(tmp_path, text)
    assert said in str(refused.value)
    assert "x-secret" not in str(refused.value)


def test_one_accepted_status_needs_no_array(tmp_path: Path) -> None:
    [host] = settings(tmp_path, '[[host]]\nhost = "a.example"\naccept = 403\n').hosts
    assert host.accept == {403}


def test_all_tables_with_mistakes_are_reported_by_number(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        settings(tmp_path, '[[host]]\nx = 1\n[[host]]\nhost = "a"\n[[host]]\nhost = "b"\ny = 1\n')
    assert "[[host]] 1:" in str(refused.value)
    assert "[[host]] 3:" in str(refused.value)
    assert "[[host]] 2:" not in str(refused.value)


@pytest.mark.parametrize(
    "wrong",
    [
        {"concurrency": 0},
        {"per_host": -1},
        {"timeout": 0.0},
        {"timeout": float("nan")},
        {"max_change": float("inf")},
        {"exclude": ("(",)},
        {"accept": (42,)},
    ],
    ids=str,
)
def test_library_refuses_what_the_command_line_refuses(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError, match=next(iter(wrong))):
        Settings(**wrong)  # type: ignore[arg-type]  # wrong on purpose


def test_flags_with_several_values_may_be_repeated(tmp_path: Path) -> None:
    found = resolve(
        {"exclude": ["a,b", "c"], "fail_on": ["dead,moved", "stale"], "accept": ["403", "999,503"]},
        {},
        tmp_path,
    )
    assert found.exclude == ("a,b", "c")
    assert list(found.fail_on) == ["dead", "moved", "stale"]
    assert found.accept == (403, 999, 503)


def test_variable_holds_several_expressions_in_lines(tmp_path: Path) -> None:
    assert resolve({}, {"LMSYS_ENRICH_EXCLUDE": "a,b\n\nc\n"}, tmp_path).exclude == ("a,b", "c")
