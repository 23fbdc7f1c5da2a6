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


@pytest.mark.parametrize("kind", ["clone", "worktree", "submodule"])
def test_page_of_the_repository_is_that_of_its_origin(tmp_path: Path, kind: str) -> None:
    config, folder = tmp_path / "clone" / ".git", tmp_path / "clone"
    if kind == "worktree":
        own = config / "worktrees" / "other"
        own.mkdir(parents=True)
        (own / "commondir").write_text("../..\n", encoding="utf-8")
        folder = tmp_path / "other"
        folder.mkdir()
        (folder / ".git").write_text(f"gitdir: {own}\n", encoding="utf-8")
    elif kind == "submodule":
        folder = folder / "lists"
        folder.mkdir(parents=True)
        (folder / ".git").write_text("gitdir: ../.git/modules/lists\n", encoding="utf-8")
        config = config / "modules" / "lists"
    config.mkdir(parents=True, exist_ok=True)
    (config / "config").write_text('[remote "origin"]\n\turl = git@github.com:acme/list.git\n', "utf-8")
    assert find_workspace(folder, {}).web == "https://github.com/acme/list"


def test_job_of_forgejo_has_no_pages_of_github(tmp_path: Path) -> None:
    job = {"GITHUB_API_URL": "https://codeberg.org/api/v1", "GITHUB_SERVER_URL": "https://codeberg.org"}
    assert find_workspace(tmp_path, {**job, "GITHUB_REPOSITORY": "acme/list"}).web is None
