"""What earlier runs left behind: the memory in `--cache`, and the outputs in `--out`."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from lmsys_enrich.memory.disk import DiskMemory
from lmsys_enrich.memory.published import read_published
from lmsys_enrich.model.catalog import Catalog
from lmsys_enrich.model.report import keys_of
from lmsys_enrich.pipeline.plan import Known
from lmsys_enrich.settings.settings import Settings
from lmsys_enrich.values import Value


class Earlier(Value):
    """An open memory, and what is known with its help; `warn` is told what cannot be read."""

    memory: DiskMemory
    settings: Settings
    warn: Callable[[str], None]

    def known(self, catalogs: Sequence[Catalog]) -> Known:
        """Return what earlier runs found about the links of these lists."""
        urls = keys_of(catalogs)
        published = read_published(self.settings.out, self.warn)
        return Known(
            kept=self.memory.recall(urls),
            published={url: found for url, found in published.items() if url in urls},
        )


@contextmanager
def earlier_runs(settings: Settings, warn: Callable[[str], None]) -> Iterator[Earlier]:
    """Open what earlier runs left behind, and close it again."""
    memory = DiskMemory(settings.cache, warn)
    try:
        yield Earlier(memory, settings, warn)
    finally:
        memory.close()
