"""Session state of one link check: cookies, and conditions of a conditional request."""

import re

from lmsys_enrich.http.hosts import same_site
from lmsys_enrich.http.messages import Response
from lmsys_enrich.model.finding import Finding, Validators, Verdict
from lmsys_enrich.urls import host_of

# Limits of RFC 6265 section 6.1 for one domain.
_MOST_COOKIES = 50
_LONGEST_COOKIE = 4096
# How sites take a cookie back: an age of nothing, or a day in the years after 1970.
_EXPIRED = re.compile(
    r"max-age *= *(?:-[0-9]|0(?![0-9]))|expires *= *[^;]{0,16}[- ]19[0-9]{2}[ ;]", re.IGNORECASE
)


class Cookies:
    """
    Cookies of one link check, by name and value.

    A cookie is sent to the site that set it and to no other, until the site takes it
    back. Path and the other attributes are ignored: a check lasts seconds.
    """

    def __init__(self) -> None:
        self._values: dict[tuple[str, str], str] = {}

    def note(self, url: str, response: Response) -> None:
        """Store the cookies that the response of this address sets."""
        host = host_of(url)
        for line in response.headers.get("set-cookie", "").split("\n"):
            pair, _, attributes = line.partition(";")
            name, equals, value = (part.strip() for part in pair.partition("="))
            if not equals:  # without a name, as browsers take it: RFC 6265bis section 5.7
                name, value = "", name
            sendable = f"{name}{value}".isascii() and f"{name}{value}".isprintable()
            if _EXPIRED.search(attributes):
                self._values.pop((host, name), None)
            elif (name or value) and sendable and len(line) <= _LONGEST_COOKIE:
                self._keep(host, name, value)

    def header(self, url: str) -> str:
        """Return the `Cookie` header for this address; empty without cookies."""
        host = host_of(url)
        return "; ".join(
            f"{name}={value}" if name else value
            for (setter, name), value in self._values.items()
            if same_site(setter, host)
        )

    def _keep(self, host: str, name: str, value: str) -> None:
        if (host, name) in self._values or len(self._values) < _MOST_COOKIES:
            self._values[host, name] = value


_NOT_MODIFIED = 304
_ENTITY_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e]{0,200}"')
_DATE = re.compile(r"[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT")


def validators_of(response: Response) -> Validators:
    """Extract ETag and Last-Modified; ignore malformed values."""
    return Validators(
        etag=_if_matches(_ENTITY_TAG, response.headers.get("etag")),
        last_modified=_if_matches(_DATE, response.headers.get("last-modified")),
    )


def conditions(previous: Finding) -> dict[str, str]:
    """
    Return the headers of a conditional request (RFC 9110 section 13.1) for a page last seen alive.

    A bot wall or an error page is requested without them: its "not modified" proves nothing about the page.
    """
    if previous.validators is None or previous.effective_verdict is not Verdict.ALIVE:
        return {}
    headers = {
        "if-none-match": _if_matches(_ENTITY_TAG, previous.validators.etag),
        "if-modified-since": _if_matches(_DATE, previous.validators.last_modified),
    }
    return {name: value for name, value in headers.items() if value is not None}


def is_unchanged(response: Response) -> bool:
    """Return true where the page did not change since the last request."""
    return response.status == _NOT_MODIFIED


def as_unconditional(response: Response) -> Response:
    """Return the response to an unconditional request: 304 means 200 (RFC 9110 section 15.4.5)."""
    return Response(200, response.headers) if is_unchanged(response) else response


def _if_matches(form: re.Pattern[str], value: str | None) -> str | None:
    return value if value is not None and form.fullmatch(value) else None
