"""Streamed JSON equals JSON made at once."""

import pytest

from lmsys_enrich.model.json_fields import Json
from lmsys_enrich.outputs.text import json_chunks, json_text


@pytest.mark.parametrize("count", [0, 1, 256, 257, 600])
def test_streamed_json_equals_the_whole(count: int) -> None:
    items: list[Json] = [{"name": f"a\nb {number}", "links": [], "inner": [1, {}]} for number in range(count)]
    head: dict[str, Json] = {"schema": 1, "nothing": None}
    pieces = json_chunks(head, {"entries": items, "repositories": []})
    assert b"".join(pieces).decode() == json_text({**head, "entries": items, "repositories": []})
