"""A README as it stands: checked, enriched, imported, rendered, mended."""

import json
import subprocess

import pytest

from lmsys_enrich.simulation.server import Sent
from lmsys_enrich.simulation.world import SimulatedRepository, World
from tests.builders import day
from tests.journeys.conftest import Serve, ServeGitHub
from tests.journeys.program import Pages, Program, to

OK = Sent(200)
_REPOSITORIES = World(
    (
        SimulatedRepository(
            name="acme/new", id=1, stars=3111, license="MIT", committed_at=day(1), was=("acme/old",)
        ),
        SimulatedRepository(name="acme/b", id=2, stars=5, committed_at=day(1)),
    ),
    {"acme": "Organization"},
)


def _readme(site: str) -> str:
    return f"""\
# My list

Words with a [link]({site}/one).

## Tools

* [Old](https://github.com/acme/old#readme) - does it
* [Page]({site}/old)   
* **Named only**, and told of

## Papers

| Year | Title | Code |
|-----:|:------|------|
| 2022 | [One]({site}/one) | [code](https://github.com/acme/b) |
| 2023 | [Two]({site}/two)
"""  # noqa: W291 - blanks at the end of a line are a break


@pytest.fixture
def site(program: Program, serve: Serve, serve_github: ServeGitHub) -> str:
    """A README about a site and two repositories."""
    serve_github(_REPOSITORIES)
    server = serve(Pages({"/old": to("/new"), "/new": OK, "/one": OK}))
    (program.folder / "README.md").write_bytes(_readme(server.url).encode())
    return server.url


def test_run_checks_a_readme_and_points_into_it(program: Program, site: str) -> None:
    ended = program.run("README.md")
    assert ended.code == 10
    assert program.verdicts() == {
        "https://github.com/acme/old#readme": "moved",
        f"{site}/old": "moved",
        f"{site}/one": "alive",
        "https://github.com/acme/b": "alive",
        f"{site}/two": "dead",
    }
    [two] = [found for found in program.json("dead-links.json")["findings"] if found["verdict"] == "dead"]
    assert two["places"] == [
        {"file": "README.md", "line": 16, "column": 16, "entry": "two", "section": ["Papers"]}
    ]
    assert "not read as an entry" not in ended.err


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_enriched_md_adds_nothing_but_facts(program: Program, site: str, ending: bytes, start: bytes) -> None:
    source = start + _readme(site).encode().replace(b"\n", ending)
    (program.folder / "README.md").write_bytes(source)
    program.run("README.md")
    made = (program.folder / "build" / "enriched.md").read_bytes()
    moved = f"[{site.removeprefix('http://')}/new]({site}/new)"
    added = [
        " <!--facts-->· ★ 3,111 · MIT · 2026-11-01 · moved to [acme/new](https://github.com/acme/new)<!--/facts-->",
        f" <!--facts-->· moved to {moved}<!--/facts-->",
        " <!--facts-->Stars | Last commit | Status<!--/facts--> |",
        " ---: | --- | --- |",
        " <!--facts-->5 | 2026-11-01 | alive<!--/facts--> |",
        " <!--facts-->| |   |  | **dead**<!--/facts-->",
    ]
    for text in added:
        assert text.encode() in made, text
        made = made.replace(text.encode(), b"", 1)
    assert made == source
    assert (program.folder / "README.md").read_bytes() == source


@pytest.mark.usefixtures("site")
def test_a_readme_becomes_entries_yaml_and_the_same_again(program: Program) -> None:
    ended = program("import", "README.md")
    assert ended.code == 0
    assert ended.out == "entries.yaml: 5 entries with 5 links from README.md\n"
    first = (program.folder / "entries.yaml").read_text()
    assert "columns: [year, {name: Title}, code]" in first
    assert program("validate").code == 0
    assert program("render").code == 0
    before = program.outputs()
    assert "none of them changed" in program("render").out
    assert program.outputs() == before
    assert program("import", "build/enriched.md", "-o", "again.yaml").code == 0
    assert (program.folder / "again.yaml").read_text() == first
    refused = program("import", "README.md")
    assert (refused.code, "--force" in refused.err) == (2, True)
    assert program("import", "README.md", "-o", "-").out == first


