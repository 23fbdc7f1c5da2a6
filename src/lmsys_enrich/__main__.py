"""`python -m lmsys_enrich` is the same program as `lmsys-enrich`."""

from lmsys_enrich.cli.main import entry

entry()
