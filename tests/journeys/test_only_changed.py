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

    def git(self, *words: str) -> str:
        identity = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        command = [_GIT, *identity, *words]
        ended = subprocess.run(command, cwd=self.program.folder, check=True, capture_output=True)
        return ended.stdout.decode().strip()

    def write(self, *paths: str, name: str = "entries.yaml") -> None:
        self.program.write_list(*(f"{self.site.url}{path}" for path in paths), name=name)

    def commit(self, *paths: str, name: str = "entries.yaml") -> None:
        self.write(*paths, name=name)
        self.git("add", name)
        self.git("commit", "--message", "links")

    def requested(self) -> set[str]:
        return {received.path for received in self.site.log}


@pytest.fixture
def repository(program: Program, serve: Serve) -> Repository:
    site = serve(Pages({path: Sent(200) for path in ("/a", "/b", "/c", "/d")}))
    made = Repository(program, site)
    made.git("init", "--initial-branch", "main")
    made.commit("/a", "/b")
    made.git("switch", "--create", "change")
    return made


def test_only_links_that_are_added_or_touched_are_requested(repository: Repository) -> None:
    repository.commit("/a", "/c", "/gone")
    ended = repository.program.run("--only-changed", "main")
    assert (ended.code, ended.summary["links"], ended.summary["dead"]) == (10, 2, 1)
    assert repository.requested() == {"/c", "/gone"}
    assert set(repository.program.outputs()) == _REPORTS
    assert f"{repository.site.url}/gone" in repository.program.text("dead-links.md")


def test_what_the_other_branch_did_meanwhile_is_not_ours(repository: Repository) -> None:
    repository.commit("/a", "/b", "/c")
    repository.git("switch", "main")
    repository.commit("/d", "/b")
    repository.git("switch", "change")
    repository.program.run("--only-changed", "main")
    assert repository.requested() == {"/c"}


def test_changes_that_are_not_committed_count(repository: Repository) -> None:
    repository.write("/a", "/b", "/d")
    repository.program.run("--only-changed", "HEAD")
    assert repository.requested() == {"/d"}


def test_a_list_that_is_new_is_checked_whole(repository: Repository) -> None:
    repository.write("/c", "/d", name="more.yaml")
    repository.program.run("more.yaml", "--only-changed", "main")
    assert repository.requested() == {"/c", "/d"}


def test_where_nothing_changed_nothing_is_requested(repository: Repository) -> None:
    ended = repository.program.run("--only-changed", "main")
    assert (ended.code, ended.summary["links"], repository.requested()) == (0, 0, set())


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
def test_base_unknown_to_git_is_reported_with_the_next_step(repository: Repository, base: str) -> None:
    ended = repository.program("run", f"--only-changed={base}")
    assert ended.code == 2
    assert "git does not know" in ended.err
    assert "fetch-depth: 0" in ended.err


@pytest.mark.parametrize("base", ["", "0" * 40])
def test_base_that_is_no_commit_is_explained(repository: Repository, base: str) -> None:
    ended = repository.program("run", f"--only-changed={base}")
    assert (ended.code, "such as origin/main" in ended.err) == (2, True)


def test_merge_group_has_its_own_links(repository: Repository) -> None:
    """A merge queue tests each group on a branch of its own: the base is the group before."""
    repository.commit("/a", "/b", "/c")
    repository.git("switch", "--detach", "main")
    repository.git("merge", "--no-ff", "--no-edit", "change")
    first = repository.git("rev-parse", "HEAD")
    repository.git("switch", "--create", "gh-readonly-queue/main/pr-2", "main")
    (repository.program.folder / "other.txt").write_text("x", encoding="utf-8")
    repository.git("add", "other.txt")
    repository.git("commit", "--message", "other")
    repository.git("switch", "--detach", first)
    repository.git("merge", "--no-ff", "--no-edit", "gh-readonly-queue/main/pr-2")
    repository.program.run("--only-changed", first)
    assert repository.requested() == set()
    ended = repository.program.run("--only-changed", "main")
    assert repository.requested() == {"/c"}
    assert "entries.yaml: 2 lines are new since main; 1 link to check" in ended.err


def test_outside_of_a_repository_it_is_reported(program: Program) -> None:
    program.write_list("https://example.org/")
    ended = program("run", "--only-changed", "main")
    assert (ended.code, "git" in ended.err) == (2, True)


def test_merge_ref_excludes_what_others_did(repository: Repository) -> None:
    base = repository.git("rev-parse", "main")
    repository.commit("/a", "/b", "/c")
    repository.git("switch", "main")
    repository.write("/a", "/b")
    (repository.program.folder / "README.md").write_text("# Others\n", encoding="utf-8")
    repository.commit("/d", "/a", "/b", name="entries.yaml")
    repository.git("switch", "--detach", "main")
    repository.git("merge", "--no-edit", "--strategy-option", "theirs", "change")
    repository.program.run("--only-changed", base)
    assert repository.requested() == {"/c"}


def test_merge_by_a_stranger_hides_nothing(repository: Repository) -> None:
    """A head whose first parent holds the new link already: it is no merge ref."""
    base = repository.git("rev-parse", "main")
    repository.commit("/a", "/b", "/c")
    repository.git("switch", "main")
    (repository.program.folder / "other.txt").write_text("x", encoding="utf-8")
    repository.git("add", "other.txt")
    repository.git("commit", "--message", "other")
    repository.git("switch", "change")
    repository.git("merge", "--no-edit", "main")
    repository.git("switch", "--detach")
    repository.git("branch", "--delete", "--force", "change")
    repository.program.run("--only-changed", base)
    assert repository.requested() == {"/c"}


