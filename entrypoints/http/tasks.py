"""The routes of tasks (contract §1), one handler each, in four path forms."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse

from application.once import DoneBefore, Once
from application.ports import Clock
from application.tasks import (
    CompleteTask,
    CreateTask,
    DeleteTask,
    EditTask,
    ListTasks,
    ReadPosition,
    ReadTask,
)
from domain.task import Task
from entrypoints.http.answers import Answer
from entrypoints.http.bodies import read_completed, read_object, write_task, write_tasks
from entrypoints.http.calls import JSON, JSON_OR_PATCH, AnyRequest, Call
from entrypoints.http.conditions import (
    expected_versions,
    is_known,
    known_tags,
    list_tag,
    refuse_if_none_match,
    task_tag,
)
from entrypoints.http.faults import Faults
from entrypoints.http.gate import Gate
from entrypoints.http.listing import REPEATABLE, SINGLE, next_page, read_listing
from entrypoints.http.once import read_once, replay
from entrypoints.http.query import read_query
from entrypoints.http.routing import forms, route

_PRIVATE = {"cache-control": "private, no-cache"}
_JSON = {**_PRIVATE, "content-type": "application/json"}


@dataclass(frozen=True, slots=True)
class TaskRoutes:
    """The handlers, with all they need as fields; the container fills them once."""

    gate: Gate
    create_task: CreateTask
    read_task: ReadTask
    list_tasks: ListTasks
    edit_task: EditTask
    complete_task: CompleteTask
    delete_task: DeleteTask
    read_position: ReadPosition
    now: Clock

    def routes(self) -> list[HTTPRouteHandler]:
        """Every handler at its paths and methods."""
        many, one = forms("/tasks"), forms("/tasks/{id:str}")
        return [
            route("GET", many, self.list),
            route("POST", many, self.create),
            route("GET", one, self.read),
            route(["PUT", "PATCH"], one, self.edit),
            route("DELETE", one, self.delete),
            route("PATCH", forms("/tasks/{id:str}/complete"), self.complete),
        ]

    async def list(self, request: AnyRequest) -> ASGIResponse:
        call = await self.gate.call(request)
        query = read_query(request.scope["query_string"], SINGLE, REPEATABLE)
        known = known_tags(call.header("if-none-match"))
        listing = read_listing(query, self.now())
        tagged = not query.get("due")  # time alone changes what is due
        if known != () and tagged:  # one small read may spare reading the tasks
            tag = list_tag(call.owner, await self.read_position(call.actor, call.owner), query)
            if is_known(tag, known):
                return _not_modified(tag)
        page = await self.list_tasks(call.actor, call.owner, listing)
        headers = {"etag": list_tag(call.owner, page.position, query)} if tagged else {}
        if page.total is not None:
            headers["x-total-count"] = str(page.total)
        if onward := next_page(page, listing, query):
            headers["link"] = f'<{call.path}?{onward}>; rel="next"'
        return Answer(200, {**headers, **_JSON}, write_tasks(page.tasks)).response()

    async def create(self, request: AnyRequest) -> ASGIResponse:
        call = await self.gate.call(request)
        body = await call.body(JSON)
        given = read_object(body)

        def answer(task: Task) -> Answer:
            return _task_answer(task, 201, {"location": f"{call.path}/{task.id}"})

        _, once = _read_headers(call, body, answer)
        return await _answered(answer, self.create_task(call.actor, call.owner, given, once=once))

    async def read(self, request: AnyRequest) -> ASGIResponse:
        call = await self.gate.call(request)
        call.refuse_query()
        known = known_tags(call.header("if-none-match"))
        task = await self.read_task(call.actor, call.owner, call.task_id)
        if is_known(task_tag(task), known):
            return _not_modified(task_tag(task))
        return _task_answer(task).response()

    async def edit(self, request: AnyRequest) -> ASGIResponse:
        call = await self.gate.call(request)
        body = await call.body(JSON_OR_PATCH if request.method == "PATCH" else JSON)
        given = read_object(body)
        versions, once = _read_headers(call, body, _task_answer)
        command = self.edit_task(
            call.actor, call.owner, call.task_id, given, versions=versions, once=once
        )
        return await _answered(_task_answer, command)

    async def complete(self, request: AnyRequest) -> ASGIResponse:
        call = await self.gate.call(request)
        body = await call.body(JSON_OR_PATCH)
        completed = read_completed(body)
        versions, once = _read_headers(call, body, _task_answer)
        command = self.complete_task(
            call.actor, call.owner, call.task_id, completed, versions=versions, once=once
        )
        return await _answered(_task_answer, command)

    async def delete(self, request: AnyRequest) -> ASGIResponse:
        call = await self.gate.call(request)
        versions, _ = _read_headers(call)
        await self.delete_task(call.actor, call.owner, call.task_id, versions=versions)
        return Answer(204, _PRIVATE).response()


def _read_headers(
    call: Call, body: bytes = b"", answer: Callable[[Task], Answer] | None = None
) -> tuple[frozenset[int] | None, Once | None]:
    """The versions that a write expects and, if it has an answer to keep, its key.

    Raises `InvalidRequest`, also for any query parameter.
    """
    faults, versions, once = Faults(), None, None
    with faults:
        call.refuse_query()
    with faults:
        versions = expected_versions(call.header("if-match"))
    with faults:
        refuse_if_none_match(call.header("if-none-match"))
    with faults:
        once = read_once(call, body, answer) if answer else None
    faults.check()
    return versions, once


async def _answered(answer: Callable[[Task], Answer], command: Awaitable[Task]) -> ASGIResponse:
    """The command's answer, or the one it got when it was done before."""
    try:
        return answer(await command).response()
    except DoneBefore as before:
        return replay(before).response()


def _task_answer(
    task: Task, status: int = 200, headers: Mapping[str, str] = MappingProxyType({})
) -> Answer:
    return Answer(status, {"etag": task_tag(task), **headers, **_JSON}, write_task(task))


def _not_modified(tag: str) -> ASGIResponse:
    return Answer(304, {"etag": tag, **_PRIVATE}).response()
