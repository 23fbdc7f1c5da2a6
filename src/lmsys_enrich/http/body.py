"""The body of a reply: decompressed, and never more of it than is asked for."""

import zlib

# Reads gzip and zlib alike: https://docs.python.org/3/library/zlib.html#zlib.decompressobj
_ANY_ZLIB = 47
_COMPRESSED = frozenset({"gzip", "x-gzip", "deflate"})

ACCEPTED = "gzip, deflate"
"""What a request may say that it accepts."""


class Body:
    """Takes a body as it comes, decompressed no further than `limit` bytes, so that no bomb goes off."""

    def __init__(self, encoding: str, limit: int) -> None:
        self._limit = limit
        self._taken = bytearray()
        is_compressed = encoding.strip().lower() in _COMPRESSED
        self._inflating = zlib.decompressobj(_ANY_ZLIB) if is_compressed else None
        self._is_whole = True

    def add(self, part: bytes) -> bool:
        """Take a part; return whether there is a use for more."""
        most = self._limit + 1 - len(self._taken)
        if self._inflating is None:
            self._taken += part[:most]
        else:
            try:
                self._taken += self._inflating.decompress(self._inflating.unconsumed_tail + part, most)
            except zlib.error:
                self.cut()
        if len(self._taken) > self._limit:
            self.cut()
        return self._is_whole

    def cut(self) -> None:
        """Take note that there was more than was taken."""
        self._is_whole = False

    def told(self) -> tuple[bytes, bool]:
        """Return at most `limit` bytes, and whether that was all."""
        return bytes(self._taken[: self._limit]), self._is_whole
