"""An answer as it comes in, read as HTTP/1.1. The only door to httptools."""

import re
from collections import deque

import httptools

# As Chrome, https://source.chromium.org/chromium/chromium/src/+/main:net/http/http_stream_parser.h
_MOST_HEADER_BYTES = 262_144
_MOST_PROVISIONAL = 20
_PROVISIONAL = range(100, 200)
_LENGTH = re.compile(rb"^content-length[ \t]*:([^\r\n]*)\r?\n", re.IGNORECASE | re.MULTILINE)
_LENGTH_BEGINS = re.compile(rb"^content-length[ \t]*:", re.IGNORECASE | re.MULTILINE)
_HEAD_ENDS = re.compile(rb"(\r?\n)\r?\n")


class NotHttp(ValueError):
    """What came is not HTTP/1.1, or not all of it."""


class ResponseParser:
    """
    What came of the answer to one question: feed it whatever the connection brings.

    `headers` have their names in lower case; `parts` is what came of the body and was
    not taken yet. The answer to HEAD ends with its head (`bodiless`), whatever that
    says of a body. Servers are read as browsers read them, generously, where that
    cannot change what is said: https://llhttp.org calls it leniency.
    """

    def __init__(self, *, bodiless: bool) -> None:
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.parts: deque[bytes] = deque()
        self.held = 0  # bytes in `parts`
        self.has_head = False
        self.is_over = False
        self.is_broken = False  # it ended before its end
        self.has_surplus = False  # something came behind its end
        self.is_heard = False
        self._bodiless = bodiless
        self._provisional = 0
        self._head = b""
        self._doubt: httptools.HttpParserError | None = None
        self._parser = self._begin()

    def feed(self, data: bytes) -> None:
        """Take what came; raises `NotHttp` as long as there is no head, later it breaks the body off."""
        self.is_heard = True
        if self.is_broken:
            return
        if not self.has_head:
            self._head += data
        try:
            if self._doubt is not None:
                raise self._doubt
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            raise NotHttp("the host speaks another protocol") from None
        except httptools.HttpParserError as problem:
            self._mend_or_break(problem)
        if self.has_head:
            self._head = b""
        elif len(self._head) > _MOST_HEADER_BYTES:
            raise NotHttp("its headers do not end")

    def end(self) -> None:
        """Take note that nothing more will come; some bodies end so."""
        if self.has_head and not self.is_over:
            measured = any(name in {b"content-length", b"transfer-encoding"} for name, _ in self.headers)
            self.is_over, self.is_broken = not measured, measured

    def take(self) -> bytes:
        """Return the next part of the body, empty where there is none at the moment."""
        if not self.parts:
            return b""
        part = self.parts.popleft()
        self.held -= len(part)
        return part

    @property
    def keeps_connection(self) -> bool:
        """Whether the connection may be used again: RFC 9112 §9.3."""
        if not self.is_over or self.has_surplus or self._parser.get_http_version() != "1.1":
            return False
        return not any(name == b"connection" and b"close" in value.lower() for name, value in self.headers)

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.has_head:  # else a trailer
            self.headers.append((name.lower(), value.strip()))

    def on_headers_complete(self) -> None:
        if self.has_head:
            self.has_surplus = True
            return
        self.status = self._parser.get_status_code()
        if self.status in _PROVISIONAL:
            self._provisional += 1
            self.headers.clear()
            if self._provisional > _MOST_PROVISIONAL:
                raise NotHttp("one provisional answer after the other")
            return
        self.has_head = True
        self.is_over = self._bodiless

    def on_body(self, part: bytes) -> None:
        if self.is_over:
            self.has_surplus = True
            return
        self.parts.append(part)
        self.held += len(part)

    def on_message_complete(self) -> None:
        self.is_over = self.has_head

    def _begin(self) -> httptools.HttpResponseParser:
        parser = httptools.HttpResponseParser(self)
        parser.set_dangerous_leniencies(
            lenient_headers=True,
            lenient_chunked_length=True,
            lenient_version=True,
            lenient_data_after_close=True,
            lenient_optional_lf_after_cr=True,
            lenient_optional_cr_before_lf=True,
            lenient_spaces_after_chunk_size=True,
        )
        return parser

    def _mend_or_break(self, problem: httptools.HttpParserError) -> None:
        if self.has_head:
            self.has_surplus, self.is_broken = self.is_over, not self.is_over
            return
        if _LENGTH_BEGINS.search(self._head) and not _HEAD_ENDS.search(self._head):
            self._doubt = problem  # what else it says of its length is still to come
            return
        mended = _with_one_length(self._head)
        if mended is None:
            raise NotHttp(_told(problem)) from None
        self._head, self._doubt = b"", None
        self.headers.clear()
        self._parser = self._begin()
        self.feed(mended)


def _told(problem: httptools.HttpParserError) -> str:
    cause = problem.__context__
    return str(cause if isinstance(cause, NotHttp) else problem)


def _with_one_length(seen: bytes) -> bytes | None:
    """Return a head that tells its length several times, always the same, with one of them: RFC 9110 §8.6."""
    end = _HEAD_ENDS.search(seen)
    until = end.end(1) if end else len(seen)
    head, rest = seen[:until], seen[until:]
    told = [length.strip() for value in _LENGTH.findall(head) for length in value.split(b",")]
    if len(told) < 2 or len(set(told)) > 1 or not told[0].isdigit():  # noqa: PLR2004 - twice
        return None
    lines = iter([b"content-length: " + told[0] + b"\r\n"])
    return _LENGTH.sub(lambda _: next(lines, b""), head) + rest
