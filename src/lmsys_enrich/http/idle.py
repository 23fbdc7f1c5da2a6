"""Connections that wait for another exchange with their host."""

from collections import OrderedDict

from lmsys_enrich.http.connection import Connection, Origin


class IdlePool:
    """Keeps so many connections at most; the one that waited longest makes room for the next."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._all: OrderedDict[Connection, None] = OrderedDict()
        self._by_origin: dict[Origin, list[Connection]] = {}

    def take(self, origin: Origin, *, trusted: bool) -> Connection | None:
        """Return the connection to an origin that was used last, if there is any that may be used."""
        for connection in self._by_origin.get(origin, [])[::-1]:
            if connection.trusted == trusted:
                self._remove(connection)
                if connection.is_idle:
                    return connection
                connection.close()
        return None

    def keep(self, connection: Connection) -> None:
        """Let a connection wait."""
        self._all[connection] = None
        self._by_origin.setdefault(connection.origin, []).append(connection)
        if len(self._all) > self._most:
            self._close(next(iter(self._all)))

    def leave(self, host: str) -> None:
        """Close what waits for a host (with its port, where that is not the scheme's own)."""
        for origin in _origins(host):
            for connection in list(self._by_origin.get(origin, ())):
                self._close(connection)

    def close(self) -> None:
        """Close everything."""
        for connection in list(self._all):
            self._close(connection)

    def _close(self, connection: Connection) -> None:
        self._remove(connection)
        connection.close()

    def _remove(self, connection: Connection) -> None:
        del self._all[connection]
        others = self._by_origin[connection.origin]
        others.remove(connection)
        if not others:
            del self._by_origin[connection.origin]


def _origins(host: str) -> tuple[Origin, Origin]:
    """Return the origins that have a host, as `urls.host_of` tells it."""
    name, colon, port = host.rpartition(":")
    if not colon or port.endswith("]"):
        bare = host.strip("[]")
        return ("http", bare, 80), ("https", bare, 443)
    bare, number = name.strip("[]"), int(port)
    return ("http", bare, number), ("https", bare, number)
