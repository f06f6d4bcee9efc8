"""Shares the engine between clients: each may use so many seconds of it per minute."""

import ipaddress
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from builder.server.refusals import Throttled

LEAST = 0.01  # seconds that a query is charged at least, for all that is done around it
CLIENTS = 10_000  # how many are remembered before those that owe nothing are forgotten


class Throttle:
    """A budget of seconds per minute for each client; 0 means no budget is kept.

    What a client has used drains away at the rate of its budget. A query that begins is charged at once with all the
    time it may take, and what it did not need is given back: no client fills all workers before it is charged.
    """

    def __init__(self, seconds_per_minute: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._budget, self._clock = seconds_per_minute, clock
        self._used: dict[str, tuple[float, float]] = {}  # client -> seconds, and when that was so
        self._lock = threading.Lock()

    @contextmanager
    def turn(self, address: str, most: float) -> Iterator[Callable[[float], None]]:
        """Let a client use the engine for at most some seconds, and be told how many it has used.

        Raises:
            Throttled: the client has used up its budget.

        """
        if not self._budget:
            yield lambda _: None
            return
        client, spent = name_client(address), [LEAST]
        with self._lock:
            used = self._read(client)
            if used >= self._budget:
                raise Throttled(math.ceil((used - self._budget) * 60 / self._budget) or 1)
            self._note(client, used + most)
        try:
            yield spent.append
        finally:
            with self._lock:
                self._note(client, self._read(client) - most + max(spent))

    def _note(self, client: str, used: float) -> None:
        self._used[client] = max(0.0, used), self._clock()

    def _read(self, client: str) -> float:
        """Return the seconds a client has used and not yet regained."""
        if len(self._used) > CLIENTS:
            self._used = {name: entry for name, entry in self._used.items() if self._left(entry) > 0}
        return self._left(self._used.get(client, (0.0, 0.0)))

    def _left(self, entry: tuple[float, float]) -> float:
        used, since = entry
        return max(0.0, used - (self._clock() - since) * self._budget / 60)


def name_client(address: str) -> str:
    """Return who is behind an address: itself, or of IPv6 the network of 64 bits that one client has.

    >>> name_client("2001:db8::1"), name_client("192.0.2.7")
    ('2001:db8::/64', '192.0.2.7')
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network(f"{address.partition('%')[0]}/64", strict=False))
