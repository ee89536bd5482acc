"""The chores there are, for the worker that does them each hour and for who wants them done now."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from entrypoints.container import Container
    from entrypoints.http.chores import Chore

CHORES: Mapping[str, tuple[str, str]] = {
    "receipts": ("receipt forgotten", "receipts forgotten"),
    "sessions": ("session forgotten", "sessions forgotten"),
    "tallies": ("tally forgotten", "tallies forgotten"),
    "erasures": ("account erased for good", "accounts erased for good"),
    "trash": ("task erased", "tasks erased"),
    "journals": ("entry dropped", "entries dropped"),
}
"""Each chore's name, and what it counts, of which there is one or many."""


def chores_of(container: "Container") -> dict[str, "Chore"]:
    """Every chore by its name, in the order in which they are done."""
    return {
        "receipts": container.forget_receipts(),
        "sessions": container.forget_sessions(),
        "tallies": container.forget_tallies(),
        "erasures": container.finish_erasures(),
        "trash": container.empty_trash(),
        "journals": container.trim_journals(),
    }
