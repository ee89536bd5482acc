"""Three owners do at random whatever can be done, and dictionaries do the same (catalogue I14)."""

import asyncio
from collections.abc import Coroutine, Mapping
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial
from typing import TypeVar
from uuid import UUID

import pytest
from dependency_injector import providers
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    rule,
    run_state_machine_as_test,
)

from domain.errors import InvalidFields, NotOwner, TaskhavenError
from domain.owner import Actor, Owner
from domain.task import Task
from tests.builders import DAWN, an_id, an_owner, newest_first
from tests.contract.tenants import Tenant
from tests.storages import Opened, opened

T = TypeVar("T")
Expected = set[int] | None
Given = Mapping[str, object]

given = st.fixed_dictionaries(
    {},
    optional={
        "title": st.sampled_from(["a", "b", "😀", "e\u0301"]),
        "description": st.sampled_from([None, "", "a\nb"]),
        "priority": st.sampled_from([None, "none", "low", "urgent"]),
        "due_date": st.sampled_from([None, "2026-12-01", "2026-12-01T16:00:00.000000Z"]),
        "tags": st.sampled_from([None, [], ["a"], ["b", "a"]]),
        "completed": st.booleans(),
    },
)
bad = st.sampled_from([{"title": " "}, {"titel": "x"}, {"priority": "low "}, {"tags": ["a", "a"]}])
who = st.integers(0, 2)
pick = st.integers(0, 99)
"""Nine times of ten a task that the owner has, otherwise whichever there ever was."""

expected = st.sampled_from([None, None, {0}, {-1, 0, 7}, {-1, 1}, set()])
"""The versions expected, as distances from the present one."""


