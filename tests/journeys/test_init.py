"""Files that `init` writes, and the source from which its workflow installs the program."""

import importlib.metadata
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from lmsys_enrich.cli.install_source import InstallSource, install_source
from tests.journeys.conftest import Serve
from tests.journeys.program import Json, Pages, Program

_GIT = shutil.which("git") or "git"
_WORKFLOW = ".github/workflows/links.yml"


def git(folder: Path, *words: str) -> str:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    command = [_GIT, *identity, *words]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def job(folder: Path) -> Json:
    return yaml.safe_load((folder / _WORKFLOW).read_text(encoding="utf-8"))["jobs"]["links"]


def commands(folder: Path) -> list[str]:
    return [step["run"] for step in job(folder)["steps"] if "run" in step]


def test_init_starts_a_list_and_a_workflow(program: Program) -> None:
    ended = program("init", "mine")
    assert ended.code == 0
    assert "mine/entries.yaml: written" in ended.out
    assert program("validate", "mine/entries.yaml").code == 0
    text = (program.folder / "mine" / _WORKFLOW).read_text(encoding="utf-8")
    assert not re.findall(r"uses: [^@]+@(?![0-9a-f]{40} # v)", text)
    assert "60 days" in text
    assert "github.event.repository.fork" in job(program.folder / "mine")["if"]
    assert job(program.folder / "mine")["permissions"]["contents"] == "read"
    run = "lmsys-enrich run entries.yaml --deadline 20m --fail-on new-dead"
    assert run in commands(program.folder / "mine")
    (program.folder / "mine/entries.yaml").write_text("mine", encoding="utf-8")
    again = program("init", "mine")
    assert "links.yml: already exists and was not changed; move it away" in again.out
    assert "badge" not in again.out
    assert (program.folder / "mine/entries.yaml").read_text(encoding="utf-8") == "mine"


def test_init_takes_a_readme_that_is_a_list(program: Program) -> None:
    (program.folder / "README.md").write_text("# L\n## T\n- [A](https://a.example/)\n", encoding="utf-8")
    program("init")
    assert commands(program.folder)[1].startswith("lmsys-enrich run README.md ")
    assert not (program.folder / "entries.yaml").exists()


def test_init_makes_a_list_beside_a_readme_that_is_none(program: Program) -> None:
    (program.folder / "README.md").write_text("# A program\n", encoding="utf-8")
    assert "entries.yaml: written" in program("init").out


def test_badges_are_suggested_only_where_they_are_published(program: Program) -> None:
    assert "badges/links-alive.svg" not in program("init", "a").out
    ended = program("init", "b", "--publish", "commit")
    assert "![links alive](build/badges/links-alive.svg)" in ended.out
    assert "last-check" not in ended.out


@pytest.mark.parametrize("publish", ["commit", "pull-request"])
def test_init_offers_to_publish(program: Program, publish: str) -> None:
    program("init", "--publish", publish)
    text = (program.folder / _WORKFLOW).read_text(encoding="utf-8")
    assert job(program.folder)["permissions"]["contents"] == "write"
    assert ("pull-requests" in job(program.folder)["permissions"]) == (publish == "pull-request")
    assert "build/enriched.md build/*/enriched.md build/dead-links.md build/badges" in text


def test_facts_in_the_list_itself_are_published(program: Program) -> None:
    (program.folder / "README.md").write_text("# L\n## T\n- [A](https://a.example/)\n", encoding="utf-8")
    program("init", "--in-place")
    assert commands(program.folder)[1].endswith("--fail-on new-dead --in-place")
    assert "git add --update -- README.md" in commands(program.folder)[-1]
    refused = program("init", "other", "--in-place")
    assert (refused.code, "other has no list yet" in refused.err) == (2, True)


def test_list_may_be_named_itself(program: Program) -> None:
    named = program.folder / "my lists" / "#1: a list.md"
    named.parent.mkdir()
    named.write_text("# L\n## T\n- [A](https://a.example/)\n", encoding="utf-8")
    ended = program("init", str(named), "--in-place")
    assert ended.code == 0
    assert commands(named.parent)[1].startswith("lmsys-enrich run '#1: a list.md' ")
    assert "git add --update -- '#1: a list.md'" in commands(named.parent)[-1]


