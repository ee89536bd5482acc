"""Who keeps count of requests."""

from dependency_injector import providers

from adapters.limits.memory import MemoryLimiter
from adapters.limits.outage import Breaker, NearFirst
from adapters.limits.redis import RedisLimiter
from entrypoints.container.storages import Storages

_settings = Storages.settings.provided


class Limits(Storages):
    """`limiter` counts whatever happens, `strict_limiter` only where all count together."""

    redis = providers.Singleton(RedisLimiter, _settings.redis_url.address, _settings.rate_limit)
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
