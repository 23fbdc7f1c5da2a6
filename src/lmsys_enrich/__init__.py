"""
Checks the links of a curated list, enriches its repositories, writes reports.

The names below are the public API. Each is imported on first use, since a command
needs few of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lmsys_enrich.about import __version__ as __version__
    from lmsys_enrich.errors import EnrichError, InputError, OutputError
    from lmsys_enrich.library import enrich, write
    from lmsys_enrich.model.facts import Repository
    from lmsys_enrich.model.finding import Finding, Verdict
    from lmsys_enrich.model.report import Report
    from lmsys_enrich.settings.settings import Settings

__all__ = [
    "EnrichError",
    "Finding",
    "InputError",
    "OutputError",
    "Report",
    "Repository",
    "Settings",
    "Verdict",
    "enrich",
    "write",
]

_MODULE_OF = {
    "EnrichError": "errors",
    "Finding": "model.finding",
    "InputError": "errors",
    "OutputError": "errors",
    "Report": "model.report",
    "Repository": "model.facts",
    "Settings": "settings.settings",
    "Verdict": "model.finding",
    "__version__": "about",
    "enrich": "library",
    "write": "library",
}


def __getattr__(name: str) -> object:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
