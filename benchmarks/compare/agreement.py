"""Whether every system answers as it has to, and of the same tasks, before anything is measured."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice

from benchmarks.compare.programs import Failed
from benchmarks.compare.scenarios import GET, LIST, Scenario, body
from benchmarks.compare.server import Server

_LOOKED_AT = 5  # requests of each scenario


class Agreement:
    """Remembers what the first system told of the tasks that are only read."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, int], Sequence[str]] = {}

    def check(self, server: Server, scenario: Scenario, requests: Iterable[bytes]) -> None:
        """Raises `Failed` where a status is another one, or tasks are not those of the others."""
        for place, request in enumerate(islice(requests, _LOOKED_AT)):
            status, said = server.ask(request + body(scenario, place))
            if status != scenario.status:
                raise Failed(f"{server.system.name}, {scenario.name}: {status}, {said[:300]!r}")
            if read := _READ.get(scenario.name):
                told = [str(task["title"]) for task in read(json.loads(said))]
                if self._told.setdefault((scenario.name, place), told) != told:
                    raise Failed(f"{server.system.name}, {scenario.name}: other tasks, {told}")


_READ: Mapping[str, Callable[..., Sequence[Mapping[str, object]]]] = {
    GET: lambda task: [task],
    LIST: lambda tasks: tasks,
}
