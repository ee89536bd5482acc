"""The routes of tasks (contract §1), one handler each, in four path forms."""

from collections.abc import Mapping
from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse

from application.ports import TokenVerifier
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
from entrypoints.http.bodies import read_completed, read_object, write_task, write_tasks
from entrypoints.http.calls import JSON, JSON_OR_PATCH, AnyRequest, Call, read_call
from entrypoints.http.conditions import expected_versions, is_known, list_tag, task_tag
from entrypoints.http.paging import next_page, read_listing
from entrypoints.http.routing import forms, route

_PRIVATE = {"cache-control": "private, no-cache"}


@dataclass(frozen=True, slots=True)
class TaskRoutes:
    """The handlers, with all they need as fields; the container fills them once."""

    verifier: TokenVerifier
    create_task: CreateTask
    read_task: ReadTask
    list_tasks: ListTasks
    edit_task: EditTask
    complete_task: CompleteTask
    delete_task: DeleteTask
    read_position: ReadPosition

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
        call = read_call(request, self.verifier)
        listing = read_listing(call.query("limit", "cursor"))
        known = call.header("if-none-match")
        if known:  # one small read may spare reading the tasks
            tag = list_tag(await self.read_position(call.actor, call.owner), listing)
            if is_known(tag, known):
                return _not_modified(tag)
        page = await self.list_tasks(call.actor, call.owner, listing)
        headers = {"etag": list_tag(page.position, listing)}
        if query := next_page(page, listing):
            headers["link"] = f'<{call.path}?{query}>; rel="next"'
        return _answer(write_tasks(page.tasks), headers)

    async def create(self, request: AnyRequest) -> ASGIResponse:
        call = read_call(request, self.verifier)
        given = read_object(await call.body(JSON))
        call.query()
        task = await self.create_task(call.actor, call.owner, given)
        return _task_answer(task, status=201, headers={"location": f"{call.path}/{task.id}"})

    async def read(self, request: AnyRequest) -> ASGIResponse:
        call = read_call(request, self.verifier)
        call.query()
        task = await self.read_task(call.actor, call.owner, call.task_id)
        if is_known(task_tag(task), call.header("if-none-match")):
            return _not_modified(task_tag(task))
        return _task_answer(task)

    async def edit(self, request: AnyRequest) -> ASGIResponse:
        call = read_call(request, self.verifier)
        media_types = JSON_OR_PATCH if request.method == "PATCH" else JSON
        given = read_object(await call.body(media_types))
        task = await self.edit_task(
            call.actor, call.owner, call.task_id, given, versions=_conditions(call)
        )
        return _task_answer(task)

    async def complete(self, request: AnyRequest) -> ASGIResponse:
        call = read_call(request, self.verifier)
        completed = read_completed(await call.body(JSON_OR_PATCH))
        task = await self.complete_task(
            call.actor, call.owner, call.task_id, completed, versions=_conditions(call)
        )
        return _task_answer(task)

    async def delete(self, request: AnyRequest) -> ASGIResponse:
        call = read_call(request, self.verifier)
        await self.delete_task(call.actor, call.owner, call.task_id, versions=_conditions(call))
        return ASGIResponse(status_code=204, headers=_PRIVATE)


def _conditions(call: Call) -> frozenset[int] | None:
    """The versions a write expects. Raises `InvalidRequest`, also for any query parameter."""
    call.query()
    return expected_versions(call.header("if-match"))


def _task_answer(
    task: Task, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> ASGIResponse:
    return _answer(write_task(task), {"etag": task_tag(task), **(headers or {})}, status=status)


def _answer(body: bytes, headers: Mapping[str, str], *, status: int = 200) -> ASGIResponse:
    return ASGIResponse(body=body, status_code=status, headers={**headers, **_PRIVATE})


def _not_modified(tag: str) -> ASGIResponse:
    return ASGIResponse(status_code=304, headers={"etag": tag, **_PRIVATE})
