"""Rates: how much a member, and a whole workspace, may ask of the API in a minute.

What was not used is there at once, and comes back evenly over the minute (GCRA). Counted by this
process alone, or where the broker is a Redis by all processes there.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, cast

import structlog
from pyrate_limiter import GCRA, Decision, InMemoryStateStore, Rate, RedisStateStore, StateStore

from ..engine.clock import Clock, SystemClock
from ..engine.errors import TooMany
from ..engine.settings import Settings
from ..engine.tokens import Entrance
from ..metadata.problems import Problem
from .route import Route

WINDOW: Final = 60
"""Seconds in which all that was used is there again."""

COSTS: Final[Mapping[str, int]] = {
    "lists.listed": 2,
    "lists.query": 2,
    "lists.counted": 5,
    "lists.aggregate": 5,
    "figures.dashboard": 5,
    "batches.run": 10,
    "documents.plan": 10,
    "documents.apply": 10,
    "documents.look": 10,
    "documents.purge": 10,
    "documents.restore": 10,
    "drafts.plan": 10,
    "drafts.publish": 10,
    "upgrades.plan": 10,
    "upgrades.apply": 10,
    "rules.preview": 10,
    "rules.run": 10,
    "rules.grade": 10,
    "merges.merge": 10,
    "merges.undo": 10,
    "audit.verify": 10,
    "imports.create": 20,
}
"""As how many requests one counts that may look at or write many records; all others as one."""

_MOST_KEYS: Final = 50_000
"""Members and workspaces that a process remembers; who asked longest ago is forgotten first."""

_REDIS: Final = ("redis://", "rediss://")
_PATIENCE: Final = 0.25
"""Seconds that a Redis has to answer: nobody waits long for what only counts."""

_AWAY: Final = 10
"""Seconds for which a Redis that failed is not asked, and each process counts alone."""

_log = structlog.get_logger()
_algorithm: Final = GCRA()


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a limit: of `quota` a minute, whole again in `whole_in` seconds.

    `wait` is in how many seconds what was asked for fits in, where it does not fit now.
    """

    name: str
    quota: int
    remaining: int
    whole_in: int
    wait: int | None = None


class Rates:
    """The limits of an installation; `clock` is the machine's own, whatever time data pretends."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._quotas = {
            "member": settings.api_member_per_minute,
            "workspace": settings.api_workspace_per_minute,
        }
        self._alone = _Stores(lambda _: InMemoryStateStore())
        address = settings.broker_url or ""
        self._together = _Stores(_in_redis(address)) if address.startswith(_REDIS) else None
        self._back_at = 0.0

    def spend(self, entrance: Entrance, cost: int) -> tuple[Left, ...]:
        """Count a request of a member; what is left of each limit.

        The last one has a `wait` where the request is one too many. It costs nothing then, except
        that a workspace's limit refuses after the member's was counted: who is refused for
        their own sake takes nothing from the others.
        """
        keys = {
            "member": f"{entrance.workspace_id}/{entrance.member_id}",
            "workspace": entrance.workspace_id,
        }
        found: list[Left] = []
        for name, quota in self._quotas.items():
            if quota:
                found.append(self._spend(name, keys[name], quota, min(cost, quota)))
                if found[-1].wait is not None:
                    break
        return tuple(found)

    def _spend(self, name: str, key: str, quota: int, cost: int) -> Left:
        now = self._clock.now().timestamp()
        if self._together is not None and now >= self._back_at:
            try:
                return _spent(self._together.of(key), name, quota, cost, now)
            except Exception as error:
                # Whatever is the matter with it, nobody is refused for that.
                self._back_at = now + _AWAY
                _log.warning("rates.redis_away", why=str(error), seconds=_AWAY)
        return _spent(self._alone.of(key), name, quota, cost, now)


def cost_of(route: Route) -> int:
    """As how many requests one of a route counts."""
    return COSTS.get(route.name, 1)


def require(left: Sequence[Left]) -> None:
    """TooMany if one of the limits says to wait."""
    for one in left:
        if one.wait is not None:
            words = {"limit": one.quota, "seconds": one.wait}
            raise TooMany(Problem(f"api.too_many_{one.name}", words), retry_after=one.wait)


def headers(left: Sequence[Left]) -> Mapping[str, str]:
    """The header fields of draft-ietf-httpapi-ratelimit-headers; none where nothing is limited."""
    if not left:
        return {}
    policies = (f'"{one.name}";q={one.quota};w={WINDOW}' for one in left)
    now = (f'"{one.name}";r={one.remaining};t={one.whole_in}' for one in left)
    return {"RateLimit-Policy": ", ".join(policies), "RateLimit": ", ".join(now)}


class _Stores:
    """The store of each key, made when it is first asked for; those long unused are dropped."""

    def __init__(self, make: Callable[[str], StateStore]) -> None:
        self._made = lru_cache(maxsize=_MOST_KEYS)(make)
        self._lock = threading.Lock()

    def of(self, key: str) -> StateStore:
        # Of two first requests at once both would make one, and one of them be counted nowhere.
        with self._lock:
            return self._made(key)


def _in_redis(address: str) -> Callable[[str], StateStore]:
    # Only here, as only who has a Redis has its client.
    from redis import Redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    client = Redis.from_url(
        address,
        socket_timeout=_PATIENCE,
        socket_connect_timeout=_PATIENCE,
        retry=Retry(NoBackoff(), 0),
    )
    return lambda key: RedisStateStore(client, f"fieldstone:rate:{key}")


def _spent(store: StateStore, name: str, quota: int, cost: int, now: float) -> Left:
    at = int(now * 1000)
    rates = [Rate(quota, WINDOW * 1000)]
    decision = _asked(store, rates, at, cost)
    if _milliseconds(decision) > WINDOW * 1000:
        # Longer than it ever takes: the clock was put back since.
        store.reset()
        decision = _asked(store, rates, at, cost)
    used = _algorithm.consumed(rates, cast("tuple[float, ...]", store.read(_algorithm, rates)), at)
    return Left(
        name,
        quota,
        max(0, quota - used),
        math.ceil(used * WINDOW / quota),
        None if decision.allowed else math.ceil(_milliseconds(decision) / 1000),
    )


def _asked(store: StateStore, rates: list[Rate], at: int, cost: int) -> Decision:
    return cast(Decision, store.check(_algorithm, rates, at, cost))


def _milliseconds(decision: Decision) -> int:
    return decision.retry_after_ms or 0
