"""
Check the links of a curated list, enrich its repositories, write what was found.

The names below are the library; they are loaded when they are first used, since
the command line needs few of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lmsys_enrich.errors import EnrichError, InputError, OutputError
    from lmsys_enrich.library import enrich, write
    from lmsys_enrich.model.finding import Finding, Verdict
    from lmsys_enrich.model.report import Report
    from lmsys_enrich.model.repository import Repository
    from lmsys_enrich.settings.settings import Settings

__version__ = "0.1.0"

PROJECT_URL = "https://github.com/lmsys-enrich/lmsys-enrich"
USER_AGENT = f"lmsys-enrich/{__version__} (+{PROJECT_URL})"

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

_HOMES = {
    "EnrichError": "errors",
    "Finding": "model.finding",
    "InputError": "errors",
    "OutputError": "errors",
    "Report": "model.report",
    "Repository": "model.repository",
    "Settings": "settings.settings",
    "Verdict": "model.finding",
    "enrich": "library",
    "write": "library",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
