# ruff: noqa: RUF001 - dashes and brackets as lists in all scripts have them
"""Words by which lists call the links of an entry: Paper, Code, 论文; none of them is a name."""

import re

BRACKETS = " \t\n()[]{}<>（）【】「」,，、|/·•&;:：-–—_*"
_SINGLE = """
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
_WORDS = frozenset(_SINGLE.split()) | {
    *("project page", "code and data", "paper link", "source code", "hugging face", "web page", "web site"),
}
_NUMBERED = re.compile(r"(?:part )?\d+|v\d+")
_EDGE = BRACKETS + ".!?📄💻🌐🔗📖🤗📝🎥🏠"


def is_role(text: str) -> bool:
    """Whether a link's text says what kind of link it is, and names nothing."""
    bare = text.strip(_EDGE).lower()
    return bare in _WORDS or _NUMBERED.fullmatch(bare) is not None


def is_bracketed(text: str) -> bool:
    """Whether a text stands in brackets as a whole."""
    bare = text.strip()
    return bare.startswith("[") and bare.endswith("]")
