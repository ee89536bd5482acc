"""The container builds everything, for every storage, without reaching for any of them."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.owner import Actor, Owner
from entrypoints.container import Container
from entrypoints.settings import Settings
from tests.http.api import signer_of
from tests.tokens import SECRET

REDIS = "redis://127.0.0.1:1/0"
ADAPTERS = {"redis", "shared"}


@pytest.fixture(params=["memory:", "sqlite:////nowhere/tasks.db", "postgresql://127.0.0.1:1/n"])
def container(request: pytest.FixtureRequest) -> Container:
    environ = {"DATABASE_URL": request.param, "JWT_SECRET": SECRET, "JWT_ISSUER": "us"}
    return Container(settings=Settings.from_mapping(environ))


def test_everything_can_be_built(container: Container) -> None:
    left_out = {"request_log", "backups"}
    names = container.providers.keys() - ADAPTERS - left_out

    built = {name: getattr(container, name)() for name in names}

    assert len(built) > 10
    assert None not in built.values()


def test_the_scheme_chooses_the_storage_for_everybody(container: Container) -> None:
    scheme = container.settings().database_url.scheme
    chosen = {"sqlite": "Sqlite", "memory": "Memory", "postgresql": "Postgres"}[scheme]

    assert type(container.storage()).__name__ == f"{chosen}Database"
    assert type(container.tasks()).__name__ == f"{chosen}Tasks"
    assert container.create_task().tasks is container.delete_task().tasks is container.tasks()


@pytest.mark.parametrize(
    ("environ", "chosen", "strict", "lasting"),
    [
        ({"RATE_LIMIT": "off"}, "NoneType", "NoneType", []),
        ({"RATE_LIMIT": "off", "REDIS_URL": REDIS}, "NoneType", "NoneType", []),
        ({}, "MemoryLimiter", "MemoryLimiter", []),
        ({"REDIS_URL": REDIS}, "NearFirst", "NearFirst", ["RedisLimiter"]),
    ],
)
def test_limits_follow_the_settings(
    environ: dict[str, str], chosen: str, strict: str, lasting: list[str]
) -> None:
    made = Container(settings=Settings.from_mapping(environ))

    assert type(made.limiter()).__name__ == chosen
    assert type(made.strict_limiter()).__name__ == strict
    assert [type(each).__name__ for each in made.lasting_limits()] == lasting


def test_where_each_process_counts_logins_count_like_everything_else() -> None:
    made = Container(settings=Settings.from_mapping({}))

    assert made.strict_limiter() is made.limiter()


async def test_tokens_follow_the_settings(container: Container) -> None:
    tokens = container.tokens()
    alice = Actor(Owner("alice"))

    token = signer_of(container).sign(alice, expires_at=datetime.now(UTC) + timedelta(hours=1))

    assert await tokens.verifier.verify(token) == alice
    assert tokens is container.tokens()
