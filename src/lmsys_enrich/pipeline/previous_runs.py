"""What earlier runs left behind: the memory in `--cache`, and the outputs in `--out`."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from lmsys_enrich.model.catalog import Catalog
from lmsys_enrich.model.report import keys_of
from lmsys_enrich.pipeline.plan import PreviousFindings
from lmsys_enrich.settings.settings import Settings
from lmsys_enrich.store.disk import DiskStore
from lmsys_enrich.store.last_written import read_last_written
from lmsys_enrich.values import Value


class PreviousRuns(Value):
    """An open memory, and what is known with its help; `warn` is told what cannot be read."""

    store: DiskStore
    settings: Settings
    warn: Callable[[str], None]

    def previous(self, catalogs: Sequence[Catalog]) -> PreviousFindings:
        """Return what earlier runs found about the links of these lists."""
        urls = keys_of(catalogs)
        reported = read_last_written(self.settings.out, self.warn)
        return PreviousFindings(
            kept=self.store.load(urls),
            reported={url: found for url, found in reported.items() if url in urls},
        )


@contextmanager
def open_previous_runs(settings: Settings, warn: Callable[[str], None]) -> Iterator[PreviousRuns]:
    """Open what earlier runs left behind, and close it again."""
    store = DiskStore(settings.cache, warn)
    try:
        yield PreviousRuns(store, settings, warn)
    finally:
        store.close()
