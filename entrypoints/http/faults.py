"""Names every bad parameter and header of a request at once."""

from types import TracebackType
from typing import Self

from entrypoints.http.errors import Fault, InvalidRequest


class Faults:
    """Collects what `InvalidRequest` says in each of its blocks: `with faults: …`."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _: type[BaseException] | None,
        error: BaseException | None,
        __: TracebackType | None,
    ) -> bool:
        if not isinstance(error, InvalidRequest):
            return False
        self._faults += error.faults
        return True

    def check(self) -> None:
        """Raise `InvalidRequest` if there were any."""
        if self._faults:
            raise InvalidRequest(*self._faults)
