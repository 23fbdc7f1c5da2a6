"""Messages: data that they preserve, and data that is never sent."""

from dataclasses import replace
from datetime import timedelta

from lmsys_enrich.cluster.wire import (
    Call,
    CrawlSettings,
    Reply,
    decode_call,
    decode_reply,
    encode_call,
    encode_reply,
)
from lmsys_enrich.model.finding import Hop, LinkTask, Observation, Suggestion, Validators, Verdict
from lmsys_enrich.settings.settings import Settings
from lmsys_enrich.settings.tables import HostSetting
from tests.builders import finding, repository

URL = "https://a.example/"
CALL = Call("run", "1.0", 1_795_485_600, CrawlSettings.of(Settings()))


def test_settings_of_the_crawl_survive() -> None:
    settings = Settings(
        concurrency=7,
        per_host=3,
        timeout=2.5,
        retries=1,
        patience=timedelta(seconds=9),
        allow_private=True,
        hosts=(HostSetting("a.example", {"accept": "*/*"}, frozenset({999}), 2),),
    )
    assert CrawlSettings.of(settings).settings() == settings


def test_deadline_is_the_coordinators_alone() -> None:
    assert (
        CrawlSettings.of(replace(Settings(), deadline=timedelta(minutes=1))).settings().deadline
        == timedelta.max
    )


def test_task_keeps_what_a_request_depends_on_and_no_more() -> None:
    previous = finding(
        URL,
        Verdict.UNCHECKED,
        last_verdict=Verdict.ALIVE,
        validators=Validators('"1"'),
        repository=repository(),
    )
    message = encode_call(Call("run", "1.0", 0, CALL.settings, tasks=[LinkTask(URL, previous)]))
    assert b"alpa-projects" not in message
    sent = decode_call(message).tasks[0].previous
    assert sent is not None
    assert (sent.effective_verdict, sent.validators) == (Verdict.ALIVE, previous.validators)


def test_observation_survives_whole() -> None:
    observation = Observation(
        URL,
        Verdict.MOVED,
        "moved permanently naïve",
        http_status=301,
        final_url="https://b.example/",
        hops=(Hop(URL, 301),),
        suggestion=Suggestion("https://b.example/", "permanent redirect"),
        can_become_dead=False,
        validators=Validators('"1"', "Mon, 23 Nov 2026 02:00:00 GMT"),
    )
    assert decode_reply(encode_reply(Reply(observations=[observation]))).observations == [observation]
