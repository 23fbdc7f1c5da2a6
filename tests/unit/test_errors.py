import errno
import os
from pathlib import Path

import pytest

from lmsys_enrich.errors import reason_of
from lmsys_enrich.lists.read import parse_list


def test_a_reason_has_neither_number_nor_path() -> None:
    missing = FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), "/some/where")
    assert reason_of(missing) == "No such file or directory"
    assert reason_of(ConnectionError("[Errno -2] Name or service not known")) == "Name or service not known"
    assert reason_of(ValueError("embedded null byte")) == "embedded null byte"


def test_a_byte_that_is_not_utf_8_is_named() -> None:
    with pytest.raises(UnicodeDecodeError) as raised:
        b"caf\xe9".decode()
    assert reason_of(raised.value) == "the byte 0xE9 is not UTF-8"


def test_a_list_in_another_encoding_comes_with_the_way_out() -> None:
    with pytest.raises(Exception, match="0xE9 is not UTF-8") as raised:
        parse_list(b"- [Caf\xe9](https://a.example)", Path("README.md"))
    assert "iconv" in str(getattr(raised.value, "hint", ""))
