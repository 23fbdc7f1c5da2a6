"""Fake DNS server in place of the system's resolver."""

import re
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

LOOPBACK = "127.0.0.1"
_NUMERIC = re.compile(r"[\d.]+|0x[\da-f]+|[\da-f:.]*:[\da-f:.]*")
UNKNOWN = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
UNANSWERED = socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")


@dataclass
class NameServer:
    """Knows every name below `.example`, unless `special` says otherwise; `lookups` lists the names."""

    special: Mapping[str, str | OSError] = field(default_factory=dict)
    others: str | OSError = UNKNOWN
    slow: float = 0.0
    lookups: list[str] = field(default_factory=list)
    _real: Callable[..., Any] = socket.getaddrinfo

    def __call__(self, host: str | bytes | None, port: object, *rest: Any, **named: Any) -> Any:  # noqa: ANN401 - as the function it stands for
        name = host.decode() if isinstance(host, bytes) else host or ""
        if _NUMERIC.fullmatch(name) or name in {"", "localhost"}:
            return self._real(host, port, *rest, **named)
        self.lookups.append(name)
        time.sleep(self.slow)
        answer = self.special.get(name, LOOPBACK if name.endswith(".example") else self.others)
        if isinstance(answer, OSError):
            raise answer
        return self._real(answer, port, *rest, **named)
