"""Whether followers get all and only what changed, and how soon: `python -m benchmarks.followers`.

Many write to one user's tasks and many follow them, on two servers of one PostgreSQL of their own;
in the middle one server is killed without a warning, and started again.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.faults.followers import Findings, followed
from tests.http.server import Server
from tests.postgres_server import PostgresServer
from tests.storages import migrate


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--writers", type=int, default=20)
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--pause", type=float, default=0.1, help="of a writer, in seconds")
    asked = parser.parse_args()
    with ExitStack() as stack:
        database = stack.enter_context(PostgresServer(durable=True))
        url = migrate(database.create_database("followers"))
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        servers = []
        for name in ("one", "two"):
            (Path(folder) / name).mkdir()
            server = Server(Path(folder) / name, DATABASE_URL=url)
            servers.append(stack.enter_context(server))
        found = asyncio.run(
            followed(
                servers,
                writers=asked.writers,
                clients=asked.clients,
                seconds=asked.seconds,
                pause=asked.pause,
            )
        )
    _report(found, asked.seconds)


def _report(found: Findings, seconds: float) -> None:
    print(f"changes accepted         {found.position} ({found.position / seconds:.0f} a second)")
    print(f"writes cut off, retried  {found.cut_off}")
    print(f"streams opened           {found.streams}")
    print(f"events told              {found.told}")
    print(f"caught up after          {found.caught_up:.2f} s")
    print(f"from asking to hearing   {_spread(found.delays)}")
    print(f"clients that differ      {found.different}")
    print(f"clients told twice       {found.repeated}")
    print(f"last changes missed      {found.missed}")


def _spread(delays: Sequence[float]) -> str:
    at = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p99.9": 0.999, "max": 1.0}
    last = len(delays) - 1
    return ", ".join(f"{name} {delays[int(last * q)] * 1000:.0f} ms" for name, q in at.items())


if __name__ == "__main__":
    main()
