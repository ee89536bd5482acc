"""Whatever is made of a refresh token is none, and harms nobody (R05)."""

from dataclasses import replace
from uuid import UUID

import pytest

from domain.session import SECRET_BYTES, RefreshToken
from tests.http.accounts import refresh, register
from tests.http.answers import anonymous, refusal
from tests.http.api import Api

OVER = (401, "invalid_refresh_token")
SAMPLE = str(RefreshToken(UUID(int=0), UUID(int=0), 0, bytes(SECRET_BYTES)))


def swapped(token: str, place: int) -> str:
    return token[:place] + ("B" if token[place] == "A" else "A") + token[place + 1 :]


def tampered(text: str) -> dict[str, str]:
    token = RefreshToken.parse(text)
    return {
        "a turn ahead": str(replace(token, turn=1)),
        "many turns ahead": str(replace(token, turn=2**32 - 1)),
        "another secret": text[:-20] + ("A" * 20),
        "another turn": swapped(text, 47),
        "another session": swapped(text, 40),
        "another account": swapped(text, 20),
        "shorter": text[:-4],
        "longer": text + "AAAA",
        "without its mark": text.removeprefix("thrt_"),
        "with another mark": text.replace("thrt_", "thrt-"),
        "padded": text + "=",
        "with a space": text + " ",
        "with a line": text + "\n",
    }


@pytest.mark.parametrize("how", tampered(SAMPLE))
async def test_R05_a_token_that_was_tampered_with_changes_nothing(api: Api, how: str) -> None:
    ann = await register(api)

    answer = await refresh(api.client, tampered(ann.refresh_token)[how])
    made_up = await refresh(api.client, "thrt_made-up")

    assert refusal(answer) == OVER
    assert anonymous(answer) == anonymous(made_up)
    assert await ann.gets_in()
    assert await ann.goes_on()


async def test_R05_a_token_of_another_session_is_not_taken_for_it(api: Api) -> None:
    ann, bob = await register(api), await register(api)
    crossed = ann.refresh_token[:48] + bob.refresh_token[48:]

    assert refusal(await refresh(api.client, crossed)) == OVER

    assert await ann.goes_on()
    assert await bob.goes_on()
