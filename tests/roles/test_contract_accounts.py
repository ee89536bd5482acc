"""The ports of accounts, kept by a role that may only read and write rows (O11)."""

# The contract's own tests, whatever there are, which the fixtures here give the role.
from tests.contract.test_accounts import *  # noqa: F403
from tests.contract.test_owners import *  # noqa: F403
from tests.contract.test_tallies import *  # noqa: F403
