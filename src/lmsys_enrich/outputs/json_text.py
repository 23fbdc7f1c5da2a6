"""Values become JSON. The only door out to msgspec: it is twenty times as fast as the library of Python."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

_encode = msgspec.json.Encoder().encode
# An item is laid out within two lists, so that it has the indent it has in the file.
_BEFORE, _BEHIND = len("[\n ["), -len("\n ]\n]")


def json_text(value: object) -> str:
    """Return JSON with an indent, so that a change of a fact is a change of a line."""
    return msgspec.json.format(_encode(value), indent=1).decode("utf-8") + "\n"


def json_item(value: object) -> bytes:
    """Return the text of an item of one of the lists of `json_pieces`."""
    return msgspec.json.format(_encode([[value]]), indent=1)[_BEFORE:_BEHIND]


def json_pieces(head: Mapping[str, object], lists: Mapping[str, Iterable[bytes]]) -> Iterator[bytes]:
    """Yield the text of `head` with long lists of items behind it, without holding all of one."""
    yield json_text(head).removesuffix("\n}\n").encode()
    for key, items in lists.items():
        yield f',\n "{key}": ['.encode()
        any_yet = False
        for item in items:
            yield b"," + item if any_yet else item
            any_yet = True
        yield b"\n ]" if any_yet else b"]"
    yield b"\n}\n"
