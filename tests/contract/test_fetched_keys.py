"""Keys that an issuer changes: new ones, removed ones, unknown ones (catalogue T27, T28, T31)."""

import asyncio
from uuid import uuid4

import pytest

from adapters.tokens import fetched_keys
from tests.key_pairs import pair
from tests.publishing import LASTING, Publisher, served, until

OLD, NEW, STRANGER = pair("EdDSA"), pair("EdDSA", 2), pair("EdDSA", 3)


@pytest.mark.parametrize("algorithm", ["EdDSA", "ES256", "ES512", "RS256", "PS256"])
async def test_the_first_request_waits_for_the_first_fetch(algorithm: str) -> None:
    publisher = Publisher(pair(algorithm))

    async with served(publisher) as service:
        assert [await service.of(pair(algorithm)) for _ in range(3)] == [200] * 3

    assert publisher.asked == 1


async def test_T27_a_new_key_is_good_at_its_first_request_and_the_old_one_while_published() -> None:
    publisher = Publisher(OLD)
    async with served(publisher) as service:
        assert await service.of(OLD) == 200
        service.seconds.pass_by(30)
        publisher.publish(OLD, NEW)

        assert await service.of(NEW) == 200
        assert await service.of(OLD) == 200

        assert publisher.asked == 2


async def test_T27_requests_that_come_at_once_cause_one_fetch() -> None:
    publisher = Publisher(OLD)
    async with served(publisher) as service:
        assert await service.of(OLD) == 200
        service.seconds.pass_by(30)
        publisher.publish(OLD, NEW)
        publisher.ready.clear()
        tokens = [NEW.token({**LASTING, "jti": str(uuid4())}) for _ in range(50)]

        waiting = [asyncio.create_task(service.status(token)) for token in tokens]
        await until(lambda: publisher.asked == 2)
        late = asyncio.create_task(service.of(NEW))
        await asyncio.sleep(0.01)
        assert not any(request.done() for request in [*waiting, late])
        publisher.ready.set()

        assert await asyncio.gather(*waiting, late) == [200] * 51
        assert publisher.asked == 2


async def test_T28_a_removed_key_is_refused_as_soon_as_the_background_has_looked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fetched_keys, "_EVERY", 0.01)
    publisher = Publisher(OLD, NEW)
    async with served(publisher, background=True) as service:
        token = OLD.token(LASTING)
        assert [await service.status(token) for _ in range(2)] == [200, 200]
        publisher.publish(NEW)
        seen = publisher.asked

        await until(lambda: publisher.asked >= seen + 2)

        assert await service.status(token) == 401
        assert await service.of(OLD) == 401
        assert await service.of(NEW) == 200


def test_T28_the_background_looks_often_enough_for_a_removed_key_to_go_within_10_minutes() -> None:
    assert fetched_keys._EVERY + fetched_keys._TRY_AGAIN <= 600
    assert fetched_keys._EVERY <= 300


async def test_T28_the_same_id_with_another_key_is_another_key() -> None:
    publisher = Publisher(OLD.jwk(kid="1"))
    async with served(publisher) as service:
        token = OLD.token(LASTING, kid="1")
        assert [await service.status(token) for _ in range(2)] == [200, 200]
        service.seconds.pass_by(30)
        publisher.publish(NEW.jwk(kid="1"))

        assert await service.of(STRANGER) == 401

        assert await service.status(token) == 401
        assert await service.of(NEW, kid="1") == 200


async def test_T31_unknown_keys_cause_one_fetch_in_30_seconds_however_many_come() -> None:
    publisher = Publisher(OLD)
    async with served(publisher) as service:
        assert await service.of(OLD) == 200

        for second in range(1, 121):
            service.seconds.pass_by(1)
            strangers = [service.of(STRANGER, kid=f"{second}-{i}") for i in range(20)]
            assert {*await asyncio.gather(*strangers)} == {401}
            assert publisher.asked <= 1 + second // 30

        assert publisher.asked == 5
        assert await service.of(OLD) == 200


@pytest.mark.parametrize("failing", [False, True])
async def test_T31_known_keys_do_not_wait_while_an_unknown_one_is_looked_for(failing: bool) -> None:
    publisher = Publisher(OLD)
    async with served(publisher) as service:
        assert await service.of(OLD) == 200
        service.seconds.pass_by(30)
        publisher.ready.clear()
        publisher.away = OSError("gone") if failing else None
        strangers = [asyncio.create_task(service.of(STRANGER, kid=str(i))) for i in range(100)]
        await until(lambda: publisher.asked == 2)

        async with asyncio.timeout(1):
            for number in range(100):
                assert await service.status(OLD.token({**LASTING, "jti": number})) == 200

        assert not any(stranger.done() for stranger in strangers)
        publisher.ready.set()
        assert {*await asyncio.gather(*strangers)} == {401}
        assert publisher.asked == 2


async def test_T31_a_bad_token_of_a_known_key_causes_no_fetch() -> None:
    publisher = Publisher(OLD)
    async with served(publisher) as service:
        assert await service.of(OLD) == 200
        service.seconds.pass_by(3600)

        assert await service.of(STRANGER, kid=OLD.id) == 401
        assert await service.of(OLD, alg="ES256") == 401
        assert await service.of(OLD, alg="HS256", kid="unknown") == 401
        assert await service.status(STRANGER.token({**LASTING, "iss": "unknown"})) == 401
        assert await service.status(STRANGER.token({**LASTING, "exp": 5})) == 401

        assert publisher.asked == 1


async def test_a_caller_who_goes_away_takes_the_fetch_from_nobody() -> None:
    publisher = Publisher(OLD)
    publisher.ready.clear()
    async with served(publisher) as service:
        first, second, third = (asyncio.create_task(service.of(OLD)) for _ in range(3))
        await until(lambda: publisher.asked == 1)

        first.cancel()
        second.cancel()
        await asyncio.wait([first, second])
        publisher.ready.set()

        assert await third == 200
        assert (first.cancelled(), second.cancelled()) == (True, True)
        assert publisher.asked == 1


async def test_a_fetch_whose_callers_have_all_gone_is_still_good_for_the_next() -> None:
    publisher = Publisher(OLD)
    publisher.ready.clear()
    async with served(publisher) as service:
        only = asyncio.create_task(service.of(OLD))
        await until(lambda: publisher.asked == 1)
        only.cancel()
        await asyncio.wait([only])
        publisher.ready.set()

        assert await service.of(OLD) == 200
        assert publisher.asked == 1
