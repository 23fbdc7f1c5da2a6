"""Takes pictures of a page, the same for the same page: `python -m tests.browser.screenshots PAGE FOLDER`."""

import sys
from pathlib import Path
from typing import Literal, NamedTuple

from tests.browser.chromium import browsing, chromium


class _Picture(NamedTuple):
    """Picture of the page: its width, its colour scheme, and the part on top."""

    name: str
    width: int
    height: int
    scheme: Literal["light", "dark"]
    top: str = ""


_PICTURES = (
    _Picture("page-light", 1280, 860, "light"),
    _Picture("page-dark", 1280, 860, "dark", "#trends"),
    _Picture("page-list", 1280, 860, "light", "#verdict=alive&sort=-stars"),
    _Picture("page-narrow", 390, 844, "light", "#language=Python&sort=-stars"),
)


def _take(page: Path, folder: Path) -> None:
    executable = chromium()
    if executable is None:
        sys.exit("no Chromium here: apt install chromium, or name yours in CHROMIUM")
    folder.mkdir(parents=True, exist_ok=True)
    with browsing(executable) as browser:
        for picture in _PICTURES:
            opened = browser.new_page(
                viewport={"width": picture.width, "height": picture.height},
                color_scheme=picture.scheme,
                reduced_motion="reduce",
            )
            opened.goto(page.resolve().as_uri() + picture.top)
            opened.screenshot(path=folder / f"{picture.name}.png", animations="disabled", caret="hide")
            opened.close()


if __name__ == "__main__":
    _take(Path(sys.argv[1]), Path(sys.argv[2]))
