"""The action's publish step: commits, refusals, and the effect of a push in between."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.golden import ROOT

_BASH, _GIT = (shutil.which(name) or name for name in ("bash", "git"))
_SCRIPTS = ROOT / ".github" / "action"
_IDENTITY = {
    f"GIT_{role}_{key}": "a@example.org" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")
}
_PATHS = "build/enriched.md\nbuild/dead-links.md\nbuild/badges\n"


@dataclass
class Checkout:
    """A clone with outputs in it, beside its remote."""

    folder: Path
    remote: Path

    def git(self, *words: str, folder: Path | None = None) -> str:
        ended = subprocess.run(
            [_GIT, *words],
            cwd=folder or self.folder,
            env={**os.environ, **_IDENTITY},
            check=True,
            capture_output=True,
            text=True,
        )
        return ended.stdout.strip()

    def publish(self, event: str = "schedule", **environ: str) -> "subprocess.CompletedProcess[str]":
        given = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder.parent),
            "RUNNER_TEMP": str(self.folder.parent / "temp"),
            "GITHUB_EVENT_NAME": event,
            "GITHUB_REF": "refs/heads/main",
            "GITHUB_REF_NAME": "main",
            "GITHUB_REPOSITORY": "o/n",
            "GITHUB_SERVER_URL": "https://github.com",
            "GH_TOKEN": "t",
            "PUBLISH": "commit",
            "PATHS": _PATHS,
            "LISTS": "",
            "RETRY_SECONDS": "0",
            **environ,
        }
        command = [_BASH, str(_SCRIPTS / "publish.sh")]
        return subprocess.run(
            command, cwd=self.folder, env=given, capture_output=True, text=True, check=False
        )

    def published(self, branch: str = "main") -> list[str]:
        """The files on the remote's branch."""
        return self.git("ls-tree", "-r", "--name-only", branch, folder=self.remote).split()

    def subjects(self) -> list[str]:
        return self.git("log", "--format=%s", "main", folder=self.remote).splitlines()

    def push_in_between(self, commands: str, times: int = 1) -> None:
        """Push to the remote at the moment of our own push, which is then refused, so many times."""
        hook = self.remote / "hooks" / "pre-receive"
        hook.write_text(
            f"""#!/bin/sh
test "$(cat count 2>/dev/null || echo 0)" -lt {times} || exit 0
echo $(($(cat count 2>/dev/null || echo 0) + 1)) > count
unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_DIR
rm -rf other && git clone --quiet . other && cd other
git config user.name b; git config user.email b@example.org
{commands}
git commit --quiet --all --message other
git --git-dir=.. fetch --quiet "$PWD" +main:main
exit 1
""",
            encoding="utf-8",
        )
        hook.chmod(0o755)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    folder, remote = tmp_path / "work", tmp_path / "remote.git"
    folder.mkdir()
    (tmp_path / "temp" / "lmsys-enrich").mkdir(parents=True)
    (tmp_path / "temp" / "lmsys-enrich" / "bin").symlink_to(Path(sys.executable).parent)
    made = Checkout(folder, remote)
    made.git("init", "--quiet", "--bare", "--initial-branch=main", str(remote), folder=tmp_path)
    made.git("init", "--quiet", "--initial-branch=main")
    (folder / "list.md").write_text("# L\n\n- [A](https://a.example/)\n", encoding="utf-8")
    made.git("add", ".")
    made.git("commit", "--quiet", "--message", "base")
    made.git("remote", "add", "origin", str(remote))
    made.git("push", "--quiet", "origin", "main")
    for name, text in {
        "enriched.md": "facts",
        "dead-links.md": "dead",
        "badges/alive.svg": "a",
        "badges/last-check.svg": "day",
    }.items():
        path = folder / "build" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return made


_PUBLISHED = {"build/enriched.md", "build/dead-links.md", "build/badges/alive.svg", "list.md"}


def test_outputs_are_committed_once(checkout: Checkout) -> None:
    assert checkout.publish().returncode == 0
    assert set(checkout.published()) == _PUBLISHED
    again = checkout.publish()
    assert (again.returncode, again.stdout) == (0, "Nothing has changed.\n")
    assert len(checkout.subjects()) == 2


