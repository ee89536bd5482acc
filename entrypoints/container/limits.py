"""Who keeps count of requests."""

from typing import TYPE_CHECKING

from dependency_injector import providers

from adapters.limits.memory import MemoryLimiter
from adapters.limits.outage import Breaker, NearFirst
from application.limits import Rate
from entrypoints.container.storages import Storages

if TYPE_CHECKING:
    from adapters.limits.redis import RedisLimiter


def _redis(address: str, rate: Rate) -> "RedisLimiter":
    # Takes a while to import, and memory: only for those who have a Redis.
    from adapters.limits.redis import RedisLimiter

    return RedisLimiter(address, rate)


_settings = Storages.settings.provided


class Limits(Storages):
    """`limiter` counts whatever happens, `strict_limiter` only where all count together."""

    redis = providers.Singleton(_redis, _settings.redis_url.address, _settings.rate_limit)
    in_process = providers.Singleton(MemoryLimiter, _settings.rate_limit)
    shared = providers.Singleton(Breaker, redis, meter=Storages.meter)

    limiter = providers.Selector(
        _settings.limits,
        off=providers.Object(None),
        memory=in_process,
        redis=providers.Singleton(NearFirst, shared, in_process),
    )
    strict_limiter = providers.Selector(
        _settings.limits,
        off=providers.Object(None),
        memory=in_process,
        redis=providers.Singleton(NearFirst, shared, in_process, strict=True),
    )
    lasting_limits = providers.Selector(
        _settings.limits,
        off=providers.List(),
        memory=providers.List(),
        redis=providers.List(redis),
    )
