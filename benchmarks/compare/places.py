"""Where what is compared lies."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
PEERS = ROOT / "benchmarks" / "peers"
FASTIFY = PEERS / "fastify_app"
PAGE = ROOT / "docs" / "performance.md"

UVICORN = ROOT / ".venv-bench" / "bin" / "uvicorn"
FASTIFY_INSTALLED = FASTIFY / "node_modules" / ".package-lock.json"
"""What npm writes last."""

DISK = "/var/tmp"  # noqa: S108 - for what has to be on a disk; what is put here has random names
