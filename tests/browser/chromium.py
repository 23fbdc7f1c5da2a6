"""
The Chromium of this machine; none is ever downloaded.

Tests have Playwright from here, so that without it they are skipped and say so.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from shutil import which

import pytest

pytest.importorskip("playwright", reason="no Playwright here: it comes with the dev dependencies")

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

__all__ = ["Browser", "Locator", "Page", "browsing", "chromium", "expect"]

_NAMES = ("chromium", "chromium-browser", "google-chrome")
# Nothing that talks to anybody, so that a request that is seen is the page's own.
_QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium() -> str | None:
    """Return the path of Chromium: that in the variable CHROMIUM, or one that is installed."""
    return os.environ.get("CHROMIUM") or next((path for name in _NAMES if (path := which(name))), None)


@contextmanager
def browsing(executable: str) -> Iterator[Browser]:
    """Start it without a window, and end it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=[*_QUIET])
        try:
            yield browser
        finally:
            browser.close()
