"""The systems that are asked over HTTP, each in processes of its own with one worker."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.compare.data import id_of
from benchmarks.compare.places import FASTIFY, PEERS, UVICORN
from tests.command_line import TASKHAVEN

TASKHAVEN_ON_POSTGRESQL = "Taskhaven"
TASKHAVEN_ON_SQLITE = "Taskhaven on SQLite"
FASTAPI = "FastAPI + SQLModel"
FASTIFY_PG = "fastify + pg"
SQLITE3 = "sqlite3 on the loop"

OURS = frozenset({TASKHAVEN_ON_POSTGRESQL, TASKHAVEN_ON_SQLITE})


@dataclass(frozen=True, slots=True)
class System:
    """How to start it at a port, and what its addresses look like.

    `base` is what stands before `/tasks`, `task_id` the id of the task of that number.
    """

    name: str
    command: Callable[[int], Sequence[str]]
    settings: Callable[[int], Mapping[str, str]] = field(repr=False)
    base: str = "/api/{owner}"
    task_id: Callable[[int], str] = lambda serial: str(serial + 1)
    on_postgresql: bool = True


def taskhaven(name: str, url: str, secret: str, workers: int = 1) -> System:
    """`taskhaven serve`, as every user gets it but for the rate limit."""
    settings = {
        "DATABASE_URL": url,
        "JWT_SECRET": secret,
        "RATE_LIMIT": "off",
        "WORKERS": str(workers),
    }
    return System(
        name,
        lambda _: [*TASKHAVEN, "serve"],
        lambda port: {**settings, "PORT": str(port)},
        base="/api/v1/{owner}",
        task_id=lambda serial: str(id_of(serial)),
        on_postgresql=url.startswith("postgresql:"),
    )


def fastapi(url: str, secret: str) -> System:
    """FastAPI with SQLModel and asyncpg, on uvicorn with uvloop and httptools."""
    address = url.replace("postgresql://", "postgresql+asyncpg://")
    program = [str(UVICORN), "--app-dir", str(PEERS / "fastapi_app"), "main:app"]
    return System(
        FASTAPI,
        lambda port: [*program, "--host", "127.0.0.1", "--port", str(port), "--no-access-log"],
        lambda _: {"DATABASE_URL": address, "JWT_SECRET": secret},
    )


def fastify(node: str, url: str, secret: str) -> System:
    """Fastify with pg."""
    settings = {"DATABASE_URL": url, "JWT_SECRET": secret, "NODE_ENV": "production"}
    return System(
        FASTIFY_PG,
        lambda _: [node, str(FASTIFY / "server.mjs")],
        lambda port: {**settings, "PORT": str(port)},
    )


def sqlite3_on_the_loop(file: Path, secret: str) -> System:
    """The standard library's sqlite3 in a minimal Litestar, on the server that we have too."""
    program = [sys.executable, "-m", "granian", "--interface", "asgi", "--no-ws", "--http", "1"]
    folder = ["--working-dir", str(PEERS / "litestar_app"), "--log-level", "warning"]
    return System(
        SQLITE3,
        lambda port: [*program, *folder, "--host", "127.0.0.1", "--port", str(port), "main:app"],
        lambda _: {"DATABASE": str(file), "JWT_SECRET": secret},
        on_postgresql=False,
    )
