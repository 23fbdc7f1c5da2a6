"""Released files: wheel and sdist, installed in a clean environment."""

import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

import lmsys_enrich
from tests.golden import ROOT


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Wheel and sdist, built as `make dist` builds them."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-d", str(folder)], cwd=ROOT, check=True)
    return folder


def test_the_wheel_holds_what_the_program_reads_and_nothing_else(dist: Path) -> None:
    (wheel,) = dist.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert f"lmsys_enrich-{lmsys_enrich.__version__}-" in wheel.name
    for needed in ("py.typed", "starter/links.yml", "schemas/report.json", "outputs/page/index.html.j2"):
        assert f"lmsys_enrich/{needed}" in names
    assert any(name.endswith("share/man/man1/lmsys-enrich.1") for name in names)
    assert not [name for name in names if name.startswith(("tests", "benchmarks", "docs"))]


def test_wheel_of_the_sdist_is_that_of_the_repository(dist: Path, tmp_path: Path) -> None:
    (sdist,) = dist.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        # Older patch releases of Python 3.11 know no filters.
        known: Any = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        archive.extractall(tmp_path, **known)  # noqa: S202 - it was made above
    (source,) = tmp_path.iterdir()
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel"], cwd=source, check=True)
    (again,), (wheel,) = (source / "dist").glob("*.whl"), dist.glob("*.whl")
    assert zipfile.ZipFile(again).namelist() == zipfile.ZipFile(wheel).namelist()


def test_the_wheel_runs_where_nothing_else_of_ours_is(dist: Path, tmp_path: Path) -> None:
    """Its requirements are those of this environment; a release is tried with none, in its workflow."""
    (wheel,) = dist.glob("*.whl")
    site = tmp_path / "site"
    shutil.unpack_archive(wheel, site, "zip")
    started = "import sys; sys.path.insert(0, sys.argv.pop(1)); import lmsys_enrich.__main__"
    ended = subprocess.run(
        [sys.executable, "-c", started, str(site), "init"],
        cwd=tmp_path,
        env={},  # what measures coverage here would take this copy for ours
        capture_output=True,
        text=True,
        check=True,
    )
    assert "entries.yaml: written" in ended.stdout
