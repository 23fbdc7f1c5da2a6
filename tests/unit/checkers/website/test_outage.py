"""Outage of our own network, as opposed to links that fail."""

import pytest

from lmsys_enrich.checkers.protocol import CheckError
from lmsys_enrich.checkers.website.outage import CANARIES, Evidence, Outage, evidence, is_alive
from lmsys_enrich.checkers.website.redirect_chain import End, RedirectChain, RedirectError
from lmsys_enrich.http.messages import ErrorKind, FetchError, Outcome, Response
from lmsys_enrich.model.finding import Hop, Observation, Verdict

_OURS = sorted(set(ErrorKind) - {ErrorKind.PRIVATE, ErrorKind.ADDRESS, ErrorKind.NOT_SENT, ErrorKind.BUG})


def _answer(number: int) -> Observation:
    return Observation(f"https://host{number}.org/", Verdict.FAILING, "no response in time")


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (Response(200, {}), Evidence.SOUND),
        (Response(404, {}), Evidence.SOUND),
        (Response(500, {}), Evidence.SOUND),
        (Response(502, {}), Evidence.SUSPECT),
        (Response(407, {}), Evidence.SUSPECT),
        (Response(511, {}), Evidence.SUSPECT),
        (FetchError(ErrorKind.PRIVATE, ""), Evidence.NONE),
        (FetchError(ErrorKind.ADDRESS, ""), Evidence.NONE),
        (RedirectError.LOOP, Evidence.NONE),
    ],
)
def test_outcome_is_evidence_about_our_network(end: End, expected: Evidence) -> None:
    assert evidence(RedirectChain("https://a.org/", (), "https://a.org/", end)) is expected


@pytest.mark.parametrize("kind", _OURS)
def test_trouble_that_our_network_can_cause_is_suspect(kind: ErrorKind) -> None:
    assert (
        evidence(RedirectChain("https://a.org/", (), "https://a.org/", FetchError(kind, "")))
        is Evidence.SUSPECT
    )


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "[::1]", "localhost:1", "app.localhost"])
def test_trouble_on_this_machine_says_nothing_of_the_network(host: str) -> None:
    url = f"http://{host}/"
    assert evidence(RedirectChain(url, (), url, FetchError(ErrorKind.REFUSED, ""))) is Evidence.NONE


@pytest.mark.parametrize(
    ("way", "end", "expected"),
    [
        (["http://a.org/x", "https://a.org/x"], Response(200, {}), Evidence.SOUND),
        (["https://doi.org/x", "https://acm.org/y"], FetchError(ErrorKind.TIMEOUT, ""), Evidence.SOUND),
        (["http://a.org/x", "http://portal.net/login"], Response(200, {}), Evidence.SUSPECT),
        (
            ["http://a.org/x", "http://portal.net/", "http://portal.net/login"],
            Response(200, {}),
            Evidence.SUSPECT,
        ),
        (["http://a.org/x", "http://[bad"], Response(200, {}), Evidence.SUSPECT),
    ],
)
def test_being_led_to_another_site_without_encryption_is_suspect(
    way: list[str], end: End, expected: Evidence
) -> None:
    hops = tuple(Hop(url, 302) for url in way[:-1])
    assert evidence(RedirectChain(way[0], hops, way[-1], end)) is expected


def _consider(outage: Outage, number: int, seen: Evidence) -> list[Observation | CheckError]:
    return outage.consider(_answer(number), f"host{number}.org", seen)


def test_suspect_results_wait_for_a_genuine_response() -> None:
    outage = Outage()
    assert _consider(outage, 1, Evidence.SUSPECT) == []
    assert _consider(outage, 2, Evidence.NONE) == [_answer(2)]
    assert _consider(outage, 3, Evidence.SOUND) == [_answer(1), _answer(3)]
    assert outage.clear() == []


def test_ten_failing_hosts_in_a_row_raise_suspicion() -> None:
    outage = Outage()
    _consider(outage, 0, Evidence.SOUND)
    for number in range(9):
        _consider(outage, number, Evidence.SUSPECT)
        _consider(outage, number, Evidence.SUSPECT)
    assert not outage.is_suspected(at_the_end=False)
    _consider(outage, 9, Evidence.SUSPECT)
    assert outage.is_suspected(at_the_end=False)


@pytest.mark.parametrize(
    ("sound", "failing", "suspected"),
    [(1, 0, False), (1, 4, False), (1, 5, True), (0, 1, True), (0, 0, False)],
)
def test_few_failures_need_a_genuine_response_to_be_believed(
    sound: int, failing: int, suspected: bool
) -> None:
    outage = Outage()
    for number in range(sound):
        _consider(outage, number, Evidence.SOUND)
    for number in range(failing):
        _consider(outage, number, Evidence.SUSPECT)
    assert outage.is_suspected(at_the_end=True) is suspected


@pytest.mark.parametrize(
    ("outcome", "alive"),
    [
        (Response(200, {}), True),
        (Response(403, {}), True),
        (Response(301, {"location": "https://iana.org/home"}), True),
        (Response(302, {"location": "/here"}), True),
        (Response(302, {"location": "https://portal.net/login"}), False),
        (Response(302, {"location": "https://[bad"}), False),
        (Response(502, {}), False),
        (Response(407, {}), False),
        (FetchError(ErrorKind.TIMEOUT, ""), False),
    ],
)
def test_canary_is_alive_if_it_responds_itself(outcome: Outcome, alive: bool) -> None:
    assert is_alive("https://www.iana.org/", outcome) is alive


@pytest.mark.parametrize(
    ("outcomes", "what", "hint"),
    [
        ([FetchError(ErrorKind.NAME_UNKNOWN, "")] * 3, "No host name can be looked up", "DNS"),
        ([FetchError(ErrorKind.NAME_UNANSWERED, "")] * 3, "No host name can be looked up", "DNS"),
        (
            [FetchError(ErrorKind.PROXY, ""), Response(502, {})],
            "The proxy refuses every request",
            "HTTPS_PROXY",
        ),
        ([FetchError(ErrorKind.TLS, "")] * 3, "The same server answers for every website", "portal"),
        ([Response(302, {"location": "https://p.net/"})], "The same server answers", "portal"),
        ([FetchError(ErrorKind.UNREACHABLE, "")] * 3, "The network cannot be reached", "connection"),
        ([], "The network cannot be reached", "connection"),
    ],
)
def test_obstacle_names_its_cause_and_a_remedy(outcomes: list[Outcome], what: str, hint: str) -> None:
    obstacle = Outage().obstacle(CANARIES if outcomes else (), outcomes)
    assert obstacle.what.startswith(what)
    assert hint in obstacle.hint
