"""Headers that the settings and the environment give to single hosts."""

from collections.abc import Mapping, Sequence

from lmsys_enrich.http.messages import Fetch, Outcome, Request
from lmsys_enrich.settings.access import SecretHeaders
from lmsys_enrich.settings.tables import HTTPS_PORT, HostSetting, is_for
from lmsys_enrich.urls import InvalidAddress, server_of
from lmsys_enrich.values import replace


class HostHeaders:
    """
    A `Fetch` that adds headers to the requests of their hosts.

    Each hop of a redirect is a request of its own, so that nothing goes along to another
    host. Secret headers go over https alone, to the very host and port.
    """

    def __init__(self, fetch: Fetch, hosts: Sequence[HostSetting], secrets: SecretHeaders) -> None:
        self._fetch = fetch
        self._hosts = hosts
        self._secrets = secrets

    async def __call__(self, request: Request) -> Outcome:
        added = self._headers(request.url)
        if not added:
            return await self._fetch(request)
        names = {name.lower() for name in added}
        kept = {name: value for name, value in request.headers.items() if name.lower() not in names}
        return await self._fetch(replace(request, headers={**kept, **added}))

    def _headers(self, url: str) -> Mapping[str, str]:
        try:
            scheme, host, port = server_of(url)
            public = [setting.headers for setting in self._hosts if is_for(setting, url)]
        except InvalidAddress:
            return {}
        found: dict[str, str] = {}
        for headers in public:
            found.update(headers)
        if scheme == "https":
            found.update(self._secrets.get(host if port == HTTPS_PORT else f"{host}:{port}", {}))
        return found
