"""DNS lookups, cached for the run, and which addresses are private."""

import asyncio
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TypeAlias

from lmsys_enrich.http.messages import ErrorKind, FetchError

# https://datatracker.ietf.org/doc/html/rfc6052#section-2.1 and rfc8215: IPv4 inside IPv6
_NAT64 = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))


def is_private(address: str) -> bool:
    """
    Whether an IP address is anything but a public one.

    Loopback, link-local (the clouds' metadata services too), private, shared,
    reserved and multicast ranges; for IPv6 that carries an IPv4 address, also by
    that one: https://www.iana.org/assignments/iana-ipv4-special-registry/.
    """
    try:
        parsed = ip_address(address.split("%", 1)[0])
    except ValueError:
        return True
    return _is_private(parsed)


def _is_private(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or _in_nat64(address)
        if inner is not None:
            return _is_private(inner)
        if address.teredo is not None:
            return True
    return not address.is_global or address.is_multicast


def _in_nat64(address: IPv6Address) -> IPv4Address | None:
    if any(address in network for network in _NAT64):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return None


LookUp: TypeAlias = Callable[[str], list[str]]
"""Blocks until a name's addresses are known, the best first; raises `socket.gaierror`."""

# What a name server says that knows the name not to exist, or to have no address:
# https://datatracker.ietf.org/doc/html/rfc3493#section-6.1
_NO_SUCH_NAME = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})
_AT_ONCE = 64


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def look_up(name: str) -> list[str]:
    """Ask the system's resolver."""
    found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Resolver:
    """
    Looks up names; whoever asks for one that is being looked up waits for the same answer.

    A name that does not exist is asked about twice, since a name server may err once.
    """

    def __init__(self, look_up: LookUp, timeout: float) -> None:
        self._look_up = look_up
        self._timeout = timeout
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="names")
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._known: dict[str, asyncio.Task[list[str] | FetchError]] = {}

    async def addresses(self, name: str) -> list[str] | FetchError:
        """Return the addresses of a name, or why there are none; an address is its own."""
        if _is_address(name):
            return [name]
        task = self._known.get(name)
        if task is None:
            task = self._known[name] = asyncio.create_task(self._ask(name))
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Let go of the threads; those that still wait for a name server are not waited for."""
        for task in self._known.values():
            task.cancel()
        await asyncio.gather(*self._known.values(), return_exceptions=True)
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _ask(self, name: str) -> list[str] | FetchError:
        parser = await self._ask_once(name)
        if isinstance(parser, FetchError) and parser.kind is ErrorKind.NAME_UNKNOWN:
            return await self._ask_once(name)
        return parser

    async def _ask_once(self, name: str) -> list[str] | FetchError:
        # The time begins when a thread is free, and the thread counts as taken until it comes back: those
        # before us may have asked for names that nobody answers for.
        await self._places.acquire()
        parser = asyncio.get_running_loop().run_in_executor(self._threads, self._look_up, name)
        parser.add_done_callback(self._came_back)
        try:
            async with asyncio.timeout(self._timeout):
                return await asyncio.shield(parser)
        except TimeoutError:
            return FetchError(ErrorKind.NAME_UNANSWERED, "the name server did not answer in time")
        except socket.gaierror as problem:
            known = problem.errno in _NO_SUCH_NAME
            kind = ErrorKind.NAME_UNKNOWN if known else ErrorKind.NAME_UNANSWERED
            return FetchError(kind, problem.strerror or "the name server gave no address")
        except (OSError, UnicodeError) as problem:
            return FetchError(ErrorKind.NAME_UNANSWERED, str(problem))

    def _came_back(self, parser: asyncio.Future[list[str]]) -> None:
        self._places.release()
        if not parser.cancelled():
            parser.exception()  # has been told, unless it came too late to be of use
