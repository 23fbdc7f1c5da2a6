"""Changes of papers that a maintainer acts on: withdrawn, retracted, published elsewhere since."""

from collections.abc import Iterator

from lmsys_enrich.model.catalog import Entry
from lmsys_enrich.model.paper import Paper
from lmsys_enrich.papers.venues import ARXIV, known_venue


def reasons_to_act(entry: Entry, paper: Paper) -> Iterator[str]:
    """Yield why a maintainer should look at an entry with this paper, in a few words each."""
    if paper.withdrawn:
        yield "withdrawn"
    if paper.retracted:
        yield "retracted"
    publication = published_since(entry, paper)
    if publication is not None:
        yield f"published since: {publication}"


def published_since(entry: Entry, paper: Paper) -> str | None:
    """Return where a paper was published that the list calls a preprint; None where it need not change."""
    listed = entry.cells.get("publisher")
    if not isinstance(listed, str) or known_venue(listed) != ARXIV or "arxiv" not in paper.ids:
        return None
    place = " ".join(filter(None, (paper.venue, str(paper.year) if paper.venue and paper.year else None)))
    link = f"https://doi.org/{paper.published_as}" if paper.published_as else ""
    return ", ".join(filter(None, (place, link))) or None
