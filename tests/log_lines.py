"""What the service logs, as the lines that an operator would read."""

import json
import logging
from typing import Any

from entrypoints.logs.rendering import formatter


class LogLines(logging.Handler):
    """Keeps every line, rendered when it was written."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(formatter("json"))
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(self.format(record))

    def of(self, logger: str) -> list[dict[str, Any]]:
        """What this logger, or one below it, said."""
        lines = [json.loads(text) for text in self.texts]
        return [line for line in lines if f"{line['logger']}.".startswith(f"{logger}.")]

    def clear(self) -> None:
        self.texts.clear()
