"""View of a list that documents show: which facts, in which order, and how exact."""

from enum import StrEnum

from lmsys_enrich.values import Value


class Fact(StrEnum):
    """Facts that documents can show, by the names that `--facts` takes."""

    STARS = "stars"
    LICENSE = "license"
    LAST_COMMIT = "last_commit"
    STATUS = "status"
    VENUE = "venue"
    CITATIONS = "citations"
    LIKES = "likes"
    DOWNLOADS = "downloads"
    FORKS = "forks"
    LANGUAGE = "language"
    RELEASE = "release"
    DESCRIPTION = "description"
    NONE = "none"


class Order(StrEnum):
    """Order of the entries in a section."""

    LIST = "list"
    STARS = "stars"
    LAST_COMMIT = "last_commit"


class DocumentView(Value):
    """
    View of a list in documents for readers.

    `rounded` numbers change seldom (3.1k stars). `order` holds where the program
    makes the document; a document that people wrote keeps its own.
    """

    facts: tuple[Fact, ...] = (Fact.STARS, Fact.LICENSE, Fact.LAST_COMMIT, Fact.STATUS)
    order: Order = Order.LIST
    rounded: bool = False
    entry_badges: bool = False
