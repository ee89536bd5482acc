"""Reads what a request says: who calls, about whose tasks, and with which parts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import Request

from domain.owner import Actor, Owner
from entrypoints.http.errors import InvalidRequest, NoToken, WrongMediaType
from entrypoints.http.query import read_query

AnyRequest = Request[Any, Any, Any]

JSON = ("application/json",)
JSON_OR_PATCH = ("application/json", "application/merge-patch+json")

_BEARER = re.compile(r"bearer (\S.*)", re.IGNORECASE)
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
_NOTHING = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request, and the parts that it says things with."""

    request: AnyRequest

    def header(self, name: str) -> Sequence[str]:
        """Every line that a header has."""
        return self.request.headers.getall(name, [])

    def bearer(self) -> str:
        """The bearer token. Raises `NoToken`."""
        lines = self.header("authorization")
        match = _BEARER.fullmatch(lines[0]) if len(lines) == 1 else None
        if match is None:
            raise NoToken
        return match.group(1)

    def refuse_query(self) -> None:
        """Raises `InvalidRequest` if there are parameters."""
        if faults := read_query(self.request.scope["query_string"]).faults:
            raise InvalidRequest(*faults)

    async def body(self, media_types: Sequence[str]) -> bytes:
        """The body, if it is of one of these types. Raises `WrongMediaType`."""
        body: bytes = await self.request.body()
        if body:
            self._check_media_type(media_types)
        return body

    def _check_media_type(self, media_types: Sequence[str]) -> None:
        coding = self.header("content-encoding")
        if any(line.strip().lower() not in {"", "identity"} for line in coding):
            raise WrongMediaType("a body is taken as it is, without Content-Encoding")
        lines = self.header("content-type")
        kind, _, rest = (lines[0] if len(lines) == 1 else "").partition(";")
        charset = re.search(r"charset\s*=\s*\"?([^\s\";]+)", rest, re.IGNORECASE)
        if kind.strip().lower() not in media_types or (
            charset and charset.group(1).lower() not in {"utf-8", "utf8"}
        ):
            raise WrongMediaType(f"the body must be {' or '.join(media_types)}, in UTF-8")


@dataclass(frozen=True, slots=True)
class Call(Incoming):
    """A request whose caller is known and may act for the owner it names."""

    actor: Actor
    owner: Owner

    @property
    def path(self) -> str:
        """The path in the form of the request, made anew so that nothing unexpected is in it."""
        template: str = self.request.scope["path_template"]
        parts = {name: quote(value, safe="") for name, value in self.request.path_params.items()}
        return template.format(**parts)

    @property
    def place(self) -> str:
        """The path below the owner, the same in all four forms."""
        template: str = self.request.scope["path_template"]
        tail = template[template.index("/tasks") :]
        return tail.format(id=self.task_id) if "{id}" in tail else tail

    @property
    def task_id(self) -> UUID:
        """The task's id; one that is malformed names no task, so the nil id stands for it."""
        return read_id(self.request.path_params["id"])


def read_id(text: str) -> UUID:
    """The id that a segment of the path is, the nil id if it is none."""
    return UUID(text) if _ID.fullmatch(text) else _NOTHING
