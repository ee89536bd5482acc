"""Several write and several follow, each at its own pace: all end with what the server has (§6)."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from functools import partial
from itertools import count
from typing import TypeVar
from uuid import UUID

from dependency_injector import providers
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from application.journal import Followed, Since
from domain.errors import BatchRefused, HistoryGone, InvalidFields, TaskNotFound
from domain.owner import Actor
from domain.task import Task
from tests.builders import DAWN, a_task, an_id, an_owner, newest_first
from tests.contract.followers import Follower
from tests.storages import Opened, opened

T = TypeVar("T")
Write = tuple[str, int]

VERBS = (
    *("create", "edit", "edit", "complete", "delete", "delete", "restore", "restore", "revert"),
    *("erase", "batch", "trim", "empty_trash"),
)
FOLLOWERS = 3
REFUSED = (TaskNotFound, HistoryGone, InvalidFields, BatchRefused)

write = st.tuples(st.sampled_from(VERBS), st.integers(0, 999))
who = st.integers(0, FOLLOWERS - 1)
limit = st.integers(1, 4)


class Following(RuleBasedStateMachine):
    """Writers and followers of one owner, and a neighbour of whom none of them hears."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.clock = DAWN
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.storage: Opened = self.run(self.stack.enter_async_context(opened(url)))
        self.service = self.storage.container
        self.service.now.override(providers.Object(lambda: self.clock))
        self.owner, self.neighbour = an_owner(), an_owner()
        self.actor = Actor(self.owner)
        self.followers = [Follower(self.ask) for _ in range(FOLLOWERS)]
        self.ids = [an_id()]
        self.titles = count()
        self.run(self.storage.tasks.add(a_task(self.neighbour), by=self.neighbour))
        for n in range(4):
            self.write_one(("create", n))

    def teardown(self) -> None:
        try:
            there = self.run(self.present())
            for follower in (*self.followers, Follower(self.ask)):
                self.run(follower.catch_up(3))
                assert follower.tasks == there
        finally:
            self.run(self.stack.aclose())
            self.runner.close()

    @rule(seconds=st.sampled_from([-60, 1e-6, 1, 3600]))
    def time_passes(self, seconds: float) -> None:
        self.clock += timedelta(seconds=seconds)

    @rule(write=write)
    def write_one(self, write: Write) -> None:
        self.run(self.do(*write))

    @rule(who=who, limit=limit, pages=st.integers(1, 3), afresh=st.integers(0, 9))
    def follow(self, who: int, limit: int, pages: int, afresh: int) -> None:
        if not afresh:
            self.followers[who].start_over()
        self.run(self.follow_pages(self.followers[who], limit, pages, alone=True))

    @rule(writes=st.lists(write, min_size=2, max_size=5), limit=limit)
    def write_and_follow_at_once(self, writes: Sequence[Write], limit: int) -> None:
        async def all_at_once() -> None:
            followers = (self.follow_pages(each, limit, 3) for each in self.followers)
            await asyncio.gather(*(self.do(*write) for write in writes), *followers)

        self.run(all_at_once())

    async def follow_pages(
        self, follower: Follower, limit: int, pages: int, *, alone: bool = False
    ) -> None:
        for _ in range(pages):
            try:
                more = await follower.page(limit)
            except HistoryGone:
                kept = await self.storage.journal.changes(self.owner, after=0, limit=1)
                assert follower.since
                assert int(follower.since.removeprefix("c")) < kept.horizon
                follower.start_over()
                continue
            if not more:
                assert not alone or follower.tasks == await self.present()
                return

    async def do(self, verb: str, pick: int) -> None:
        id = self.ids[pick % len(self.ids)]
        with suppress(*REFUSED):
            await getattr(self, f"_{verb}")(id, pick)

    async def _create(self, _: UUID, pick: int) -> None:
        said = {"title": self.title(), "completed": pick % 2 == 0}
        task = await self.service.create_task()(self.actor, self.owner, said)
        self.ids.append(task.id)

    async def _edit(self, id: UUID, pick: int) -> None:
        said = {"title": self.title() if pick % 3 else "the same"}
        await self.service.edit_task()(self.actor, self.owner, id, said)

    async def _complete(self, id: UUID, _: int) -> None:
        await self.service.complete_task()(self.actor, self.owner, id)

    async def _delete(self, id: UUID, _: int) -> None:
        await self.service.delete_task()(self.actor, self.owner, id)

    async def _restore(self, id: UUID, _: int) -> None:
        await self.service.restore_task()(self.actor, self.owner, id)

    async def _revert(self, id: UUID, pick: int) -> None:
        version = pick // len(self.ids) % 4 + 1
        await self.service.revert_task()(self.actor, self.owner, id, {"version": version})

    async def _erase(self, id: UUID, _: int) -> None:
        await self.service.delete_task()(self.actor, self.owner, id, permanent=True)

    async def _batch(self, id: UUID, pick: int) -> None:
        other = str(self.ids[pick // 7 % len(self.ids)])
        operations: list[Mapping[str, object]] = [
            {"op": "create", "task": {"title": self.title()}},
            {"op": "edit", "id": str(id), "task": {"title": self.title()}},
            {"op": "complete", "id": str(id)},
            {"op": "delete", "id": other},
        ]
        chosen = [op for n, op in enumerate(operations) if pick >> n & 1] or operations
        done = await self.service.run_batch()(self.actor, self.owner, {"operations": chosen})
        self.ids += [outcome.task.id for outcome in done if outcome.op == "create"]

    async def _trim(self, _: UUID, pick: int) -> None:
        before = self.clock + timedelta(hours=pick % 3 - 1)
        await self.storage.journal.trim(self.owner, before=before, limit=pick % 20 + 1)

    async def _empty_trash(self, _: UUID, pick: int) -> None:
        found = await self.storage.trash.page(self.owner, after=None, limit=pick % 3 + 1)
        for task in found[0]:
            await self.storage.trash.erase(self.owner, task.id)

    async def present(self) -> Mapping[UUID, Task]:
        page = await self.service.list_tasks()(self.actor, self.owner, newest_first(1000))
        return {task.id: task for task in page.tasks}

    async def ask(self, since: Since | None, limit: int) -> Followed:
        return await self.service.follow_changes()(self.actor, self.owner, since, limit=limit)

    def title(self) -> str:
        return f"title {next(self.titles)}"

    def run(self, doing: Coroutine[object, object, T]) -> T:
        return self.runner.run(doing)


def test_every_follower_ends_with_exactly_what_there_is(database_url: str) -> None:
    run_state_machine_as_test(
        partial(Following, database_url),  # type: ignore[arg-type]  # it calls what it is given
        settings=settings(max_examples=60, stateful_step_count=40),
    )
