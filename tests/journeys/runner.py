"""A simulated runner of GitHub Actions: runs the steps of a workflow on a fresh machine each time."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import jinja2
import yaml

from lmsys_enrich.simulation.github import TOKEN
from tests.golden import ROOT
from tests.journeys.program import Json

BASH, GIT = (shutil.which(name) or name for name in ("bash", "git"))
_IDENTITY = {
    f"GIT_{role}_{key}": "a@example.org" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")
}
# Python of the machine: installations are noted and not made, as the program is here already.
_PYTHON = """\
#!/bin/sh
case "$1 $2" in
    "-m pip") echo "$@" >>"{log}"; exit 0 ;;
    "-m venv") mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; ln -sf "{bin}/lmsys-enrich" "$3/bin/"; exit 0 ;;
esac
exec "{bin}/python" "$@"
"""
# GitHub's program: notes its arguments and its repository, and lists no pull request.
_GH = """\
#!/bin/sh
echo "$GH_REPO $*" >>"{log}"
"""
_TOKENS = re.compile(r"'[^']*'|&&|\|\||!(?!=)|[a-z_]+(?:\.[A-Za-z_][\w-]*)+")
_OPERATORS = {"&&": " and ", "||": " or ", "!": " not "}
_STATUS_FUNCTION = re.compile(r"\b(cancelled|always|failure|success)\(\)")


def git(folder: Path, *words: str) -> str:
    """Run git, and return what it prints."""
    ended = subprocess.run(
        [GIT, "-c", "commit.gpgsign=false", *words],
        cwd=folder,
        env={**os.environ, **_IDENTITY},
        check=True,
        capture_output=True,
        text=True,
    )
    return ended.stdout.strip()


@dataclass
class Repository:
    """A repository on GitHub: a bare one, which people and jobs clone and push to."""

    bare: Path

    @classmethod
    def create(cls, bare: Path, files: Mapping[str, str]) -> "Repository":
        """Create it with these files on its branch `main`."""
        bare.mkdir(parents=True)
        git(bare, "init", "--quiet", "--bare", "--initial-branch=main")
        made = cls(bare)
        made.push(files)
        return made

    def push(self, files: Mapping[str, str], message: str = "Edit") -> None:
        """Commit these files to `main` as a person does."""
        work = self.bare.parent / "person"
        shutil.rmtree(work, ignore_errors=True)
        git(self.bare.parent, "clone", "--quiet", str(self.bare), str(work))
        git(work, "checkout", "--quiet", "-B", "main")
        for name, text in files.items():
            path = work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        git(work, "add", "--all")
        git(work, "commit", "--quiet", "--message", message)
        git(work, "push", "--quiet", "origin", "main")

    def push_in_between(self, commands: str) -> None:
        """Let a person push at the moment of the next push, which is refused."""
        hook = self.bare / "hooks" / "pre-receive"
        hook.write_text(
            f"""#!/bin/sh
