"""Every way the domain says no.

TaskhavenError
├── BatchRefused          one operation of a batch cannot be done, so none was
├── EmailTaken            another account has that address
├── HistoryGone           what is asked for was there, and is no longer kept
├── InvalidFields         what was said breaks a rule; names every bad field at once
├── InvalidOwner          a subject that no owner can have
├── InvalidRefreshToken   it continues no session, or no longer
├── NoAccount             the actor is somebody else's user, who has no account here
├── NotOwner              the actor may not act for that owner
├── RegistrationClosed    new accounts are made by the operator alone
├── SessionNotFound       this account has no such session
├── TaskNotFound          this owner has no such task; somebody else's looks the same as none
├── TooManyTasks          the owner has as many tasks as this service allows
├── TooManyTries          too much was tried; says when it may be tried again
├── VersionMismatch       the task is not in a version the caller expected
└── WrongCredentials      no account has that address and password, or it is disabled
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta


class TaskhavenError(Exception):
    """The root of everything Taskhaven raises on purpose."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """One bad field: the way to it from the top (`("tags", 3)`) and what it must be instead."""

    path: tuple[str | int, ...]
    detail: str


class BatchRefused(TaskhavenError):
    """Holds the first operation of a batch that cannot be done, counted from 0, and why."""

    def __init__(self, place: int, reason: TaskhavenError) -> None:
        self.place = place
        self.reason = reason
        super().__init__(f"operation {place}: {reason}")


class EmailTaken(TaskhavenError):
    """An account with that e-mail address exists."""


class HistoryGone(TaskhavenError):
    """The journal no longer reaches back so far, or it was erased."""


class InvalidFields(TaskhavenError):
    """Holds one `FieldError` for each bad field, in the order in which they were given."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        self.errors = tuple(errors)
        super().__init__("; ".join(f"{_dotted(e.path)} {e.detail}" for e in self.errors))


class InvalidOwner(TaskhavenError):
    """The subject or realm is not of the form the contract allows (§8)."""


class InvalidRefreshToken(TaskhavenError):
    """The refresh token continues no session: it is made up, has expired, or was used before."""


class NoAccount(TaskhavenError):
    """The actor is known to another issuer, and has no account here."""


class NotOwner(TaskhavenError):
    """The actor does not act for that owner, who may or may not exist."""


class RegistrationClosed(TaskhavenError):
    """Nobody can make an account for themselves."""


class SessionNotFound(TaskhavenError):
    """No session of this account has that id."""


class TaskNotFound(TaskhavenError):
    """No task of this owner has that id."""


class TooManyTasks(TaskhavenError):
    """The owner has as many tasks as allowed, and the change would add one."""


class TooManyTries(TaskhavenError):
    """Too much was tried: by this address, or at this account."""

    def __init__(self, wait: timedelta) -> None:
        self.wait = wait
        super().__init__("too many tries")


class VersionMismatch(TaskhavenError):
    """The task's present version is none of those the caller expected."""


class WrongCredentials(TaskhavenError):
    """The address is unknown, the password is wrong, or the account is disabled: never which."""


def _dotted(path: tuple[str | int, ...]) -> str:
    return ".".join(map(str, path)) or "the whole"
