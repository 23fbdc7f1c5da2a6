"""Bytes and texts that strangers may send: strategies of Hypothesis."""

from collections.abc import Mapping

from hypothesis import strategies as st

from lmsys_enrich.http.messages import Response

_DIGITS = (
    "0",
    "-1",
    "1",
    "60",
    "1e9",
    "²",
    "٣",
    "9" * 30,
    "9" * 5000,
    "1700000000",
    "0x10",
    "1.5",
    "",
    " 5 ",
    "NaN",
)
_DATES = (
    "Thu, 26 Nov 2026 08:00:00 GMT",
    "Thu, 01 Jan 0001 00:00:00 +2359",
    "Fri, 31 Dec 9999 23:59:59 -2359",
    "Mon, 01 Jan 2024 00:00:00 +99999999",
    "Mon, 99 Foo 20 25:61:61 GMT",
    "1994-11-06T08:49:37",
    "Sun, 06 Nov 1994 08:49:37 " + "9" * 4400,
)
_ADDRESSES = (
    "/x",
    "//[",
    "//[::1",
    "http://[::",
    "http:///",
    "https:\\\\evil\\x",
    "//user:pass@site.example/;jsessionid=1?PHPSESSID=2",
    "http://site.example:99999/",
    "http://ex%41mple.org/%",
    "javascript:alert(1)",
    "?",
    "#a b",
    "\t/x\n",
    "http://xn--/",
    "http://①②⑦.⓪.⓪.①/",
    "http://" + "a." * 300,
    "/" + "a/" * 3000,
    "\x00",
    "/\udc80",
)
_MARKUP = (
    b"<title>Just a moment...</title>",
    "<title>Robot".encode("utf-16"),
    b"\xff\xfe<",
    b"<meta charset=utf-7>",
    b"<html",
    b"\x00" * 100,
)
digits = st.one_of(st.sampled_from(_DIGITS), st.text(max_size=20), st.integers().map(str))
dates = st.one_of(st.sampled_from(_DATES), st.text(max_size=40), st.datetimes().map(str))
addresses = st.one_of(
    st.sampled_from(_ADDRESSES),
    st.text(max_size=60),
    st.lists(st.sampled_from([*":/?#[]@%.\\ \t", "http", "a", "é", "..", "[::1]"]), max_size=15).map("".join),
).flatmap(lambda tail: st.sampled_from([tail, f"http://site.example/{tail}", f"https://{tail}", f"//{tail}"]))
cookies = st.one_of(
    st.text(max_size=60), st.sampled_from(["a=b; Domain=.", "=;=;", "a=b; Max-Age=" + "9" * 5000, "a=\x00"])
)
_FIELDS: Mapping[str, st.SearchStrategy[str]] = {
    "location": addresses,
    "retry-after": st.one_of(digits, dates),
    "date": dates,
    "set-cookie": cookies,
    "etag": st.text(max_size=40),
    "last-modified": dates,
    "content-type": st.sampled_from(
        ["text/html; charset=utf-16", "text/html; charset=", "\x00", "a/b;" * 99]
    ),
    "content-encoding": st.sampled_from(["gzip", "deflate, gzip", "br", "x", ","]),
    "server": st.sampled_from(["cloudflare", "AkamaiGHost", "\xff"]),
    "x-ratelimit-remaining": digits,
    "x-ratelimit-reset": digits,
    "x-ratelimit-limit": digits,
    "link": addresses,
}
headers = st.fixed_dictionaries({}, optional=dict(_FIELDS))
bodies = st.one_of(st.binary(max_size=200), st.lists(st.sampled_from(_MARKUP), max_size=4).map(b"".join))
statuses = st.one_of(
    st.sampled_from([200, 206, 301, 302, 307, 308, 304, 400, 403, 404, 405, 410, 429, 500, 503, 999]),
    st.integers(100, 999),
)
responses = st.builds(Response, statuses, headers, bodies, st.booleans())


_LINES = st.sampled_from(
    [
        *(
            b"HTTP/1.1 200 OK",
            b"HTTP/1.1 301",
            b"HTTP/9.9 999 ",
            b"ICY 200 OK",
            b"http/1.0 404 x",
            b"HTTP/1.1 103 x",
        ),
        *(
            b"Content-Length: 5",
            b"Content-Length: -1",
            b"Content-Length: " + b"9" * 40,
            b"Content-Length: 5, 5",
        ),
        *(b"Transfer-Encoding: chunked", b"Transfer-Encoding: gzip, chunked", b"Content-Encoding: gzip"),
        *(b"Location : /x", b"Location\t: /y", b" folded", b": no name", b"PHP Warning: x", b"a" * 5000),
        *(b"", b"5;ext=" + b"x" * 50, b"hello", b"0", b"ffffffffffffffffffff", b"\x00\xff", b"Upgrade: h2c"),
    ]
)
streams = st.one_of(
    st.binary(max_size=300),
    st.tuples(
        st.lists(st.one_of(_LINES, st.binary(max_size=20)), max_size=12),
        st.sampled_from([b"\r\n", b"\n", b"\r"]),
    ).map(lambda made: made[1].join(made[0]) + made[1] * 2),
)


_KEYS = ("data", "errors", "r0", "r1", "path", "type", "message")
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["data", "errors", "r0", "r1", "path", "type", "message"]), inner, max_size=4
        )
    ),
)


markdown = st.lists(
    st.sampled_from(
        [
            *(
                "# ",
                "- ",
                "[a](",
                ")",
                "http://x.org",
                "![",
                "]",
                "|",
                "\n",
                "\r",
                "\n\n",
                "    ",
                "<a href=",
                "'",
                '"',
            ),
            *(
                "<!--",
                "-->",
                "```",
                "<details>",
                "[a]: ",
                "[^1]",
                "&#0;",
                "\x00",
                "\ue000",
                "\ud7ff",
                "<b",
                "1. ",
                "---",
            ),
            *(
                "<!-- lmsys-enrich",
                ": ignore",
                "<!--facts-->",
                "<!--/facts-->",
                ":+1:",
                "。",
                "\t",
                "\\",
                "*",
                "_",
                "~",
            ),
        ]
    ),
    max_size=30,
).map("".join)


toml = st.lists(
    st.sampled_from(
        [
            *(
                "[[ignore]]\n",
                "[[host]]\n",
                "[[forge]]\n",
                "url = ",
                "pattern = ",
                "host = ",
                "accept = ",
                "headers = ",
            ),
            *(
                "'['",
                "1979-05-27",
                "nan",
                "inf",
                "-1",
                "9" * 400,
                "[1, [2]]",
                "{a = 1}",
                "'https://[::'",
                "\n",
                "='",
            ),
            *(
                "until = ",
                "reason = ",
                "per_host = ",
                "lists = ",
                "timeout = ",
                "max-age = ",
                "fail-on = ",
                "only = ",
            ),
        ]
    ),
    max_size=12,
).map("".join)
