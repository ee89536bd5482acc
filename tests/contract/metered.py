"""A process that keeps figures, and does with them what its standard input tells it.

One JSON array a line: `["count", name, value, labels]`, `time` or `set` likewise, `["spin", name]`
to let a counter grow until the end, `["text"]`. Each is answered by a line, `null` or the text.
"""

import json
import sys
from threading import Thread
from typing import Any

from adapters.metrics.prometheus import PrometheusMeter
from application.metering import FIGURES, Counter

_METER = PrometheusMeter()
_FIGURES: dict[str, Any] = {figure.name: figure for figure in FIGURES}


def main() -> None:
    for line in sys.stdin:
        print(json.dumps(_done(*json.loads(line))), flush=True)  # noqa: T201 - the answer


def _done(what: str, name: str = "", value: float = 0, labels: tuple[str, ...] = ()) -> str | None:
    if what == "text":
        return _METER.text().decode()
    figure = _FIGURES[name]
    if what == "count":
        _METER.count(figure, *labels, by=value)
    elif what == "time":
        _METER.time(figure, value, *labels)
    elif what == "set":
        _METER.set(figure, value, *labels)
    elif what == "spin":
        Thread(target=_spin, args=(figure,), daemon=True).start()
    return None


def _spin(counter: Counter) -> None:
    while True:
        _METER.count(counter)


if __name__ == "__main__":
    main()
