"""Tasks that are made, read, changed and deleted in any order, as the description's links say."""

from typing import Any

from hypothesis import settings
from schemathesis import Response
from schemathesis.generation.stateful.state_machine import APIStateMachine

from tests.fuzz.described import AnyCase, bounded
from tests.fuzz.service import Service

STEPS = 8


def machine_of(service: Service) -> type[APIStateMachine]:
    """A client that follows the links, and holds every answer against the description."""

    class Client(service.schema.as_state_machine()):  # type: ignore[misc]
        def get_call_kwargs(self, case: AnyCase) -> dict[str, Any]:
            return service.said_of(case)

        def after_call(self, response: Response, case: AnyCase) -> None:
            super().after_call(response, case)
            service.note(case, response)

    return Client


def test_following_links_never_meets_an_answer_that_is_not_described(service: Service) -> None:
    bounds = bounded(0.2 / STEPS, otherwise=15)

    machine_of(service).run(settings=settings(bounds, stateful_step_count=STEPS))
