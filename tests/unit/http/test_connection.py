"""A connection, fed with what its transport receives."""

import asyncio
import errno
import ssl

import pytest

from lmsys_enrich.http.connection import Connection, no_response
from lmsys_enrich.http.messages import ErrorKind


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


def _tls_error(reason: str | None) -> ssl.SSLError:
    error = ssl.SSLError(1, f"[SSL] {reason}")
    error.reason = reason  # type: ignore[assignment]
    return error


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", ErrorKind.TLS_STRICT),
        ("TLSV1_ALERT_PROTOCOL_VERSION", ErrorKind.TLS_STRICT),
        ("SSLV3_ALERT_ILLEGAL_PARAMETER", ErrorKind.TLS_STRICT),
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", ErrorKind.TLS_STRICT),
        ("SSLV3_ALERT_BAD_CERTIFICATE", ErrorKind.TLS_STRICT),
        ("TLSV1_ALERT_UNKNOWN_CA", ErrorKind.TLS_STRICT),
        ("DH_KEY_TOO_SMALL", ErrorKind.TLS_STRICT),
        (None, ErrorKind.TLS_STRICT),  # "no application protocol", for which Python has no name
        ("TLSV1_ALERT_INTERNAL_ERROR", ErrorKind.TLS),
        ("TLSV1_UNRECOGNIZED_NAME", ErrorKind.TLS),
        ("WRONG_VERSION_NUMBER", ErrorKind.TLS),
    ],
)
def test_tls_alert_is_ours_unless_it_is_about_the_host(reason: str | None, kind: ErrorKind) -> None:
    failure = no_response(_tls_error(reason))
    assert failure.error.kind is kind
    assert failure.error.detail


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (errno.ENETUNREACH, ErrorKind.LOCAL),
        (errno.EADDRNOTAVAIL, ErrorKind.LOCAL),
        (errno.EMFILE, ErrorKind.LOCAL),
        (errno.EPERM, ErrorKind.LOCAL),
        (errno.EHOSTUNREACH, ErrorKind.UNREACHABLE),
        (errno.ECONNREFUSED, ErrorKind.REFUSED),
        (errno.ECONNRESET, ErrorKind.RESET),
        (errno.ETIMEDOUT, ErrorKind.TIMEOUT),
    ],
)
def test_obstacle_of_this_machine_is_none_of_the_host(code: int, kind: ErrorKind) -> None:
    assert no_response(OSError(code, "why")).error.kind is kind
