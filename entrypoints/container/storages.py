"""Which storage, and with it every port that it serves."""

from typing import TYPE_CHECKING

from dependency_injector import containers, providers

from adapters.metrics.prometheus import PrometheusMeter
from adapters.system.clock import SystemClock
from adapters.system.ids import RandomIds
from application.metering import Meter
from entrypoints.settings import Settings

if TYPE_CHECKING:
    from entrypoints.container.memory import MemoryPorts
    from entrypoints.container.postgres import PostgresPorts
    from entrypoints.container.sqlite import SqlitePorts


def _ports(settings: Settings, meter: Meter) -> "MemoryPorts | SqlitePorts | PostgresPorts":
    """Imports one storage alone: another's driver is memory, and a wait, for nothing."""
    match settings.database_url.scheme:
        case "memory":
            from entrypoints.container.memory import MemoryPorts

            return MemoryPorts(meter)
        case "sqlite":
            from entrypoints.container.sqlite import SqlitePorts

            return SqlitePorts(settings, meter)
        case "postgresql":
            from entrypoints.container.postgres import PostgresPorts

            return PostgresPorts(settings, meter)


class Storages(containers.DeclarativeContainer):
    """Storage, clock and ids, as the scheme of DATABASE_URL chooses."""

    settings = providers.Dependency(instance_of=Settings)

    now = providers.Singleton(SystemClock)
    new_id = providers.Singleton(RandomIds)
    meter = providers.Singleton(PrometheusMeter)

    ports = providers.Singleton(_ports, settings, meter)
    storage = ports.provided.storage
    feed = ports.provided.feed
    tasks = ports.provided.tasks
    journal = ports.provided.journal
    trash = ports.provided.trash
    receipts = ports.provided.receipts
    accounts = ports.provided.accounts
    sessions = ports.provided.sessions
    tallies = ports.provided.tallies
    owners = ports.provided.owners
    backups = ports.provided.backups
    readings = ports.provided.readings
