"""Where the time of each hot request goes, in one run: `make bench-profiles`.

One worker of `taskhaven serve` on a PostgreSQL of its own is put under the load of each request in
turn, while py-spy looks from outside at what runs in Python, and the kernel counts what each thread
takes. The table has microseconds of processor time a request, by layer of the code. It takes a
minute; everything listens on loopback alone, and ends when the run does.
"""

import argparse
import signal
import sys

from benchmarks.compare import load
from benchmarks.compare.places import PAGE
from benchmarks.compare.programs import Failed
from benchmarks.compare.report import write
from benchmarks.profiles import sampling
from benchmarks.profiles.page import BEGIN, END
from benchmarks.profiles.taken import profiles
from tests.postgres_server import PostgresServer

_LONGEST = 20  # minutes: a run that takes longer is stuck
_MOST = 60  # seconds of each request, which all fit into that


def main() -> None:
    asked = _arguments()
    if missing := load.missing() or PostgresServer.available() or sampling.missing():
        raise SystemExit(f"Nothing can be profiled: {missing}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    signal.signal(signal.SIGALRM, lambda *_: sys.exit(f"stopped after {_LONGEST} minutes"))
    signal.alarm(_LONGEST * 60)
    try:
        text = profiles(asked.seconds)
    except Failed as failed:
        raise SystemExit(f"The run does not count: {failed}") from None
    except KeyboardInterrupt:
        raise SystemExit("stopped") from None
    print(f"\n{text}")
    if asked.write:
        write(PAGE, text, BEGIN, END)


def _arguments() -> argparse.Namespace:
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.profiles", description=__doc__, formatter_class=form
    )
    parser.add_argument(
        "--seconds",
        type=int,
        default=5,
        choices=range(1, _MOST + 1),
        metavar="N",
        help=f"that each request is asked, 1 to {_MOST} (5 if not given); more are more exact",
    )
    parser.add_argument("--write", action="store_true", help="put the table into docs/")
    return parser.parse_args()


if __name__ == "__main__":
    main()
