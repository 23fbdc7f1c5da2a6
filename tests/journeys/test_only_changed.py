"""In a pull request only what it adds or touches is checked, and the whole list's outputs are left alone."""

import shutil
import subprocess
from dataclasses import dataclass

import pytest

from lmsys_enrich.simulation.server import Sent, Server
from tests.builders import day
from tests.journeys.conftest import Serve
from tests.journeys.program import Pages, Program

_GIT = shutil.which("git") or "git"
_REPORTS = {"dead-links.md", "dead-links.json", "junit.xml", "report.sarif"}


@dataclass
class Repository:
    """A list in a git repository, and the site that its links lead to."""

    program: Program
    site: Server

    def git(self, *words: str) -> None:
        identity = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        subprocess.run([_GIT, *identity, *words], cwd=self.program.folder, check=True, capture_output=True)

    def write(self, *paths: str, name: str = "entries.yaml") -> None:
        self.program.write_list(*(f"{self.site.url}{path}" for path in paths), name=name)

    def commit(self, *paths: str, name: str = "entries.yaml") -> None:
        self.write(*paths, name=name)
        self.git("add", name)
        self.git("commit", "--message", "links")

    def asked(self) -> set[str]:
        return {received.path for received in self.site.log}


@pytest.fixture
def repository(program: Program, serve: Serve) -> Repository:
    site = serve(Pages({path: Sent(200) for path in ("/a", "/b", "/c", "/d")}))
    made = Repository(program, site)
    made.git("init", "--initial-branch", "main")
    made.commit("/a", "/b")
    made.git("switch", "--create", "change")
    return made


def test_only_links_that_are_added_or_touched_are_asked(repository: Repository) -> None:
    repository.commit("/a", "/c", "/gone")
    ended = repository.program.run("--only-changed", "main")
    assert (ended.code, ended.summary["links"], ended.summary["dead"]) == (10, 2, 1)
    assert repository.asked() == {"/c", "/gone"}
    assert set(repository.program.outputs()) == _REPORTS
    assert f"{repository.site.url}/gone" in repository.program.text("dead-links.md")


def test_what_the_other_branch_did_meanwhile_is_not_ours(repository: Repository) -> None:
    repository.commit("/a", "/b", "/c")
    repository.git("switch", "main")
    repository.commit("/d", "/b")
    repository.git("switch", "change")
    repository.program.run("--only-changed", "main")
    assert repository.asked() == {"/c"}


def test_changes_that_are_not_committed_count(repository: Repository) -> None:
    repository.write("/a", "/b", "/d")
    repository.program.run("--only-changed", "HEAD")
    assert repository.asked() == {"/d"}


def test_a_list_that_is_new_is_checked_whole(repository: Repository) -> None:
    repository.write("/c", "/d", name="more.yaml")
    repository.program.run("more.yaml", "--only-changed", "main")
    assert repository.asked() == {"/c", "/d"}


def test_where_nothing_changed_nobody_is_asked(repository: Repository) -> None:
    ended = repository.program.run("--only-changed", "main")
    assert (ended.code, ended.summary["links"], repository.asked()) == (0, 0, set())


def test_the_outputs_of_the_whole_list_are_left_alone(repository: Repository) -> None:
    repository.program.run()
    before = repository.program.outputs()
    repository.write("/a", "/gone")
    repository.program.night = day(9)
    repository.program.run("--only-changed", "main", "--accept-changes")
    after = repository.program.outputs()
    assert {name for name in after if after[name] != before[name]} <= _REPORTS
    whole = repository.program.run()
    assert whole.summary["dead"] == 1, "a part does not make the death an old one"
    assert repository.program("run", "--fail-on", "new-dead", "--quiet", "--allow-private").code == 0


@pytest.mark.parametrize("base", ["nowhere", "--all", "origin/main"])
def test_a_base_that_git_does_not_know_is_told_with_the_next_step(repository: Repository, base: str) -> None:
    ended = repository.program("run", f"--only-changed={base}")
    assert ended.code == 2
    assert "git knows no common state with" in ended.err
    assert "fetch-depth: 0" in ended.err


def test_outside_of_a_repository_it_is_told(program: Program) -> None:
    program.write_list("https://example.org/")
    ended = program("run", "--only-changed", "main")
    assert (ended.code, "git" in ended.err) == (2, True)
