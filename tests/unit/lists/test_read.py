"""Files of lists are read or refused by name, one or several at once."""

from pathlib import Path

import pytest

from lmsys_enrich.errors import InputError
from lmsys_enrich.lists.read import read_list, read_lists


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.yaml", b"\xef\xbb\xbfx: \xff", "a.yaml:1:4: the byte 0xFF is not UTF-8; save the file as UTF-8"),
        ("a.yaml", "title: é".encode("utf-16"), "a.yaml:1:1: not UTF-8 but UTF-16; save the file as UTF-8"),
        (
            "a.md",
            b"version https://git-lfs.github.com/spec/v1\noid sha256:1",
            "a.md:1:1: a pointer of Git LFS, not the list itself",
        ),
        ("a.yaml", b"title: A\nx: \xff", "a.yaml:2:4: the byte 0xFF is not UTF-8; save the file as UTF-8"),
        ("a.rst", b"A\n=\n", "a.rst: reStructuredText cannot be read as a list"),
        ("a.bib", b"@book{}", "a.bib: BibTeX cannot be read as a list"),
        ("a.md", "# L\n".encode("utf-16-be"), "a.md:1:1: not UTF-8 but UTF-16BE; save the file as UTF-8"),
        ("a.md", "# L\n".encode("utf-32"), "a.md:1:1: not UTF-8 but UTF-32; save the file as UTF-8"),
        ("a.md", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a.md:1:1: a binary file"),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_words(
    tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as refusal:
        read_list(tmp_path / name)
    assert str(refusal.value) == str(tmp_path / told)


@pytest.mark.parametrize(("name", "megabytes"), [("a.yaml", 128), ("a.md", 32)])
def test_a_list_has_a_largest_size(tmp_path: Path, name: str, megabytes: int) -> None:
    with (tmp_path / name).open("wb") as file:
        file.truncate(megabytes * 2**20 + 1)  # a file with a hole, which takes no disk
    with pytest.raises(InputError) as refusal:
        read_list(tmp_path / name)
    told = f"{name}:1:1: larger than {megabytes} MB, the limit for a list"
    assert str(refusal.value) == str(tmp_path / told)


def test_what_is_no_file_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_list(tmp_path / "none.yaml")
    with pytest.raises(InputError, match="a folder, not a list") as refusal:
        read_list(tmp_path)
    assert "entries.yaml" in (refusal.value.hint or "")
    with pytest.raises(InputError, match="cannot be read"):
        read_list(Path("a\0b.yaml"))
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    with pytest.raises(InputError, match="cannot be read"):
        read_list(tmp_path / "loop.yaml")


def test_the_mistakes_of_several_lists_are_reported_together(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text("titel: A\nsections: []\n")
    with pytest.raises(InputError) as refusal:
        read_lists([tmp_path / "a.yaml", tmp_path / "b.yaml", tmp_path / "c.rst"])
    assert [line.split(":")[0][-6:] for line in str(refusal.value).splitlines()] == [
        "a.yaml",
        "b.yaml",
        "/c.rst",
    ]


def test_several_lists_without_mistakes_are_read_in_their_order(tmp_path: Path) -> None:
    for name in ("b.yaml", "a.yaml"):
        (tmp_path / name).write_text(f"\ufefftitle: {name}\r\nsections: []\r\n", encoding="utf-8", newline="")
    (tmp_path / "c.md").write_text("# c.md\n\n- [A](https://a.example/)\n- [B](https://b.example/)\n")
    names = ("b.yaml", "a.yaml", "c.md")
    assert tuple(found.title for found in read_lists([tmp_path / name for name in names])) == names


def test_the_digest_of_a_list_differs_with_its_content(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    digests = []
    for title in ("A", "B", "A"):
        path.write_text(f"title: {title}\nsections: []\n")
        digests.append(read_list(path).digest)
    assert digests[0] == digests[2] != digests[1]
