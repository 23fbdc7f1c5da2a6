"""GitHub checker over real connections, with the simulated GitHub at their other end."""

from datetime import timedelta

from lmsys_enrich.api.endpoint import Apis
from lmsys_enrich.checkers.github.checker import GitHubChecker
from lmsys_enrich.clock import SystemClock
from lmsys_enrich.model.finding import LinkTask, Observation, Verdict
from lmsys_enrich.network import open_network
from lmsys_enrich.politeness.stats import RequestStats
from lmsys_enrich.settings.access import resolve_access
from lmsys_enrich.settings.settings import Settings
from lmsys_enrich.simulation.internet import simulated_internet
from tests.fakes import closed_queue

HOME = "https://github.com"
EXPECTED = {
    f"{HOME}/alpa-projects/alpa": Verdict.ALIVE,
    f"{HOME}/alpa-projects/alpa/wiki": Verdict.ALIVE,
    f"{HOME}/alpa-projects/alpa/blob/main/README.md": Verdict.ALIVE,
    f"{HOME}/alpa-projects/alpa/blob/main/nowhere.md": Verdict.DEAD,
    f"{HOME}/microsoft/DeepSpeed": Verdict.MOVED,
    f"{HOME}/example-lab/empty": Verdict.ALIVE,
    f"{HOME}/example-lab/blocked": Verdict.DEAD,
    f"{HOME}/nobody/nothing": Verdict.DEAD,
}


async def test_one_graphql_request_is_enough_for_a_list() -> None:
    clock, stats = SystemClock({}), RequestStats()
    async with (
        simulated_internet() as internet,
        open_network(Settings(), {}, clock, stats, internet.through) as network,
    ):
        access = resolve_access(internet.environ)
        apis = Apis(network.api, clock, access, timedelta(minutes=2), stats.spent)
        checker = GitHubChecker(apis, access.github[0])
        answers = {
            result.url: result
            async for result in checker.check(closed_queue(*map(LinkTask, EXPECTED)))
            if isinstance(result, Observation)
        }
    assert {url: answer.verdict for url, answer in answers.items()} == EXPECTED
    assert checker.obstacles == ()
    traffic = stats.traffic(cached=0, seconds=0)
    assert (traffic.graphql, traffic.graphql_points, traffic.web) == (1, 1, 0)
    update = answers[f"{HOME}/alpa-projects/alpa"].repository
    assert update is not None
    assert update.facts.archived
    assert update.facts.last_commit is not None
