"""Simulated OpenReview: its API 2, which refuses requests without a login."""

import json
from datetime import UTC, datetime

from lmsys_enrich.simulation.paper_service import json_response
from lmsys_enrich.simulation.papers import Library, SimulatedPaper
from lmsys_enrich.simulation.server import Received, Sent

LOGIN = ("reader@example.org", "simulated")
"""The only valid name and password."""

_TOKEN = "simulated-openreview-token"  # noqa: S105 - no service accepts it


def respond_as_openreview(library: Library, received: Received) -> Sent:
    """Answer `POST /login` and `POST /notes/search`."""
    try:
        content = json.loads(received.body)
    except ValueError:
        return json_response({"name": "Error", "message": "invalid body", "status": 400}, 400)
    if received.path == "/login":
        if (content.get("id"), content.get("password")) != LOGIN:
            return json_response(
                {"name": "Error", "message": "Invalid username or password", "status": 400}, 400
            )
        return json_response({"token": _TOKEN, "user": {"id": content["id"]}})
    if received.headers.get("authorization") != f"Bearer {_TOKEN}":
        error = {"name": "ChallengeRequiredError", "message": "Challenge required", "status": 403}
        return json_response(error, 403)
    forums = {paper.openreview: paper for paper in library.papers if paper.openreview}
    notes = [_note(forums[one]) for one in content.get("ids", ()) if one in forums]
    return json_response({"notes": notes, "count": len(notes)})


def _note(paper: SimulatedPaper) -> dict[str, object]:
    published = datetime(paper.venue_year or paper.year, 5, 1, tzinfo=UTC)
    return {
        "id": paper.openreview,
        "forum": paper.openreview,
        "pdate": int(published.timestamp()) * 1000,
        "content": {
            "title": {"value": paper.title},
            "authors": {"value": list(paper.authors)},
            "venue": {"value": f"{paper.venue} {published.year} poster" if paper.venue else "Submitted"},
            "venueid": {
                "value": f"{paper.venue}/{'Withdrawn_Submission' if paper.withdrawn else 'Conference'}"
            },
        },
    }
