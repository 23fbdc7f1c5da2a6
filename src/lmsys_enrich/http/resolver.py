"""Resolver: DNS lookups, cached for the run."""

import asyncio
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias

from lmsys_enrich.http.hosts import is_address
from lmsys_enrich.http.messages import ErrorKind, FetchError

LookUp: TypeAlias = Callable[[str], list[str]]
"""Blocking lookup: the addresses of a name, the best first. Raises `socket.gaierror`."""

# Statements of a DNS server: https://datatracker.ietf.org/doc/html/rfc3493#section-6.1
_BY_CODE = {
    getattr(socket, "EAI_NODATA", socket.EAI_NONAME): ErrorKind.NAME_EMPTY,
    socket.EAI_NONAME: ErrorKind.NAME_UNKNOWN,
    # Failures of the system's resolver itself: no memory, no sockets, no address family.
    socket.EAI_MEMORY: ErrorKind.LOCAL,
    socket.EAI_SYSTEM: ErrorKind.LOCAL,
    socket.EAI_FAMILY: ErrorKind.LOCAL,
    getattr(socket, "EAI_ADDRFAMILY", socket.EAI_FAMILY): ErrorKind.LOCAL,
}
_PASSING = frozenset({ErrorKind.NAME_UNANSWERED, ErrorKind.LOCAL})
_MAX_LOOKUPS = 64
_ATTEMPTS = 2


def look_up(name: str) -> list[str]:
    """Look a name up with the system's resolver."""
    entries = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in entries))


class Resolver:
    """
    DNS lookups, 64 at once at most; concurrent lookups of a name share one.

    A failed lookup is repeated once: DNS servers err, and drop packets. Addresses and
    names that do not exist are cached for the run, temporary failures are not.
    """

    def __init__(self, look_up: LookUp, timeout: float) -> None:
        self._look_up = look_up
        self._timeout = timeout
        self._threads = ThreadPoolExecutor(_MAX_LOOKUPS, thread_name_prefix="dns")
        self._slots = asyncio.Semaphore(_MAX_LOOKUPS)
        self._lookups: dict[str, asyncio.Task[list[str] | FetchError]] = {}
        self._known: dict[str, list[str] | FetchError] = {}

    async def addresses(self, name: str) -> list[str] | FetchError:
        """Return the addresses of a name, or the error; an IP address is returned as it is."""
        if is_address(name):
            return [name]
        known = self._known.get(name)
        if known is not None:
            return known
        lookup = self._lookups.get(name)
        if lookup is None:
            lookup = self._lookups[name] = asyncio.create_task(self._resolve(name))
        return await asyncio.shield(lookup)

    async def close(self) -> None:
        """Cancel lookups, without waiting for threads that are blocked in one."""
        for lookup in self._lookups.values():
            lookup.cancel()
        await asyncio.gather(*self._lookups.values(), return_exceptions=True)
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _resolve(self, name: str) -> list[str] | FetchError:
        result = await self._look_up_again(name)
        # EAI_AGAIN passes: the next request looks the name up again.
        if not isinstance(result, FetchError) or result.kind not in _PASSING:
            self._known[name] = result
        del self._lookups[name]
        return result

    async def _look_up_again(self, name: str) -> list[str] | FetchError:
        """Look a name up, and again where that fails."""
        result: list[str] | FetchError = []
        for _ in range(_ATTEMPTS):
            try:
                result = await self._resolve_once(name)
            except TimeoutError:  # the time is over
                return FetchError(ErrorKind.NAME_UNANSWERED, "the DNS server did not answer in time")
            if not isinstance(result, FetchError):
                return result
        if name.startswith("-") and isinstance(result, FetchError):
            # glibc rejects such names whatever the DNS says; blogs at LiveJournal and Tumblr have some.
            return FetchError(ErrorKind.LOCAL, "its name begins with a hyphen, which this machine may refuse")
        return result

    async def _resolve_once(self, name: str) -> list[str] | FetchError:
        # The time-out begins when a thread is free. A slot is taken until its thread comes back, since
        # earlier lookups may still be blocked after their time-out.
        await self._slots.acquire()
        lookup = asyncio.get_running_loop().run_in_executor(self._threads, self._look_up, name)
        lookup.add_done_callback(self._release_slot)
        try:
            async with asyncio.timeout(self._timeout):
                return await asyncio.shield(lookup)
        except TimeoutError:
            raise
        except socket.gaierror as error:
            kind = _BY_CODE.get(error.errno or 0, ErrorKind.NAME_UNANSWERED)
            return FetchError(kind, error.strerror or "the DNS server gave no address")
        except (OSError, UnicodeError, ValueError) as error:
            return FetchError(ErrorKind.NAME_UNANSWERED, str(error))

    def _release_slot(self, lookup: asyncio.Future[list[str]]) -> None:
        self._slots.release()
        if not lookup.cancelled():
            lookup.exception()  # retrieved, so that asyncio does not log it
