"""Feeds in the form of arXiv's API: https://info.arxiv.org/help/api/user-manual.html."""

from xml.sax.saxutils import escape

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <link href="http://arxiv.org/api/query?id_list%3D..." rel="self" type="application/atom+xml"/>
  <title type="html">ArXiv Query: search_query=&amp;id_list=...</title>
  <id>http://arxiv.org/api/cHxbiOdZaP56ODnBPIenZhzg5f8</id>
  <updated>2026-11-23T00:00:00-05:00</updated>
  <opensearch:totalResults xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">{count}</opensearch:totalResults>
"""


def paper(
    identifier: str,
    title: str = "A Paper",
    *,
    authors: tuple[str, ...] = ("Ada Lovelace", "Alan Turing"),
    published: str = "2022-01-28T18:40:03Z",
    comment: str = "",
    summary: str = "We present a system.",
    more: str = "",
) -> str:
    names = "".join(f"<author>\n      <name>{escape(name)}</name>\n    </author>\n    " for name in authors)
    remark = f'<arxiv:comment xmlns:arxiv="http://arxiv.org/schemas/atom">{escape(comment)}</arxiv:comment>'
    return f"""  <entry>
    <id>http://arxiv.org/abs/{identifier}</id>
    <updated>2022-06-28T18:40:03Z</updated>
    <published>{published}</published>
    <title>{escape(title)}</title>
    <summary>  {escape(summary)}
</summary>
    {names}{remark if comment else ""}{more}
    <link href="http://arxiv.org/abs/{identifier}" rel="alternate" type="text/html"/>
    <arxiv:primary_category xmlns:arxiv="http://arxiv.org/schemas/atom" term="cs.LG" scheme="http://arxiv.org/schemas/atom"/>
    <category term="cs.LG" scheme="http://arxiv.org/schemas/atom"/>
  </entry>
"""


def error(message: str = "incorrect id format for 0112019") -> str:
    return f"""  <entry>
    <id>http://arxiv.org/api/errors#incorrect_id_format_for_0112019</id>
    <title>Error</title>
    <summary>{escape(message)}</summary>
    <updated>2026-11-23T00:00:00-05:00</updated>
    <author><name>arXiv api core</name></author>
  </entry>
"""


def feed(*entries: str) -> bytes:
    return (_HEAD.format(count=len(entries)) + "".join(entries) + "</feed>\n").encode()
