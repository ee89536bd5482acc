"""Trash and sessions, kept by a role that may only read and write rows (O11)."""

# The contract's own tests, whatever there are, which the fixtures here give the role.
from tests.contract.test_sessions import *  # noqa: F403
from tests.contract.test_trash import *  # noqa: F403
