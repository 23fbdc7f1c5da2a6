"""Bodies: encodings as servers send them, and limits on what they may become."""

import gzip
import zlib

import pytest

from lmsys_enrich.http.client import Body

_PAGE = b"<title>Just a moment...</title>"


def _raw_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(data) + compressor.flush()


@pytest.mark.parametrize(
    ("encoding", "sent"),
    [
        ("", _PAGE),
        ("gzip", gzip.compress(_PAGE, mtime=0)),
        ("X-GZIP", gzip.compress(_PAGE, mtime=0)),
        ("gzip", gzip.compress(_PAGE[:9], mtime=0) + gzip.compress(_PAGE[9:], mtime=0)),
        ("gzip", gzip.compress(_PAGE, mtime=0) + b"bytes behind the end"),
        ("gzip, gzip", gzip.compress(_PAGE, mtime=0)),
        ("gzip, gzip", gzip.compress(gzip.compress(_PAGE, mtime=0), mtime=0)),
        ("gzip", _PAGE),
        ("deflate", zlib.compress(_PAGE)),
        ("deflate", _raw_deflate(_PAGE)),
        ("br", _PAGE),
    ],
)
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_body_is_decoded(encoding: str, sent: bytes, size: int) -> None:
    body = Body(encoding, 1000)
    for start in range(0, len(sent), size):
        body.add(sent[start : start + size])
    assert body.result() == (_PAGE, True)


def test_bomb_is_cut_at_the_limit() -> None:
    body = Body("gzip", 1000)
    assert not body.add(gzip.compress(b"x" * 10_000_000))
    assert body.result() == (b"x" * 1000, False)


def test_input_that_decodes_to_nothing_is_cut() -> None:
    body = Body("gzip", 1000)
    body.add(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03")
    parts = 0
    while body.add(b"\x00\x00\x00\xff\xff" * 1000):
        parts += 1
    assert parts < 20
