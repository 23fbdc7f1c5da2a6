# ruff: noqa: RUF001 - titles in many scripts
"""Titles of sections that hold no entries: contents, contributing, licence; by the whole title only."""

import re

_WORDS = """
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
_TITLES = frozenset(title.strip() for title in re.split(r"[|\n]", _WORDS) if title.strip())
_EDGES = re.compile(r"^[\W\d_]+|[\W_]+$")
_SHORTCODE = re.compile(r":[a-z0-9_+-]{1,50}:")


def is_housekeeping(title: str) -> bool:
    """Whether a section of this title, as a whole, is about the list and not of it."""
    return _EDGES.sub("", _SHORTCODE.sub("", title)).lower().replace("’", "'") in _TITLES
