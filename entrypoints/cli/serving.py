"""The command that serves."""

import logging
import logging.config
import os
import shutil
import sys
from importlib.metadata import version

import click

from entrypoints.cli.parts import SETTINGS_HELP, Failed, prepare, read_settings
from entrypoints.logs.config import log_config, log_kind
from entrypoints.settings import Settings
from entrypoints.startup import made_secret
from entrypoints.stop_word import StopWord

_log = logging.getLogger("taskhaven.server")


@click.command(epilog=SETTINGS_HELP)
@click.option("--host", help="Address to listen on.  [HOST; 127.0.0.1]")
@click.option("--port", type=click.IntRange(1, 65_535), help="Port to listen on.  [PORT; 8000]")
@click.option("--workers", type=click.IntRange(1, 64), help="Worker processes.  [WORKERS; 1]")
def serve(host: str | None, port: int | None, workers: int | None) -> None:
    """Wait for the database, migrate it, and serve until interrupted."""
    word = StopWord()
    from entrypoints.serve import run, taken

    chosen = {"HOST": host, "PORT": port, "WORKERS": workers}
    # Worker processes read the environment anew, so what the options say goes there.
    os.environ.update({name: str(value) for name, value in chosen.items() if value is not None})
    settings = read_settings()
    logging.config.dictConfig(log_config(settings))
    _refuse_if(taken(settings.host, settings.port), settings)
    prepare(settings, lambda message: _log.warning(message.lower()))
    _refuse_if(taken(settings.host, settings.port), settings)  # preparing may have taken a while
    if log_kind(settings) == "console":
        click.echo(_welcome(settings))
        sys.stdout.flush()
    else:
        _log.info("serving", extra={"said": _facts(settings)})
    run(settings, word.check)


def _refuse_if(is_taken: bool, settings: Settings) -> None:
    if is_taken:
        raise Failed(
            f"port {settings.port} of {settings.host} cannot be had: "
            "choose another with PORT or --port"
        )


def _facts(settings: Settings) -> dict[str, str]:
    facts = {"version": version("taskhaven"), "storage": str(settings.database_url)}
    facts["address"] = _base(settings)
    if file := made_secret(settings):
        facts["secret"] = f"{file}, made because JWT_SECRET is not set"
    return facts


def _base(settings: Settings) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"


def _welcome(settings: Settings) -> str:
    base = _base(settings)
    lines = [
        f"Taskhaven {version('taskhaven')}, with {settings.database_url}",
        f"  API     {base}/api/v1",
        f"  Docs    {base}/docs",
        f"  Health  {base}/health",
    ]
    if file := made_secret(settings):
        lines.append(f"  Secret  {file}, made because JWT_SECRET is not set")
    return "\n".join([*lines, "", *_first_request(base)])


def _first_request(base: str) -> list[str]:
    command = "taskhaven" if shutil.which("taskhaven") else os.path.relpath(sys.argv[0])
    return [
        "A first task, from another terminal in this folder:",
        f"  TOKEN=$({command} token --user alice)",
        f'  curl {base}/api/v1/alice/tasks -H "Authorization: Bearer $TOKEN" \\',
        """    -H 'Content-Type: application/json' -d '{"title": "Buy milk"}'""",
        f'  curl {base}/api/v1/alice/tasks -H "Authorization: Bearer $TOKEN"',
    ]
