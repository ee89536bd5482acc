"""Which code can work with which schema.

A revision is called after its generation and its step in it: `0003`, `0003.1`, `0003.2`, `0004`. A
step only adds what the code before it need not know (expand); what that code cannot work with
begins a generation (contract). So two versions can serve side by side during an upgrade.
"""


def serves(found: str, needed: str) -> bool:
    """Whether code that needs one revision can work with a schema at the one that was found."""
    generation, step = _parts(found)
    needed_generation, needed_step = _parts(needed)
    return generation == needed_generation and step >= needed_step


def _parts(revision: str) -> tuple[str, int]:
    generation, _, step = revision.partition(".")
    if not step:
        return generation, 0
    return (generation, int(step)) if step.isdecimal() else (revision, 0)