@pytest.mark.parametrize(
    "event", ["pull_request", "pull_request_target", "pull_request_review", "merge_group"]
)
@pytest.mark.parametrize("script", ["publish.sh", "issue.sh"])
def test_events_of_pull_requests_publish_nothing(checkout: Checkout, event: str, script: str) -> None:
    environ = {
        "PATH": os.environ["PATH"],
        "RUNNER_TEMP": str(checkout.folder.parent / "temp"),
        "GITHUB_EVENT_NAME": event,
    }
    ended = subprocess.run(
        [_BASH, str(_SCRIPTS / script)],
        cwd=checkout.folder,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert re.match(r"::error .*is not done for the event", ended.stdout)
    assert checkout.published() == ["list.md"]


@pytest.mark.parametrize("publish", ["commit", "pull-request"])
def test_commits_of_others_are_not_pushed_along(checkout: Checkout, publish: str) -> None:
    (checkout.folder / "evil.sh").write_text("evil", encoding="utf-8")
    checkout.git("add", "evil.sh")
    checkout.git("commit", "--quiet", "--message", "stranger")
    ended = checkout.publish(event="workflow_run", PUBLISH=publish)
    assert (ended.returncode, "is not on main" in ended.stdout) == (1, True)
    assert checkout.published() == ["list.md"]
    assert checkout.git("branch", folder=checkout.remote) == "* main"


@pytest.mark.parametrize("ref", ["refs/tags/v1", "refs/pull/1/merge"])
def test_only_branches_are_published_to(checkout: Checkout, ref: str) -> None:
    assert checkout.publish(GITHUB_REF=ref).returncode == 1
    assert checkout.published() == ["list.md"]


def test_push_in_between_is_kept_and_followed(checkout: Checkout) -> None:
    checkout.push_in_between("echo more >> list.md", times=2)
    ended = checkout.publish()
    assert ended.returncode == 0, ended.stderr
    assert set(checkout.published()) == _PUBLISHED
    assert checkout.subjects()[1:] == ["other", "other", "base"]
    assert checkout.git("show", "main:list.md", folder=checkout.remote).endswith("more\nmore")


def test_attempts_to_push_have_an_end(checkout: Checkout) -> None:
    checkout.push_in_between("echo more >> list.md", times=100)
    ended = checkout.publish()
    assert (ended.returncode, "changed 5 times during the push" in ended.stdout) == (1, True)


def test_same_lines_changed_in_between_are_left_to_the_next_run(checkout: Checkout) -> None:
    checkout.push_in_between("sed -i 's/A/Other/' list.md")
    text = (checkout.folder / "list.md").read_text(encoding="utf-8")
    (checkout.folder / "list.md").write_text(text.replace("A", "Ours"), encoding="utf-8")
    ended = checkout.publish(IN_PLACE="true", LISTS="list.md")
    assert (ended.returncode, "::warning" in ended.stdout) == (0, True)
    assert checkout.subjects() == ["other", "base"]


def test_refused_push_says_so(checkout: Checkout) -> None:
    hook = checkout.remote / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho protected branch >&2\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)
    ended = checkout.publish()
    assert (ended.returncode, "was refused" in ended.stdout) == (1, True)
    assert "protected branch" in ended.stderr


def test_files_of_several_lists_are_published(checkout: Checkout) -> None:
    (checkout.folder / "build" / "enriched.md").unlink()
    for name in ("one", "two"):
        (checkout.folder / "build" / name).mkdir()
        (checkout.folder / "build" / name / "enriched.md").write_text(name, encoding="utf-8")
    assert checkout.publish().returncode == 0
    assert {"build/one/enriched.md", "build/two/enriched.md"} <= set(checkout.published())


def test_nothing_to_publish_is_no_error(checkout: Checkout) -> None:
    shutil.rmtree(checkout.folder / "build")
    ended = checkout.publish()
    assert (ended.returncode, "Nothing to publish" in ended.stdout) == (0, True)


def test_hooks_of_the_repository_do_not_run(checkout: Checkout) -> None:
    hooks = checkout.folder / "hooks"
    hooks.mkdir()
    (hooks / "pre-commit").write_text(f"#!/bin/sh\ntouch {checkout.folder}/ran\n", encoding="utf-8")
    (hooks / "pre-commit").chmod(0o755)
    checkout.git("config", "core.hooksPath", str(hooks))
    assert checkout.publish().returncode == 0
    assert not (checkout.folder / "ran").exists()


def test_publish_days_leave_the_other_days_out(checkout: Checkout) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).strftime("%A")
    ended = checkout.publish(DAYS=tomorrow)
    assert (ended.returncode, "Not published today" in ended.stdout) == (0, True)
    mistyped = checkout.publish(DAYS="mondays")
    assert (mistyped.returncode, "'mondays' is no day of the week" in mistyped.stdout) == (1, True)
    assert checkout.published() == ["list.md"]
    assert checkout.publish(DAYS="Monday tue, WEDNESDAY Thu\nfri saturday sunday").returncode == 0
    assert set(checkout.published()) == _PUBLISHED


def test_paths_are_names_and_not_patterns(checkout: Checkout) -> None:
    odd = checkout.folder / "build" / ":(top)*"
    odd.mkdir()
    (odd / "x.md").write_text("x", encoding="utf-8")
    assert checkout.publish(PATHS="build/:(top)*\n").returncode == 0
    assert set(checkout.published()) == {"build/:(top)*/x.md", "list.md"}


