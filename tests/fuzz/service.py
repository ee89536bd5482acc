"""A Taskhaven under test, and how often it answered what."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from schemathesis import Response
from schemathesis.schemas import BaseSchema

from tests.fuzz.described import AnyCase

SEEN: Counter[tuple[str, str, int]] = Counter()
"""Storage, operation and status of every answer."""


@dataclass(frozen=True, slots=True)
class Service:
    """What cases are made of, the token that they go with, and where they go."""

    storage: str
    schema: BaseSchema
    token: str = field(repr=False)
    to: Mapping[str, Any] = field(default_factory=dict)

    def said_of(self, case: AnyCase) -> dict[str, Any]:
        """What goes with a case, the token unless the case is about a token that is no good."""
        negated = self.schema.is_security_param_negated(case)
        headers = {} if negated else {"Authorization": f"Bearer {self.token}"}
        return {**self.to, "headers": headers}

    def note(self, case: AnyCase, response: Response) -> None:
        """Count an answer."""
        SEEN[self.storage, case.operation.label, response.status_code] += 1

    def check(self, case: AnyCase) -> None:
        """Send a case, and fail unless the answer is as described."""
        said = self.said_of(case)
        response = case.call(**said)
        self.note(case, response)
        case.validate_response(response, headers=said["headers"], transport_kwargs=said)
