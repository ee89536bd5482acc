"""The floor of SQLite: a minimal Litestar that calls the standard library's sqlite3 on the loop.

granian --interface asgi main:app, with DATABASE and JWT_SECRET in the environment.
"""

import os
import sqlite3
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

import jwt
import msgspec
from litestar import Litestar, Request, Router, get, patch, post, put
from litestar.exceptions import NotAuthorizedException, NotFoundException, PermissionDeniedException

SECRET = os.environ["JWT_SECRET"]
COLUMNS = (
    "id, user_id, title, description, priority, due_date, tags, completed, created_at, updated_at"
)

database = sqlite3.connect(os.environ["DATABASE"], isolation_level=None)
database.execute("PRAGMA synchronous=FULL")  # an acknowledged write survives a loss of power


class Given(msgspec.Struct, omit_defaults=True):
    """What a caller says of a new task."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    description: Annotated[str, msgspec.Meta(max_length=16_384)] | None = None
    priority: Literal["none", "low", "medium", "high", "urgent"] = "none"
    due_date: date | None = None
    tags: Annotated[list[str], msgspec.Meta(max_length=20)] = []
    completed: bool = False


class Task(msgspec.Struct):
    """The answer."""

    id: int
    user_id: str
    title: str
    description: str | None
    priority: str
    due_date: str | None
    tags: msgspec.Raw
    completed: bool
    created_at: str
    updated_at: str


def task_of(row: tuple[Any, ...] | None) -> Task:
    """The row as a task."""
    if row is None:
        raise NotFoundException
    id, user_id, title, description, priority, due_date, tags, completed, created, updated = row
    raw, done = msgspec.Raw(tags.encode()), bool(completed)
    return Task(id, user_id, title, description, priority, due_date, raw, done, created, updated)


def owner(request: Request[Any, Any, Any], user_id: str) -> str:
    """The caller, who has to be the user of the path."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    try:
        options: Any = {"require": ["exp", "sub"]}
        claims = jwt.decode(token, SECRET, algorithms=["HS256"], options=options)
    except jwt.InvalidTokenError:
        raise NotAuthorizedException from None
    if scheme != "Bearer" or claims["sub"] != user_id:
        raise PermissionDeniedException
    return user_id


def now() -> str:
    """This instant."""
    return datetime.now(UTC).isoformat()


@get("/tasks")
async def list_tasks(request: Request[Any, Any, Any], user_id: str, limit: int = 100) -> list[Task]:
    """The newest tasks."""
    found = database.execute(
        f"SELECT {COLUMNS} FROM tasks WHERE user_id = ? ORDER BY created_at DESC, id DESC LIMIT ?",
        (owner(request, user_id), limit),
    )
    return [task_of(row) for row in found]


@post("/tasks")
async def create_task(request: Request[Any, Any, Any], user_id: str, data: Given) -> Task:
    """A new task."""
    at, tags = now(), msgspec.json.encode(data.tags).decode()
    values = (data.title, data.description, data.priority, data.due_date and str(data.due_date))
    made = database.execute(
        "INSERT INTO tasks (user_id, title, description, priority, due_date, tags, completed, "
        f"created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING {COLUMNS}",
        (owner(request, user_id), *values, tags, data.completed, at, at),
    )
    return task_of(made.fetchone())


@get("/tasks/{task_id:int}")
async def get_task(request: Request[Any, Any, Any], user_id: str, task_id: int) -> Task:
    """One task."""
    found = database.execute(
        f"SELECT {COLUMNS} FROM tasks WHERE id = ? AND user_id = ?",
        (task_id, owner(request, user_id)),
    )
    return task_of(found.fetchone())


@put("/tasks/{task_id:int}")
async def rename_task(
    request: Request[Any, Any, Any], user_id: str, task_id: int, data: Given
) -> Task:
    """The task with another title and priority: all that the floor's scenario changes."""
    changed = database.execute(
        "UPDATE tasks SET title = ?, priority = ?, updated_at = ? WHERE id = ? AND user_id = ? "
        f"RETURNING {COLUMNS}",
        (data.title, data.priority, now(), task_id, owner(request, user_id)),
    )
    return task_of(changed.fetchone())


@patch("/tasks/{task_id:int}/complete")
async def toggle_task(request: Request[Any, Any, Any], user_id: str, task_id: int) -> Task:
    """The task, done if it was not and not done if it was."""
    changed = database.execute(
        "UPDATE tasks SET completed = NOT completed, updated_at = ? WHERE id = ? AND user_id = ? "
        f"RETURNING {COLUMNS}",
        (now(), task_id, owner(request, user_id)),
    )
    return task_of(changed.fetchone())


tasks = Router(
    "/api/{user_id:str}",
    route_handlers=[list_tasks, create_task, get_task, rename_task, toggle_task],
)
app = Litestar([tasks], openapi_config=None)
