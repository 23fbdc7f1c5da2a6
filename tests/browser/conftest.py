"""A browser for each module, and a page for each test that watches what it should never do."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from lmsys_enrich.model.report import Report
from lmsys_enrich.outputs.page.render import index_html

if TYPE_CHECKING:  # importing the module skips the tests where there is no Playwright
    from tests.browser.chromium import Browser, Page


class Open(Protocol):
    """Opens the page of a report; the options are those of a Playwright context."""

    def __call__(self, report: Report, fragment: str = "", **options: Any) -> "Page": ...  # noqa: ANN401 - Playwright's


# Not for the whole session: while Playwright runs, no other event loop can start in this thread.
@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    from tests.browser.chromium import browsing, chromium  # noqa: PLC0415 - see above

    executable = chromium()
    if executable is None:
        pytest.skip("no Chromium here: apt install chromium, or name yours in CHROMIUM")
    with browsing(executable) as started:
        yield started


@pytest.fixture
def open_page(browser: "Browser", tmp_path: Path) -> Iterator[Open]:
    """Opens pages; at the end of the test, none has logged an error or requested anything but itself."""
    file = tmp_path / "index.html"
    faults: list[str] = []
    asked: set[str] = set()
    contexts = []

    def opened(report: Report, fragment: str = "", **options: Any) -> "Page":  # noqa: ANN401 - Playwright's
        file.write_text(str(index_html(report)["index.html"]), encoding="utf-8")
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = context.new_page()
        page.on("console", lambda message: faults.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("dialog", lambda dialog: faults.append(dialog.message))
        page.on("request", lambda request: asked.add(request.url.partition("#")[0]))
        page.goto(file.as_uri() + fragment)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []
    assert asked <= {file.as_uri()}