def test_renamed_list_has_its_new_links_alone(repository: Repository) -> None:
    repository.git("mv", "entries.yaml", "list.yaml")
    repository.commit("/a", "/b", "/c", name="list.yaml")
    repository.program.run("list.yaml", "--only-changed", "main")
    assert repository.requested() == {"/c"}


@pytest.mark.parametrize(
    "form",
    [
        "      - name: New\n        url: >-\n          {}\n",
        "      - name: New\n        url:\n\n          {}\n",
        '      - name: New\n        ? url\n        : "{}"\n',
        "      - name: New\n        url: &x\n          {}\n      - {{name: Other, links: {{a: *x}}}}\n",
    ],
)
def test_new_address_is_seen_in_every_form_of_yaml(repository: Repository, form: str) -> None:
    """The second commit touches the address alone: its key stands on a line that is as it was."""
    path = repository.program.folder / "entries.yaml"
    before = path.read_text(encoding="utf-8")
    path.write_text(before + form.format(f"{repository.site.url}/a"), encoding="utf-8")
    repository.git("commit", "--all", "--message", "form")
    path.write_text(before + form.format(f"{repository.site.url}/d"), encoding="utf-8")
    repository.program.run("--only-changed", "HEAD")
    assert repository.requested() == {"/d"}


@pytest.mark.parametrize("attribute", ["* -diff", "* binary", "entries.yaml filter=evil diff=evil"])
def test_attributes_hide_nothing_and_run_nothing(repository: Repository, attribute: str) -> None:
    ran = repository.program.folder / "ran"
    for key in ("filter.evil.clean", "diff.evil.textconv", "diff.external"):
        repository.git("config", key, f"touch '{ran}'; echo")
    repository.git("config", "color.ui", "always")
    repository.git("config", "diff.noprefix", "true")
    (repository.program.folder / ".gitattributes").write_text(f"{attribute}\n", encoding="utf-8")
    repository.write("/a", "/b", "/d")
    ended = repository.program.run("--only-changed", "HEAD")
    assert repository.requested() == {"/d"}
    assert "entries.yaml: 2 lines are new since HEAD; 1 link to check" in ended.err
    assert not ran.exists()


def test_list_in_a_subfolder(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = repository.program.folder / "lists" / "ai"
    folder.mkdir(parents=True)
    repository.commit("/a", name="lists/ai/entries.yaml")
    repository.write("/a", "/c", name="lists/ai/entries.yaml")
    monkeypatch.chdir(folder)
    repository.program.run("--only-changed", "HEAD")
    assert repository.requested() == {"/c"}


def test_settings_of_a_pull_request_do_not_judge_it(repository: Repository) -> None:
    settings = repository.program.folder / "lmsys-enrich.toml"
    settings.write_text('exclude = ["/b"]\n', encoding="utf-8")
    repository.git("add", "lmsys-enrich.toml")
    repository.git("commit", "--message", "settings")
    settings.write_text('exclude = [".*"]\nfail-on = ["none"]\nout = "/etc"\n', encoding="utf-8")
    repository.write("/a", "/c", "/gone", "/b/x")
    ended = repository.program.run("--only-changed", "HEAD")
    assert (ended.code, ended.summary["dead"], ended.summary["skipped"]) == (10, 1, 1)
    assert repository.requested() == {"/c", "/gone"}


def test_deleted_settings_still_apply_to_their_pull_request(repository: Repository) -> None:
    settings = repository.program.folder / "pyproject.toml"
    settings.write_text('[tool.lmsys-enrich]\nfail-on = ["dead", "moved"]\nout = "o"\n', encoding="utf-8")
    repository.git("add", "pyproject.toml")
    repository.git("commit", "--message", "settings")
    settings.unlink()
    repository.program.run("--only-changed", "HEAD")
    assert (repository.program.folder / "o" / "dead-links.md").is_file()


def test_refusal_of_git_is_shown_in_its_own_words(program: Program) -> None:
    program.write_list("https://example.org/")
    subprocess.run([_GIT, "init"], cwd=program.folder, check=True, capture_output=True)
    (program.folder / ".git" / "config").write_text("[core\n", encoding="utf-8")
    ended = program("run", "--only-changed", "main")
    assert (ended.code, "bad config line 1" in ended.err) == (2, True)


def test_lists_that_the_settings_name_may_be_renamed_and_deleted(repository: Repository) -> None:
    folder = repository.program.folder
    (folder / "lmsys-enrich.toml").write_text('lists = ["entries.yaml", "more.yaml"]\n', encoding="utf-8")
    repository.git("add", "lmsys-enrich.toml")
    repository.commit("/d", name="more.yaml")
    repository.git("branch", "--force", "main")
    (folder / "lists").mkdir()
    repository.git("mv", "entries.yaml", "lists/list.yaml")
    repository.git("rm", "--quiet", "more.yaml")
    repository.commit("/a", "/b", "/c", name="lists/list.yaml")
    ended = repository.program.run("--only-changed", "main")
    assert (ended.code, repository.requested()) == (0, {"/c"})
    assert "more.yaml: was deleted since main" in ended.err
    repository.git("rm", "--quiet", "lists/list.yaml")
    assert repository.program.run("--only-changed", "main").code == 0
    assert repository.program.run("nowhere.yaml", "--only-changed", "main").code == 2
