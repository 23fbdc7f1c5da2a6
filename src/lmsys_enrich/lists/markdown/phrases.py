# ruff: noqa: RUF001 - words of lists in all scripts
"""Words and phrases of entries: roles, titles, names, prefixes, marks, descriptions, tags."""

import re
import unicodedata
from collections.abc import Sequence

from lmsys_enrich.lists.markdown.runs import Span, one_line

BRACKETS = " \t\n()[]{}<>（）【】「」,，、|/／·・•&;:：-–—_*"
_ROLES = """
abs arxiv article blog blogpost code colab data dataset datasets demo doc docs documentation
download github gitlab git here homepage home link links model models notebook page paper
papers pdf poster project repo repository site slides source src talk tutorial video web
webpage website weights youtube bibtex crate crates.io huggingface hf pypi npm conda docker
supplementary openreview acl official post report tweet app api url html readme wiki playground
checkpoint checkpoints twitter discord 论文 論文 代码 代碼 项目 項目 主页 主頁 官网 官網 文档
文檔 博客 数据 数据集 模型 链接 連結 视频 演示 网站 地址 源码 仓库 コード データ デモ リンク
サイト 動画 ドキュメント 논문 코드 데이터 링크 데모 블로그 статья код сайт документация ссылка
данные видео демо блог artículo código sitio datos enlace página documentación vídeo lien
données démo dépôt artikel quelle webseite dokumentation seite daten artigo código dados
"""
_ROLE_WORDS = frozenset(_ROLES.split()) | {
    *("project page", "code and data", "paper link", "source code", "hugging face", "web page", "web site"),
}
_NUMBERED = re.compile(r"(?:part )?\d+|v\d+|arxiv[: ]\s?\d{4}\.\d{4,5}(?:v\d+)?")
_ROLE_EDGE = BRACKETS + ".!?📄💻🌐🔗📖🤗📝🎥🏠"


def is_role(text: str) -> bool:
    """Return whether a link's text is the role of the link rather than a name."""
    bare = text.strip(_ROLE_EDGE).lower()
    return bare in _ROLE_WORDS or _NUMBERED.fullmatch(bare) is not None


def is_bracketed(text: str) -> bool:
    """Return whether a text is in brackets as a whole."""
    bare = text.strip()
    return bare.startswith("[") and bare.endswith("]")


_HOUSEKEEPING = """
contents|content|table of contents|table of content|toc|index|quick links|navigation|menu
outline|overview of contents|contributing|contribute|contribution|contributions|contributors
our contributors|how to contribute|contributing guide|contributing guidelines
contribution guidelines|contribution guide|contributing to this list|contributions welcome
license|licence|licenses|licences|licensing|copyright|sponsor|sponsors|sponsoring|sponsorship
our sponsors|backers|star history|stargazers|stargazers over time|acknowledgements
acknowledgments|acknowledgement|acknowledgment|acknowledgements and references|code of conduct
maintainers|changelog|support this project|目录|目錄|目次|内容|贡献|貢獻|如何贡献|贡献指南
贡献者|参与贡献|许可证|许可|許可證|版权|致谢|致謝|赞助|赞助商|コントリビュート|貢献|貢献者
貢献方法|コントリビューション|ライセンス|謝辞|スポンサー|목차|기여|기여하기|기여자|라이선스
감사의 말|содержание|оглавление|вклад|как внести вклад|участие|лицензия|благодарности|спонсоры
участники|зміст|внесок|ліцензія|contenido|contenidos|tabla de contenidos|tabla de contenido
índice|contribuir|cómo contribuir|contribuciones|contribuyentes|colaborar|licencia
agradecimientos|patrocinadores|sommaire|table des matières|contribuer|comment contribuer
contributeurs|remerciements|inhalt|inhaltsverzeichnis|mitwirken|mitmachen|beitragen|beiträge
mitwirkende|lizenz|danksagung|sponsoren|conteúdo|conteúdos|sumário|tabela de conteúdos
contribuindo|como contribuir|contribuição|contribuições|licença|agradecimentos|indice|sommario
contribuire|come contribuire|licenza|ringraziamenti|inhoud|inhoudsopgave|bijdragen|licentie
içindekiler|katkıda bulunma|katkı|lisans|spis treści|licencja|współtworzenie|mục lục|đóng góp
giấy phép|daftar isi|kontribusi|lisensi|المحتويات|المساهمة|الرخصة|فهرست|مشارکت
"""
_TITLES = frozenset(title.strip() for title in re.split(r"[|\n]", _HOUSEKEEPING) if title.strip())
_LONGEST_TITLE = 200


