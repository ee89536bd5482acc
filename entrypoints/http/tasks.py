"""The routes of tasks (contract §1), one handler each, in four path forms."""

from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from application.ports import Clock
from application.tasks import CompleteTask, CreateTask, EditTask, ListTasks, ReadPosition, ReadTask
from application.trash import DeleteTask
from domain.task import Task
from entrypoints.http.answers import Answer
from entrypoints.http.bodies import read_completed, read_object, write_tasks
from entrypoints.http.conditions import is_known, known_tags, list_tag, task_tag
from entrypoints.http.gate import Gate
from entrypoints.http.incoming import JSON, JSON_OR_PATCH, Incoming
from entrypoints.http.listing import REPEATABLE, SINGLE, next_page, read_listing
from entrypoints.http.query import read_query
from entrypoints.http.routing import forms, route
from entrypoints.http.writes import PRIVATE, PRIVATE_JSON, Asked, answered, read_asked, task_answer


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

    async def list(self, incoming: Incoming) -> Answer:
        call = await self.gate.call(incoming)
        query = read_query(incoming.query, SINGLE, REPEATABLE)
        known = known_tags(incoming.header(b"if-none-match"))
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
        return Answer(200, {**headers, **PRIVATE_JSON}, write_tasks(page.tasks))

    async def create(self, incoming: Incoming) -> Answer:
        call = await self.gate.call(incoming)
        given = read_object(incoming.body(JSON))

        def answer(task: Task) -> Answer:
            return task_answer(task, 201, {"location": f"{call.path}/{task.id}"})

        asked = read_asked(call, answer)
        command = self.create_task(call.actor, call.owner, given, once=asked.once)
        return await answered(answer, command)

    async def read(self, incoming: Incoming) -> Answer:
        call = await self.gate.call(incoming)
        incoming.refuse_query()
        known = known_tags(incoming.header(b"if-none-match"))
        task = await self.read_task(call.actor, call.owner, call.task_id)
        if is_known(task_tag(task), known):
            return _not_modified(task_tag(task))
        return task_answer(task)

    async def edit(self, incoming: Incoming) -> Answer:
        call = await self.gate.call(incoming)
        given = read_object(incoming.body(JSON_OR_PATCH if incoming.method == "PATCH" else JSON))
        asked = read_asked(call, task_answer)
        command = self.edit_task(
            call.actor, call.owner, call.task_id, given, versions=asked.versions, once=asked.once
        )
        return await answered(task_answer, command)

    async def complete(self, incoming: Incoming) -> Answer:
        call = await self.gate.call(incoming)
        completed = read_completed(incoming.body(JSON_OR_PATCH))
        asked = read_asked(call, task_answer)
        command = self.complete_task(
            call.actor,
            call.owner,
            call.task_id,
            completed,
            versions=asked.versions,
            once=asked.once,
        )
        return await answered(task_answer, command)

    async def delete(self, incoming: Incoming) -> Answer:
        call = await self.gate.call(incoming)
        asked: Asked[Task] = read_asked(call, flag="permanent")
        await self.delete_task(
            call.actor, call.owner, call.task_id, versions=asked.versions, permanent=asked.flag
        )
        return Answer(204, PRIVATE)


def _not_modified(tag: str) -> Answer:
    return Answer(304, {"etag": tag, **PRIVATE})
