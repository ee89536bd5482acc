"""Every way a port says no, beside the domain's own.

TaskhavenError
├── Crowded              too many wait for the same scarce work; nothing was done
├── InvalidToken         the token proves nothing to us; why is for the log, never for the caller
├── KeysUnavailable      an issuer's keys cannot be had, so nothing can be said of its tokens
├── KeyTaken             under this key an answer is kept already; nothing was done
├── LimitsUnavailable    who keeps count of requests cannot be reached, so nothing was counted there
└── StorageError
    ├── Unavailable      storage cannot be reached, or cannot write now; nothing was done,
    │                    or, if it broke during a write, the outcome is unknown
    ├── Busy             storage works, but every try lost its race; nothing was done
    └── CorruptRecord    what storage holds breaks the domain's rules: our fault, never the caller's
"""

from domain.errors import TaskhavenError


class Crowded(TaskhavenError):
    """So many wait for the same scarce work that waiting too would be no use."""


class InvalidToken(TaskhavenError):
    """The token is not one that this service accepts."""


class KeysUnavailable(TaskhavenError):
    """The issuer's key set could not be fetched, and none was before."""


class KeyTaken(TaskhavenError):
    """The owner has a receipt under that key which has not expired."""


class LimitsUnavailable(TaskhavenError):
    """The store in which processes count requests together is away, or too slow."""


class StorageError(TaskhavenError):
    """Storage did not do what it was asked."""


class Unavailable(StorageError):
    """Storage cannot be reached, is read-only or full, or all connections are taken."""


class Busy(StorageError):
    """Every try within the time allowed lost its race against other writers."""


class CorruptRecord(StorageError):
    """A stored record cannot be read back as what the domain allows."""
