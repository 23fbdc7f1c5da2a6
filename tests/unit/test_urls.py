"""Parts of an address, read without a request."""

from collections.abc import Callable
from contextlib import suppress
from time import process_time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lmsys_enrich.urls import (
    MAX_LENGTH,
    InvalidAddress,
    decode_location,
    fragment_of,
    has_scheme,
    has_userinfo,
    host_of,
    is_web,
    link_key,
    path_of,
    query_of,
    resolve,
    server_of,
    target_of_request,
)

# Beginnings and characters of addresses that are written as usual, and of others.
_BEGINNINGS = (
    *("http://a.example", "https://a.example", "https://a.example:443", "http://a-1.b_2.example:8080"),
    *("http://127.0.0.1", "http://0177.1", "http://a:0", "http://a:080", "http://a:65535", "http://a:65536"),
    *("http://a.", "http://.", "http://", "https:/", "HTTPS://a", "http://A", "http://u:p@a", "http://[::1]"),
    *("http://b\u00fccher", "//a", "mailto:a"),
)
_CHARACTERS = "aZ09._~!$%&'()*+,/:;=?@#[]- \t\n\"<>\\^`{|}\x00\u00e9\u200b\u3002"


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("HTTPS://Example.ORG", "https://example.org/"),
        ("https://example.org:443/a", "https://example.org/a"),
        ("http://example.org:80/a", "http://example.org/a"),
        ("http://example.org:443/a", "http://example.org:443/a"),
        ("https://example.org/a#part", "https://example.org/a"),
        ("https://example.org/A?B=c", "https://example.org/A?B=c"),
        ("https://example.org?q", "https://example.org/?q"),
        (" https://example.org/a ", "https://example.org/a"),
        ("https://example.org/a b", "https://example.org/a%20b"),
        ("https://example.org/é", "https://example.org/%C3%A9"),
        ("https://example.org/%C3%A9%20", "https://example.org/%C3%A9%20"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://example.org./a", "https://example.org/a"),
        ("https://[2001:DB8::1]:8080/", "https://[2001:db8::1]:8080/"),
        ("https://user:pass@example.org/", "https://user:pass@example.org/"),
        ("mailto:a@example.org", "mailto:a@example.org"),
    ],
)
def test_spellings_of_one_thing_share_a_key(url: str, key: str) -> None:
    assert link_key(url) == key


@pytest.mark.parametrize(
    "url",
    [
        "https://",
        "https://a b/",
        "https://a:65536/",
        "https://./",
        "https://%00/",
        "http://:80/",
        "https://exa mple.org:x/",
        "http://[::1",
        "https://\u2028.org/",
    ],
)
def test_an_address_without_a_usable_host_isread(url: str) -> None:
    with pytest.raises(InvalidAddress):
        link_key(url)


@given(st.text())
def test_a_key_is_its_own_key(text: str) -> None:
    try:
        key = link_key("https://example.org/" + text)
    except InvalidAddress:
        return
    assert link_key(key) == key


def test_kinds_of_addresses() -> None:
    assert is_web("HTTP://x")
    assert is_web("https://x")
    assert not is_web("ftp://x")
    assert not is_web("httpx")
    assert has_scheme("mailto:x")
    assert not has_scheme("docs/x")
    assert not has_scheme("#x")


def test_host_has_its_port_where_it_is_unusual() -> None:
    assert host_of("https://Example.org:443/") == "example.org"
    assert host_of("https://example.org:8443/") == "example.org:8443"


def read(url: str) -> list[object]:
    """Return all that an address has, or why it has not."""
    found: list[object] = []
    for function in (link_key, host_of, server_of, target_of_request, path_of, query_of, has_userinfo):
        try:
            found.append(function(url))
        except InvalidAddress as problem:
            found.append(str(problem))
    return found


