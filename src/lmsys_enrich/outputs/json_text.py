"""Values become JSON. The only door out to msgspec: it is twenty times as fast as the library of Python."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

import msgspec

from lmsys_enrich.model.enriched import Json

_AT_ONCE = 256


def json_text(value: Json) -> str:
    """Return JSON with an indent, so that a change of a fact is a change of a line."""
    return msgspec.json.format(msgspec.json.encode(value), indent=1).decode("utf-8") + "\n"


def json_pieces(head: dict[str, Json], lists: Mapping[str, Iterable[Json]]) -> Iterator[str]:
    """Yield the text of `head` with long lists behind it, without holding all of one."""
    text = json_text(head).removesuffix("\n}\n")
    for key, values in lists.items():
        yield f'{text},\n "{key}": ['
        text = "]"
        items = iter(values)
        while batch := list(islice(items, _AT_ONCE)):
            # One level deeper than msgspec sees them; JSON's texts hold no line break.
            inner = json_text(batch).removeprefix("[").removesuffix("\n]\n").replace("\n", "\n ")
            yield inner if text == "]" else f",{inner}"
            text = "\n ]"
    yield f"{text}\n}}\n"
