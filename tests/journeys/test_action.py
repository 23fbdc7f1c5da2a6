"""The action: its commands, run as a runner would run them."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from lmsys_enrich.simulation.github import SimulatedGitHub
from lmsys_enrich.simulation.world import SimulatedRepository, World
from tests.builders import day
from tests.golden import ROOT
from tests.journeys.conftest import Serve, ServeGitHub
from tests.journeys.program import Json, Program, Site

_ACTION: Json = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
_BASH, _GIT = (shutil.which(name) or name for name in ("bash", "git"))
_HOME = "acme/list"


@dataclass
class Runner:
    """A runner with a list and a local remote; `gh` records its arguments."""

    program: Program
    site: Site
    github: SimulatedGitHub
    url: str
    temp: Path
    outputs: dict[str, str] = field(default_factory=dict)
    log: str = ""

    def __post_init__(self) -> None:
        (self.temp / "lmsys-enrich").mkdir(parents=True)
        (self.temp / "lmsys-enrich" / "bin").symlink_to(Path(sys.executable).parent)
        gh = self.temp / "bin" / "gh"
        gh.parent.mkdir()
        gh.write_text(
            f'#!/bin/sh\necho "$@" >> {self.temp}/gh.log\ntest "$2" != list || cat {self.temp}/open\n'
        )
        gh.chmod(0o755)
        (self.temp / "open").touch()
        self.write("/a", "/b")

    def write(self, *paths: str) -> None:
        self.program.write_list(*(f"{self.url}{path}" for path in paths))

    @property
    def issues(self) -> list[tuple[str, str]]:
        return [(issue.state, issue.title) for issue in self.github.issues.all]

    def shell(self, command: str, **environ: str) -> int:
        """Run a step's command, and take in its outputs."""
        told = self.temp / "output"
        told.write_text("")
        paths = (self.temp / "bin", Path(sys.executable).parent)
        given = {
            **{name: value for name, value in os.environ.items() if name.startswith("COVERAGE")},
            "HOME": str(self.temp),
            "PATH": os.pathsep.join([*map(str, paths), os.environ["PATH"]]),
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_OUTPUT": str(told),
            "GITHUB_REPOSITORY": _HOME,
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_REF": "refs/heads/main",
            "GITHUB_REF_NAME": "main",
            "LMSYS_ENRICH_ALLOW_PRIVATE": "true",
            "LMSYS_ENRICH_ACCEPT_CHANGES": "true",
            **self.program.environment,
            **environ,
        }
        ended = subprocess.run(
            [_BASH, "-e", "-c", command],
            cwd=self.program.folder,
            env=given,
            capture_output=True,
            text=True,
            check=False,
        )
        self.outputs |= dict(line.split("=", 1) for line in told.read_text().splitlines())
        self.log = ended.stdout + ended.stderr
        assert "Traceback" not in ended.stderr
        assert not ended.returncode or command.startswith(("exit", "lmsys-enrich")), ended.stderr
        return ended.returncode

    def git(self, *words: str) -> str:
        identity = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        ended = subprocess.run(
            [_GIT, *identity, *words], cwd=self.program.folder, check=True, capture_output=True, text=True
        )
        return ended.stdout

    def check_out(self) -> None:
        """Put the list under git, with a remote."""
        remote = self.temp / "remote.git"
        subprocess.run([_GIT, "init", "--quiet", "--bare", str(remote)], check=True)
        self.git("init", "--quiet", "--initial-branch", "main")
        self.git("add", "entries.yaml")
        self.git("commit", "--quiet", "--message", "A list")
        self.git("remote", "add", "origin", str(remote))
        self.git("push", "--quiet", "origin", "main")

    def act(self, **inputs: str) -> int:
        """Run the action's own steps with these inputs, in their order."""
        given = {name.replace("-", "_"): str(told["default"]) for name, told in _ACTION["inputs"].items()}
        given |= inputs | {"token": self.program.environ["GITHUB_TOKEN"]}
        code = 0
        for step in _ACTION["runs"]["steps"]:
            if step.get("id") in {"run", "issue", "publish", "conclude"} and self._is_due(step, given):
                environ = {name: self._filled(value, given) for name, value in step.get("env", {}).items()}
                code = self.shell(step["run"], **environ)
                if code:
                    break
        return code

    @staticmethod
    def _is_due(step: Json, given: dict[str, str]) -> bool:
        conditions = re.findall(r"inputs\.([a-z-]+) (==|!=) '(\w*)'", step.get("if", ""))
        return all(
            (given[name.replace("-", "_")] == value) == (how == "==") for name, how, value in conditions
        )

    def _filled(self, value: str, given: dict[str, str]) -> str:
        text = re.sub(r"\$\{\{ inputs\.([a-z-]+) \}\}", lambda m: given[m[1].replace("-", "_")], value)
        return re.sub(r"\$\{\{ steps\.run\.outputs\.([a-z-]+) \}\}", lambda m: self.outputs[m[1]], text)


@pytest.fixture
def runner(program: Program, serve: Serve, serve_github: ServeGitHub, tmp_path: Path) -> Runner:
    site = Site()
    url = serve(site).url
    github, _ = serve_github(World((SimulatedRepository(name=_HOME, id=1),), {"acme": "Organization"}))
    return Runner(program, site, github, url, tmp_path / "runner")


def test_the_action_shows_what_the_run_found_and_ends_as_it_did(runner: Runner) -> None:
    assert runner.act() == 0
    assert runner.issues == []
    runner.site.gone = {"/b"}
    runner.program.night = day(10)
    assert runner.act(issue="true", flags="--refresh\n--deadline=5m\n") == 10
    assert (runner.outputs["exit-code"], runner.outputs["dead"], runner.outputs["alive"]) == ("10", "1", "1")
    assert runner.issues == [("open", "Dead links in A list")]