@given(st.sampled_from(_BEGINNINGS), st.text(_CHARACTERS, max_size=12))
@example("http://a.example", "/a(b)/%20?c[]=d&e#f?g")
@example("https://a.example:443", "?")
@example("http://127.0.0.1", "/200/1")
def test_plain_addresses_have_the_parts_that_the_parser_finds(beginning: str, end: str) -> None:
    # With a blank before it no address is a usual one, and blanks at the ends mean nothing.
    assert read(beginning + end) == read(f" {beginning}{end}")


def test_a_request_goes_where_the_address_leads() -> None:
    assert server_of("https://Example.org./a") == ("https", "example.org", 443)
    assert server_of("http://[2001:DB8::1]:8080/") == ("http", "2001:db8::1", 8080)
    assert target_of_request("https://example.org?q=\u00e9#part") == "/?q=%C3%A9"


@pytest.mark.parametrize("host", ["a..example", "a" * 64 + ".example", ".example", "a." * 127 + "example"])
def test_host_that_dns_cannot_hold_is_invalid(host: str) -> None:
    with pytest.raises(InvalidAddress, match="not a host name"):
        server_of(f"http://{host}/")


def test_longest_host_that_dns_holds_is_valid() -> None:
    host = ".".join(["a" * 63] * 3 + ["a" * 61])
    assert server_of(f"http://{host}/") == ("http", host, 80)


# UTS 46, non-transitional: https://url.spec.whatwg.org/#concept-domain-to-ascii
@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("stra\u00dfe.example", "xn--strae-oqa.example"),
        ("M\u00fcnchen.example", "xn--mnchen-3ya.example"),
        ("mu\u0308nchen.example", "xn--mnchen-3ya.example"),
        ("\u4f8b\u3048\u3002example", "xn--r8jz45g.example"),
        ("\u03c3\u03cc\u03bb\u03bf\u03c2.example", "xn--wxaijb9b.example"),
        ("\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.example", "xn--mgba3gch31f060k.example"),
        ("\u2764.example", "xn--qei.example"),
        ("ex%61mple.example", "example.example"),
        ("b%C3%BCcher.example", "xn--bcher-kva.example"),
        ("\uff46ull.example", "full.example"),
        ("so\u00adft.example", "soft.example"),
        ("under_score.example", "under_score.example"),
        ("0177.0.0.1", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("127.1.", "127.0.0.1"),
        ("[0:0::1]", "[::1]"),
        ("[::FFFF:127.0.0.1]", "[::ffff:7f00:1]"),
    ],
)
def test_hosts_are_named_as_browsers_name_them(host: str, name: str) -> None:
    assert host_of(f"http://{host}/") == name


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/a/../b", "/b"),
        ("/a/b/..", "/a/"),
        ("/%2e%2E/./y", "/y"),
        ("/../../x", "/x"),
        ("/x\\y", "/x/y"),
        ("/a//b/", "/a//b/"),
        ("/a\tb\n", "/ab"),
        ("/100%/%zz", "/100%/%zz"),
        ("/a|b^c`{}?d|e'", "/a%7Cb%5Ec%60%7B%7D?d%7Ce%27"),
        ("/a?", "/a"),
        ("/\ud800", "/%EF%BF%BD"),
        ("/a?b\\c/../d", "/a?b%5Cc/../d"),
    ],
)
def test_targets_are_requested_as_browsers_request_them(path: str, target: str) -> None:
    assert target_of_request(f"http://a.example{path}") == target


