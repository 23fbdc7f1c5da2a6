"""Response parser beside h11: a response that h11 reads is read here."""

import contextlib
import gc
import weakref
from collections.abc import Iterable, Sequence
from itertools import pairwise

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmsys_enrich.http.response_parser import NotHttp, ResponseParser

_STATUS_LINES = (
    b"HTTP/1.1 200 OK",
    b"HTTP/1.0 404 Not Found",
    b"HTTP/1.1 301",
    b"HTTP/1.1 204 ",
    b"HTTP/1.1 304 Not Modified",
    b"HTTP/1.1 999 caf\xe9",
    b"HTTP/1.2 200 OK",
    b"HTTP/2.0 503 x",
)
_HEADERS = (
    b"content-length: 3",
    b"Content-Length: 3, 3",
    b"content-length: 3,3",
    b"content-length: 4",
    b"transfer-encoding: chunked",
    b"Transfer-Encoding: Chunked",
    b"connection: close",
    b"connection: upgrade, keep-alive",
    b"upgrade: h2,h2c",
    b"location: /a b\xc3\xa9",
    b"x:",
    b"x-name:\t caf\xe9 \t",
    b"set-cookie: a=1; b\x7f",
    b"folded: one\r\n  two",
    b"no colon",
    b"a space : 1",
    b"\x00: 1",
)
_BODIES = (
    b"",
    b"abc",
    b"3\r\nabc\r\n0\r\n\r\n",
    b"3;x=y \r\nabc\r\n0\r\ntrailer: 1\r\n\r\n",
    b"zz",
    b"abcdef",
)


def _fed(parts: Sequence[bytes], *, bodiless: bool = False) -> ResponseParser:
    parser = ResponseParser(bodiless=bodiless)
    for part in parts:
        parser.feed(part)
    parser.end()
    return parser


