"""The Dockerfile and its .dockerignore, read as far as ours go."""

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction, on one line, and which stage of the build it stands in (from 1)."""

    stage: int
    name: str
    text: str


def recipe() -> list[Instruction]:
    """The Dockerfile's instructions, without comments and continued lines."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    text = re.sub(r"\s*\\\n\s*", " ", text)
    found: list[Instruction] = []
    stage = 0
    for line in filter(None, map(str.strip, text.splitlines())):
        name, _, rest = line.partition(" ")
        stage += name == "FROM"
        found.append(Instruction(stage, name, rest.strip()))
    return found


def last(name: str) -> str:
    """What the last instruction of that name says, which is the one that holds."""
    return [i.text for i in recipe() if i.name == name][-1]


def copy_context(target: Path) -> None:
    """Copy what an engine would be sent: all but what .dockerignore leaves out."""
    for folder, folders, files in os.walk(ROOT):
        here = Path(folder).relative_to(ROOT)
        folders[:] = [name for name in folders if _sent((here / name).as_posix())]
        for name in files:
            if _sent((here / name).as_posix()):
                (target / here).mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / here / name, target / here / name)


def _sent(path: str) -> bool:
    """Whether a path is part of the context: the last pattern that fits it, or a parent, decides.

    No exception of ours lies in a folder that is left out, so such a folder need not be entered.
    """
    sent = True
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        pattern = line.removeprefix("!").rstrip("/")
        if pattern and not line.startswith("#") and _fits(pattern, path):
            sent = line.startswith("!")
    return sent


def _fits(pattern: str, path: str) -> bool:
    anywhere, rest = pattern.startswith("**/"), pattern.removeprefix("**/")
    wanted = re.escape(rest).replace(r"\*", "[^/]*")
    return bool(re.fullmatch(f"{'(?:.*/)?' if anywhere else ''}{wanted}(?:/.*)?", path))