@pytest.mark.parametrize(
    ("reference", "target"),
    [
        ("", "http://a.example/b/c?d"),
        ("?page=2", "http://a.example/b/c?page=2"),
        ("#part", "http://a.example/b/c?d#part"),
        ("other", "http://a.example/b/other"),
        ("../../up", "http://a.example/up"),
        ("\\back", "http://a.example/back"),
        ("\\\\other.example\\x", "http://other.example/x"),
        ("//other.example", "http://other.example/"),
        ("http:/one", "http://a.example/one"),
        ("http:one", "http://a.example/b/one"),
        ("https:/one.example/x", "https://one.example/x"),
        ("HTTP://Other.example:80/a/../b#c d", "http://other.example/b#c%20d"),
        ("  /sp ace\t\r\n ", "http://a.example/sp%20ace"),
        ("ht\ntp://other.example/", "http://other.example/"),
        ("mailto:a@b", "mailto:a@b"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("@user", "http://a.example/b/@user"),
        ("a:b", "a:b"),
        ("./a:b", "http://a.example/b/a:b"),
        ("http:///path.example", "http://path.example/"),
    ],
)
def test_references_are_resolved_as_browsers_do(reference: str, target: str) -> None:
    assert resolve("http://a.example/b/c?d#e", reference) == target


@pytest.mark.parametrize("reference", ["//", "http://[::", "//a b/", "//a:99999/", "https://", "/" * 40_000])
def test_reference_to_no_host_is_invalid(reference: str) -> None:
    with pytest.raises(InvalidAddress):
        resolve("http://a.example/", reference)


@pytest.mark.parametrize(
    ("sent", "reference"),
    [
        (b"/caf\xc3\xa9", "/caf\u00e9"),
        (b"/caf\xe9", "/caf%E9"),
        (b"/caf\xe9?q=\xc3\xa9", "/caf%E9?q=%C3%A9"),
        (b"/plain", "/plain"),
    ],
)
def test_bytes_of_a_location_are_read_as_browsers_do(sent: bytes, reference: str) -> None:
    assert decode_location(sent.decode("latin-1")) == reference


def test_parts_of_an_address_are_those_of_its_request() -> None:
    url = "http://a.example/b/../c d?e=f#g h"
    assert (path_of(url), query_of(url), fragment_of(url)) == ("/c%20d", "?e=f", "g%20h")
    assert not has_userinfo(url)
    assert has_userinfo("http://u:p@a.example/")
    assert has_userinfo("http://u@a.example/")


@given(st.text(), st.text())
def test_no_text_raises_anything_but_invalid_address(base: str, reference: str) -> None:
    for begin in ("", "http://", "https://a.example/", "http:"):
        with suppress(InvalidAddress):
            url = resolve(begin + base, reference)
            assert not is_web(url) or resolve(url, "") == url.partition("#")[0]
            assert url.isascii() or not is_web(url)
        read(begin + base)


@given(st.text(_CHARACTERS, max_size=30))
def test_relative_forms_lead_where_the_whole_address_leads(end: str) -> None:
    url = link_key("http://a.example/" + end.replace("#", ""))
    for base in ("http://a.example/x/y?z#f", "http://b.example"):
        assert resolve(base, url) == url
        assert resolve(base, url.removeprefix("http:")) == url
    if not target_of_request(url).startswith("//"):
        assert resolve("http://a.example/x/y", target_of_request(url)) == url


@pytest.mark.parametrize("part", ["a.", "a/../", "a/", "%2e/", "\u00e9.", "@", ":", "[", "\\", "?", "\u00df"])
def test_time_grows_with_the_text_alone(part: str) -> None:
    def seconds(count: int) -> float:
        url = f"http://{part * count}:x/{part * count}"
        start = process_time()
        read(url)
        with suppress(InvalidAddress):
            resolve("http://a.example/", part * count)
        return process_time() - start

    assert min(seconds(1000 + n) for n in range(3)) < 0.1


@pytest.mark.parametrize("read", [host_of, server_of, target_of_request])
def test_what_is_not_on_the_web_has_no_server(read: Callable[[str], object]) -> None:
    with pytest.raises(InvalidAddress):
        read("mailto:a@example.org")


@pytest.mark.parametrize("scheme", ["https://a.example/", "mailto:", "data:,"])
def test_overlong_address_of_any_scheme_is_refused(scheme: str) -> None:
    with pytest.raises(InvalidAddress, match="characters long"):
        link_key(scheme + "a" * MAX_LENGTH)