def test_fix_proposes_a_patch_that_git_takes(program: Program, site: str) -> None:
    program.run("README.md")
    ended = program("fix", "README.md")
    assert ended.code == 0
    assert "2 edits proposed" in ended.err
    (program.folder / "p.patch").write_text(ended.out)
    for command in (["git", "init", "-q"], ["git", "apply", "p.patch"]):
        subprocess.run(command, cwd=program.folder, check=True)
    expected = (
        _readme(site).replace("acme/old#readme", "acme/new#readme").replace(f"{site}/old", f"{site}/new")
    )
    assert (program.folder / "README.md").read_text() == expected


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
@pytest.mark.parametrize("name", ["README.md", "entries.yaml"])
def test_fix_changes_addresses_and_nothing_else(
    program: Program, site: str, name: str, ending: bytes
) -> None:
    source = _readme(site).encode()
    if name == "entries.yaml":
        program("import", "README.md")
        source = (program.folder / name).read_bytes().replace(b"name: Page", b"name:   'Page'  # a comment")
    source = b"\xef\xbb\xbf" + source.replace(b"\n", ending)
    (program.folder / name).write_bytes(source)
    program.run(name)
    ended = program("fix", name, "--apply")
    assert "2 edits made" in ended.err
    expected = source.replace(b"acme/old", b"acme/new").replace(
        f"{site}/old".encode(), f"{site}/new".encode()
    )
    assert (program.folder / name).read_bytes() == expected


def test_fix_refuses_a_source_that_has_changed_since(program: Program, site: str) -> None:
    assert "was not part of the last run" in program("fix", "README.md").err
    program.run("README.md")
    (program.folder / "README.md").write_text(_readme(site) + "\nMore.\n")
    refused = program("fix", "README.md", "--apply")
    assert (refused.code, "has changed since the last run" in refused.err) == (2, True)


def test_fix_leaves_alone_what_is_not_sure(program: Program, serve: Serve) -> None:
    other = serve(Pages({"/place": OK}))
    pages = {
        "/temporary": to("/there", 302),
        "/there": OK,
        "/deep": to("/"),
        "/": OK,
        "/page": to("/signin?next=x"),
        "/signin": OK,
        "/away": to(f"http://localhost:{other.port}/place"),
        "/moved": to("/there"),
    }
    site = serve(Pages(pages))
    program.write_list(*(f"{site.url}{path}" for path in pages))
    program.run()
    patch = program("fix").out
    added = [line for line in patch.splitlines() if line.startswith("+ ")]
    assert len(added) == 1, added
    assert f"+        url: {site.url}/there" in patch
    assert f"+        url: http://localhost:{other.port}/place" in program("fix", "--across-sites").out
    assert program("fix", "--seen", "2").out == ""
    program.night = day(2)
    program.run("--refresh")
    assert f"+        url: {site.url}/there" in program("fix", "--seen", "2").out


def test_two_lists_of_two_kinds_share_one_crawl(program: Program, site: str) -> None:
    program.write_list(f"{site}/one")
    assert program.run("README.md", "entries.yaml").summary["links"] == 5
    names = {path.name for path in (program.folder / "build").iterdir() if path.is_dir()}
    assert names == {"list", "entries", "badges"}


