"""
The program beside a slow name server: `python -m benchmarks.names SECONDS run LIST …`.

`hN.farm.test` is the farm's host N; each name takes SECONDS to be looked up, as a
resolver over a network does. Names are what differs: everything else is the program.
"""

import socket
import sys
import time
from typing import Any

from benchmarks.lists import address

ENDING = ".farm.test"


def name_of(host: int) -> str:
    """Return the name of a host of the farm."""
    return f"h{host}{ENDING}"


def _slowly(seconds: float) -> None:
    """Put the farm's names before the system's resolver."""
    by_system = socket.getaddrinfo

    def look_up(host: Any, *rest: Any, **named: Any) -> Any:  # noqa: ANN401 - the library's signature
        if not (isinstance(host, str) and host.endswith(ENDING)):
            return by_system(host, *rest, **named)
        time.sleep(seconds)
        return by_system(address(int(host.removeprefix("h").removesuffix(ENDING))), *rest, **named)

    socket.getaddrinfo = look_up


if __name__ == "__main__":
    _slowly(float(sys.argv[1]))
    del sys.argv[1]
    from lmsys_enrich.cli.main import entry

    entry()
