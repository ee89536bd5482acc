"""`Randomness` from the machine's own."""

import secrets

from application.identity import Randomness


class SystemRandomness(Randomness):
    """What the operating system makes for secrets."""

    def __call__(self, length: int) -> bytes:
        return secrets.token_bytes(length)
