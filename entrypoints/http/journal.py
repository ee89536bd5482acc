"""The routes that read the journal, and go back in it (contract §6)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from litestar.handlers import HTTPRouteHandler

from application.batch import Outcome, RunBatch
from application.journal import FollowChanges, ReadHistory, RevertTask
from application.trash import ListTrash, RestoreTask
from entrypoints.http.answers import Answer
from entrypoints.http.bodies import read_object
from entrypoints.http.calls import Call
from entrypoints.http.gate import Gate
from entrypoints.http.incoming import JSON, Incoming
from entrypoints.http.journal_bodies import (
    read_nothing,
    write_changes,
    write_history,
    write_outcomes,
    write_trash,
)
from entrypoints.http.places import read_place, read_since, write_place, write_since
from entrypoints.http.query import Query, read_query
from entrypoints.http.reading import DEFAULT_LIMIT, ParameterReader, read_limit
from entrypoints.http.routing import forms, route
from entrypoints.http.writes import PRIVATE_JSON, answered, read_asked, task_answer

_POSITION = re.compile(r"[1-9][0-9]{0,17}")


@dataclass(frozen=True, slots=True)
class JournalRoutes:
    """The handlers, with all they need as fields; the container fills them once."""

    gate: Gate
    follow_changes: FollowChanges
    read_history: ReadHistory
    revert_task: RevertTask
    list_trash: ListTrash
    restore_task: RestoreTask
    run_batch: RunBatch

    def routes(self) -> list[HTTPRouteHandler]:
        """Every handler at its paths and methods."""
        return [
            route("GET", forms("/changes"), self.changes),
            route("GET", forms("/tasks/{id:str}/history"), self.history),
            route("POST", forms("/tasks/{id:str}/revert"), self.revert),
            route("GET", forms("/trash"), self.trash),
            route("POST", forms("/tasks/{id:str}/restore"), self.restore),
            route("POST", forms("/tasks/batch"), self.batch),
        ]

    async def changes(self, incoming: Incoming) -> Answer:
        call = await self.gate.call(incoming)
        query = read_query(incoming.query, ("since", "limit"))
        reader = ParameterReader(query)
        since = reader.one("since", read_since, None)
        limit = reader.one("limit", read_limit, DEFAULT_LIMIT)
        reader.check()
        found = await self.follow_changes(call.actor, call.owner, since, limit=limit)
        token = write_since(found.next)
        link = _onward(call, query, "since", token if found.more else None)
        body = write_changes([item for _, item in found.items], token)
        return Answer(200, {**link, **PRIVATE_JSON}, body)

    async def history(self, incoming: Incoming) -> Answer:
        call = await self.gate.call(incoming)
        query = read_query(incoming.query, ("cursor", "limit"))
        reader = ParameterReader(query)
        before = reader.one("cursor", _position, None)
        limit = reader.one("limit", read_limit, DEFAULT_LIMIT)
        reader.check()
        entries = await self.read_history(
            call.actor, call.owner, call.task_id, before=before, limit=limit
        )
        previous = entries[-1].previous if len(entries) == limit else None
        link = _onward(call, query, "cursor", str(previous) if previous else None)
        return Answer(200, {**link, **PRIVATE_JSON}, write_history(entries))

    async def revert(self, incoming: Incoming) -> Answer:
        call = await self.gate.call(incoming)
        given = read_object(incoming.body(JSON))
        asked = read_asked(call, task_answer)
        command = self.revert_task(
            call.actor,
            call.owner,
            call.task_id,
            given,
            versions=asked.versions,
            once=asked.once,
        )
        return await answered(task_answer, command)

    async def trash(self, incoming: Incoming) -> Answer:
        call = await self.gate.call(incoming)
        query = read_query(incoming.query, ("cursor", "limit"))
        reader = ParameterReader(query)
        after = reader.one("cursor", read_place, None)
        limit = reader.one("limit", read_limit, DEFAULT_LIMIT)
        reader.check()
        tasks, more = await self.list_trash(call.actor, call.owner, after=after, limit=limit)
        last = tasks[-1].deleted_at if more else None
        place = write_place(last, tasks[-1].id) if last is not None else None
        link = _onward(call, query, "cursor", place)
        return Answer(200, {**link, **PRIVATE_JSON}, write_trash(tasks))

    async def restore(self, incoming: Incoming) -> Answer:
        call = await self.gate.call(incoming)
        read_nothing(incoming.body(JSON))
        asked = read_asked(call, task_answer)
        command = self.restore_task(
            call.actor, call.owner, call.task_id, versions=asked.versions, once=asked.once
        )
        return await answered(task_answer, command)

    async def batch(self, incoming: Incoming) -> Answer:
        call = await self.gate.call(incoming)
        given = read_object(incoming.body(JSON))
        asked = read_asked(call, _outcomes_answer, flag="dry_run")
        command = self.run_batch(call.actor, call.owner, given, dry_run=asked.flag, once=asked.once)
        return await answered(_outcomes_answer, command)


def _outcomes_answer(outcomes: Sequence[Outcome]) -> Answer:
    return Answer(200, PRIVATE_JSON, write_outcomes(outcomes))


def _onward(call: Call, query: Query, name: str, value: str | None) -> dict[str, str]:
    """The header that leads to the next page, if there is one."""
    if value is None:
        return {}
    others = {n: v for n, v in query.values.items() if n != name}
    onward = urlencode({**others, name: [value]}, doseq=True)
    return {"link": f'<{call.path}?{onward}>; rel="next"'}


def _position(text: str) -> int:
    if not _POSITION.fullmatch(text):
        raise ValueError("must be the one a Link header gave")
    return int(text)