def test_lists_and_folders_of_the_settings_are_taken(program: Program) -> None:
    settings = 'lists = ["a.md", "docs"]\nout = "site/links"\ncache = ".links"\n'
    (program.folder / "lmsys-enrich.toml").write_text(settings, encoding="utf-8")
    ended = program("init", "--in-place")
    assert "Next: lmsys-enrich run, then" in ended.out
    assert "![entries](site/links/badges/entries.svg)" in ended.out
    _, run, issue, publish = commands(program.folder)
    assert run.startswith("lmsys-enrich run --deadline")
    assert issue == "lmsys-enrich issue"
    assert "git add --update -- a.md docs" in publish
    assert "in site/links/enriched.md site/links/*/enriched.md " in publish
    paths = [step["with"]["path"] for step in job(program.folder)["steps"] if "path" in step.get("with", {})]
    assert paths == [".links\nsite/links\n"] * 2 + ["site/links"]


@pytest.mark.parametrize(
    ("remote", "has_artifacts"),
    [
        ("git@github.com:o/n.git", True),
        ("https://acme.ghe.com/o/n", True),
        ("https://git.example.com/o/n", False),
    ],
)
def test_artifacts_are_left_out_where_the_server_refuses_them(
    program: Program, remote: str, *, has_artifacts: bool
) -> None:
    git(program.folder, "init", "--quiet")
    git(program.folder, "remote", "add", "origin", remote)
    program("init")
    assert ("upload-artifact" in (program.folder / _WORKFLOW).read_text(encoding="utf-8")) == has_artifacts


def test_other_forges_are_told_where_their_jobs_are(program: Program) -> None:
    git(program.folder, "init", "--quiet")
    git(program.folder, "remote", "add", "origin", "cb:acme/list.git")
    git(program.folder, "config", "url.git@codeberg.org:.insteadOf", "cb:")
    assert "codeberg.org is none" in program("init").err


def test_folder_that_cannot_be_made_is_an_error(program: Program) -> None:
    (program.folder / "file").touch()
    ended = program("init", "file/lists")
    assert (ended.code, "file/lists cannot be created" in ended.err) == (4, True)


def test_workflow_of_a_subfolder_lies_at_the_top(program: Program) -> None:
    git(program.folder, "init")
    ended = program("init", "lists: it's #1")
    assert not (program.folder / "lists: it's #1" / _WORKFLOW).exists()
    assert str(program.folder / _WORKFLOW) in ended.out
    assert "only at the top of the repository" in ended.out
    made = job(program.folder)
    assert made["defaults"]["run"]["working-directory"] == "lists: it's #1"
    paths = [step["with"]["path"] for step in made["steps"] if "path" in step.get("with", {})]
    assert paths == ["lists: it's #1/cache\nlists: it's #1/build\n"] * 2 + ["lists: it's #1/build"]


def test_list_that_the_workflow_misses_is_told(program: Program) -> None:
    git(program.folder, "init")
    for name in ("README.md", "docs/README.md"):
        (program.folder / name).parent.mkdir(exist_ok=True)
        (program.folder / name).write_text("# L\n## T\n- [A](https://a.example/)\n", encoding="utf-8")
    program("init")
    assert "does not check" not in program("init").err
    assert "links.yml does not check docs/README.md" in program("init", "docs").err
    workflow = program.folder / _WORKFLOW
    both = workflow.read_text(encoding="utf-8").replace("run README.md", "run README.md docs/README.md")
    workflow.write_text(both, encoding="utf-8")
    assert "does not check" not in program("init", "docs").err
    workflow.unlink()
    program("init", "docs")
    assert "does not check" not in program("init", "docs").err
    assert "links.yml does not check README.md" in program("init").err


class Installed(importlib.metadata.Distribution):
    """The program's distribution with a record of its source."""

    def __init__(self, record: str | None) -> None:
        self.record = record

    def read_text(self, filename: str) -> str | None:
        texts = {"direct_url.json": self.record, "METADATA": "Name: lmsys-enrich\nVersion: 1.2.3\n"}
        return texts.get(filename)

    def locate_file(self, path: object) -> Path:
        return Path(str(path))


