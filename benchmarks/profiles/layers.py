"""What of the code each sample of a profile is counted for."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from benchmarks.compare.places import ROOT

LAYERS: Mapping[str, Sequence[str]] = {
    "HTTP server's glue, event loop": ["granian/"],
    "finding the route": ["litestar/", "entrypoints/http/ways.py"],
    "what every answer has": [
        *("entrypoints/http/edge.py", "entrypoints/http/incoming.py", "entrypoints/http/intake.py"),
        *("entrypoints/http/cors.py", "entrypoints/http/answers.py"),
        *("entrypoints/http/routing.py", "entrypoints/http/query.py"),
    ],
    "who calls": [
        *("entrypoints/http/gate.py", "application/sessions.py", "application/limits.py"),
        *("adapters/tokens/", "adapters/limits/", "adapters/system/audit.py", "domain/owner.py"),
    ],
    "line in the log, figures": [
        *("entrypoints/http/watch.py", "entrypoints/logs/", "adapters/metrics/"),
        "prometheus_client/",
    ],
    "statements": ["adapters/postgres/", "adapters/sql/"],
    "rows into tasks": [
        *("adapters/sql/rows.py", "adapters/sql/values.py"),
        *("domain/task.py", "domain/due.py", "domain/change.py"),
    ],
    "JSON": ["entrypoints/http/bodies.py", "entrypoints/http/journal_bodies.py"],
    "the command itself": ["application/", "domain/", "entrypoints/http/", "adapters/system/"],
}
"""Files and folders of each layer; of several that hold a file the innermost folder counts."""

OTHER = "not ours, idle"

_LAYER_OF = {path: layer for layer, paths in LAYERS.items() for path in paths}
_FILE = re.compile(r" \((?P<file>[^()]+?)(?::\d+)?\)$")


def grouped(raw: str, thread: int) -> Counter[str]:
    """How many of that thread's samples are each layer's, from what py-spy calls raw.

    A sample counts for the innermost frame that is of a layer: what compiled code and other
    libraries do, for whoever calls them. A line that is garbled, as the process runs on while it is
    looked at, is left out.
    """
    found: Counter[str] = Counter()
    for line in raw.splitlines():
        stack, _, count = line.rpartition(" ")
        whose, *frames = stack.split(";")
        if whose.startswith(f"thread ({thread})") and count.isdecimal():
            layers = (layer_of(file) for file in _files(reversed(frames)))
            found[next((layer for layer in layers if layer), OTHER)] += int(count)
    return found


def layer_of(file: str) -> str | None:
    """The layer of a file, named from our folder or that of installed packages on."""
    if file in _LAYER_OF:
        return _LAYER_OF[file]
    folder = file
    while "/" in folder.rstrip("/"):
        folder = folder.rstrip("/").rpartition("/")[0] + "/"
        if folder in _LAYER_OF:
            return _LAYER_OF[folder]
    return None


def _files(frames: Iterable[str]) -> Iterator[str]:
    for frame in frames:
        if found := _FILE.search(frame):
            yield found["file"].removeprefix(f"{ROOT}/").rpartition("/site-packages/")[2]
