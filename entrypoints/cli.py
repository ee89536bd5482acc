"""The command line.

Exit codes: 0 well, 1 it could not be done (no database, no port, no such user), 2 bad call or
setting.
"""

import os
import shutil
import sys
from datetime import timedelta
from importlib.metadata import version

import click

from domain.errors import InvalidOwner
from domain.owner import Actor, Owner
from entrypoints.cli_parts import SETTINGS_HELP, BadCall, Failed, prepare, read_settings
from entrypoints.cli_users import user
from entrypoints.settings import Settings
from entrypoints.startup import made_secret


@click.group(epilog=SETTINGS_HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("taskhaven"), prog_name="taskhaven")
def main() -> None:
    """Taskhaven: a task backend for many users, each with tasks of their own."""


main.add_command(user)


@main.command(epilog=SETTINGS_HELP)
@click.option("--host", help="Address to listen on.  [HOST; 127.0.0.1]")
@click.option("--port", type=click.IntRange(1, 65_535), help="Port to listen on.  [PORT; 8000]")
@click.option("--workers", type=click.IntRange(1, 64), help="Worker processes.  [WORKERS; 1]")
def serve(host: str | None, port: int | None, workers: int | None) -> None:
    """Wait for the database, migrate it, and serve until interrupted."""
    from entrypoints.serve import run, taken

    chosen = {"HOST": host, "PORT": port, "WORKERS": workers}
    # Worker processes read the environment anew, so what the options say goes there.
    os.environ.update({name: str(value) for name, value in chosen.items() if value is not None})
    settings = read_settings()
    _refuse_if(taken(settings.host, settings.port), settings)
    prepare(settings)
    _refuse_if(taken(settings.host, settings.port), settings)  # preparing may have taken a while
    click.echo(_welcome(settings))
    sys.stdout.flush()
    run(settings)


@main.command(epilog=SETTINGS_HELP)
def migrate() -> None:
    """Bring the database's schema up to date, and do nothing where it is."""
    from migrations import HEAD

    settings = read_settings()
    before = prepare(settings)
    if settings.database_url.scheme == "memory":
        click.echo("memory: has no schema")
    elif before == HEAD:
        click.echo(f"The schema is up to date, at {HEAD}")
    else:
        click.echo(f"The schema went from {before or 'nothing'} to {HEAD}")


@main.command(epilog=SETTINGS_HELP)
@click.option("--user", required=True, help="Whose token: the user's id at the identity provider.")
@click.option(
    "--minutes",
    type=click.IntRange(1, 60 * 24 * 365),
    default=24 * 60,
    show_default=True,
    help="How long it is valid.",
)
def token(user: str, minutes: int) -> None:
    """Print a bearer token to try the API with.

    It is signed with the secret that this service verifies with, so keep it to yourself.
    """
    from entrypoints.container import Container

    container = Container(settings=read_settings())
    try:
        owner = Owner(user)
    except InvalidOwner:
        raise BadCall(
            "--user must be 1 to 255 of the characters A-Z a-z 0-9 . _ | @ : -, "
            "and neither . nor .."
        ) from None
    expires_at = container.now()() + timedelta(minutes=minutes)
    signer = container.tokens().shared_signer
    if signer is None:
        raise BadCall("tokens come from the issuers whose key sets are configured")
    click.echo(signer.sign(Actor(owner), expires_at=expires_at))


def _refuse_if(is_taken: bool, settings: Settings) -> None:
    if is_taken:
        raise Failed(
            f"port {settings.port} of {settings.host} cannot be had: "
            "choose another with PORT or --port"
        )


def _welcome(settings: Settings) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    base = f"http://{host}:{settings.port}"
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


if __name__ == "__main__":
    main()
