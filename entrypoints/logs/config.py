"""Sets up logging, for the server and for commands."""

import logging
import logging.config
import sys
from typing import Any

from entrypoints.settings import Settings


def log_kind(settings: Settings) -> str:
    """`json` or `console`: the setting, or else what standard error is."""
    return settings.log_format or ("console" if sys.stderr.isatty() else "json")


def log_config(settings: Settings) -> dict[str, Any]:
    """What `logging.config.dictConfig` takes. What others say counts from warnings on."""
    handler = {"handlers": ["lines"], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "lines": {"()": "entrypoints.logs.rendering.formatter", "kind": log_kind(settings)}
        },
        "handlers": {"lines": {"()": "entrypoints.logs.sink.SinkHandler", "formatter": "lines"}},
        "loggers": {
            "taskhaven": {**handler, "level": settings.log_level.upper()},
            "_granian": handler,
        },
        "root": {"handlers": ["lines"], "level": "WARNING"},
    }


def configure(settings: Settings) -> None:
    """For a command: what is of interest later, the audit trail, and what went wrong."""
    config = log_config(settings)
    config["loggers"]["taskhaven"]["level"] = "WARNING"
    config["loggers"]["taskhaven.audit"] = {"level": "INFO"}
    logging.config.dictConfig(config)
