"""Statuses that the settings accept: sites that answer robots so, though their pages are there."""

from collections.abc import Iterable

from lmsys_enrich.model.finding import Observation, Verdict
from lmsys_enrich.settings.settings import Settings
from lmsys_enrich.settings.tables import HostSetting, is_for
from lmsys_enrich.urls import InvalidAddress
from lmsys_enrich.values import replace

_FIRST_ERROR = 400  # below it a status says nothing against the page, and redirects are followed
_BAD = frozenset({Verdict.DEAD, Verdict.FAILING, Verdict.GUARDED})


def accepted(observation: Observation, settings: Settings) -> Observation:
    """Return an observation as alive if its status is accepted for all hosts, or for the one that sent it."""
    status = observation.http_status
    if status is None or status < _FIRST_ERROR or observation.verdict not in _BAD:
        return observation
    if status not in settings.accept and status not in _of_host(observation, settings.hosts):
        return observation
    return replace(
        observation, verdict=Verdict.ALIVE, reason=f"{observation.reason}; the settings accept {status}"
    )


def _of_host(observation: Observation, hosts: Iterable[HostSetting]) -> frozenset[int]:
    found = frozenset[int]()
    for setting in hosts:
        try:
            if is_for(setting, observation.final_url or observation.url):
                found |= setting.accept
        except InvalidAddress:
            continue
    return found
