"""Fixes: edits of a list for links that have moved permanently."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import PurePosixPath

from lmsys_enrich.credentials import carries_credentials
from lmsys_enrich.http.hosts import same_site
from lmsys_enrich.lists.patch import Edit, unified_diff, verified_edits
from lmsys_enrich.lists.read import parse_list
from lmsys_enrich.model.catalog import Catalog, Link
from lmsys_enrich.model.finding import Finding, SuggestionKind, Verdict
from lmsys_enrich.model.report import Report
from lmsys_enrich.urls import InvalidAddress, fragment_of, host_of


def edits_of(
    report: Report, catalog: Catalog, *, across: bool = False, seen: int = 1, archived: bool = False
) -> Iterator[Edit]:
    """
    Yield the edits of a list that its permanent moves call for.

    `across` allows moves to another site; a redirect must be seen on `seen` days.
    `archived` also replaces dead links by archived copies. These are not moves:
    they show a page as it was on one day.
    """
    for link in (*catalog.links(), *catalog.repeats):
        finding = report.finding(link)
        url = _better(link, finding, across=across, seen=seen)
        if url is None and archived:
            url = _archived_copy(finding)
        if url is not None and _is_web_address(url):
            yield Edit(link, url)


def _is_web_address(url: str) -> bool:
    """Return true for what can be written as a link; enriched.json is untrusted, and may suggest anything."""
    try:
        return bool(host_of(url))
    except InvalidAddress:
        return False


def _archived_copy(finding: Finding) -> str | None:
    copy = finding.proposal
    return copy.url if copy is not None and copy.kind is SuggestionKind.ARCHIVED else None


def _better(link: Link, finding: Finding, *, across: bool, seen: int) -> str | None:
    """Return the new address, if the move is certain enough."""
    suggestion = finding.suggestion
    if finding.effective_verdict is not Verdict.MOVED or suggestion is None:
        return None
    is_rename = finding.repository is not None and finding.repository.renamed_from is not None
    if not is_rename and finding.moves < seen:
        return None
    try:
        if not across and not same_site(host_of(link.url), host_of(suggestion.url)):
            return None
        if carries_credentials(suggestion.url):
            return None
    except InvalidAddress:
        return None
    fragment = fragment_of(link.url)
    has_own = bool(fragment_of(suggestion.url))
    return suggestion.url if has_own or not fragment else f"{suggestion.url}#{fragment}"


def fixed(catalog: Catalog, text: str, edits: Sequence[Edit]) -> tuple[str, list[Edit]]:
    """Return the text of a list with those edits that change nothing else in it, and the others."""
    # Read already; a Markdown list perhaps without its images, or with its entries alone.
    is_whole = catalog.document is None and sha256(text.encode("utf-8")).hexdigest() == catalog.digest

    def parse(content: str) -> Catalog:
        if content is text and is_whole:
            return catalog
        return parse_list(content.encode("utf-8"), catalog.source)

    return verified_edits(text, edits, parse)


def patch_of(report: Report) -> str:
    """Return a patch with all edits of the lists that can be read, for `git apply` in the repository."""
    return "".join(_patch(report, catalog) for catalog in report.catalogs)


def _patch(report: Report, catalog: Catalog) -> str:
    edits = list(edits_of(report, catalog))
    if not edits:
        return ""
    try:
        before = catalog.source.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
    after, _ = fixed(catalog, before, edits)
    path = PurePosixPath(report.workspace.path(catalog.source))
    return unified_diff(str(path).lstrip("/"), before, after) if after != before else ""
