"""What each worker process of the server runs."""

import os
from importlib.metadata import version
from pathlib import Path

from litestar.types import ASGIApp

from entrypoints.container import Container
from entrypoints.http.app import create_app
from entrypoints.http.docs import DocsRoutes
from entrypoints.http.health import HealthRoutes
from entrypoints.http.tasks import TaskRoutes
from entrypoints.startup import settings_of


def assemble(container: Container) -> ASGIApp:
    """The application, from what a container builds."""
    tasks = TaskRoutes(
        verifier=container.tokens(),
        create_task=container.create_task(),
        read_task=container.read_task(),
        list_tasks=container.list_tasks(),
        edit_task=container.edit_task(),
        complete_task=container.complete_task(),
        delete_task=container.delete_task(),
        read_position=container.read_position(),
        now=container.now(),
    )
    health = HealthRoutes(container.storage(), container.now())
    docs = DocsRoutes(version("taskhaven"))
    return create_app(
        container.storage(),
        [*tasks.routes(), *health.routes(), *docs.routes()],
        container.forget_receipts(),
        origins=container.settings().cors_origins,
    )


def create() -> ASGIApp:
    """The application of a worker, from the environment that the command line checked."""
    return assemble(Container(settings=settings_of(os.environ, Path.cwd())))
