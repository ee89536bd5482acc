"""Tokens that chance makes, as requests (catalogue T34)."""

from tests.http.answers import refusal
from tests.http.api import Api
from tests.mutations import mutations

INVALID, PLAIN = 'Bearer error="invalid_token"', "Bearer"


async def test_T34_no_mutation_of_a_good_token_is_answered_otherwise_than_401(
    memory_api: Api,
) -> None:
    alice = memory_api.user()

    for token in mutations(alice.token, 2_000, seed=34):
        answer = await memory_api.client.get(
            f"{alice.base}/tasks", headers={b"authorization": f"Bearer {token}".encode()}
        )
        assert refusal(answer) == (401, "unauthorized"), token
        assert answer.headers["www-authenticate"] in {INVALID, PLAIN}

    assert (await alice.send("GET")).status_code == 200
