"""Names become addresses: each once a run, many at a time."""

import asyncio
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from typing import TypeAlias

from lmsys_enrich.net.exchange import Trouble, TroubleKind

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


class Names:
    """
    Looks up names; whoever asks for one that is being looked up waits for the same answer.

    A name that does not exist is asked about twice, since a name server may err once.
    """

    def __init__(self, look_up: LookUp, timeout: float) -> None:
        self._look_up = look_up
        self._timeout = timeout
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="names")
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._known: dict[str, asyncio.Task[list[str] | Trouble]] = {}

    async def addresses(self, name: str) -> list[str] | Trouble:
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

    async def _ask(self, name: str) -> list[str] | Trouble:
        answer = await self._ask_once(name)
        if isinstance(answer, Trouble) and answer.kind is TroubleKind.NAME_UNKNOWN:
            return await self._ask_once(name)
        return answer

    async def _ask_once(self, name: str) -> list[str] | Trouble:
        # The time begins when a thread is free, and the thread counts as taken until it comes back: those
        # before us may have asked for names that nobody answers for.
        await self._places.acquire()
        answer = asyncio.get_running_loop().run_in_executor(self._threads, self._look_up, name)
        answer.add_done_callback(self._came_back)
        try:
            async with asyncio.timeout(self._timeout):
                return await asyncio.shield(answer)
        except TimeoutError:
            return Trouble(TroubleKind.NAME_UNANSWERED, "the name server did not answer in time")
        except socket.gaierror as problem:
            known = problem.errno in _NO_SUCH_NAME
            kind = TroubleKind.NAME_UNKNOWN if known else TroubleKind.NAME_UNANSWERED
            return Trouble(kind, problem.strerror or "the name server gave no address")
        except (OSError, UnicodeError) as problem:
            return Trouble(TroubleKind.NAME_UNANSWERED, str(problem))

    def _came_back(self, answer: asyncio.Future[list[str]]) -> None:
        self._places.release()
        if not answer.cancelled():
            answer.exception()  # has been told, unless it came too late to be of use
