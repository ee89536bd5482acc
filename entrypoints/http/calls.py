"""Who calls, about whose tasks and which of them."""

import re
from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

from domain.owner import Actor, Owner
from entrypoints.http.incoming import Incoming

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
_NOTHING = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Call:
    """A request whose caller is known and may act for the owner it names."""

    incoming: Incoming
    actor: Actor
    owner: Owner

    @property
    def path(self) -> str:
        """The path in the form of the request, made anew so that nothing unexpected is in it."""
        parts = {name: quote(value, safe="") for name, value in self.incoming.params.items()}
        return self._template.format(**parts)

    @property
    def place(self) -> str:
        """The path below the owner, the same in all four forms."""
        tail = self._template[self._template.index("/tasks") :]
        return tail.format(id=self.task_id) if "{id}" in tail else tail

    @property
    def task_id(self) -> UUID:
        """The task's id; one that is malformed names no task, so the nil id stands for it."""
        return read_id(self.incoming.params["id"])

    @property
    def _template(self) -> str:
        return self.incoming.template or ""


def read_id(text: str) -> UUID:
    """The id that a segment of the path is, the nil id if it is none."""
    return UUID(text) if _ID.fullmatch(text) else _NOTHING
