"""Headers for certain hosts, and for no others."""

import pytest

from lmsys_enrich.errors import InputError
from lmsys_enrich.http.messages import Outcome, Request, Response
from lmsys_enrich.network import HostHeaders
from lmsys_enrich.settings.access import secret_headers
from lmsys_enrich.settings.tables import HostSetting


class Recorder:
    """A `Fetch` that keeps the requests."""

    def __init__(self) -> None:
        self.requests: list[Request] = []

    async def __call__(self, request: Request) -> Outcome:
        self.requests.append(request)
        return Response(200, {})


async def sent(url: str, *hosts: HostSetting, secrets: str = "") -> dict[str, str]:
    recorder = Recorder()
    fetch = HostHeaders(recorder, hosts, secret_headers({"LMSYS_ENRICH_HEADERS": secrets}))
    await fetch(Request("GET", url, headers={"accept": "text/html"}))
    return dict(recorder.requests[0].headers)


async def test_headers_of_a_host_replace_those_of_the_program() -> None:
    setting = HostSetting("a.example", headers={"Accept": "application/json", "X-A": "1"})
    assert await sent("http://a.example:81/x", setting) == {"Accept": "application/json", "X-A": "1"}
    assert await sent("https://b.a.example/x", setting) == {"accept": "text/html"}


@pytest.mark.parametrize(
    ("url", "gets"),
    [
        ("https://a.example/x", True),
        ("https://A.Example:443/", True),
        ("http://a.example/x", False),
        ("http://a.example:443/x", False),
        ("https://a.example:8443/x", False),
        ("https://www.a.example/", False),
        ("https://example/", False),
        ("https://a.example.evil.example/", False),
        ("https://a.example@evil.example/", False),
        ("https://evil.example/?https://a.example/", False),
        ("https://[::1]/", False),
    ],
)
async def test_secret_goes_to_its_host_over_https_alone(url: str, gets: bool) -> None:
    headers = await sent(url, secrets="a.example Authorization: Bearer abc")
    assert headers.get("Authorization") == ("Bearer abc" if gets else None)


async def test_secret_may_be_bound_to_a_port() -> None:
    secrets = "\n a.example:8443 Cookie: s=1; t=2 \n\nb.example X: y\n"
    assert (await sent("https://a.example:8443/", secrets=secrets))["Cookie"] == "s=1; t=2"
    assert "Cookie" not in await sent("https://a.example/", secrets=secrets)


@pytest.mark.parametrize(
    "line",
    ["a.example", "a.example Cookie s3cret", "https://a.example/ X: s3cret", "a.example X: s3cret\x01"],
)
def test_mistake_shows_no_secret(line: str) -> None:
    with pytest.raises(InputError) as refused:
        secret_headers({"LMSYS_ENRICH_HEADERS": f"b.example X: y\n{line}"})
    assert "line 2" in str(refused.value)
    assert "s3cret" not in str(refused.value) + (refused.value.hint or "")
