"""Searching, sorting and filtering the list, with the mouse and without."""

from pathlib import Path

from lmsys_enrich.lists.markdown.reader import read_markdown
from lmsys_enrich.model.finding import Suggestion, Verdict
from lmsys_enrich.model.workspace import Workspace
from tests.browser.chromium import Locator, Page, expect
from tests.browser.conftest import Open
from tests.browser.lists import long, mixed, with_a_past
from tests.builders import finding, report


def _names(page: Page) -> list[str]:
    return page.locator("tbody .name").all_inner_texts()


def _rows(page: Page) -> Locator:
    return page.locator("tbody tr")


def test_search_shows_entries_with_all_the_words(open_page: Open) -> None:
    page = open_page(with_a_past())
    page.get_by_role("searchbox").fill("COMPILATION alpa")
    expect(_rows(page)).to_have_count(1)
    expect(page.locator("output")).to_have_text("1 of 12 entries")
    page.get_by_role("searchbox").fill("gone.example")
    assert _names(page) == ["DeepSpeed", "DeepSpeed"]


def test_empty_result_can_be_cleared(open_page: Open) -> None:
    page = open_page(with_a_past())
    page.get_by_role("searchbox").fill("no such words")
    expect(page.get_by_text("No entry matches.")).to_be_visible()
    page.get_by_role("button", name="Clear the filters").click()
    expect(_rows(page)).to_have_count(12)
    expect(page.get_by_role("searchbox")).to_have_value("")


def test_filters_combine_and_a_section_includes_its_subsections(open_page: Open) -> None:
    page = open_page(with_a_past())
    page.get_by_label("Section").select_option("Papers")
    assert _names(page) == ["Alpa: Automating | Parallelism", "No link at all"]
    page.get_by_label("Section").select_option("")
    page.locator("select[name=verdict]").select_option("alive")
    page.locator("select[name=age]").select_option("over 2 years")
    page.locator("select[name=licence]").select_option("Apache-2.0")
    page.locator("select[name=language]").select_option("Python")
    assert _names(page) == ["Alpa"]


def test_column_sorts_both_ways_with_unknown_values_last(
    open_page: Open,
) -> None:
    page = open_page(with_a_past())
    before = _names(page)
    head = page.get_by_role("columnheader", name="Stars")
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    assert _names(page)[:3] == ["DeepSpeed", "DeepSpeed", "Alpa"]
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    assert _names(page)[:2] == ["Another", "Name taken"]
    assert _names(page)[-1] == "To plain http"
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "none")
    assert _names(page) == before


def test_stars_are_sorted_as_numbers(open_page: Open) -> None:
    page = open_page(long(12))
    page.get_by_role("button", name="Stars").click()
    assert _names(page)[:3] == ["Entry 11", "Entry 10", "Entry 9"]


def test_view_is_in_the_address_and_survives_a_reload(open_page: Open) -> None:
    page = open_page(with_a_past())
    page.get_by_role("searchbox").fill("deepspeed")
    page.locator("select[name=verdict]").select_option("dead")
    page.get_by_role("button", name="Stars").click()
    page.wait_for_url("**/index.html#q=deepspeed&verdict=dead&sort=-stars")
    page.reload()
    expect(page.get_by_role("searchbox")).to_have_value("deepspeed")
    expect(page.get_by_role("columnheader", name="Stars")).to_have_attribute("aria-sort", "descending")
    assert _names(page) == ["DeepSpeed", "DeepSpeed"]


def test_address_with_an_unknown_view_shows_the_list(open_page: Open) -> None:
    page = open_page(with_a_past(), "#verdict=undead&sort=-constructor&q=alpa&__proto__=1")
    expect(page.get_by_role("searchbox")).to_have_value("alpa")
    expect(page.locator("th[aria-sort=none]")).to_have_count(7)
    expect(page.locator("output")).to_contain_text("2 of 12")


def test_verdict_of_the_summary_filters_the_list(open_page: Open) -> None:
    page = open_page(with_a_past())
    page.get_by_role("list", name="Links by verdict").get_by_role("link", name="dead").click()
    expect(page.locator("output")).to_contain_text("3 of 12")
    expect(page.get_by_role("heading", name="The list")).to_be_in_viewport()


def test_skip_link_keeps_the_search(open_page: Open) -> None:
    page = open_page(with_a_past())
    page.get_by_role("searchbox").fill("alpa")
    page.locator("body").press("Control+Home")
    page.get_by_role("link", name="Skip to the list").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="The list")).to_be_focused()
    expect(page.get_by_role("searchbox")).to_have_value("alpa")


def test_page_works_with_the_keyboard_alone(open_page: Open) -> None:
    page = open_page(with_a_past())
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the list")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("deep")
    expect(_rows(page)).to_have_count(3)
    page.get_by_role("button", name="Name").focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "ascending")
    evidence = _rows(page).first.locator("summary")
    evidence.focus()
    page.keyboard.press("Enter")
    expect(_rows(page).first.get_by_text("checked 2026-11-23").first).to_be_visible()


