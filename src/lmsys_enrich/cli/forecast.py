"""What a run would ask and cost, told before anybody is asked."""

from collections import Counter
from collections.abc import Iterator, Sequence

from lmsys_enrich.askers.github.estimate import Estimate
from lmsys_enrich.model.finding import Question
from lmsys_enrich.model.report import Report
from lmsys_enrich.pipeline.plan import Plan
from lmsys_enrich.settings.settings import Settings
from lmsys_enrich.urls import host_of

_SECONDS_A_PAGE = 1.0  # what a site takes to answer, on the whole; one that never answers takes the time-out
_SECONDS_A_BATCH = 2.0  # fifty repositories in one question
