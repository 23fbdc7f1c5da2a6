"""In which order questions go out, so that a slow host holds up nobody but itself."""

import heapq
from collections import deque
from collections.abc import Iterable

from lmsys_enrich.model.finding import Question
from lmsys_enrich.urls import InvalidAddress, host_of


def host_or_text(url: str) -> str:
    """Return the host that a link asks, or the link itself where it names none."""
    try:
        return host_of(url)
    except InvalidAddress:
        return url


class Turns:
    """
    Hands out questions: the host with the fewest under way is next, then the most urgent.

    Within a host the order is the one given. A host whose questions pile up
    unanswered gets at most an equal share of all places, the others the rest.
    """

    def __init__(self, questions: Iterable[Question]) -> None:
        self._waiting: dict[str, deque[tuple[int, Question]]] = {}
        for number, question in enumerate(questions):
            self._waiting.setdefault(host_or_text(question.url), deque()).append((number, question))
        self._under_way = dict.fromkeys(self._waiting, 0)
        self._queue: list[tuple[int, int, str]] = []
        for host in self._waiting:
            self._line_up(host)

    def take(self) -> Question | None:
        """Return the next question, now under way, or none if all were handed out."""
        while self._queue:
            under_way, number, host = heapq.heappop(self._queue)
            waiting = self._waiting[host]
            # An entry that was overtaken by a later one of its host is passed over.
            if waiting and (under_way, number) == (self._under_way[host], waiting[0][0]):
                _, question = waiting.popleft()
                self._under_way[host] += 1
                self._line_up(host)
                return question
        return None

    def done(self, question: Question) -> None:
        """Take back a place: the question is answered."""
        host = host_or_text(question.url)
        self._under_way[host] -= 1
        self._line_up(host)

    def _line_up(self, host: str) -> None:
        if waiting := self._waiting[host]:
            heapq.heappush(self._queue, (self._under_way[host], waiting[0][0], host))
