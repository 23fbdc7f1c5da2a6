# ruff: noqa: RUF001 - words of lists in all scripts
"""Words by which lists call their parts: roles of links, and titles of sections that hold no entries."""

import re
import unicodedata

BRACKETS = " \t\n()[]{}<>（）【】「」,，、|/·•&;:：-–—_*"
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
_NUMBERED = re.compile(r"(?:part )?\d+|v\d+")
_ROLE_EDGE = BRACKETS + ".!?📄💻🌐🔗📖🤗📝🎥🏠"


def is_role(text: str) -> bool:
    """Return whether a link's text says what kind of link it is, and names nothing."""
    bare = text.strip(_ROLE_EDGE).lower()
    return bare in _ROLE_WORDS or _NUMBERED.fullmatch(bare) is not None


def is_bracketed(text: str) -> bool:
    """Return whether a text stands in brackets as a whole."""
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
_SHORTCODE = re.compile(r":[a-z0-9_+-]{1,50}:")


def is_housekeeping(title: str) -> bool:
    """Return whether a section of this title, as a whole, is about the list and not of it."""
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
    """Return a short text in small letters, without what is no letter at its ends."""
    if len(text) > _LONGEST_TITLE:
        return text
    shown = _SHORTCODE.sub("", text).lower().replace("’", "'")
    letters = [
        number for number, letter in enumerate(shown) if letter.isalpha() or unicodedata.combining(letter)
    ]
    return shown[letters[0] : letters[-1] + 1] if letters else ""
