"""`--cluster`: which addresses are taken."""

import pytest

from lmsys_enrich.cluster.dask import cluster_at
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