def is_housekeeping(title: str) -> bool:
    """Return whether a section of this title is about the list itself, and has no entries."""
    return _bare(title) in _TITLES


_WAYS_BACK = """
top|to top|back to top|go to top|return to top|go back to top|back to the top|to the top|back to toc
back to contents|back to the contents|back to content|back to table of contents|toc
table of contents|back to the table of contents|back to index|contents|up|回到顶部|返回顶部|返回目录
回到目录|回到頂部|返回頂部|回到目錄|返回|顶部|トップへ戻る|トップに戻る|目次へ戻る|目次に戻る|목차로
맨 위로|목차로 돌아가기|위로|наверх|вверх|вернуться наверх|к содержанию|в начало|нагору|nach oben
zurück nach oben|zum inhaltsverzeichnis|retour en haut|haut de page|haut|retour au sommaire
volver arriba|arriba|volver al índice|volver al inicio|subir|voltar ao topo|topo|voltar ao índice
torna su|torna all'indice|inizio|naar boven|do góry|powrót do góry|başa dön|yukarı|về đầu trang
kembali ke atas
"""
_ARROWS = frozenset("⬆🔝↑🔼⇧▲△⤴☝👆")
_BACK = frozenset(title.strip() for title in re.split(r"[|\n]", _WAYS_BACK) if title.strip())


def is_way_back(text: str) -> bool:
    """Return whether a text only leads back to the top or to the contents."""
    bare = _bare(text)
    return bare in _BACK or (not bare and len(text) < _LONGEST_TITLE and not _ARROWS.isdisjoint(text))


def _bare(text: str) -> str:
    """Return a short text in lower case, without other characters than letters at its ends."""
    if len(text) > _LONGEST_TITLE:
        return text
    words = _SHORTCODE.sub("", text).lower().replace("’", "'")
    letters = [
        number for number, letter in enumerate(words) if letter.isalpha() or unicodedata.combining(letter)
    ]
    return words[letters[0] : letters[-1] + 1] if letters else ""


