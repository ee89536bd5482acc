"""What each worker process of the server runs."""

import os
from importlib.metadata import version
from pathlib import Path

from dependency_injector import providers
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp

from application.metering import READY, UNMETERED
from entrypoints.chores import chores_of
from entrypoints.container import Container
from entrypoints.http.accounts import AccountRoutes
from entrypoints.http.app import create_app
from entrypoints.http.docs import DocsRoutes
from entrypoints.http.gate import Gate
from entrypoints.http.health import HealthRoutes
from entrypoints.http.journal import JournalRoutes
from entrypoints.http.live import LiveRoutes
from entrypoints.http.metrics import MetricsRoutes
from entrypoints.http.tasks import TaskRoutes
from entrypoints.logs.access import request_log
from entrypoints.logs.config import log_kind
from entrypoints.settings import Settings
from entrypoints.startup import settings_of


def assemble(container: Container) -> ASGIApp:
    """The application, from what a container builds."""
    settings, leaving = container.settings(), container.leaving()
    gate = Gate(
        container.authenticate(),
        container.audit(),
        container.limiter(),
        container.strict_limiter(),
        settings.trusted_proxies,
        container.meter(),
    )
    tasks = TaskRoutes(
        gate=gate,
        create_task=container.create_task(),
        read_task=container.read_task(),
        list_tasks=container.list_tasks(),
        edit_task=container.edit_task(),
        complete_task=container.complete_task(),
        delete_task=container.delete_task(),
        read_position=container.read_position(),
        now=container.now(),
    )
    journal = JournalRoutes(
        gate=gate,
        follow_changes=container.follow_changes(),
        read_history=container.read_history(),
        revert_task=container.revert_task(),
        list_trash=container.list_trash(),
        restore_task=container.restore_task(),
        run_batch=container.run_batch(),
    )
    live = LiveRoutes(
        gate=gate,
        feed=container.feed(),
        follow_changes=container.follow_changes(),
        read_position=container.read_position(),
        leaving=leaving,
    )
    leaving.tell(container.feed().wake)
    leaving.tell(lambda: container.meter().set(READY, 0))
    health = HealthRoutes(container.storage(), container.now(), leaving, container.meter())
    metrics = MetricsRoutes(
        container.meter(), settings.metrics_token, settings.loopback, health.look
    )
    docs = DocsRoutes(version("taskhaven"), settings.has_accounts)
    accounts = account_routes(container, gate) if settings.has_accounts else []
    return create_app(
        [
            container.storage(),
            container.feed(),
            *container.tokens().lasting,
            container.vitals(),
            leaving,
            *container.lasting_limits(),
        ],
        [
            *tasks.routes(),
            *journal.routes(),
            *live.routes(),
            *accounts,
            *health.routes(),
            *metrics.routes(),
            *docs.routes(),
        ],
        chores_of(container),
        origins=settings.cors_origins,
        watch=container.watch(),
        leaving=leaving,
        meter=container.meter(),
    )


def account_routes(container: Container, gate: Gate) -> list[HTTPRouteHandler]:
    """The routes of our own accounts, from what a container builds."""
    return AccountRoutes(
        gate=gate,
        key_set=container.tokens().published,
        register=container.register(),
        log_in=container.log_in(),
        refresh_session=container.refresh_session(),
        log_out=container.log_out(),
        read_account=container.read_account(),
        rename_account=container.rename_account(),
        change_password=container.change_password(),
        list_sessions=container.list_sessions(),
        end_session=container.end_session(),
        erase_account=container.erase_account(),
        export_account=container.export_account(),
    ).routes()


def import_for(settings: Settings) -> None:
    """Import all that the application will need with these settings; it can be forked afterwards.

    No file is opened for it, not even one for figures.
    """
    container = Container(settings=settings, meter=providers.Object(UNMETERED))
    for chosen in (container.ports, container.tokens, container.lasting_limits):
        chosen()


def create() -> ASGIApp:
    """The application of a worker, from the environment that the command line checked."""
    settings = settings_of(os.environ, Path.cwd())
    log = request_log(log_kind(settings), settings.log_level)
    return assemble(Container(settings=settings, request_log=log))