def test_copies_are_published_beside_the_paths(checkout: Checkout) -> None:
    copies = "build/enriched.md docs/list.md\nbuild/badges docs/badges\nbuild/none docs/none\n"
    ended = checkout.publish(PATHS="", COPIES=copies)
    assert ended.returncode == 0, ended.stderr
    assert set(checkout.published()) == {"docs/list.md", "docs/badges/alive.svg", "list.md"}
    assert "there is no build/none" in ended.stdout
    # A folder gets the file alone: what else lies there is not published.
    (checkout.folder / "docs" / "draft.md").write_text("draft", encoding="utf-8")
    checkout.publish(PATHS="", COPIES="build/enriched.md docs\nbuild/enriched.md new/")
    assert {"docs/enriched.md", "new/enriched.md"} <= set(checkout.published())
    assert "docs/draft.md" not in checkout.published()
    assert "names one file" in checkout.publish(PATHS="", COPIES="build/enriched.md").stdout


@pytest.mark.parametrize("lists", ["", "docs\nlist.md\n"], ids=["of the settings", "named"])
def test_facts_in_lists_are_published_and_nothing_beside_them(checkout: Checkout, lists: str) -> None:
    docs = checkout.folder / "docs"
    docs.mkdir()
    (docs / "a list.md").write_text("a", encoding="utf-8")
    (docs / "page.html").write_text("a", encoding="utf-8")
    checkout.git("add", ".")
    checkout.git("reset", "--quiet", "build")
    checkout.git("commit", "--quiet", "--message", "docs")
    checkout.git("push", "--quiet", "origin", "main")
    for name in ("docs/a list.md", "docs/untracked.md", "list.md"):
        (checkout.folder / name).write_text("facts", encoding="utf-8")
    ended = checkout.publish(IN_PLACE="true", LISTS=lists, PATHS="")
    assert ended.returncode == 0, ended.stderr
    changed = checkout.git("diff", "--name-only", "main~1", "main", folder=checkout.remote)
    assert changed.splitlines() == ["docs/a list.md", "list.md"]


def test_commits_that_a_force_push_removed_do_not_come_back(checkout: Checkout) -> None:
    (checkout.folder / "secret").write_text("secret", encoding="utf-8")
    checkout.git("add", "secret")
    checkout.git("commit", "--quiet", "--message", "secret")
    checkout.git("push", "--quiet", "origin", "main")
    checkout.push_in_between("git reset --quiet --hard HEAD~1; echo more >> list.md")
    ended = checkout.publish()
    assert (ended.returncode, "was rewritten meanwhile" in ended.stdout) == (1, True)
    assert (checkout.published(), checkout.subjects()) == (["list.md"], ["other", "base"])


def test_deleted_branch_is_told(checkout: Checkout) -> None:
    checkout.git("update-ref", "-d", "refs/heads/main", folder=checkout.remote)
    ended = checkout.publish()
    assert (ended.returncode, "::error" in ended.stdout) == (1, True)
    assert "branch deleted?" in ended.stdout


def test_new_files_of_others_in_the_way_are_left_to_the_next_run(checkout: Checkout) -> None:
    checkout.push_in_between("mkdir build; echo theirs > build/index.html; git add .")
    (checkout.folder / "build" / "index.html").write_text("ours", encoding="utf-8")
    ended = checkout.publish()
    assert (ended.returncode, "::warning" in ended.stdout) == (0, True)
    assert checkout.subjects() == ["other", "base"]


def test_outputs_outside_of_a_sparse_checkout_are_published(checkout: Checkout) -> None:
    checkout.git("sparse-checkout", "set", "docs")
    assert checkout.publish().returncode == 0
    assert set(checkout.published()) == _PUBLISHED


def test_pull_request_is_closed_when_the_branch_has_all_of_it(checkout: Checkout) -> None:
    bin_, log = checkout.folder.parent / "bin", checkout.folder.parent / "gh.log"
    bin_.mkdir()
    (bin_ / "gh").write_text(f'#!/bin/sh\necho "$@" >> {log}\ntest "$2" != list || echo 7\n', "utf-8")
    (bin_ / "gh").chmod(0o755)
    path = f"{bin_}{os.pathsep}{os.environ['PATH']}"
    assert checkout.publish(PUBLISH="pull-request", PATH=path).returncode == 0
    assert "pr close" not in log.read_text(encoding="utf-8")
    checkout.git("reset", "--quiet", "--hard", "HEAD~1")
    assert checkout.publish(PUBLISH="pull-request", PATH=path, PATHS="list.md").returncode == 0
    assert "pr close 7" in log.read_text(encoding="utf-8")


@pytest.mark.parametrize(("publish", "advice"), [("pages", "write commit"), ("pull-request", "to create")])
def test_refusal_names_the_way_out(checkout: Checkout, publish: str, advice: str) -> None:
    gh = checkout.folder.parent / "bin" / "gh"
    gh.parent.mkdir()
    gh.write_text('#!/bin/sh\ntest "$2" = list\n', encoding="utf-8")
    gh.chmod(0o755)
    ended = checkout.publish(PUBLISH=publish, PATH=f"{gh.parent}{os.pathsep}{os.environ['PATH']}")
    assert (ended.returncode, advice in ended.stdout) == (1, True)
