"""
The websites: one process that answers at every address of 127.0.0.0/8.

`python -m benchmarks.farm PORT [CERTIFICATE]`. A path `/301/7` is answered with status
301, and leads to `/200/7`; `/-/requests` returns the number of requests so far.
"""

import asyncio
import ssl
import sys
from functools import partial
from http import HTTPStatus
from typing import cast

from benchmarks.latency import latency

_PAGE = b"<!doctype html><title>A page</title>" + b"<p>words</p>" * 160
COUNT = "/-/requests"


class _Connection(asyncio.Protocol):
    answered = 0

    def __init__(self) -> None:
        self._read = b""
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, pool: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", pool)

    def connection_lost(self, problem: Exception | None) -> None:
        del problem
        self._transport = None

    def data_received(self, data: bytes) -> None:
        self._read += data
        while b"\r\n\r\n" in self._read:
            head, _, self._read = self._read.partition(b"\r\n\r\n")
            method, target, _ = head.split(b" ", 2)
            path = target.decode("ascii")
            if path == COUNT:
                self._send(method, 200, path, str(_Connection.answered).encode())
                continue
            _Connection.answered += 1
            word = path.split("/", 2)[1]
            status = int(word) if word.isdecimal() else 404
            self._loop.call_later(latency(path), partial(self._send, method, status, path, _PAGE))

    def _send(self, method: bytes, status: int, path: str, page: bytes) -> None:
        if self._transport is None:
            return
        location = (
            f"location: {path.replace('301', '200', 1)}\r\n" if status == HTTPStatus.MOVED_PERMANENTLY else ""
        )
        head = (
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\ncontent-type: text/html\r\n"
            f"content-length: {len(page)}\r\n{location}\r\n"
        )
        self._transport.write(head.encode() + (b"" if method == b"HEAD" else page))


async def _serve(port: int, certificate: str | None) -> None:
    tls = None
    if certificate is not None:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(certificate)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Connection, "0.0.0.0", port, backlog=4096, ssl=tls)  # noqa: S104 - 127.x
    print("ready", flush=True)  # the starting process waits for this
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), next(iter(sys.argv[2:]), None)))
