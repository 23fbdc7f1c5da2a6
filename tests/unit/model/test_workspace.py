"""Paths of files in the repository, wherever the program runs."""

from pathlib import Path

import pytest

from lmsys_enrich.model.workspace import UNKNOWN_WORKSPACE, find_workspace


@pytest.mark.parametrize("file", ["list.md", "./list.md", "../ai/list.md", "{root}/lists/ai/list.md"])
def test_path_is_relative_to_the_repository(tmp_path: Path, file: str) -> None:
    (tmp_path / ".git").mkdir()
    folder = tmp_path / "lists" / "ai"
    folder.mkdir(parents=True)
    workspace = find_workspace(folder, {"GITHUB_WORKSPACE": "/elsewhere"})
    assert workspace.path(file.format(root=tmp_path)) == "lists/ai/list.md"
    assert workspace.path("/etc/list.md") == "/etc/list.md"


def test_workspace_of_actions_is_the_root_without_a_repository(tmp_path: Path) -> None:
    folder = tmp_path / "lists"
    folder.mkdir()
    assert find_workspace(folder, {"GITHUB_WORKSPACE": str(tmp_path)}).path("a.md") == "lists/a.md"
    assert find_workspace(folder, {"GITHUB_WORKSPACE": "/elsewhere"}).path("a.md") == "a.md"


def test_unknown_workspace_leaves_paths_as_they_are() -> None:
    assert UNKNOWN_WORKSPACE.path("../a.md") == "../a.md"
    assert UNKNOWN_WORKSPACE.exists("a.md")


def test_list_that_is_gone_does_not_exist(tmp_path: Path) -> None:
    (tmp_path / "a.md").touch()
    workspace = find_workspace(tmp_path, {})
    assert workspace.exists("a.md")
    assert not workspace.exists("b.md")
    assert not workspace.exists("a\0b")
