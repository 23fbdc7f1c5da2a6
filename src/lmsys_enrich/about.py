"""The program's name, version and addresses."""

__version__ = "0.1.0"

PROJECT_URL = "https://github.com/lmsys-enrich/lmsys-enrich"
USER_AGENT = f"lmsys-enrich/{__version__} (+{PROJECT_URL})"
