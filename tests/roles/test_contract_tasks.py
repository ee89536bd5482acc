"""The ports of tasks and their journal, kept by a role that may only read and write rows (O11)."""

# The contract's own tests, whatever there are, which the fixtures here give the role.
from tests.contract.test_batches import *  # noqa: F403
from tests.contract.test_journal import *  # noqa: F403
from tests.contract.test_quota import *  # noqa: F403
from tests.contract.test_receipts import *  # noqa: F403
from tests.contract.test_tasks_lists import *  # noqa: F403
from tests.contract.test_tasks_write import *  # noqa: F403
