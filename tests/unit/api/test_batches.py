"""Batches: divided where an API refuses, matched by id, bugs contained."""

from collections.abc import Mapping, Sequence

import pytest

from lmsys_enrich.api.batches import BatchOutcome, query_batches
from lmsys_enrich.api.results import QueryTooLarge, TransientError, Unavailable

IDS = [f"id{number}" for number in range(10)]


class Api:
    """An API that knows some ids, and fails for batches with certain others."""

    def __init__(self, fails: Mapping[str, object] = {}, unknown: Sequence[str] = ()) -> None:
        self.fails, self.unknown, self.batches = fails, unknown, list[tuple[str, ...]]()

    async def __call__(
        self, ids: Sequence[str]
    ) -> Mapping[str, str] | QueryTooLarge | TransientError | Unavailable:
        self.batches.append(tuple(ids))
        for one in ids:
            match self.fails.get(one):
                case Exception() as problem:
                    raise problem
                case QueryTooLarge() | TransientError() | Unavailable() as failure:
                    return failure
                case _:
                    pass
        return {one: f"facts of {one}" for one in reversed(ids) if one not in self.unknown} | {"other": "x"}


async def _answers(api: Api, size: int = 4) -> list[BatchOutcome[str, str]]:
    return [answer async for answer in query_batches(IDS, size, api)]


async def test_response_is_matched_by_id() -> None:
    answers = await _answers(Api(unknown=["id3"]))
    found = {one: facts for answer in answers for one, facts in answer.found.items()}
    assert found == {one: f"facts of {one}" for one in IDS if one != "id3"}
    assert [answer.missing for answer in answers] == [("id3",), (), ()]


@pytest.mark.parametrize("failure", [QueryTooLarge("400"), TransientError("504")])
async def test_refused_batch_is_divided_down_to_one_id(failure: QueryTooLarge | TransientError) -> None:
    api = Api(fails={"id5": failure})
    answers = await _answers(api)
    found = {one for answer in answers for one in answer.found}
    assert found == set(IDS) - {"id5"}
    assert [(one.unanswered, one.message) for one in answers if one.unanswered] == [
        (("id5",), failure.message)
    ]
    assert len(api.batches) == 3 + 2 + 2


async def test_closed_limiter_ends_without_further_requests() -> None:
    api = Api(fails={"id1": Unavailable()})
    answers = await _answers(api, size=10)
    assert api.batches == [tuple(IDS)]
    assert answers == [BatchOutcome(unanswered=tuple(IDS))]


async def test_bug_costs_the_links_of_its_batch_alone() -> None:
    answers = await _answers(Api(fails={"id1": KeyError("bug")}))
    (bug,) = [answer for answer in answers if answer.traceback]
    assert bug.unanswered == tuple(IDS[:4])
    assert "KeyError" in str(bug.traceback)
    assert {one for answer in answers for one in answer.found} == set(IDS[4:])


async def test_repeated_id_is_requested_once() -> None:
    api = Api()
    answers = [answer async for answer in query_batches([*IDS, *IDS], 100, api)]
    assert api.batches == [tuple(IDS)]
    assert len(answers) == 1
