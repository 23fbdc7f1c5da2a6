"""`--cluster`: valid and invalid addresses."""

import asyncio

import pytest

from lmsys_enrich.cluster.dask import cluster_at, report_exception
from lmsys_enrich.errors import InputError


@pytest.mark.parametrize(
    "address", ["local", "local:4", "tls://scheduler.example:8786", "tcp://127.0.0.1:8786"]
)
def test_address_is_taken(address: str) -> None:
    pytest.importorskip("distributed", reason="Dask is not installed: pip install 'lmsys-enrich[cluster]'")
    assert callable(cluster_at(address))


@pytest.mark.parametrize("address", ["", "local:0", "local:x", "tls://", "tls://host", "http://host:1"])
def test_other_text_is_refused(address: str) -> None:
    with pytest.raises(InputError, match="is not the address of a cluster"):
        cluster_at(address)


@pytest.mark.parametrize("address", ["tcp://10.0.0.1:8786", "tcp://127.0.0.1.example.org:8786"])
def test_unencrypted_address_elsewhere_is_refused(address: str) -> None:
    with pytest.raises(InputError, match="not encrypted"):
        cluster_at(address)


@pytest.mark.parametrize(("module", "is_reported"), [("distributed.client", False), ("ours", True)])
async def test_only_exceptions_of_dask_are_dropped(
    module: str, is_reported: bool, caplog: pytest.LogCaptureFixture
) -> None:
    error = type("AllExit", (Exception,), {"__module__": module})()
    report_exception(asyncio.get_running_loop(), {"message": "never retrieved", "exception": error})
    assert ("never retrieved" in caplog.text) == is_reported
