"""The health of the process and of its storage (contract §1)."""

from datetime import datetime

import pytest
from dependency_injector import providers

from application.errors import Unavailable
from application.ports import Storage
from entrypoints.http import health
from tests.http.answers import INSTANT
from tests.http.api import Api, container, in_process


class Moody(Storage):
    """A storage that can be away, and counts how often it was asked."""

    def __init__(self) -> None:
        self.away = False
        self.asked = 0

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def check(self) -> None:
        self.asked += 1
        if self.away:
            raise Unavailable


class Watch:
    """A clock that goes when it is told."""

    seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch()
    monkeypatch.setattr(health, "monotonic", watch)
    return watch


STATUS = {"/health": "healthy", "/health/live": "live", "/health/ready": "ready"}


@pytest.mark.parametrize("path", STATUS)
async def test_it_is_well(api: Api, path: str) -> None:
    answer = await api.client.get(path)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json().keys() == {"status", "timestamp"}
    assert answer.json()["status"] == STATUS[path]
    assert INSTANT.fullmatch(answer.json()["timestamp"])
    assert datetime.fromisoformat(answer.json()["timestamp"]).tzinfo


@pytest.fixture
def moody() -> Moody:
    return Moody()


async def test_without_storage_it_is_unhealthy_but_alive(moody: Moody, watch: Watch) -> None:
    made = container()
    made.storage.override(providers.Object(moody))

    async with in_process(made) as api:
        for away, statuses in [
            (False, [200, 200, 200]),
            (True, [503, 200, 503]),
            (False, [200] * 3),
        ]:
            moody.away = away
            watch.seconds += 1
            answers = [await api.client.get(path) for path in STATUS]
            assert [answer.status_code for answer in answers] == statuses
            assert [answer.headers.get("retry-after") for answer in answers] == [
                "1" if status == 503 else None for status in statuses
            ]
            well = ["healthy", "live", "ready"]
            assert [answer.json()["status"] for answer in answers] == (
                ["unhealthy", "live", "not ready"] if away else well
            )


async def test_a_finding_holds_for_a_second(moody: Moody, watch: Watch) -> None:
    made = container()
    made.storage.override(providers.Object(moody))

    async with in_process(made) as api:
        found = []
        for step in (0, 0.5, 0.4, 0.2, 0.9, 0.2):
            watch.seconds += step
            found.append((await api.client.get("/health/ready")).status_code)
            moody.away = True

    assert found == [200, 200, 200, 503, 503, 503]
    assert moody.asked == 3


async def test_being_alive_asks_nothing_of_storage(moody: Moody) -> None:
    made = container()
    made.storage.override(providers.Object(moody))

    async with in_process(made) as api:
        await api.client.get("/health/live")

    assert moody.asked == 0
