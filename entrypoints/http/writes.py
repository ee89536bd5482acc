"""What the writes of tasks share: their conditions, and their answers."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Generic, TypeVar

from application.once import DoneBefore, Once, Versions
from domain.task import Task
from entrypoints.http.answers import Answer
from entrypoints.http.bodies import write_task
from entrypoints.http.calls import Call
from entrypoints.http.conditions import expected_versions, refuse_if_none_match, task_tag
from entrypoints.http.faults import Faults
from entrypoints.http.once import read_once, replay
from entrypoints.http.query import read_query
from entrypoints.http.reading import ParameterReader, choice

T = TypeVar("T")

PRIVATE = {"cache-control": "private, no-cache"}
PRIVATE_JSON = {**PRIVATE, "content-type": "application/json"}

_SAYING = frozenset({b"if-match", b"if-none-match", b"idempotency-key"})
_flag = choice({"true": True, "false": False})


@dataclass(frozen=True, slots=True)
class Asked(Generic[T]):
    """The versions that a write expects, its key, and whether its flag is set."""

    versions: Versions
    once: Once[T] | None
    flag: bool


def read_asked(
    call: Call,
    answer: Callable[[T], Answer] | None = None,
    *,
    flag: str | None = None,
) -> Asked[T]:
    """What headers and query say of a write; it has a key only if it has an answer to keep.

    `flag` is the one parameter that its query may have. Raises `InvalidRequest`.
    """
    faults, versions, once, is_set = Faults(), None, None, False
    incoming = call.incoming
    if not incoming.query and _SAYING.isdisjoint(incoming.lines):
        return Asked(None, None, flag=False)
    query = read_query(incoming.query, [flag] if flag else [])
    reader = ParameterReader(query)
    with faults:
        is_set = reader.one(flag or "", _flag, False)
        reader.check()
    with faults:
        versions = expected_versions(incoming.header(b"if-match"))
    with faults:
        refuse_if_none_match(incoming.header(b"if-none-match"))
    with faults:
        once = read_once(call, answer) if answer else None
    faults.check()
    return Asked(versions, once, is_set)


async def answered(answer: Callable[[T], Answer], command: Awaitable[T]) -> Answer:
    """The command's answer, or the one it got when it was done before."""
    try:
        return answer(await command)
    except DoneBefore as before:
        return replay(before)


def task_answer(
    task: Task, status: int = 200, headers: Mapping[str, str] = MappingProxyType({})
) -> Answer:
    """A whole task, and its version."""
    return Answer(status, {"etag": task_tag(task), **headers, **PRIVATE_JSON}, write_task(task))
