"""A look at the Redis, or Valkey, that counts requests."""

from application.errors import Unavailable
from application.inspection import CountersInspection

_PATIENCE = 2.0  # seconds to connect, and for the answer


class RedisInspection(CountersInspection):
    """Says PING."""

    def __call__(self, url: str) -> None:
        # Takes a while to import, which only those who have one should wait for.
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        client = redis.Redis.from_url(
            url,
            socket_connect_timeout=_PATIENCE,
            socket_timeout=_PATIENCE,
            retry=Retry(NoBackoff(), 0),
            protocol=2,  # no greeting: whatever speaks Redis will do
        )
        try:
            client.ping()
        except redis.AuthenticationError:
            raise Unavailable("it refuses the user or the password") from None
        except (redis.RedisError, OSError) as error:
            raise Unavailable(f"it does not answer ({type(error).__name__})") from None
        finally:
            client.close()