rm hooks/pre-receive
unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_DIR
rm -rf other && git clone --quiet . other && cd other
git config user.name b; git config user.email b@example.org
{commands}
git commit --quiet --all --message "In between"
git --git-dir=.. fetch --quiet "$PWD" +main:main
exit 1
""",
            encoding="utf-8",
        )
        hook.chmod(0o755)

    def file(self, name: str) -> str:
        """Return a file of `main`."""
        return git(self.bare, "show", f"main:{name}")

    def files(self, folder: str = ".") -> list[str]:
        """Return the names of all files of `main`."""
        return git(self.bare, "ls-tree", "-r", "--name-only", "main", f"{folder}/").splitlines()

    def changed(self, commits: int) -> list[str]:
        """Return the names of the files that the last commits have changed."""
        return git(self.bare, "diff", "--name-only", f"main~{commits}", "main").splitlines()

    def commits(self) -> list[str]:
        """Return author and subject of each commit of `main`, the first one first."""
        return git(self.bare, "log", "--reverse", "--format=%an: %s", "main").splitlines()


@dataclass
class Job:
    """A job that has ended: its outputs by step, and what its log shows."""

    has_failed: bool = False
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    log: str = ""
    summary: str = ""


@dataclass
class Runner:
    """Machines for the jobs of a repository, and what GitHub keeps between these: caches and artifacts."""

    repository: Repository
    folder: Path
    environ: dict[str, str]
    variables: Mapping[str, str] = field(default_factory=dict)
    caches: dict[str, Path] = field(default_factory=dict)
    number: int = 0

    @property
    def installed(self) -> str:
        """Return the arguments of all installations."""
        return (self.folder / "pip.log").read_text()

    def run(self, workflow: str, event: str = "schedule") -> Job:
        """Run the one job of a workflow that lies in the repository, or is given as text."""
        content = workflow if "\n" in workflow else self.repository.file(workflow)
        [job] = yaml.safe_load(content)["jobs"].values()
        self.number += 1
        machine = _Machine(self, self.folder / str(self.number), job, event)
        machine.run(job["steps"], {}, machine.job)
        shutil.rmtree(machine.workspace)
        return machine.job


class _Machine:
    """One machine, which exists for one job."""

    def __init__(self, runner: Runner, folder: Path, job: Json, event: str) -> None:
        self.runner, self.folder, self.event = runner, folder, event
        self.workspace, self.temp = folder / "work", folder / "temp"
        self.within = job.get("defaults", {}).get("run", {}).get("working-directory", ".")
        self.job = Job()
        for path in (self.workspace, self.temp, folder / "bin", folder / "home"):
            path.mkdir(parents=True)
        programs = Path(sys.executable).parent
        python = folder / "bin" / "python"
        python.write_text(_PYTHON.format(log=runner.folder / "pip.log", bin=programs))
        python.chmod(0o755)
        gh = folder / "bin" / "gh"
        gh.write_text(_GH.format(log=runner.folder / "gh.log"))
        gh.chmod(0o755)
        (folder / "bin" / "lmsys-enrich").symlink_to(programs / "lmsys-enrich")

    def run(self, steps: Sequence[Json], inputs: Mapping[str, str], job: Job) -> None:
        """Run steps of the job or of an action; a failed one skips those that do not ask for it."""
        for step in steps:
            if not self._is_due(step, inputs, job):
                continue
            given = {key: str(self.filled(value, inputs)) for key, value in step.get("with", {}).items()}
            if "run" in step:
                self._shell(step, inputs, job)
            else:
                self._use(step["uses"], given, job)

    def filled(self, value: object, inputs: Mapping[str, str]) -> object:
        """Return a value with its expressions evaluated."""
        if not isinstance(value, str):
            return str(value).lower() if isinstance(value, bool) else value
        return re.sub(r"\$\{\{(.*?)\}\}", lambda match: str(self._value(match[1], inputs, self.job)), value)

    def _is_due(self, step: Json, inputs: Mapping[str, str], job: Job) -> bool:
        condition = str(step.get("if", "success()")).strip()
        condition = condition.removeprefix("${{").removesuffix("}}")
        if not _STATUS_FUNCTION.search(condition) and job.has_failed:
            return False
        return bool(self._value(condition, inputs, job))

    def _value(self, expression: str, inputs: Mapping[str, str], job: Job) -> object:
        def word(match: re.Match[str]) -> str:
            if match[0].startswith("'"):
                return match[0]
            return _OPERATORS.get(match[0]) or f"get('{match[0]}')"

        compiled = jinja2.Environment(autoescape=False).compile_expression(  # noqa: S701 - no HTML
            _TOKENS.sub(word, expression.strip())
        )
        return compiled(
            get=partial(self._context, inputs),
            cancelled=lambda: False,
            always=lambda: True,
            success=lambda: not job.has_failed,
            failure=lambda: job.has_failed,
            endsWith=str.endswith,
        )

    def _context(self, inputs: Mapping[str, str], path: str) -> object:
        first, *names = path.split(".")
        match first:
            case "inputs":
                return inputs[names[0]]
            case "steps":
                return self.job.outputs.get(names[0], {}).get(names[2], "")
            case "vars":
                return self.runner.variables.get(names[0], "")
            case "github":
                known = {"token": TOKEN, "run_id": str(self.runner.number), "run_attempt": "1"}
                known |= {"event_name": self.event, "server_url": "https://github.com"}
                return known.get(".".join(names), "")
            case _:
                return ""

    def _shell(self, step: Json, inputs: Mapping[str, str], job: Job) -> None:
        script, outputs, summary = (self.temp / name for name in ("step.sh", "output", "summary"))
        script.write_text(str(self.filled(step["run"], inputs)), encoding="utf-8")
        outputs.write_text("")
        # https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
        strict = ("--noprofile", "--norc", "-e", "-o", "pipefail") if step.get("shell") == "bash" else ("-e",)
        environ = {key: str(self.filled(value, inputs)) for key, value in step.get("env", {}).items()}
        ended = subprocess.run(
            [BASH, *strict, str(script)],
            cwd=self.workspace / self.within,
            env={**self._environ(outputs, summary), **environ},
            capture_output=True,
            text=True,
            check=False,
        )
        name = step.get("id") or step.get("name") or str(step["run"])
        self.job.outputs[name] = dict(line.split("=", 1) for line in outputs.read_text().splitlines())
        self.job.codes[name] = ended.returncode
        self.job.log += ended.stdout + ended.stderr
        self.job.summary = summary.read_text() if summary.exists() else ""
        job.has_failed = job.has_failed or ended.returncode != 0

    def _environ(self, outputs: Path, summary: Path) -> dict[str, str]:
        paths = (str(self.folder / "bin"), os.environ["PATH"])
        return {
            **{name: value for name, value in os.environ.items() if name.startswith("COVERAGE")},
            "HOME": str(self.folder / "home"),
            "PATH": os.pathsep.join(paths),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_EVENT_NAME": self.event,
            "GITHUB_OUTPUT": str(outputs),
            "GITHUB_STEP_SUMMARY": str(summary),
            "GITHUB_REF": "refs/heads/main",
            "GITHUB_REF_NAME": "main",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(self.temp),
            **self.runner.environ,
        }

    def _use(self, action: str, given: Mapping[str, str], job: Job) -> None:
        """Do what an action does that is needed here; this repository's own is run step by step."""
        name, _, _ = action.partition("@")
        match name:
            case "actions/checkout":
                depth = given.get("fetch-depth", "1")
                shallow = () if depth == "0" else ("--depth", depth)
                git(
                    self.folder,
                    "clone",
                    "--quiet",
                    *shallow,
                    self.runner.repository.bare.as_uri(),
                    str(self.workspace),
                )
            case "actions/cache/restore":
                keys = [given["key"], *given.get("restore-keys", "").split()]
                caches = self.runner.caches
                newest = [
                    cache for key in keys for name, cache in reversed(caches.items()) if name.startswith(key)
                ]
                if newest:
                    shutil.copytree(newest[0], self.workspace, dirs_exist_ok=True)
            case "actions/cache/save":
                kept = self.runner.folder / "caches" / given["key"]
                for path in given["path"].splitlines():
                    if (self.workspace / path).exists():
                        shutil.copytree(self.workspace / path, kept / path)
                self.runner.caches[given["key"]] = kept
            case "actions/setup-python" | "actions/upload-artifact":
                pass
            case _ if name.endswith("/lmsys-enrich"):
                content = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
                defaults = {
                    key: str(self.filled(definition["default"], {}))
                    for key, definition in content["inputs"].items()
                }
                of_action = Job()
                self.run(content["runs"]["steps"], {**defaults, **given}, of_action)
                job.has_failed = job.has_failed or of_action.has_failed
            case _:
                raise AssertionError(f"the runner does not know {action}")
