"""What the description promises holds for every request that Schemathesis thinks of (N01-N22)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.config import GenerationConfig
from schemathesis.core.result import Ok

from tests.fuzz.described import EXAMPLES, AnyCase, bounded, load
from tests.fuzz.service import Service
from tests.storages import STORAGES

OPERATIONS = [found.ok().label for found in load().get_all_operations() if isinstance(found, Ok)]
MODES = list(GenerationMode)


@pytest.mark.parametrize("label", OPERATIONS)
def test_no_request_made_up_is_answered_otherwise_than_described(
    service: Service, label: str
) -> None:
    operation = service.schema.find_operation_by_label(label)
    assert operation

    @given(case=st.one_of([operation.as_strategy(generation_mode=mode) for mode in MODES]))
    @bounded(0.8 / len(OPERATIONS), otherwise=20)
    def check(case: AnyCase) -> None:
        service.check(case)

    check()


# What a bound is has nothing to do with storage: only a long run asks all of them.
@pytest.mark.parametrize("service", STORAGES if EXAMPLES else ["memory"], indirect=True)
@pytest.mark.parametrize("label", OPERATIONS)
def test_no_request_at_or_beyond_a_bound_is_answered_otherwise_than_described(
    service: Service, label: str
) -> None:
    operation = service.schema.find_operation_by_label(label)
    assert operation

    for case in service.schema.iter_coverage_cases(
        operation, generation_modes=MODES, generation_config=GenerationConfig()
    ):
        service.check(case)
