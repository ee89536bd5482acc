"""Keys of an issuer that is away, or answers what is no key set (catalogue T29, T30)."""

import asyncio
import logging

import pytest

from adapters.tokens import fetched_keys
from tests.key_pairs import pair
from tests.publishing import LASTING, Publisher, served, until

KNOWN, STRANGER = pair("EdDSA"), pair("EdDSA", 2)
NO_KEY_SETS = [b"", b"<html>", b"[]", b'{"keys": {}}', b'{"keys": [', b"\xff", b"[" * 10_000]


def break_by(publisher: Publisher, how: bytes | None) -> None:
    """Let it be away, or publish this."""
    if how is None:
        publisher.away = ConnectionRefusedError("refused")
    else:
        publisher.document = how


@pytest.mark.parametrize("how", [None, *NO_KEY_SETS], ids=lambda how: ascii(how)[:12])
async def test_T29_known_keys_serve_through_an_outage_and_unknown_ones_are_refused(
    how: bytes | None,
) -> None:
    publisher = Publisher(KNOWN)
    async with served(publisher) as service:
        assert await service.of(KNOWN) == 200
        break_by(publisher, how)

        for hour in range(1, 24):
            service.seconds.pass_by(3600)
            assert await service.of(STRANGER) == 401
            assert await service.status(KNOWN.token({**LASTING, "jti": hour})) == 200

        assert publisher.asked == 24


async def test_T29_keys_are_good_for_24_hours_without_their_issuer() -> None:
    publisher = Publisher(KNOWN)
    async with served(publisher) as service:
        assert await service.of(KNOWN) == 200
        publisher.away = OSError()

        service.seconds.pass_by(24 * 3600 - 1)
        assert await service.status(KNOWN.token({**LASTING, "jti": 1})) == 200
        service.seconds.pass_by(1)
        assert await service.status(KNOWN.token({**LASTING, "jti": 2})) == 503
        assert await service.of(STRANGER) == 503

        publisher.away = None
        service.seconds.pass_by(2)
        assert await service.status(KNOWN.token({**LASTING, "jti": 3})) == 200


async def test_T29_a_token_seen_before_is_no_better_than_one_that_was_not() -> None:
    publisher = Publisher(KNOWN)
    async with served(publisher) as service:
        token = KNOWN.token(LASTING)
        assert [await service.status(token) for _ in range(2)] == [200, 200]
        publisher.away = OSError()

        service.seconds.pass_by(24 * 3600)

        assert await service.status(token) == 503


@pytest.mark.parametrize("how", [None, *NO_KEY_SETS], ids=lambda how: ascii(how)[:12])
async def test_T29_without_any_keys_nothing_can_be_said_until_the_issuer_is_back(
    how: bytes | None,
) -> None:
    publisher = Publisher(KNOWN)
    document = publisher.document
    break_by(publisher, how)
    async with served(publisher) as service:
        assert await service.of(KNOWN) == 503
        assert await service.of(STRANGER) == 503
        assert publisher.asked == 1

        publisher.away, publisher.document = None, document
        assert await service.of(KNOWN) == 503
        service.seconds.pass_by(2)

        assert await service.of(KNOWN) == 200
        assert await service.of(STRANGER) == 401
        assert publisher.asked == 2


async def test_T29_without_any_keys_a_fetch_is_tried_every_2_seconds_however_many_ask() -> None:
    publisher = Publisher(KNOWN)
    publisher.away = OSError()
    async with served(publisher) as service:
        for _ in range(20):
            assert {*await asyncio.gather(*(service.of(KNOWN) for _ in range(10)))} == {503}
            service.seconds.pass_by(0.5)

    assert publisher.asked == 5


async def test_T29_the_background_tries_again_soon_after_a_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fetched_keys, "_TRY_AGAIN", 0.01)
    publisher = Publisher(KNOWN)
    publisher.away = OSError()
    async with served(publisher, background=True) as service:
        await until(lambda: publisher.asked >= 3)
        assert await service.of(KNOWN) == 503
        publisher.away = None
        failed = publisher.asked

        await until(lambda: publisher.asked > failed)

        assert await service.of(KNOWN) == 200
        asked = publisher.asked
        await asyncio.sleep(0.05)
        assert publisher.asked == asked


async def test_the_background_fetches_before_anybody_asks() -> None:
    publisher = Publisher(KNOWN)
    async with served(publisher, background=True) as service:
        await until(lambda: service.keys.generation == 1)

        assert await service.of(KNOWN) == 200
        assert publisher.asked == 1


async def test_what_is_open_is_ready_at_once_though_its_issuer_hangs() -> None:
    publisher = Publisher(KNOWN)
    publisher.ready.clear()

    async with asyncio.timeout(1), served(publisher, background=True):
        await until(lambda: publisher.asked == 1)


async def test_nothing_goes_on_once_it_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetched_keys, "_EVERY", 0.001)
    before = asyncio.all_tasks()
    for ready in (True, False):
        publisher = Publisher(KNOWN)
        publisher.ready.set() if ready else publisher.ready.clear()
        async with served(publisher, background=True):
            await until(lambda publisher=publisher: publisher.asked > 0)  # type: ignore[misc]
            assert asyncio.all_tasks() > before
        asked = publisher.asked

        await asyncio.sleep(0.02)

        assert asyncio.all_tasks() == before
        assert publisher.asked == asked


async def test_what_was_never_opened_or_is_closed_already_can_be_closed() -> None:
    async with served(Publisher(KNOWN)) as service:
        await service.keys.close()
        await service.keys.open()
        await service.keys.close()


async def test_an_outage_is_logged_by_the_issuers_name(caplog: pytest.LogCaptureFixture) -> None:
    publisher = Publisher(KNOWN)
    publisher.away = OSError("answered 500")
    with caplog.at_level(logging.INFO, "taskhaven.keys"):
        async with served(publisher) as service:
            assert await service.of(KNOWN) == 503
            publisher.away = None
            service.seconds.pass_by(2)
            assert await service.of(KNOWN) == 200

    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("WARNING", "the keys of publisher could not be fetched: answered 500"),
        ("INFO", "the keys of publisher are now 1"),
    ]
