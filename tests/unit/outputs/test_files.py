"""Files are written whole, only where they changed, and never elsewhere."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from lmsys_enrich.errors import InputError, OutputError
from lmsys_enrich.outputs.files import write_files
from lmsys_enrich.outputs.text import Broken, Streamed


def test_new_and_changed_files_are_written(tmp_path: Path) -> None:
    first = write_files(tmp_path / "out", {"a.md": "1", "badges/b.svg": "2"})
    assert first.changed == first.all == (Path("a.md"), Path("badges/b.svg"))
    second = write_files(tmp_path / "out", {"a.md": "1", "badges/b.svg": "3"})
    assert second.changed == (Path("badges/b.svg"),)
    assert (tmp_path / "out" / "badges" / "b.svg").read_text() == "3"


def test_unchanged_file_is_not_touched(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.md": "1"})
    os.utime(tmp_path / "a.md", (1, 1))
    write_files(tmp_path, {"a.md": "1"})
    assert (tmp_path / "a.md").stat().st_mtime == 1


def test_no_temporary_file_is_left(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.md": "1"})
    assert [path.name for path in tmp_path.iterdir()] == ["a.md"]


def test_new_files_have_the_permissions_of_the_umask(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.md": "1"})
    (tmp_path / "b").touch()
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("a.md", "b")}
    assert len(modes) == 1


def test_symbolic_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    out = tmp_path / "out"
    out.mkdir()
    (out / "badges").symlink_to(elsewhere)
    with pytest.raises(OutputError, match="leads out of"):
        write_files(out, {"badges/b.svg": "2"})
    assert list(elsewhere.iterdir()) == []


def test_symbolic_link_is_replaced_and_its_target_untouched(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("mine")
    out = tmp_path / "out"
    out.mkdir()
    (out / "a.md").symlink_to(target)
    write_files(out, {"a.md": "mine"})
    assert target.read_text() == "mine"
    assert not (out / "a.md").is_symlink()


def test_failed_write_names_the_next_step_and_keeps_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "a.md").mkdir()
    with pytest.raises(OutputError, match=r"a\.md: cannot be written") as caught:
        write_files(tmp_path, {"a.md": "1"})
    assert caught.value.exit_code == 4
    assert "--out" in (caught.value.hint or "")
    assert [path.name for path in tmp_path.iterdir()] == ["a.md"]


def test_file_instead_of_the_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(OutputError, match="out"):
        write_files(tmp_path / "out", {"a.md": "1"})


def test_failed_write_leaves_every_file(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.md": "old"})
    (tmp_path / "b.md").write_text("a file where a folder is wanted")
    with pytest.raises(OutputError, match=r"b\.md"):
        write_files(tmp_path, {"a.md": "new", "b.md/c.md": "new"})
    assert (tmp_path / "a.md").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.md", "b.md"]


def test_streamed_text_is_written_only_if_it_differs(tmp_path: Path) -> None:
    text = Streamed(lambda: iter([b"one, ", "zw\u00f6lf".encode()]))
    first = write_files(tmp_path, {"a.md": text})
    assert (tmp_path / "a.md").read_text(encoding="utf-8") == "one, zw\u00f6lf"
    second = write_files(tmp_path, {"a.md": text})
    assert (first.changed, second.changed) == ((Path("a.md"),), ())
    assert [path.name for path in tmp_path.iterdir()] == ["a.md"]


def test_interrupted_stream_keeps_the_old_file(tmp_path: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"half"
        raise InputError("the rest is not there")

    write_files(tmp_path, {"a.md": "old"})
    with pytest.raises(InputError):
        write_files(tmp_path, {"a.md": Streamed(pieces)})
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


@pytest.mark.parametrize(
    "there", ["", "one, ", "one, two", "one, TWO, three", "one, two, three and more", "ONE"]
)
def test_streamed_text_replaces_any_earlier_content(tmp_path: Path, there: str) -> None:
    (tmp_path / "a.md").write_text(there, encoding="utf-8")
    written = write_files(tmp_path, {"a.md": Streamed(lambda: iter([b"one, ", b"", b"two, ", b"three"]))})
    assert (tmp_path / "a.md").read_text(encoding="utf-8") == "one, two, three"
    assert written.changed == (Path("a.md"),)


def test_fifo_is_replaced_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.md")
    write_files(tmp_path, {"a.md": ""})
    assert (tmp_path / "a.md").is_file()


def test_names_with_the_same_beginning_are_two_files(tmp_path: Path) -> None:
    names = [f"badges/{'long-' * 30}{number}.svg" for number in range(3)]
    write_files(tmp_path, dict(zip(names, "123", strict=True)))
    assert [(tmp_path / name).read_text() for name in names] == ["1", "2", "3"]


def test_bug_in_one_text_costs_its_file_alone(tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"begins"
        raise ValueError("a bug")

    (tmp_path / "b.md").write_text("old")
    written = write_files(tmp_path, {"a.md": "a", "b.md": Streamed(broken), "c.md": Broken("…"), "d.md": "d"})
    assert [bug.url for bug in written.bugs] == ["b.md", "c.md"]
    assert "ValueError: a bug" in written.bugs[0].traceback
    assert [path.name for path in written.all] == ["a.md", "d.md"]
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "a.md": "a",
        "b.md": "old",
        "d.md": "d",
    }
