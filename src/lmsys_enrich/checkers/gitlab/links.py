"""Links on GitLab: which project or namespace an address names."""

import re

from lmsys_enrich.checkers.forges import ForgeLink, path_below
from lmsys_enrich.urls import query_of

# First segments that are pages of GitLab itself: https://docs.gitlab.com/user/reserved_names/
_SITE_PAGES = frozenset(
    {
        *("-", "admin", "api", "assets", "dashboard", "explore", "files", "help", "import", "invites"),
        *("jwt", "login", "oauth", "profile", "projects", "public", "robots.txt", "s", "search", "sitemap"),
        *("snippets", "u", "unsubscribes", "uploads", "users", "v2"),
    }
)
# Below a project, before GitLab 12 put `/-/` in front of them; no project can have such a name.
_OLD_PAGES = frozenset(
    {
        *("activity", "badges", "blame", "blob", "boards", "branches", "builds", "commit", "commits"),
        *("compare", "container_registry", "create", "create_dir", "cycle_analytics", "deploy_keys", "edit"),
        *("environments", "files", "find_file", "forks", "graphs", "issues", "jobs", "labels"),
        *("merge_requests", "milestones", "network", "new", "pipeline_schedules", "pipelines", "preview"),
        *("project_members", "protected_branches", "raw", "refs", "releases", "repository", "snippets"),
        *("starrers", "tags", "tree", "update", "uploads", "wikis"),
    }
)
# Pages that show by themselves whether the thing is there; the others may want a login.
_PROVED_BY_PAGE = frozenset(
    {
        *("blame", "blob", "commit", "commits", "issues", "merge_requests", "raw", "releases", "repository"),
        *("snippets", "tags", "tree", "uploads", "work_items"),
    }
)
# Feeds of projects and groups, and the repositories of wikis.
_NO_PROJECTS = (".atom", ".wiki")
# https://docs.gitlab.com/user/reserved_names/#rules-for-usernames-project-and-group-names-and-slugs
_SEGMENT = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.-]{0,254}")
_MAX_DEPTH = 21  # a project below twenty groups: https://docs.gitlab.com/user/group/subgroups/


class GitLabLink(ForgeLink, kw_only=True):
    """A link to a project, a group or a user, or to a page below; a group's own page begins with `groups`."""

    @property
    def is_namespace(self) -> bool:
        """True if it can only be a group or a user."""
        return bool(self.prefix) or "/" not in self.path


def parse_link(url: str, site: str) -> GitLabLink | None:
    """Return the link, or None for an address of another site, and for a page of GitLab itself."""
    path = path_below(url, site)
    if path is None:
        return None
    segments = [segment for segment in path.split("/") if segment]
    is_group = segments[:1] == ["groups"]
    segments = segments[1:] if is_group else segments
    end = next((number for number, segment in enumerate(segments) if _ends_path(number, segment)), None)
    names = segments[:end]
    if not names or names[0].lower() in _SITE_PAGES or len(names) > _MAX_DEPTH:
        return None
    names[-1] = names[-1].removesuffix(".git")
    if not all(map(is_path_segment, names)) or names[-1].endswith(_NO_PROJECTS):
        return None
    below = [segment for segment in segments[len(names) :] if segment != "-"]
    page = below[0] if below else None
    return GitLabLink(
        path="/".join(names),
        page=page,
        prefix="groups/" if is_group else "",
        suffix=_suffix(path, names, is_group) + query_of(url),
        is_proved_by_page=page in _PROVED_BY_PAGE,
    )


def is_path(text: str) -> bool:
    """Return whether a text can be the full path of a project."""
    return "/" in text and all(map(is_path_segment, text.split("/")))


def is_path_segment(text: str) -> bool:
    """Return whether a text can be the name of a group, a user or a project in an address."""
    return _SEGMENT.fullmatch(text) is not None and text not in {".", ".."}


def _ends_path(number: int, segment: str) -> bool:
    return segment == "-" or (number > 1 and segment in _OLD_PAGES)


def _suffix(path: str, names: list[str], is_group: bool) -> str:
    """Return what follows the project's path, as written."""
    rest = path
    for _ in range(len(names) + is_group):
        rest = rest.lstrip("/").partition("/")[2]
    return f"/{rest.strip('/')}" if rest.strip("/") else ""
