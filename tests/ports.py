"""Ports to listen at, of which each process of the tests has its own."""

import os
import random
import socket

_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))

# None that the kernel lends to clients: it may be lent out before it is used, or in a restart.
_OURS = range(10_000 + _WORKER, 32_000, _WORKERS)
_left = random.sample(_OURS, len(_OURS))


def free_port() -> int:
    """One that nobody has, and nobody else is told of, neither now nor later."""
    while is_taken(port := _left.pop()):
        pass
    return port


def is_taken(port: int) -> bool:
    """Whether somebody listens at it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
        return False
