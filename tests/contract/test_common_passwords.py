"""`CommonPasswords`: thousands that everybody tries first, however they are written (R14)."""

import subprocess
import sys

import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS  # type: ignore[import-untyped]

from adapters.passwords.common import ListedPasswords
from domain.credentials import MIN_PASSWORD, Password

LISTED: list[str] = [p for p in FREQUENCY_LISTS["passwords"] if len(p) >= MIN_PASSWORD]

ALONE = """
import asyncio, sys
from adapters.passwords.common import ListedPasswords
from domain.credentials import Password
assert asyncio.run(ListedPasswords()(Password("password1")))
assert not asyncio.run(ListedPasswords()(Password("a password of somebody's own")))
print([name for name in sys.modules if "zxcvbn" in name])
"""


async def test_R14_at_least_3000_that_are_long_enough_are_known() -> None:
    common = ListedPasswords()

    known = [password for password in LISTED if await common(Password.read(password))]

    assert known == LISTED
    assert len(known) >= 3000


@pytest.mark.parametrize(
    "text",
    [
        *("password", "12345678", "password1", "iloveyou", "sunshine", "qwertyuiop", "11111111"),
        *("PASSWORD", "PassWord1", "ILoveYou", "\uff50assword", "pa\u017f\u017fword"),
    ],
    ids=ascii,
)
async def test_R14_a_common_one_is_known_however_it_is_written(text: str) -> None:
    assert await ListedPasswords()(Password.read_new(text))


@pytest.mark.parametrize(
    "text",
    [
        *("correct horse battery", "password1 ", " password", "password\u200b", "p4ssw0rd-7361"),
        *("😀" * 8, "пароль-пароль", "x" * 1024),
    ],
    ids=lambda text: ascii(text)[:30],
)
async def test_R14_any_other_passes(text: str) -> None:
    assert not await ListedPasswords()(Password.read_new(text))


def test_it_reads_the_list_alone_of_all_that_the_library_has() -> None:
    done = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
