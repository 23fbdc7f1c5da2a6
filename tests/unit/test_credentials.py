"""Credentials in addresses."""

import pytest

from lmsys_enrich.credentials import carries_credentials, without_credentials


@pytest.mark.parametrize(
    "url",
    [
        "https://user:secret@a.example/",
        "https://user@a.example/",
        "https://a.example/new;jsessionid=0A1B2C3D",
        "https://a.example/new;JSESSIONID=0A1B2C3D.node1?x=y",
        "https://a.example/;v=1;jsessionid=0A1B/b",
        "https://a.example/?PHPSESSID=abc",
        "https://a.example/?a=b&amp;PHPSESSID=abc",
        "https://a.example/?a=b;sid=5f3c9b2e7d",
        "https://a.example/?ASPSESSIONIDQQBCDRTA=ABC",
        "https://a.example/?CFID=1&CFTOKEN=2",
        "https://a.example/?ASP%2ENET_SessionId=abc",
        "https://a.example/(S(lit3py55t21z5v55vlm25s55))/page.aspx",
        "https://a.example/#access_token=abc",
        "https://a.example/?X-Amz-Signature=abc",
        "https://a.example/?api_key=abc",
        "https://a.example/?s=0123456789abcdef0123456789abcdef",
        "https://a.example/?MoodleSessionmoodle=1",
        "https://a.example/?__cf_chl_tk=abc",
        "https://a.example/?Policy=a&Key-Pair-Id=APKA",
    ],
)
def test_credentials_are_found(url: str) -> None:
    assert carries_credentials(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/@user/post",
        "https://a.example/jsessionid",
        "https://a.example/?sid=12",
        "https://a.example/?s=alpa",
        "https://a.example/talks?session=42",
        "https://a.example/?utm_source=a&ref=b",
        "https://a.example/wiki/PHPSESSID",
        "https://a.example/?sessionid=",
        "mailto:user@a.example",
        "https://",
    ],
)
def test_other_addresses_have_none(url: str) -> None:
    assert not carries_credentials(url)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:secret@a.example/x?y=1", "https://a.example/x?y=1"),
        ("https://a.example/new;jsessionid=secret?x=y#z", "https://a.example/new;jsessionid=…?x=y#z"),
        ("https://a.example/?a=b&PHPSESSID=secret&c=d", "https://a.example/?a=b&PHPSESSID=…&c=d"),
        ("https://a.example/(S(secretsecret))/page.aspx", "https://a.example/(…)/page.aspx"),
        ("https://a.example/#access_token=secret", "https://a.example/#access_token=…"),
        ("https://a.example/?sid=12", "https://a.example/?sid=12"),
    ],
)
def test_credentials_are_hidden(url: str, shown: str) -> None:
    assert without_credentials(url) == shown
