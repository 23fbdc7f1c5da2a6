"""Response parser: HTTP/1.1 on llhttp, as lenient as browsers. The only module that imports httptools."""

import re
from collections import deque

import httptools

# As Chrome: https://source.chromium.org/chromium/chromium/src/+/main:net/http/http_stream_parser.h
_MAX_HEAD = 262_144
_MAX_INFORMATIONAL = 20
_MAX_REWRITES = 20  # each reads all of the head: empty lines that drip in would take hours
# Bytes beside the body itself: chunk sizes, extensions, trailers.
_MAX_FRAMING = 1_048_576
_INFORMATIONAL = range(100, 200)

_HEAD_END = re.compile(rb"\n\r?\n")
# Chrome skips up to four bytes before it (a byte order mark, say), and takes `ICY` of radio servers too.
_STATUS_LINE = re.compile(
    rb"^(?:[ \t]{0,8}|[^0-9A-Za-z\r\n]{1,4})(?:http(?:/(\d)(?:\.(\d))?)?|icy)[ \t]{1,8}(\d{3})(?![0-9])",
    re.IGNORECASE | re.MULTILINE,
)
_PROTOCOL = re.compile(rb"(?:\A|[\r\n])[^0-9A-Za-z]{0,8}(?:http|icy)", re.IGNORECASE)
_BEFORE_PROTOCOL = re.compile(rb"[^0-9A-Za-z]{0,8}")
_LENGTH = re.compile(rb"[0-9]{1,18}")  # more does not fit into 64 bits, for browsers neither
_HEADER_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}")


class NotHttp(ValueError):
    """The received bytes are not an HTTP/1.1 response, or an incomplete one."""


class ResponseParser:
    """
    Parser of one response, fed with the bytes of a connection.

    `headers` have their names in lower case; `parts` holds the body received and not
    yet taken. A response to HEAD ends with its head (`bodiless`). A head that llhttp
    refuses is rewritten as Chrome and curl read it, and parsed once more.
    """

    def __init__(self, *, bodiless: bool) -> None:
        self.status = 0
        self.headers: list[tuple[str, str]] = []
        self.parts: deque[bytes] = deque()
        self.held = 0  # bytes in `parts`
        self.has_head = False
        self.is_complete = False
        self.is_broken = False  # the body ended early
        self.has_surplus = False  # bytes came after the end
        self.has_data = False
        self._bodiless = bodiless
        self._informational = 0
        self._head = bytearray()
        self._framing = 0
        self._is_rewritten = False
        self._rewrites = 0
        self._error: httptools.HttpParserError | None = None
        self._parser = self._new_parser()

    def feed(self, data: bytes) -> None:
        """Parse received bytes. Raises `NotHttp` until the head is complete; later the body breaks off."""
        self.has_data = True
        if self.is_broken:
            return
        if self.has_head:
            self._framing += len(data)
        else:
            self._head += data
        try:
            if self._error is not None:
                raise self._error
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            raise NotHttp("the host speaks another protocol") from None
        except httptools.HttpParserError as error:
            self._rewrite_or_break(error, data)
        if self.has_head:
            self._head.clear()
        elif len(self._head) > _MAX_HEAD:
            raise NotHttp("its headers do not end")
        if self._framing > _MAX_FRAMING and not self.is_complete:
            self.is_broken = True  # chunk extensions or trailers without end

    def end(self) -> None:
        """Note the end of the connection, which ends a body without a length (RFC 9112 section 6.3)."""
        if self.has_head and not self.is_complete:
            has_length = any(name in {"content-length", "transfer-encoding"} for name, _ in self.headers)
            self.is_complete, self.is_broken = not has_length, has_length

    def take(self) -> bytes:
        """Return the next part of the body; empty where none has been received."""
        if not self.parts:
            return b""
        part = self.parts.popleft()
        self.held -= len(part)
        return part

    def finish(self) -> bool:
        """End parsing; return true if the connection can be used again: RFC 9112 section 9.3."""
        version = self._parser.get_http_version()
        # Its callbacks are ours: each response would be a cycle, which the collector must find.
        del self._parser
        if not self.is_complete or self.has_surplus or self._is_rewritten or version != "1.1":
            return False
        return not any(name == "connection" and "close" in value.lower() for name, value in self.headers)

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.has_head:  # else a trailer
            self.headers.append((name.lower().decode("latin-1"), value.strip().decode("latin-1")))

    def on_headers_complete(self) -> None:
        if self.has_head:
            self.has_surplus = True
            return
        if self._head.lstrip()[:5].upper() == b"RTSP/":  # which llhttp reads as well
            raise NotHttp("the host speaks RTSP")
        self.status = self._parser.get_status_code()
        if self.status in _INFORMATIONAL:
            self._informational += 1
            self.headers.clear()
            if self._informational > _MAX_INFORMATIONAL:
                raise NotHttp("one informational response after the other")
            return
        self.has_head = True
        self.is_complete = self._bodiless

    def on_body(self, part: bytes) -> None:
        if self.is_complete:
            self.has_surplus = True
            return
        self.parts.append(part)
        self.held += len(part)
        self._framing -= len(part)

    def on_message_complete(self) -> None:
        self.is_complete = self.has_head

    def _new_parser(self) -> httptools.HttpResponseParser:
        parser = httptools.HttpResponseParser(self)
        parser.set_dangerous_leniencies(  # https://llhttp.org: none changes what a response says
            lenient_headers=True,
            lenient_chunked_length=True,
            lenient_version=True,
            lenient_data_after_close=True,
            lenient_optional_lf_after_cr=True,
            lenient_optional_cr_before_lf=True,
            lenient_spaces_after_chunk_size=True,
        )
        return parser

    def _rewrite_or_break(self, error: httptools.HttpParserError, data: bytes) -> None:
        if self.has_head:
            self.has_surplus, self.is_broken = self.is_complete, not self.is_complete
            return
        cause = error.__context__
        if self._is_rewritten or isinstance(cause, NotHttp):
            raise NotHttp(str(cause if isinstance(cause, NotHttp) else error)) from None
        rewritten = None
        if _HEAD_END.search(self._head, max(0, len(self._head) - len(data) - 2)):
            self._rewrites += 1
            if self._rewrites > _MAX_REWRITES:
                raise NotHttp("its headers do not end") from None
            rewritten = _rewrite_head(bytes(self._head))
        if rewritten is None:
            if not _may_be_http(self._head):
                raise NotHttp(str(error)) from None
            self._error = error  # the rest of the head is still to come
            return
        self._is_rewritten, self._error = True, None
        self._head.clear()
        self.headers.clear()
        self._parser = self._new_parser()
        self.feed(rewritten)