_SEPARATOR = re.compile(
    r"(?:\s|&nbsp;)*(?:(?:[-–—:|：→⇒•·=~/]|=>|->|&mdash;|&ndash;)+\s*(?:(?<=\s)[-–—]+\s+)?(?=\s|(?<=[—：]))|[.。,，、；;]+\s+"
    r"|[。，、；・〜～／…]+|[/+]\s*(?=\[))\s*"
)
_DASH = re.compile(r"\s+[-–—](?=[^\W\d_])")
_TAGS = re.compile(r"`[^`]+`")
_COMMENT = re.compile(r"<!--[^<>]*-->")
_TAG = re.compile(r"<[^<>]*>")
_IMAGE = re.compile(r"!\[[^\[\]]*\](?:\([^()]*\)|\[[^\[\]]*\])?")
# Attributes that kramdown and Pandoc read behind a link; GitHub shows them.
_ATTRIBUTES = re.compile(r"\{(?:[:.# ]|[a-z]{1,20}=)[^{}<>]{0,200}\}")
_FORMAT = re.compile(
    r"<(/?)(b|i|u|em|strong|span|font|sub|sup|small|kbd|del|s|mark|center)\b[^<>]*>", re.IGNORECASE
)
_LEADING_BREAKS = re.compile(r"\A(?:\s|<br\s*/?>)+", re.IGNORECASE)
_EMOJI = re.compile(r"((?::[a-z0-9_+-]+:|[^\w\s:\[(`\"'*_<~\\&#.@$-])+)\s+(?=\w)")
_SHORTCODE = re.compile(r":[a-z0-9_+-]{1,50}:")
_WORDLESS = re.compile(r":[a-z0-9_+-]{1,50}:|\[\^[^\]\s]{1,100}\]")  # an emoji, or a footnote's number
_MARKS = re.compile(
    r"\s*(?:[^\w\s(\[`<\\.,:;|*/&\"'#@$=~+–—·•：→⇒。，、；・〜～／…《》「」!-]+|!(?!\[)|:[a-z0-9_+-]+:|\[\^[^\]\s]{1,100}\]|\s)+"
)
_PREFIX = re.compile(
    r"\[[^\]]*\]\s*[:：]?|\([^)]*\)\s*:?|（[^）]*）|【[^】]*】|`[^`]*`|\d{1,3}\\?[.)]"
    r"|\d{4}(?:[-./]\d{1,2}){0,2}\s*[:：,]?"
)
_NUMBER = re.compile(r"\A\W{0,4}\d{1,3}\\?[.)](?=\s|\Z)")
# The round ones hold a year: `(ICML'24) Title`.
_LEADING_PREFIX = re.compile(
    r"(?:\[[^\[\]]*\]|【[^【】]*】|\((?=[^()]{0,40}(?:\d{4}|['’]\d\d))[^()]{1,60}\))\s+(?=\S)(?![-–—:|•·]+\s)"
)
_CLOSERS = {"]": "[", ")": "(", "）": "（", "】": "【"}
_OPENERS = {opener: closer for closer, opener in _CLOSERS.items()}
# Brackets around a link that close after it.
_AROUND = {
    "「": "」",
    "《": "》",
    "“": "”",
    "『": "』",
    "〈": "〉",
    "【": "】",
    "（": "）",
    "(": ")",
    "[": "]",
    '"': '"',
    "'": "'",
    "„": "“",
    "‘": "’",
    "«": "»",
}
_EDGE = " \t\n,，、|/／·・•;:：–—"
_NAME_END = re.compile(r"(?:\s*[:：,，;]|\s+[-–—|·•])+\Z")


def name_of(link: Span) -> str:
    """Return the name that a link's text is: all of it, but for a separator at its end."""
    text = one_line(link.text)
    return _NAME_END.sub("", text[-40:]).join((text[:-40], "")) or text


def clean(text: str) -> str:
    """Return a name without separators and brackets that are not closed at its ends."""
    text = one_line(text)
    before = None
    while text and text != before:
        before = text
        text = text.strip(_EDGE).removeprefix("- ").removesuffix(" -")
        if text[-1:] in _OPENERS or (text[-1:] in _CLOSERS and _is_unbalanced(text, text[-1])):
            text = text[:-1]
        elif text[:1] in _CLOSERS or (
            text[:1] in _OPENERS and text.count(text[0]) > text.count(_OPENERS[text[0]])
        ):
            text = text[1:]
    return text


def _is_unbalanced(text: str, closer: str) -> bool:
    return text.count(closer) > text.count(_CLOSERS[closer])


def split_prefix(text: str) -> tuple[str, str]:
    """Return emoji, a number or a venue in brackets at the beginning of a text, and the rest."""
    match = _EMOJI.match(text) or _LEADING_PREFIX.match(text)
    if match is None or not clean(text[match.end() :]):
        return "", text
    return text[: match.end()].strip(), text[match.end() :]


def split_marks(text: str) -> tuple[str, str]:
    """Return emoji and the like at the beginning of a text, and the rest."""
    match = _MARKS.match(text)
    return (match[0].strip(), text[match.end() :]) if match and is_marks(match[0]) else ("", text)


def split_tags(text: str) -> tuple[str, str]:
    """Return a text without the code spans at its end, and those."""
    rest = _COMMENT.sub("", text).rstrip()
    end, first = len(rest), len(rest)
    # Each code span is found from behind, so that a text is read once however many it has.
    while rest.endswith("`", 0, end) and (
        found := _TAGS.match(rest, max(0, rest.rfind("`", 0, end - 1)), end)
    ):
        first = end = found.start()
        while end and rest[end - 1].isspace():
            end -= 1
    return rest[:end], one_line(rest[first:])


def without_opening(text: str, before: str) -> str:
    """Return what follows a link without the bracket that closes one opened right before the link."""
    closer = _AROUND.get(before.rstrip()[-1:], "")
    bare = text.lstrip()
    return bare.removeprefix(closer) if closer and bare.startswith(closer) else text