@pytest.mark.parametrize(
    ("record", "requirement"),
    [
        (None, "lmsys-enrich==1.2.3"),
        (
            {
                "url": "https://user:secret@git.example.org/o/n.git",
                "vcs_info": {"vcs": "git", "commit_id": "abc", "requested_revision": "main"},
            },
            "git+https://git.example.org/o/n.git@abc",
        ),
        (
            {"url": "https://a.example/x.whl", "archive_info": {"hash": "sha256=12"}},
            "https://a.example/x.whl#sha256=12",
        ),
        (
            {"url": "ssh://git@git.example.org:2222/o/n", "vcs_info": {"vcs": "git", "commit_id": "abc"}},
            "git+https://git.example.org/o/n@abc",
        ),
        (
            {"url": "https://git.example.org:8443/o/n", "vcs_info": {"vcs": "git", "commit_id": "abc"}},
            "git+https://git.example.org:8443/o/n@abc",
        ),
        ({"url": "file:///nowhere", "vcs_info": {"vcs": "git", "commit_id": "abc"}}, None),
        ({"url": "file:///nowhere/x.whl", "archive_info": {}}, None),
        ({"url": "file:///nowhere", "dir_info": {"editable": True}}, None),
    ],
    ids=["index", "git", "archive", "ssh", "port", "clone", "file", "folder"],
)
def test_source_is_what_the_installer_recorded(tmp_path: Path, record: Json, requirement: str | None) -> None:
    own = Installed(None if record is None else json.dumps(record))
    assert install_source(tmp_path, lambda: own) == InstallSource(requirement)


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("https://t0ken@github.com/o/n.git", "git+https://github.com/o/n.git@"),
        ("git@github.com:o/n.git", "git+https://github.com/o/n.git@"),
        ("ssh://git@github.com/o/n", "git+https://github.com/o/n@"),
        ("/some/folder", None),
        ("http://github.com/o/n", None),
        ("https://[github.com/o/n", None),
        ("https://github.com:o/n", None),
    ],
)
def test_source_of_a_checkout_is_its_origin(tmp_path: Path, remote: str, address: str | None) -> None:
    checkout, folder = tmp_path / "tool", tmp_path / "list"
    for path in (checkout, folder):
        path.mkdir()
        git(path, "init", "--quiet")
    git(checkout, "commit", "--quiet", "--allow-empty", "--message", "x")
    git(checkout, "remote", "add", "origin", remote)
    own = Installed(json.dumps({"url": checkout.as_uri(), "dir_info": {"editable": True}}))
    expected = None if address is None else f"{address}{git(checkout, 'rev-parse', 'HEAD')}"
    assert install_source(folder, lambda: own) == InstallSource(expected, is_pushed=expected is None)
    git(checkout, "update-ref", "refs/remotes/origin/main", "HEAD")
    assert install_source(folder, lambda: own) == InstallSource(expected)
    assert install_source(checkout, lambda: own) == InstallSource(None, is_here=True)
    commit = {"vcs": "git", "commit_id": git(checkout, "rev-parse", "HEAD")}
    cloned = Installed(json.dumps({"url": checkout.as_uri(), "vcs_info": commit}))
    assert install_source(folder, lambda: cloned) == InstallSource(expected)


def test_unknown_source_is_left_to_a_variable(program: Program) -> None:
    ended = program("init")
    assert "LMSYS_ENRICH_SOURCE" in ended.err
    assert "vars.LMSYS_ENRICH_SOURCE" in (program.folder / _WORKFLOW).read_text(encoding="utf-8")


def test_first_run_does_not_fail_for_new_dead_links(program: Program, serve: Serve) -> None:
    site = serve(Pages({}))
    program.write_list(f"{site.url}/gone")
    program.environ["LMSYS_ENRICH_FAIL_ON"] = "new-dead"
    first = program.run()
    assert (first.code, first.summary["dead"]) == (0, 1)
    program.write_list(f"{site.url}/gone", f"{site.url}/gone-too")
    assert program.run().code == 10
    assert program.run().code == 0
