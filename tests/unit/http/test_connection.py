"""One connection, told what comes and when."""

import asyncio

from lmsys_enrich.http.connection import Connection


class _Wire(asyncio.Transport):
    """Carries whatever is written to nobody."""

    def write(self, data: object) -> None:
        del data


async def test_a_head_that_comes_as_the_time_runs_out_is_in_time_and_its_body_too() -> None:
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
