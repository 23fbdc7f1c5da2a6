"""Files that a stranger planted in place of ours: links, devices, pipes, huge ones."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.conftest import Serve
from tests.journeys.program import Pages, Program

Plant = Callable[[Path, Path], object]


def make_huge(path: Path) -> None:
    """Make a file that takes no room on the disk, and more than there is in memory."""
    path.touch()
    os.truncate(path, 2**42)


PLANTS: dict[str, Plant] = {
    "device": lambda path, _: path.symlink_to("/dev/zero"),
    "pipe": lambda path, _: os.mkfifo(path),
    "folder": lambda path, _: path.mkdir(),
    "link": lambda path, outside: path.symlink_to(outside),
    "hard link": lambda path, outside: os.link(outside, path),
    "loop": lambda path, _: path.symlink_to(path.name),
    "huge": lambda path, _: make_huge(path),
}
FILES = (
    "build/enriched.json",
    "build/history.jsonl",
    "build/enriched.md",
    "cache/refused.json",
    "cache/findings-*/cache.db",
    "cache/findings-*/cache.db-wal",
    "cache/findings-*/cache.db-shm",
    "cache/findings-*/cache.db-journal",
    "lmsys-enrich.toml",
)


@pytest.mark.parametrize("plant", PLANTS.values(), ids=PLANTS)
@pytest.mark.parametrize("file", FILES)
def test_planted_file_harms_nothing_outside(
    program: Program, serve: Serve, tmp_path: Path, file: str, plant: Plant
) -> None:
    outside = tmp_path / "precious"
    outside.write_text("precious", encoding="utf-8")
    program.write_list(f"{serve(Pages({})).url}/a")
    program.run()
    folder, _, name = file.rpartition("/")
    path = (next(program.folder.glob(folder)) if folder else program.folder) / name
    path.unlink(missing_ok=True)
    plant(path, outside)
    ended = [program.run("--refresh", "--fail-on", "none"), program("render"), program("cache", "info")]
    assert {one.code for one in ended} <= {0, 2, 4}
    assert outside.read_text(encoding="utf-8") == "precious"


@pytest.mark.parametrize("folder", ["build", "cache", "build/badges"])
def test_folder_that_leads_out_is_refused_in_words(
    program: Program, serve: Serve, tmp_path: Path, folder: str
) -> None:
    program.write_list(f"{serve(Pages({})).url}/a")
    program.run()
    shutil.rmtree(program.folder / folder)
    (tmp_path / "outside").mkdir()
    (program.folder / folder).symlink_to(tmp_path / "outside")
    ended = program.run("--refresh")
    assert ended.code == 4
    assert folder in ended.err
    assert list((tmp_path / "outside").iterdir()) == []


@pytest.mark.parametrize("name", ["entries.yaml", "README.md"])
def test_list_that_leads_out_of_its_repository_is_refused(
    program: Program, tmp_path: Path, name: str
) -> None:
    (tmp_path / "secret").write_text("# L\n\n- [A](https://a.example/)\n", encoding="utf-8")
    (program.folder / ".git").mkdir()
    (program.folder / name).symlink_to(tmp_path / "secret")
    ended = program("validate", name)
    assert (ended.code, "a symbolic link out of the repository" in ended.err) == (2, True)
    (program.folder / name).unlink()
    os.mkfifo(program.folder / name)
    ended = program("validate", name)
    assert (ended.code, "not a regular file" in ended.err) == (2, True)
