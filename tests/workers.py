"""Which tests go to which worker where several share a run (`pytest -n`)."""

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # it has no types

SHARING = ("better_auth", "faults", "fuzz")
"""Folders whose files start the same servers, or disturb them: one worker takes each whole."""


class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # nor has it
    """A file, with what it starts, goes to one worker, in the order of their collection.

    The small ones of tests/unit come last, so that all workers end at about the same time.
    """

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        folder, _, _ = path.removeprefix("tests/").partition("/")
        return folder if folder in SHARING else path
