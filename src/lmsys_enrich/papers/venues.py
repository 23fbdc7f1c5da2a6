"""Venues of papers: the acronym that a field knows a conference or journal by, from its many names."""

import re

# A phrase of the full name, in words of lower case, and the acronym. The first that fits is taken; None
# stands for venues whose names begin like another one's.
_PHRASES = (
    ("operating systems design and implementation", "OSDI"),
    ("architectural support for programming languages", "ASPLOS"),
    ("operating systems principles", "SOSP"),
    ("networked systems design and implementation", "NSDI"),
    ("usenix annual technical conference", "ATC"),
    ("file and storage technologies", "FAST"),
    ("european conference on computer systems", "EuroSys"),
    ("principles and practice of parallel programming", "PPoPP"),
    ("high performance computing networking storage and analysis", "SC"),
    ("parallel and distributed processing symposium", "IPDPS"),
    ("high performance computer architecture", "HPCA"),
    ("symposium on microarchitecture", "MICRO"),
    ("symposium on computer architecture", "ISCA"),
    ("data communication", "SIGCOMM"),
    ("management of data", "SIGMOD"),
    ("symposium on cloud computing", "SoCC"),
    ("code generation and optimization", "CGO"),
    ("programming language design and implementation", "PLDI"),
    ("machine learning and systems", "MLSys"),
    ("neural information processing systems", "NeurIPS"),
    ("learning representations", "ICLR"),
    ("international conference on machine learning and", None),  # applications, cybernetics, computing, …
    ("international conference on machine learning", "ICML"),
    ("empirical methods in natural language processing", "EMNLP"),
    ("annual meeting of the association for computational linguistics", "ACL"),
    ("north american chapter of the association for computational linguistics", "NAACL"),
    ("very large data bases", "VLDB"),
    ("vldb endowment", "VLDB"),
    ("vldb endow", "VLDB"),
    ("aaai conference on artificial intelligence", "AAAI"),
    ("computer vision and pattern recognition", "CVPR"),
    ("language modeling", "COLM"),
    ("parallel and distributed systems", "TPDS"),
    ("journal of machine learning research", "JMLR"),
    ("transactions on machine learning research", "TMLR"),
)
_ACRONYMS = {acronym.lower(): acronym for _, acronym in _PHRASES if acronym} | {
    "nips": "NeurIPS",
    "pvldb": "VLDB",
    "usenix atc": "ATC",
    "sysml": "MLSys",
    "supercomputing": "SC",
    "corr": "arXiv",
}
_YEAR = re.compile(r"['\u2019]?(?<![0-9])(?:19|20)?[0-9]{2}\b")
# Words that organizers and lists put around a venue: `ACM SIGCOMM`, `NeurIPS (Oral)`, `In Proc. of OSDI`.
_AROUND = frozenset(
    {
        *("accepted", "acm", "at", "award", "best", "by", "conference", "ieee", "in", "main", "notable"),
        *("of", "oral", "outstanding", "paper", "poster", "proc", "proceedings", "spotlight", "the", "to"),
        *("top", "track", "usenix"),
    }
)
_BESIDE = frozenset({"companion", "findings", "workshop", "workshops"})  # which are venues of their own
_MAGAZINES = frozenset({"ieee micro"})
_ACRONYM = re.compile(r"[A-Z][A-Za-z]{1,8}[A-Z][A-Za-z]{0,4}|[A-Z]{2,10}")
_MAX_LENGTH = 300
ARXIV = "arXiv"
"""The venue of what has been published nowhere else."""


def known_venue(name: str) -> str | None:
    """Return the acronym of a venue that is known, from any of its names: `OSDI` from `OSDI '22`."""
    text = re.sub(r"[^a-z0-9]+", " ", _YEAR.sub(" ", name[:_MAX_LENGTH]).lower()).strip()
    words = text.split()
    if text.startswith("arxiv"):
        return ARXIV
    if text in _MAGAZINES or not _BESIDE.isdisjoint(words):
        return None
    for own in (text, " ".join(word for word in words if word not in _AROUND)):
        if own in _ACRONYMS:
            return _ACRONYMS[own]
    return next((acronym for phrase, acronym in _PHRASES if phrase in text), None)


def short_venue(name: str | None, others: tuple[str, ...] = ()) -> str | None:
    """Return the acronym of a venue if there is one, else its name; None for arXiv, which is not a venue."""
    if not name:
        return None
    known = known_venue(name)
    if known is not None:
        return known if known != ARXIV else None
    acronyms = sorted(
        (other for other in others if _ACRONYM.fullmatch(other)), key=lambda text: (len(text), text)
    )
    return acronyms[0] if acronyms else name[:_MAX_LENGTH]
