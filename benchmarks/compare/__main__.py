"""Taskhaven beside what its users could have instead, in one run: `make bench`.

FastAPI with SQLModel and asyncpg, fastify with pg, and the floors below which nothing can be:
pgbench with our very statements, and the standard library's sqlite3 called on the event loop. Each
has a database of its own with the same tasks, all of them in one PostgreSQL or on one disk, and one
worker. Everything listens on loopback alone, and ends when the run does.
"""

import argparse
import signal
import sys

from benchmarks.compare import load
from benchmarks.compare.contest import contest
from benchmarks.compare.data import DataSet
from benchmarks.compare.places import PAGE
from benchmarks.compare.programs import Failed
from benchmarks.compare.report import write
from tests.postgres_server import PostgresServer


def main() -> None:
    asked = _arguments()
    if missing := load.missing() or PostgresServer.available():
        raise SystemExit(f"Nothing can be compared: {missing}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    data = DataSet(asked.owners, asked.tasks, asked.large)
    try:
        text = contest(data, rounds=asked.rounds, seconds=asked.seconds, starts=asked.starts)
    except Failed as failed:
        raise SystemExit(f"The run does not count: {failed}") from None
    except KeyboardInterrupt:
        raise SystemExit("stopped") from None
    print(f"\n{text}")
    if asked.write:
        write(PAGE, text)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="of everything, in turns")
    parser.add_argument("--seconds", type=int, default=5, help="that a system is asked one thing")
    parser.add_argument("--starts", type=int, default=3, help="of each system, timed")
    parser.add_argument("--owners", type=int, default=1000, help="ordinary ones")
    parser.add_argument("--tasks", type=int, default=100, help="of each ordinary owner")
    parser.add_argument("--large", type=int, default=10_000, help="tasks of one more owner")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/")
    return parser.parse_args()


if __name__ == "__main__":
    main()