def description(rest: str) -> str:
    """Return a text without the separator before it, on one line."""
    text = without_comments(rest)
    if "{" in text[:4]:
        text = _ATTRIBUTES.sub("", text, 1)
    text = (
        _LEADING_BREAKS.sub(" ", _balanced(text), 1)
        if text[:1].isspace() or text[:1] == "<"
        else _balanced(text)
    )
    if dash := _DASH.match(text):
        return one_line(text[dash.end() :])
    text = one_line(text)
    match = _SEPARATOR.match(text + " ")
    return text[min(match.end(), len(text)) :].strip() if match else text


def without_comments(text: str) -> str:
    """Return Markdown without comments."""
    return _COMMENT.sub("", text) if "<!--" in text else text


def without_images(text: str) -> str:
    """Return Markdown without its images."""
    return _IMAGE.sub("", text) if "![" in text else text


def _balanced(text: str) -> str:
    """Return a text without formatting tags that begin or end outside it."""
    if "<" not in text:
        return text
    dropped: list[re.Match[str]] = []
    opened: list[re.Match[str]] = []
    for tag in _FORMAT.finditer(text):
        if not tag[1]:
            opened.append(tag)
        elif opened and opened[-1][2].lower() == tag[2].lower():
            opened.pop()
        else:
            dropped.append(tag)
    parts: list[str] = []
    at = 0
    for tag in sorted([*dropped, *opened], key=lambda tag: tag.start()):
        parts.append(text[at : tag.start()])
        at = tag.end()
    return "".join([*parts, text[at:]])


def is_marks(text: str) -> bool:
    """Return whether a text is emoji, stars and the like, and no words."""
    bare = _WORDLESS.sub("", text).strip(BRACKETS)
    return not any(character.isalnum() for character in bare) and bool(text.strip(BRACKETS))


def is_prefix(before: str) -> bool:
    """Return whether the text before a link is not a name: emoji, a number, a venue in brackets, a date."""
    bare = _IMAGE.sub("", _TAG.sub("", before)).strip().strip("*_~").strip()
    return (
        not bare.strip(BRACKETS + "《》「」『』〈〉“”„‘’«»\"'#")
        or is_marks(bare)
        or _PREFIX.fullmatch(bare.rstrip(" \t-–—:：")) is not None
    )


def plain_prefix(before: str) -> str:
    """Return the text before the main link without emphasis, tags, images and opening brackets."""
    bare = _NUMBER.sub("", one_line(_IMAGE.sub("", _TAG.sub("", before))))
    bare = bare.rstrip("*_~[( 「《『〈“„‘«\"'").strip()
    for mark in ("**", "__", "~~"):
        if bare.count(mark) % 2:  # it ends at the link
            bare = bare.replace(mark, "", 1)
    return bare


def after_strong(source: str) -> str:
    """Return what follows the first text in bold."""
    for mark in ("**", "__"):
        _, found, rest = source.partition(mark)
        if found and (closed := rest.partition(mark))[1]:
            return closed[2].removeprefix(mark[0]) if rest[:1] == mark[0] else closed[2]
    return source


def plain(spans: Sequence[Span]) -> str:
    """Return the visible text of spans, without images."""
    return one_line("".join(span.text for span in spans if span.kind != "link" or span.has_words))


def source(spans: Sequence[Span]) -> str:
    """Return the Markdown of spans, its line breaks as blanks."""
    return "".join(" " if span.kind == "break" else span.source for span in spans)


def without_way_back(spans: Sequence[Span]) -> Sequence[Span]:
    """Return the spans without a link back to the top at their end."""
    last = next((n for n in range(len(spans) - 1, -1, -1) if spans[n].kind == "link"), None)
    if last is None or not spans[last].url.startswith("#") or plain(spans[last + 1 :]):
        return spans
    return spans[:last] if is_way_back(spans[last].text) else spans


def without_layout(span: Span) -> Span:
    """Return a span without line breaks and comments, which may stand between an entry's links."""
    if span.kind == "break":
        return Span("text", " ", " ")
    if span.kind == "text" and "<!--" in span.source:
        return Span("text", span.text, without_comments(span.source))
    return span