class Tenants(RuleBasedStateMachine):
    """Use cases on one storage, beside their model."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.clock = DAWN
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()

        alice, bob = an_owner(), an_owner()
        namesake = Owner(alice.subject, "elsewhere")
        self.tenants = [Tenant(owner) for owner in (alice, namesake, bob)]
        self.ever = [an_id()]
        self.storage: Opened = self.run(self.stack.enter_async_context(opened(self.url)))
        self.service = self.storage.container
        self.service.now.override(providers.Object(lambda: self.clock))
        for who in range(3):
            for _ in range(3):
                self.create(who, {})

    def teardown(self) -> None:
        try:
            for n in range(3):
                self.list_pages(n, 100)
                self.follow(n, 0, 1000)
        finally:
            self.run(self.stack.aclose())
            self.runner.close()

    @rule(seconds=st.sampled_from([-3600, -1, 0, 1e-6, 1, 3600]))
    def time_passes(self, seconds: float) -> None:
        self.clock += timedelta(seconds=seconds)

    @rule(who=who, given=given)
    def create(self, who: int, given: Given) -> None:
        tenant = self.tenants[who]
        said = {"title": "Buy milk", **given}
        task = self.run(self.service.create_task()(Actor(tenant.owner), tenant.owner, said))
        tenant.create(task.id, said, self.clock)
        self.ever.append(task.id)
        tenant.compare(task)

    @rule(who=who, pick=pick, given=given, expected=expected)
    def edit(self, who: int, pick: int, given: Given, expected: Expected) -> None:
        tenant, id = self.addressed(who, pick)
        versions = self.versions(tenant, id, expected)
        edited = self.attempt(
            self.service.edit_task()(
                Actor(tenant.owner), tenant.owner, id, given, versions=versions
            ),
            tenant.problem(id, versions),
        )
        if edited:
            tenant.edit(id, given, self.clock)
            tenant.compare(edited)

    @rule(
        who=who,
        pick=pick,
        completed=st.sampled_from([None, True, False]),
        expected=expected,
    )
    def complete(
        self,
        who: int,
        pick: int,
        completed: bool | None,
        expected: Expected,
    ) -> None:
        tenant, id = self.addressed(who, pick)
        versions = self.versions(tenant, id, expected)
        done = self.attempt(
            self.service.complete_task()(
                Actor(tenant.owner), tenant.owner, id, completed, versions=versions
            ),
            tenant.problem(id, versions),
        )
        if done:
            before = tenant.rows[id].said["completed"]
            tenant.edit(
                id, {"completed": not before if completed is None else completed}, self.clock
            )
            tenant.compare(done)

    @rule(who=who, pick=pick, expected=expected)
    def delete(self, who: int, pick: int, expected: Expected) -> None:
        tenant, id = self.addressed(who, pick)
        versions = self.versions(tenant, id, expected)
        problem = tenant.problem(id, versions)
        self.attempt(
            self.service.delete_task()(Actor(tenant.owner), tenant.owner, id, versions=versions),
            problem,
        )
        if not problem:
            tenant.delete(id)

    @rule(who=who, pick=pick)
    def read(self, who: int, pick: int) -> None:
        tenant, id = self.addressed(who, pick)
        found = self.attempt(
            self.service.read_task()(Actor(tenant.owner), tenant.owner, id),
            tenant.problem(id, None),
        )
        if found:
            tenant.compare(found)

    @rule(who=who, limit=st.integers(1, 4))
    def list_pages(self, who: int, limit: int) -> None:
        tenant = self.tenants[who]
        found: list[UUID] = []
        last: Task | None = None
        while True:
            page = self.run(
                self.service.list_tasks()(
                    Actor(tenant.owner), tenant.owner, newest_first(limit, last)
                )
            )
            for task in page.tasks:
                tenant.compare(task)
                found.append(task.id)
            assert page.position == len(tenant.journal)
            assert len(page.tasks) == limit or not page.more
            assert found == tenant.newest_first()[: len(found)]
            if not page.more:
                break
            last = page.tasks[-1]
        assert found == tenant.newest_first()

    @rule(who=who, after=st.integers(0, 30), limit=st.integers(1, 30))
    def follow(self, who: int, after: int, limit: int) -> None:
        tenant = self.tenants[who]
        position = self.run(self.service.read_position()(Actor(tenant.owner), tenant.owner))
        entries = self.run(self.storage.journal.entries(tenant.owner, after=after, limit=limit))

        assert position == len(tenant.journal)
        assert [
            (entry.action, entry.task_id, entry.version) for entry in entries
        ] == tenant.journal[after : after + limit]
        assert [entry.position for entry in entries] == [after + n + 1 for n in range(len(entries))]

    @rule(who=who, pick=pick, others=st.integers(1, 2))
    def impersonate(self, who: int, pick: int, others: int) -> None:
        tenant, id = self.addressed(who, pick)
        owner, somebody = tenant.owner, Actor(self.tenants[(who + others) % 3].owner)
        for attempt in (
            self.service.create_task()(somebody, owner, {"title": "x"}),
            self.service.read_task()(somebody, owner, id),
            self.service.list_tasks()(somebody, owner, newest_first(1)),
            self.service.edit_task()(somebody, owner, id, {"title": "x"}),
            self.service.complete_task()(somebody, owner, id),
            self.service.delete_task()(somebody, owner, id),
            self.service.read_position()(somebody, owner),
        ):
            self.attempt(attempt, NotOwner)

    @rule(who=who, pick=pick, bad=bad)
    def misspeak(self, who: int, pick: int, bad: Given) -> None:
        tenant, id = self.addressed(who, pick)
        actor = Actor(tenant.owner)
        said = {"title": "x", **bad}
        self.attempt(self.service.create_task()(actor, tenant.owner, said), InvalidFields)
        self.attempt(self.service.edit_task()(actor, tenant.owner, id, bad), InvalidFields)

    def run(self, doing: Coroutine[object, object, T]) -> T:
        return self.runner.run(doing)

    def attempt(
        self, doing: Coroutine[object, object, T], problem: type[TaskhavenError] | None
    ) -> T | None:
        if problem is None:
            return self.run(doing)
        with pytest.raises(problem):
            self.run(doing)
        return None

    def addressed(self, who: int, pick: int) -> tuple[Tenant, UUID]:
        tenant = self.tenants[who]
        ids = self.ever if pick % 10 == 9 else [*tenant.rows] or self.ever
        return tenant, ids[pick // 10 % len(ids)]

    def versions(self, tenant: Tenant, id: UUID, expected: Expected) -> frozenset[int] | None:
        if expected is None:
            return None
        present = tenant.rows[id].version if id in tenant.rows else 1
        return frozenset(present + distance for distance in expected)


def test_I14_every_owner_finds_what_they_left_and_nothing_of_others(database_url: str) -> None:
    run_state_machine_as_test(
        partial(Tenants, database_url),  # type: ignore[arg-type]  # it calls what it is given
        settings=settings(max_examples=150, stateful_step_count=40),
    )
