"""Resolver: one lookup per name and run, and a second one before a name counts as non-existent."""

import asyncio
import socket
import threading

import pytest

from lmsys_enrich.http.messages import ErrorKind, FetchError
from lmsys_enrich.http.resolver import Resolver


class _Resolver:
    def __init__(self, *answers: list[str] | Exception) -> None:
        self.answers = list(answers)
        self.lookups: list[str] = []

    def __call__(self, name: str) -> list[str]:
        self.lookups.append(name)
        parser = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(parser, Exception):
            raise parser
        return parser


_UNKNOWN = socket.gaierror(socket.EAI_NONAME, "Name or service not known")


async def test_concurrent_lookups_of_a_name_share_one() -> None:
    resolver = _Resolver(["192.0.2.1"])
    names = Resolver(resolver, 5)
    answers = await asyncio.gather(*(names.addresses("a.example") for _ in range(50)))
    await names.close()
    assert answers == [["192.0.2.1"]] * 50
    assert resolver.lookups == ["a.example"]


@pytest.mark.parametrize(
    ("answers", "kind", "lookups"),
    [
        ([_UNKNOWN], ErrorKind.NAME_UNKNOWN, 2),
        ([_UNKNOWN, socket.gaierror(socket.EAI_AGAIN, "later")], ErrorKind.NAME_UNANSWERED, 2),
        ([socket.gaierror(socket.EAI_FAIL, "")], ErrorKind.NAME_UNANSWERED, 2),
        ([socket.gaierror(socket.EAI_NODATA, "no address")], ErrorKind.NAME_EMPTY, 2),
        ([socket.gaierror(socket.EAI_SYSTEM, "too many open files")], ErrorKind.LOCAL, 2),
        ([OSError("no sockets left")], ErrorKind.NAME_UNANSWERED, 2),
        ([UnicodeError("label too long")], ErrorKind.NAME_UNANSWERED, 2),
    ],
)
async def test_why_there_is_no_address(answers: list[Exception], kind: ErrorKind, lookups: int) -> None:
    resolver = _Resolver(*answers)
    names = Resolver(resolver, 5)
    parser = await names.addresses("a.example")
    await names.close()
    assert isinstance(parser, FetchError)
    assert parser.kind is kind
    assert parser.detail
    assert len(resolver.lookups) == lookups


async def test_a_name_that_was_unknown_only_once_is_there() -> None:
    names = Resolver(_Resolver(_UNKNOWN, ["192.0.2.1"]), 5)
    assert await names.addresses("a.example") == ["192.0.2.1"]
    await names.close()


async def test_name_that_this_machine_may_refuse_is_not_unknown() -> None:
    names = Resolver(_Resolver(_UNKNOWN, _UNKNOWN), 5)
    found = await names.addresses("-a.example")
    assert isinstance(found, FetchError)
    assert found.kind is ErrorKind.LOCAL
    await names.close()


async def test_a_name_server_that_is_silent_is_not_waited_for() -> None:
    go_on = threading.Event()

    def silent(name: str) -> list[str]:
        del name
        go_on.wait()
        return []

    names = Resolver(silent, 0.01)
    parser = await names.addresses("a.example")
    assert isinstance(parser, FetchError)
    assert parser.kind is ErrorKind.NAME_UNANSWERED
    go_on.set()
    await names.close()


async def test_lookup_waits_for_a_free_thread() -> None:
    go_on = threading.Event()

    def slow(name: str) -> list[str]:
        if name.startswith("dead"):
            go_on.wait()
        return ["192.0.2.1"]

    names = Resolver(slow, 0.01)
    dead = [asyncio.create_task(names.addresses(f"dead-{number}.example")) for number in range(64)]
    await asyncio.wait(dead)  # their time is over, their threads are still taken
    living = asyncio.create_task(names.addresses("living.example"))
    await asyncio.sleep(0)
    go_on.set()
    assert await living == ["192.0.2.1"]
    await names.close()


async def test_an_address_needs_no_look_up() -> None:
    resolver = _Resolver(_UNKNOWN)
    names = Resolver(resolver, 5)
    assert await names.addresses("192.0.2.7") == ["192.0.2.7"]
    assert resolver.lookups == []
    await names.close()
