"""A connection, fed with what its transport receives."""

import asyncio

from lmsys_enrich.http.connection import Connection


class _Wire(asyncio.Transport):
    """Transport that drops what is written."""

    def write(self, data: object) -> None:
        del data


async def test_head_and_body_at_the_last_moment_are_in_time() -> None:
    connection = Connection(("http", "a.example", 80), trusted=False)
    connection.connection_made(_Wire())
    # Both become due in the same moment, as after a while in which the program was busy.
    head = b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n"
    asyncio.get_running_loop().call_later(0.0, connection.data_received, head)
    parser = await connection.send(b"", bodiless=False, timeout=0.0)
    body = asyncio.create_task(connection.read(parser))
    await asyncio.sleep(0)
    connection.data_received(b"a")
    assert (parser.status, await body) == (200, b"a")
    assert connection.finish(parser)