def _may_be_http(head: bytearray) -> bool:
    """Return true if a line begins as a status line does, or may once more bytes have come."""
    start = head[:8192]
    if _PROTOCOL.search(start):
        return True
    last = _BEFORE_PROTOCOL.sub(b"", start.splitlines()[-1], count=1).lower()
    return b"http".startswith(last) or b"icy".startswith(last)


def _rewrite_head(received: bytes) -> bytes | None:
    """
    Return the response with a head as Chrome and curl read it; None while its head is incomplete.

    https://source.chromium.org/chromium/chromium/src/+/main:net/http/http_util.cc
    """
    # Lines before the status line (`PHP Warning: …`, informational responses) are skipped.
    status_line = next((m for m in _STATUS_LINE.finditer(received) if not m[3].startswith(b"1")), None)
    end = _HEAD_END.search(received, status_line.end()) if status_line else None
    if status_line is None or end is None:
        return None
    # `HTTP/2 200` is what some proxies send over HTTP/1. Only 1.0 changes what follows.
    version = b"1.0" if status_line[1] == b"1" and status_line[2] == b"0" else b"1.1"
    lines = received[status_line.end() : end.start()].split(b"\n")[1:]
    head = [b"HTTP/%s %s" % (version, status_line[3]), *_header_lines(_unfold(lines))]
    return b"\r\n".join([*head, b"", b""]) + received[end.end() :]


def _unfold(lines: list[bytes]) -> list[bytes]:
    """Join continuation lines to the header before them: obs-fold, RFC 9112 section 5.2."""
    unfolded: list[list[bytes]] = []
    for line in lines:
        if line[:1] in (b" ", b"\t") and unfolded:
            unfolded[-1].append(line.strip())
        else:
            unfolded.append([line])
    return [b" ".join(parts) for parts in unfolded]


def _header_lines(lines: list[bytes]) -> list[bytes]:
    """Return the lines that are headers; Chrome skips the others. Raises `NotHttp` for two lengths."""
    headers: list[bytes] = []
    lengths: set[bytes] = set()
    is_chunked = False
    for line in lines:
        name, colon, value = line.partition(b":")
        name, value = name.strip(), value.strip()
        if not colon or not _HEADER_NAME.fullmatch(name):
            continue  # a PHP warning, `X-Foo(bar): 1`, an empty name
        if name.lower() == b"content-length":
            # The same length twice counts once (RFC 9110 section 8.6). `-1` and the like are not lengths.
            lengths.update(filter(_LENGTH.fullmatch, (length.strip() for length in value.split(b","))))
        elif name.lower() != b"transfer-encoding" or b"chunked" in value.lower():  # an empty one names none
            is_chunked = is_chunked or name.lower() == b"transfer-encoding"
            headers.append(b"%s: %s" % (name, value.replace(b"\r", b" ")))
    if len(lengths) > 1 and not is_chunked:  # response splitting: browsers refuse it too
        raise NotHttp("it has several values of Content-Length")
    if len(lengths) == 1:  # beside chunks it is ignored: RFC 9112 section 6.3
        headers.append(b"content-length: " + lengths.pop())
    return headers
