"""Documents for readers: the Markdown text of a list, and the choice of facts in it."""

from enum import StrEnum

from lmsys_enrich.values import Value


class InsertionPoint(Value):
    """
    Line of a document, counted from 1, where facts fit in.

    `kind` is that of its content: a `bullet` or a `row` of the entry with
    the id, or a table's `header` or `rule`.
    """

    line: int
    kind: str
    entry: str = ""


class Document(Value):
    """Markdown text of a list, and the lines where facts fit in."""

    text: str
    insertion_points: tuple[InsertionPoint, ...]


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
