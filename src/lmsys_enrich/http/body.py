"""Body of a response: decoded up to a limit, so that no compressed bomb is unpacked."""

import zlib

ACCEPT_ENCODING = "gzip, deflate"

_GZIP = frozenset({"gzip", "x-gzip"})
_GZIP_MAGIC = b"\x1f\x8b"
_MAX_ENCODINGS = 4
# Compression shrinks: far more input than output is padding (empty blocks, junk behind the end).
_MAX_INPUT_RATIO = 4
_MIN_INPUT = 65_536


class _Inflate:
    """A gzip or deflate decoder that finds out which form the server really sent."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._start = b""
        self._decoder: zlib._Decompress | None = None
        self._is_plain = False
        self._has_member = False
        self._has_ended = False

    def decode(self, data: bytes, limit: int) -> bytes:
        """Return at most `limit` bytes; raises `zlib.error`."""
        if self._is_plain:
            return data[:limit]
        decoded = b""
        while data and not self._has_ended and len(decoded) < limit:
            if self._decoder is None:
                data = self._start + data
                if len(data) < 2:  # noqa: PLR2004 - two bytes tell the forms apart
                    self._start = data
                    break
                self._start = b""
                self._decoder = self._new_decoder(data)
                if self._decoder is None:
                    # Behind a gzip member: junk, which curl ignores too. Else a body that is not compressed.
                    self._has_ended, self._is_plain = self._has_member, not self._has_member
                    return decoded if self._has_member else data[:limit]
            data = self._decoder.unconsumed_tail + data
            decoded += self._decoder.decompress(data, limit - len(decoded))
            if not self._decoder.eof:
                break
            data = self._decoder.unused_data  # the next gzip member, RFC 1952 section 2.2
            self._decoder, self._has_member = None, True
            self._has_ended = self._encoding not in _GZIP
        return decoded

    def _new_decoder(self, data: bytes) -> "zlib._Decompress | None":
        if self._encoding in _GZIP:
            return zlib.decompressobj(16 + zlib.MAX_WBITS) if data.startswith(_GZIP_MAGIC) else None
        # RFC 9110 section 8.4.1.2 means zlib's format by deflate; IIS sends raw deflate (RFC 1951).
        has_zlib_header = data[0] & 0x0F == zlib.DEFLATED and (data[0] << 8 | data[1]) % 31 == 0
        return zlib.decompressobj(zlib.MAX_WBITS if has_zlib_header else -zlib.MAX_WBITS)


class Body:
    """A body as it is received, decoded up to `limit` bytes."""

    def __init__(self, encoding: str, limit: int) -> None:
        self._limit = limit
        self._received = 0
        self._decoded = bytearray()
        self._decoders = [
            _Inflate(name)
            for name in reversed([part.strip().lower() for part in encoding.split(",")][:_MAX_ENCODINGS])
            if name in _GZIP or name == "deflate"
        ]
        self._is_whole = True

    def add(self, part: bytes) -> bool:
        """Decode a received part; return whether to read on."""
        self._received += len(part)
        room = self._limit + 1 - len(self._decoded)
        try:
            for decoder in self._decoders:
                part = decoder.decode(part, room)
        except zlib.error:
            self.cut()
        else:
            self._decoded += part[:room]
        if len(self._decoded) > self._limit or self._received > max(
            _MIN_INPUT, _MAX_INPUT_RATIO * self._limit
        ):
            self.cut()
        return self._is_whole

    def cut(self) -> None:
        """Mark the body as incomplete."""
        self._is_whole = False

    def result(self) -> tuple[bytes, bool]:
        """Return at most `limit` bytes, and whether that is all of it."""
        return bytes(self._decoded[: self._limit]), self._is_whole
