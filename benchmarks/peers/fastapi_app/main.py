"""The same requests as FastAPI's and SQLModel's own documentation has them, on asyncpg.

uvicorn main:app --no-access-log, with DATABASE_URL and JWT_SECRET in the environment.
"""

import os
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any

import jwt
from fastapi import Depends, FastAPI, HTTPException, status
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import Column, DateTime, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

SECRET = os.environ["JWT_SECRET"]

engine = create_async_engine(os.environ["DATABASE_URL"], pool_size=10, max_overflow=0)
new_session = async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)
bearer = HTTPBearer(auto_error=False)
app = FastAPI()


class Priority(StrEnum):
    """How urgent a task is."""

    none = "none"
    low = "low"
    medium = "medium"
    high = "high"
    urgent = "urgent"


def now() -> datetime:
    """This instant."""
    return datetime.now(UTC)


class TaskBase(SQLModel):
    """What a caller says of a task."""

    title: str = Field(min_length=1, max_length=500)
    description: str | None = Field(default=None, max_length=16_384)
    priority: Priority = Field(default=Priority.none, sa_type=Text)
    due_date: date | None = None
    tags: list[str] = Field(default_factory=list, max_length=20, sa_type=JSONB)
    completed: bool = False


class Task(TaskBase, table=True):
    """The row."""

    __tablename__ = "tasks"

    id: int | None = Field(default=None, primary_key=True)
    user_id: str = Field(index=True)
    created_at: datetime = Field(
        default_factory=now, sa_column=Column(DateTime(timezone=True), nullable=False)
    )
    updated_at: datetime = Field(
        default_factory=now, sa_column=Column(DateTime(timezone=True), nullable=False)
    )


class TaskPublic(TaskBase):
    """The answer."""

    id: int
    user_id: str
    created_at: datetime
    updated_at: datetime


class TaskUpdate(SQLModel):
    """What a caller changes."""

    title: str | None = Field(default=None, min_length=1, max_length=500)
    description: str | None = Field(default=None, max_length=16_384)
    priority: Priority | None = None
    due_date: date | None = None
    tags: list[str] | None = Field(default=None, max_length=20)
    completed: bool | None = None


async def get_session() -> AsyncIterator[AsyncSession]:
    """A session for one request."""
    async with new_session() as session:
        yield session


async def owner(
    user_id: str, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> str:
    """The caller, who has to be the user of the path."""
    if credentials is None:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "Not authenticated")
    try:
        claims = jwt.decode(
            credentials.credentials,
            SECRET,
            algorithms=["HS256"],
            options={"require": ["exp", "sub"]},
        )
    except jwt.InvalidTokenError:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "Invalid token") from None
    if claims["sub"] != user_id:
        raise HTTPException(status.HTTP_403_FORBIDDEN, "Not your tasks")
    return user_id


Session = Annotated[AsyncSession, Depends(get_session)]
Owner = Annotated[str, Depends(owner)]


async def find(session: AsyncSession, user_id: str, task_id: int) -> Task:
    """The user's task."""
    found = await session.exec(select(Task).where(Task.id == task_id, Task.user_id == user_id))
    task = found.first()
    if task is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "Task not found")
    return task


async def save(session: AsyncSession, task: Task) -> Task:
    """The task, stored."""
    session.add(task)
    await session.commit()
    return task


@app.get("/api/{user_id}/tasks", response_model=list[TaskPublic])
async def list_tasks(user: Owner, session: Session, limit: int = 100) -> Any:
    """The newest tasks."""
    query = select(Task).where(Task.user_id == user)
    newest_first = query.order_by(col(Task.created_at).desc(), col(Task.id).desc())
    return (await session.exec(newest_first.limit(limit))).all()


@app.post("/api/{user_id}/tasks", response_model=TaskPublic, status_code=201)
async def create_task(user: Owner, session: Session, given: TaskBase) -> Any:
    """A new task."""
    return await save(session, Task(**given.model_dump(), user_id=user))


@app.get("/api/{user_id}/tasks/{task_id}", response_model=TaskPublic)
async def get_task(user: Owner, session: Session, task_id: int) -> Any:
    """One task."""
    return await find(session, user, task_id)


@app.put("/api/{user_id}/tasks/{task_id}", response_model=TaskPublic)
async def update_task(user: Owner, session: Session, task_id: int, given: TaskUpdate) -> Any:
    """The task with the members given changed."""
    task = await find(session, user, task_id)
    task.sqlmodel_update(given.model_dump(exclude_unset=True))
    task.updated_at = now()
    return await save(session, task)


@app.patch("/api/{user_id}/tasks/{task_id}/complete", response_model=TaskPublic)
async def toggle_task(user: Owner, session: Session, task_id: int) -> Any:
    """The task, done if it was not and not done if it was."""
    task = await find(session, user, task_id)
    task.completed = not task.completed
    task.updated_at = now()
    return await save(session, task)
