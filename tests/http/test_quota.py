"""`MAX_TASKS_PER_OWNER` (contract §5): one more is a conflict, until one is deleted."""

from collections.abc import AsyncIterator

import pytest

from tests.http.api import Api, container, in_process, path_of


@pytest.fixture
async def narrow_api() -> AsyncIterator[Api]:
    async with in_process(container(MAX_TASKS_PER_OWNER="2")) as api:
        yield api


async def test_B07_one_task_more_than_allowed_is_a_conflict(narrow_api: Api) -> None:
    alice, bob = narrow_api.user(), narrow_api.user()
    first = await alice.create()
    await alice.create()

    refused = await alice.send("POST", json={"title": "one too many"})

    assert refused.status_code == 409
    assert refused.json()["code"] == "too_many_tasks"
    await bob.create()
    await alice.send("DELETE", path_of(first))
    await alice.create()
