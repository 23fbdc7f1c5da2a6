"""The same servers and program as in `tests/journeys`."""

from tests.journeys.conftest import portal, program, serve, serve_github

__all__ = ["portal", "program", "serve", "serve_github"]