def test_diff_shows_what_changed_between_two_runs(
    program: Program, serve: Serve, serve_github: ServeGitHub
) -> None:
    pages = {"/a": OK, "/b": Sent(404), "/c": OK}
    site = serve(Pages(pages))
    old = day(1).replace(year=2024)
    first = (
        SimulatedRepository(name="acme/x", id=1, stars=10, license="MIT", committed_at=old),
        SimulatedRepository(name="acme/y", id=2, stars=10, committed_at=day(1)),
    )
    second = (
        SimulatedRepository(
            name="acme/z", id=1, stars=4, license="Apache-2.0", committed_at=day(19), was=("acme/x",)
        ),
        SimulatedRepository(name="acme/y", id=2, stars=15, committed_at=day(1), archived_at=day(19)),
    )
    github, _ = serve_github(World(first, {"acme": "Organization"}))
    hub = "https://github.com/acme"
    program.write_list(f"{hub}/x", f"{hub}/y", f"{site.url}/a", f"{site.url}/b", f"{site.url}/c")
    program.run()
    (program.folder / "build" / "enriched.json").rename(program.folder / "old.json")
    pages |= {"/a": Sent(404), "/b": OK, "/c": to("/b")}
    github.world = World(second, {"acme": "Organization"})
    program.night = day(20)
    program.write_list(
        f"{hub}/x", f"{hub}/y", f"{site.url}/a", f"{site.url}/b", f"{site.url}/c", f"{site.url}/b?new"
    )
    program.run("--accept-changes")
    difference = json.loads(program("diff", "old.json", "build/enriched.json", "--json").out)
    assert {
        (change["kind"], change["subject"].removeprefix(site.url)) for change in difference["changes"]
    } == {
        ("added", "Entry 6"),
        ("died", "/a"),
        ("revived", "/b"),
        ("moved", "/c"),
        ("moved", f"{hub}/x"),
        ("renamed", "acme/x"),
        ("licence", "acme/z"),
        ("active again", "acme/z"),
        ("archived", "acme/y"),
    }
    assert difference["stars"] == [
        {"repository": "acme/y", "gain": 5, "stars": 15},
        {"repository": "acme/z", "gain": -6, "stars": 4},
    ]
    text = program("diff", "old.json", "build/enriched.json").out
    assert text.startswith("Changes from 2026-11-01 to 2026-11-20\n")
    assert "MIT → Apache-2.0" in text
    assert "| active again | acme/z |" in program("diff", "old.json", "build/enriched.json", "--md").out
    assert "Nothing changed" in program("diff", "old.json", "old.json").out
    refused = program("diff", "old.json", "entries.yaml")
    assert (refused.code, "not an enriched.json" in refused.err) == (2, True)


def test_a_readme_that_is_no_list_is_refused(program: Program) -> None:
    (program.folder / "README.md").write_text("# A program\n\nWords.\n")
    for command in ("run", "validate", "import"):
        ended = program(command, "README.md")
        assert (ended.code, "no entry found" in ended.err) == (2, True)


def test_remark_is_a_notice_in_github_actions(program: Program) -> None:
    (program.folder / "README.md").write_text("# L\n\n" + "- [A](https://a.invalid/)\n" * 2)
    remark = "A is listed twice in this section, first at README.md:3:1"
    assert f"README.md:4:1: {remark}" in program("validate").err
    program.environ["GITHUB_ACTIONS"] = "true"
    assert f"::notice file=README.md,line=4,col=1,title=list::{remark}" in program("validate").err


def test_run_says_how_many_links_are_entries(program: Program) -> None:
    (program.folder / "README.md").write_text(
        "# L\n\n[Words](https://a.invalid/)\n\n- [A](https://b.invalid/)\n"
    )
    said = "README.md: 1 link in entries, 1 outside entries"
    assert said in program("run", "README.md", "--offline").err
    assert said not in program("run", "README.md", "--offline", "--quiet").err


def test_a_list_of_four_thousand_entries_is_read(program: Program) -> None:
    lines = "".join(f"- [Tool {n}](https://t.example/{n}) - Does *it* well\n" for n in range(4000))
    (program.folder / "README.md").write_text(f"# L\n## T\n{lines}")
    assert "4,000 entries with 4,000 links" in program("validate", "README.md").out


_PAGE = """\
# Page

<!-- lmsys-enrich:summary -->
old
<!-- /lmsys-enrich -->

Words stay.

<!-- lmsys-enrich:table Papers -->
<!-- /lmsys-enrich -->
<!-- lmsys-enrich:badges -->
<!-- /lmsys-enrich -->
<!-- lmsys-enrich:dead-links -->
<!-- /lmsys-enrich -->
<!-- lmsys-enrich:changes -->
<!-- /lmsys-enrich -->
The end.
"""


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_blocks_in_any_file_are_kept_current(program: Program, site: str, ending: str) -> None:
    program.run("README.md")
    program.night = day(2)
    (program.folder / "README.md").write_text(_readme(site).replace("/two", "/one"))
    program.run("README.md", "--accept-changes")
    page = program.folder / "docs.md"
    page.write_bytes(_PAGE.replace("\n", ending).encode())
    assert program("render", "README.md", "--into", "docs.md").code == 0
    made = page.read_bytes().decode()
    assert made.replace(ending, "").count("\n") == made.replace(ending, "").count("\r") == 0
    text = made.replace(ending, "\n")
    assert text.startswith("# Page\n\n<!-- lmsys-enrich:summary -->\n| What | How many |\n")
    assert "\n\nWords stay.\n\n" in text
    assert text.endswith("<!-- /lmsys-enrich -->\nThe end.\n")
    assert "| of them moved | 2 |" in text
    assert f"| 2022 | [One]({site}/one)" in text
    assert "![links alive](build/badges/links-alive.svg)" in text
    assert "## Moved" in text
    assert "- removed: Two" not in text  # the name is the same; only its address changed
    before = page.read_bytes()
    program("render", "README.md", "--into", "docs.md")
    assert page.read_bytes() == before


