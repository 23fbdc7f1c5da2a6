"""Secret headers of websites, from the environment alone."""

from collections.abc import Mapping

from lmsys_enrich.errors import InputError
from lmsys_enrich.settings.tables import parse_host_name, refuse_header

VARIABLE = "LMSYS_ENRICH_HEADERS"

SecretHeaders = Mapping[str, Mapping[str, str]]
"""Headers by host. They are sent over https alone, to that host and port alone."""


def secret_headers(environ: Mapping[str, str]) -> SecretHeaders:
    """
    Parse `LMSYS_ENRICH_HEADERS`, a line for each header: `host Name: value`.

    Raises `InputError`, which shows no value.
    """
    found: dict[str, dict[str, str]] = {}
    lines = [line.strip() for line in environ.get(VARIABLE, "").splitlines()]
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        try:
            host, name, value = _parse(line)
        except ValueError as problem:
            raise InputError(
                f"{VARIABLE}, line {number}: {problem}", hint="Write a line for each: HOST Name: value."
            ) from None
        found.setdefault(host, {})[name] = value
    return found


def _parse(line: str) -> tuple[str, str, str]:
    host, _, header = line.partition(" ")
    name, colon, value = header.partition(":")
    if not colon:
        raise ValueError("there is no colon after the header's name")
    name, value = name.strip(), value.strip()
    refuse_header(name, value)
    return parse_host_name(host), name, value