def test_evidence_shows_status_hops_and_dates(open_page: Open) -> None:
    page = open_page(with_a_past(), "#q=old.example")
    page.locator("tbody summary").click()
    expect(page.locator("tbody details")).to_contain_text("301 https://old.example/")
    page.get_by_role("searchbox").fill("gone.example")
    _rows(page).first.locator("summary").click()
    shown = _rows(page).first.locator("details")
    expect(shown).to_contain_text("404 Not Found")
    expect(shown).to_contain_text("checked 2026-11-23, failing on 3 days since 2026-11-20")


def test_the_copy_button_copies_the_new_address_and_says_so(open_page: Open) -> None:
    page = open_page(with_a_past())
    page.get_by_role("button", name="Copy the new address of https://github.com/microsoft/DeepSpeed").click()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_have_text(
        "Copied: https://github.com/deepspeedai/DeepSpeed"
    )
    assert page.evaluate("navigator.clipboard.readText()") == "https://github.com/deepspeedai/DeepSpeed"


def test_without_clipboard_the_address_is_selected(open_page: Open) -> None:
    page = open_page(with_a_past())
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error()); }")
    page.locator("button[data-copy]").first.click()
    expect(page.locator("button[data-copy]").first).to_contain_text("Selected")
    assert page.evaluate("getSelection().toString()") == "https://github.com/deepspeedai/DeepSpeed"


def test_search_covers_all_of_five_thousand_entries(open_page: Open) -> None:
    page = open_page(long(5000))
    expect(_rows(page)).to_have_count(200)
    expect(page.locator("output")).to_have_text("5,000 of 5,000 entries")
    page.get_by_role("searchbox").press_sequentially("tool-4321")
    assert _names(page) == ["Entry 4321"]
    page.get_by_role("searchbox").fill("")
    page.get_by_role("button", name="Stars").click()
    assert _names(page)[0] == "Entry 4999"
    expect(_rows(page)).to_have_count(200)


def test_button_shows_the_rest_of_a_long_list(open_page: Open) -> None:
    page = open_page(long(400))
    page.get_by_role("button", name="Show all 400").click()
    expect(_rows(page)).to_have_count(400)
    expect(page.get_by_role("link", name="Entry 200", exact=True)).to_be_focused()


def test_list_without_repositories_has_no_empty_filters(open_page: Open) -> None:
    page = open_page(report(finding("https://a.example/"), finding("https://b.example/", Verdict.DEAD)))
    expect(page.locator("select")).to_have_count(2)
    page.locator("select[name=verdict]").select_option("dead")
    assert _names(page) == ["Entry 1"]


def test_patch_is_copied_whole(open_page: Open, tmp_path: Path) -> None:
    source = tmp_path / "README.md"
    source.write_text("# L\n## T\n- [A](https://a.example/)\n")
    catalog = read_markdown(source.read_text(), source)
    better = Suggestion("https://a.example/new", "301")
    moved = finding("https://a.example/", Verdict.MOVED, suggestion=better, moves=1)
    shown = report(catalogs=(catalog,), findings={moved.url: moved}, workspace=Workspace(tmp_path, tmp_path))
    page = open_page(shown)
    page.get_by_role("button", name="Copy patch").click()
    expect(page.get_by_role("status").first).to_have_text("Copied: the patch")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith("-- [A](https://a.example/)\n+- [A](https://a.example/new)\n")


def test_links_on_top_lead_to_the_parts_of_the_page(open_page: Open) -> None:
    page = open_page(long(300))
    page.get_by_role("link", name="The list", exact=True).click()
    expect(page.get_by_role("heading", name="The list")).to_be_in_viewport()


def test_papers_and_models_have_filters_and_columns(open_page: Open) -> None:
    page = open_page(mixed(60))
    page.locator("select[name=kind]").select_option("paper")
    expect(_rows(page)).to_have_count(20)
    page.locator("select[name=venue]").select_option("OSDI")
    expect(_rows(page)).to_have_count(5)
    page.locator("select[name=venue]").select_option("all")
    page.get_by_role("button", name="Citations").click()
    expect(_rows(page).first).to_contain_text("3,364")
    page.locator("select[name=kind]").select_option("model")
    page.get_by_role("button", name="Downloads").click()
    expect(_rows(page).first).to_contain_text("56,000")
    expect(_rows(page).first).to_contain_text("gated")


def test_wide_table_fits_its_width(open_page: Open) -> None:
    for width in (1024, 1280):
        page = open_page(mixed(60), viewport={"width": width, "height": 900})
        wide = (
            "[...document.querySelectorAll('th, td')].filter(cell => cell.scrollWidth > cell.clientWidth + 1)"
        )
        assert page.evaluate(f"{wide}.map(cell => cell.textContent)") == []