@pytest.mark.usefixtures("site")
def test_file_with_blocks_keeps_its_permissions_and_links(program: Program) -> None:
    program.run("README.md")
    page, link = program.folder / "docs.md", program.folder / "link.md"
    page.write_text(_PAGE, encoding="utf-8")
    page.chmod(0o640)
    link.symlink_to(page)
    refused = program("render", "README.md", "--into", "link.md")
    assert (refused.code, "a symbolic link" in refused.err, link.is_symlink()) == (2, True, True)
    assert program("render", "README.md", "--into", "docs.md").code == 0
    assert page.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<!-- lmsys-enrich:sumary -->\n<!-- /lmsys-enrich -->\n", "p.md:1:1: there is no block sumary"),
        (
            "\n<!-- lmsys-enrich:table None -->\n<!-- /lmsys-enrich -->\n",
            "p.md:2:1: there is no section 'None'",
        ),
        ("<!-- lmsys-enrich:summary -->\n", "p.md: a block has no end"),
        ("words\n", "p.md: no block was found"),
    ],
)
def test_a_block_that_cannot_be_made_is_reported(
    program: Program, site: str, text: str, message: str
) -> None:
    assert site
    (program.folder / "p.md").write_text(text)
    ended = program("render", "README.md", "--into", "p.md")
    assert (ended.code, message in ended.err) == (2, True)
    assert (program.folder / "p.md").read_text() == text


def test_fix_follows_no_link_out_of_the_folder(program: Program, site: str) -> None:
    elsewhere = program.folder.parent / "elsewhere.md"
    elsewhere.write_text(_readme(site))
    (program.folder / "README.md").unlink()
    (program.folder / "README.md").symlink_to(elsewhere)
    program.run("README.md")
    refused = program("fix", "README.md", "--apply")
    assert (refused.code, "a symbolic link out of" in refused.err) == (2, True)
    assert elsewhere.read_text() == _readme(site)


def test_fix_leaves_the_rights_of_a_file_as_they_were(program: Program, site: str) -> None:
    assert site
    (program.folder / "README.md").chmod(0o640)
    program.run("README.md")
    program("fix", "README.md", "--apply")
    assert (program.folder / "README.md").stat().st_mode & 0o777 == 0o640


def test_import_names_text_that_yaml_does_not_hold(program: Program) -> None:
    (program.folder / "LIST.md").write_text(
        "# T\n\n> Quoted.\n\n## S\n\nKept.\n\n- [A](https://a.invalid/)\n\nBetween *two*.\n\n"
        "- ~~[B](https://b.invalid/)~~\n\n## License\n\nMIT.\n"
    )
    ended = program("import", "LIST.md", "-o", "other.yaml")
    said = [line for line in ended.err.splitlines() if "has no place for it" in line]
    assert [line.split("LIST.md:")[1].partition(": entries.yaml")[0] for line in said] == [
        "3:1: text outside of entries: 'Quoted.'",
        "11:1: text outside of entries: 'Between two.'",
        "13:1: B is struck through",
        "17:1: text outside of entries: 'MIT.'",
    ]


def test_import_names_links_that_yaml_does_not_hold(program: Program) -> None:
    (program.folder / "LIST.md").write_text(
        "# T\n\n> A quote of [q](https://q.invalid/).\n\n## S\n\n"
        "- [A](https://a.invalid/) - text\n- [Top](#t)\n"
    )
    ended = program("import", "LIST.md", "-o", "other.yaml")
    assert "LIST.md:3:18: https://q.invalid/ is outside the entries, so it is not in other.yaml" in ended.err
    assert "#t" not in ended.err


def test_outputs_in_a_folder_are_no_lists(program: Program) -> None:
    for name in "ab":
        text = f"# {name}\n\n- [{name}](https://{name}.example/)\n"
        (program.folder / f"{name}.md").write_text(text, encoding="utf-8")
    first, second = (program.run("--offline", "--max-age", "0s", ".").summary for _ in range(2))
    assert first["entries"] == second["entries"] == 2