def _said(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Return what headers say, whatever their blanks, and however often they say the same length."""
    said = {name: b" ".join(value.split()).lower() for name, value in headers}
    if b"content-length" in said:
        said[b"content-length"] = said[b"content-length"].partition(b",")[0]
    return said


def _cut(data: bytes, locations: Sequence[int]) -> list[bytes]:
    edges = [0, *sorted(location % (len(data) + 1) for location in locations), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


def _read_by_h11(data: bytes) -> tuple[int, list[tuple[bytes, bytes]], bytes] | None:
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method="GET", target="/", headers=[("host", "a")]))
    connection.send(h11.EndOfMessage())
    body = b""
    head: h11.Response | None = None
    with contextlib.suppress(h11.RemoteProtocolError):
        connection.receive_data(data)
        connection.receive_data(b"")
        while isinstance(
            event := connection.next_event(), h11.InformationalResponse | h11.Response | h11.Data
        ):
            if isinstance(event, h11.Response):
                head = event
            elif isinstance(event, h11.Data):
                body += event.data
    return None if head is None else (head.status_code, list(head.headers), body)


@given(
    st.sampled_from(_STATUS_LINES),
    st.lists(st.sampled_from(_HEADERS), max_size=4),
    st.sampled_from(_BODIES),
    st.sampled_from((b"\r\n", b"\n")),
    st.lists(st.integers(min_value=0, max_value=300), max_size=3),
)
def test_response_that_h11_reads_is_read(
    status: bytes, headers: list[bytes], body: bytes, line_end: bytes, locations: list[int]
) -> None:
    data = line_end.join([status, *headers, b"", b""]) + body
    expected = _read_by_h11(data)
    if expected is None:
        return
    parser = _fed(_cut(data, locations))
    assert parser.status == expected[0]
    received = ((name.encode("latin-1"), value.encode("latin-1")) for name, value in parser.headers)
    assert _said(received) == _said(expected[1])


def test_a_body_comes_in_parts_however_it_was_sent() -> None:
    data = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    for location in range(len(data)):
        parser = _fed(_cut(data, [location]))
        taken = b""
        while part := parser.take():
            taken += part
        assert (taken, parser.is_complete, parser.finish()) == (b"abcde", True, True)


@pytest.mark.parametrize(
    ("head", "keeps"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nconnection: Close\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\n", False),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nabcde", False),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\nHTTP/1.1 500 No\r\n\r\n", False),
    ],
)
def test_connection_is_kept_after_head(head: bytes, keeps: bool) -> None:
    parser = _fed([head], bodiless=True)
    assert (parser.status, parser.is_complete, parser.finish()) == (200, True, keeps)


def test_a_body_that_breaks_off_leaves_the_status_standing() -> None:
    parser = _fed([b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"])
    assert (parser.status, parser.take(), parser.is_complete, parser.is_broken) == (200, b"half", False, True)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", "HTTP"),
        (b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n", "RTSP"),
        (b"\r\nRTSP/1.0 200 OK\r\n\r\n", "RTSP"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 21, "informational"),
        (
            b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\nx",
            "another protocol",
        ),
        (b"HTTP/1.1 200 OK\r\n" + b"x-another: one\r\n" * 20_000, "do not end"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab", "Content-Length"),
    ],
)
def test_bytes_that_are_no_response_are_refused(data: bytes, why: str) -> None:
    with pytest.raises(NotHttp, match=why):
        _fed([data])


def test_empty_lines_that_drip_in_are_refused() -> None:
    parser = ResponseParser(bodiless=True)
    for _ in range(20):
        parser.feed(b"http\n\n")
    with pytest.raises(NotHttp, match="do not end"):
        parser.feed(b"\n")


_LENIENT = {
    "space before the colon": b"HTTP/1.1 200 OK\r\nX-A : true\r\nLocation: /x\r\n\r\n",
    "a PHP warning among the headers": b"HTTP/1.1 200 OK\r\nPHP Warning: no x.so\r\nLocation: /x\r\n\r\n",
    "a PHP warning before the head": b"PHP Warning: no x.so\r\n\r\nHTTP/1.1 200 OK\r\nLocation: /x\r\n\r\n",
    "a line without a colon": b"HTTP/1.1 200 OK\r\nno colon\r\nLocation: /x\r\n\r\n",
    "an empty name": b"HTTP/1.1 200 OK\r\n: x\r\nLocation: /x\r\n\r\n",
    "a negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\nLocation: /x\r\n\r\n",
    "an empty length": b"HTTP/1.1 200 OK\r\nContent-Length: \r\nLocation: /x\r\n\r\n",
    "an empty transfer encoding": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: \r\nLocation: /x\r\n\r\n",
    "two spaces before the status": b"HTTP/1.1  200 OK\r\nLocation: /x\r\n\r\n",
    "HTTP/2": b"HTTP/2 200\r\nLocation: /x\r\n\r\n",
    "a byte order mark": b"\xef\xbb\xbfHTTP/1.1 200 OK\r\nLocation: /x\r\n\r\n",
    "a radio server": b"ICY 200 OK\r\nLocation: /x\r\n\r\n",
    "a length beyond 64 bits": b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n"
    b"Location: /x\r\n\r\n",
    "small letters": b"http/1.1 200 OK\r\nlocation: /x\r\n\r\n",
}


@pytest.mark.parametrize("name", _LENIENT)
@pytest.mark.parametrize("cut", [0, 1, 9, 18, 30])
def test_heads_are_read_as_browsers_read_them(name: str, cut: int) -> None:
    if name.endswith("before the head") and cut:
        return  # lines before a head come with it
    parser = _fed([part for part in _cut(_LENIENT[name], [cut]) if part])
    assert parser.status == 200
    assert ("location", "/x") in parser.headers


def test_chunk_extensions_without_end_break_the_body_off() -> None:
    parser = ResponseParser(bodiless=False)
    parser.feed(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;")
    for _ in range(100):
        parser.feed(b"a" * 65_000)
    assert parser.is_broken


def test_finished_response_is_freed_without_a_collector() -> None:
    parser = _fed([b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"])
    parser.finish()
    freed = weakref.ref(parser)
    gc.disable()
    try:
        del parser
        assert freed() is None
    finally:
        gc.enable()