def test_flags_are_written_with_a_blank_or_an_equals_sign(runner: Runner) -> None:
    flags = "--deadline 20m  \n\n--exclude ^https?://none.example/a b$\n  --fail-on=none"
    assert runner.act(flags=flags) == 0
    assert runner.outputs["exit-code"] == "0"


@pytest.mark.parametrize(
    ("flags", "advice"),
    [("--deadline 20m --fail-on none", "on a line of its own"), ("--exclude='^https'", "quotation marks")],
)
def test_flags_that_a_shell_would_read_are_refused(runner: Runner, flags: str, advice: str) -> None:
    with pytest.raises(AssertionError):
        runner.act(flags=flags)
    assert advice in runner.log


def test_a_run_that_cannot_begin_fails_the_action(runner: Runner) -> None:
    assert runner.act(lists="nowhere.yaml") == 2
    assert runner.outputs["exit-code"] == "2"


def test_pull_request_is_checked_and_opens_no_issue(runner: Runner) -> None:
    runner.check_out()
    runner.site.gone = {"/b", "/c"}
    runner.write("/a", "/b", "/c")
    assert runner.act(issue="true", publish="commit", only_changed="main") == 10
    assert (runner.outputs["links"], runner.outputs["dead"], runner.issues) == ("1", "1", [])
    assert runner.git("log", "--format=%s", "origin/main").splitlines() == ["A list"]


def test_workspace_of_a_container_is_trusted(runner: Runner) -> None:
    runner.check_out()
    runner.write("/a", "/b", "/c")
    folder = str(runner.program.folder)
    # Git's own switch for its tests: every repository is somebody else's, unless it is told to trust it.
    runner.program.environ |= {"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1", "GITHUB_WORKSPACE": folder}
    assert runner.act(only_changed="main") == 0
    assert runner.outputs["links"] == "1"


def test_what_was_found_is_committed_once(runner: Runner) -> None:
    runner.check_out()
    (runner.program.folder / "README.md").write_text(
        "<!-- lmsys-enrich:summary -->\n<!-- /lmsys-enrich -->\n"
    )
    assert runner.act(publish="commit", into="README.md") == 0
    changed = runner.git("show", "--name-only", "--format=%an", "origin/main").split()
    assert changed[0] == "github-actions[bot]"
    assert {"README.md", "build/enriched.md", "build/dead-links.md"} <= set(changed)
    assert not [name for name in changed if "last-check" in name]
    runner.program.night = day(3)
    runner.act(publish="commit", into="README.md", flags="--refresh")
    commits = runner.git("log", "--format=%s", "origin/main").splitlines()
    assert len([subject for subject in commits if subject.startswith("Links and facts")]) <= 2


def test_one_pull_request_is_kept(runner: Runner) -> None:
    runner.check_out()
    runner.act(publish="pull-request")
    log = (runner.temp / "gh.log").read_text()
    assert log.count("pr create --head lmsys-enrich/update --base main") == 1
    assert "build/enriched.md" in runner.git("show", "--name-only", "origin/lmsys-enrich/update")
    (runner.temp / "open").write_text("7\n")
    runner.git("switch", "--quiet", "main")
    runner.site.gone = {"/a"}
    runner.program.night = day(10)
    runner.act(publish="pull-request", flags="--refresh")
    assert (runner.temp / "gh.log").read_text().count("pr create") == 1
    assert "**dead**" in runner.git("show", "origin/lmsys-enrich/update:build/enriched.md")


def test_the_token_is_in_no_file_and_in_no_command_line(runner: Runner) -> None:
    runner.check_out()
    runner.act(publish="pull-request", issue="true")
    token = runner.program.environ["GITHUB_TOKEN"].encode()
    files = [
        *runner.program.folder.rglob("*"),
        *(runner.temp / "remote.git").rglob("*"),
        runner.temp / "gh.log",
    ]
    assert not [file for file in files if file.is_file() and token in file.read_bytes()]


def test_every_step_of_others_is_pinned_and_every_input_is_known() -> None:
    used = [step["uses"] for step in _ACTION["runs"]["steps"] if "uses" in step]
    assert used
    assert not [name for name in used if not re.fullmatch(r"[a-z-]+/[a-z-]+(/[a-z-]+)?@[0-9a-f]{40}", name)]
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    assert set(re.findall(r"inputs\.([a-z-]+)", text)) <= set(_ACTION["inputs"])
    assert set(_ACTION["inputs"]) <= set(re.findall(r"inputs\.([a-z-]+)", text))
    ids = {step["id"] for step in _ACTION["runs"]["steps"] if "id" in step}
    assert set(re.findall(r"steps\.([a-z-]+)\.", text)) <= ids


def test_action_installs_locked_versions_with_hashes() -> None:
    lock = (ROOT / ".github" / "action" / "requirements.lock").read_text(encoding="utf-8")
    pins = re.split(r"\n(?=[a-zA-Z0-9])", lock)[1:]
    assert all(re.match(r"[A-Za-z0-9._-]+==\S+", pin) and "--hash=sha256:" in pin for pin in pins)
    locked = {pin.partition("==")[0].lower() for pin in pins}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    needed = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    assert {re.split(r"[^\w-]", name)[0].lower() for name in needed} <= locked
    [install] = [step["run"] for step in _ACTION["runs"]["steps"] if step.get("id") == "install"]
    assert "--require-hashes" in install
    assert "--no-deps --no-build-isolation" in install
