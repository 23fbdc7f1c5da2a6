"""
best-of-generator on repositories of the simulated GitHub: `PYTHON peer_for_facts.py URL OUT NAME…`.

Run with the interpreter that has best-of, which knows github.com and api.github.com alone:
its requests are led to the simulated one, and counted. Nothing else of it is changed.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import requests
import yaml
from best_of import generator


@contextmanager
def _led_to(simulated: str) -> Iterator[list[str]]:
    """Send every request to `simulated`; yield where they were meant to go."""
    urls: list[str] = []
    send = requests.Session.request

    def request(self: requests.Session, method: str, url: str, **named: Any) -> requests.Response:  # noqa: ANN401 - its own
        urls.append(url)
        path = url.removeprefix("https://api.github.com").removeprefix("https://github.com")
        return send(self, method, simulated + path, **named)

    with patch.object(requests.Session, "request", request):
        yield urls


if __name__ == "__main__":
    address, out, *names = sys.argv[1:]
    os.environ["GITHUB_API_KEY"] = os.environ["GITHUB_TOKEN"]
    folder = Path(out)
    folder.mkdir()
    os.chdir(folder)
    Path("projects.yaml").write_text(
        yaml.safe_dump(
            {
                "configuration": {"markdown_header_file": "header.md", "projects_history_folder": "history"},
                "projects": [{"name": name.split("/")[1], "github_id": name} for name in names],
            }
        )
    )
    Path("header.md").write_text("# A list\n")
    with _led_to(address) as requested:
        generator.generate_markdown("projects.yaml", github_api_key=os.environ["GITHUB_TOKEN"])
    Path("requested.json").write_text(json.dumps(requested))
