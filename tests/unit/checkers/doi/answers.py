"""Answers in the forms of Crossref, DataCite and doi.org."""

from lmsys_enrich.model.json_fields import Json


def work(doi: str = "10.1145/3600006.3613165", more: dict[str, Json] | None = None) -> dict[str, Json]:
    """A work as https://api.crossref.org/works has it."""
    return {
        "DOI": doi,
        "title": ["Efficient Memory Management"],
        "author": [{"given": "Ada", "family": "Lovelace", "sequence": "first"}, {"name": "A group"}],
        "issued": {"date-parts": [[2023, 10, 23]]},
        "container-title": ["Proceedings of the 29th Symposium on Operating Systems Principles"],
        "event": {"name": "SOSP '23: 29th Symposium on Operating Systems Principles", "acronym": "SOSP '23"},
        "type": "proceedings-article",
        "is-referenced-by-count": 812,
        **(more or {}),
    }


def works(*items: Json) -> dict[str, Json]:
    message: dict[str, Json] = {"total-results": len(items), "items": list(items)}
    return {"status": "ok", "message-type": "work-list", "message": message}


def datacite(doi: str = "10.5281/zenodo.1234", **more: Json) -> dict[str, Json]:
    """A DOI as https://api.datacite.org/dois has it."""
    return {
        "id": doi,
        "type": "dois",
        "attributes": {
            "doi": doi,
            "titles": [{"title": "A data set"}],
            "creators": [{"name": "Lovelace, Ada", "givenName": "Ada", "familyName": "Lovelace"}],
            "publicationYear": 2021,
            "publisher": "Zenodo",
            "state": "findable",
            "url": "https://zenodo.org/record/1234",
            **more,
        },
    }


def handle(doi: str, code: int = 1) -> dict[str, Json]:
    """The answer of https://doi.org/api/handles."""
    values: list[Json] = [
        {"index": 1, "type": "URL", "data": {"format": "string", "value": "https://example.org"}}
    ]
    return {"responseCode": code, "handle": doi, **({"values": values} if code == 1 else {})}
