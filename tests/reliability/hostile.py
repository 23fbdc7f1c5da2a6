"""Hostile text in place of a name, a description or a topic."""

from hypothesis import strategies as st

CORPUS = (
    "**bold** _it_ `code` [link](javascript:alert(1)) ![img](x)",
    "a | b || c \\| d",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</text></svg><svg onload=alert(1)>",
    "]]></failure><x>",
    "{{7*7}} {% raw %} ${x} #{x}",
    "\x1b[31mred\x1b]0;title\x07\x1b[2J",
    "\x9b31m C1",
    "::error file=x::hacked",
    "a\n::set-output name=x::y\r\n##[error]z",
    "%0A::warning::x%0D",
    "\u202eevil\u2066 turned\u2069",
    "zero\u200bwidth\ufeff\u2060",
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!",
    "'; DROP TABLE links; --",
    "../../../../etc/passwd",
    "..\\..\\windows",
    "CON.txt",
    "- item\n# heading\n> quote\n```\ncode",
    "1. numbered",
    "--- \nlayout: x\n---",
    "& &amp; &lt; &#x3C;",
    "\\",
    "`",
    "<!-- lmsys-enrich:summary -->",
    "x" * 20_000,
    "😀" * 1000,
    "\ud7ff\ue000\ufffd",
    "=cmd|' /C calc'!A0",
    " ",
    "!!python/object/apply:os.system [x]",
    "*alias &anchor %tag @at",
    "key: value # comment",
)

texts = st.one_of(
    st.sampled_from(CORPUS),
    st.text(max_size=60),
    st.lists(st.sampled_from(CORPUS[:26]), min_size=2, max_size=3).map("".join),
)
