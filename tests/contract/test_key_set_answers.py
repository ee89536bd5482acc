"""What a key set's address may answer: bounded, uncompressed, and from whom we trust (T30)."""

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import (
    CertificateBuilder,
    IPAddress,
    Name,
    NameAttribute,
    SubjectAlternativeName,
    random_serial_number,
)
from cryptography.x509.oid import NameOID

from adapters.tokens.fetching import KeySetUrl
from adapters.tokens.key_set import LONGEST_KEY_SET, read_key_set
from tests.key_pairs import key_set, pair, pem
from tests.key_set_server import KeySetServer, complaint, saying, serving
from tests.ports import free_port

DOCUMENT = key_set(pair("EdDSA"))


@pytest.fixture
async def server() -> AsyncIterator[KeySetServer]:
    async with serving(saying(DOCUMENT)) as server:
        yield server


async def test_T30_an_answer_without_end_is_left_at_the_limit(server: KeySetServer) -> None:
    sent = 0

    async def flood(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        while True:
            writer.write(b" " * 65_536)
            await writer.drain()
            sent += 65_536

    server.answer = flood

    assert await complaint(server.url) == "the document is too long"
    assert sent < 64 * LONGEST_KEY_SET


async def test_T30_a_document_may_be_as_long_as_a_key_set(server: KeySetServer) -> None:
    longest = DOCUMENT.ljust(LONGEST_KEY_SET)

    server.answer = saying(longest)
    assert await KeySetUrl(server.url)() == longest
    server.answer = saying(longest + b" ")
    assert await complaint(server.url) == "the document is too long"


@pytest.mark.parametrize(
    "coding", ["gzip", "deflate", "br", "zstd", "gzip, gzip", "identity, gzip"]
)
async def test_T30_what_comes_compressed_stays_so(server: KeySetServer, coding: str) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    server.answer = saying(bomb, headers=[f"Content-Encoding: {coding}"])

    document = await KeySetUrl(server.url)()

    assert document == bomb
    with pytest.raises(ValueError, match="utf-8"):
        read_key_set(document)


async def test_T30_HTML_is_a_document_but_no_key_set(server: KeySetServer) -> None:
    server.answer = saying(b"<!doctype html>", headers=["Content-Type: text/html"])

    with pytest.raises(ValueError, match="Expecting value"):
        read_key_set(await KeySetUrl(server.url)())


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200",
        b"\x16\x03\x01",
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
async def test_T30_what_is_not_HTTP_is_no_answer(server: KeySetServer, answer: bytes) -> None:
    async def raw(writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()

    server.answer = raw

    await complaint(server.url)


async def test_T30_nobody_at_the_address_is_an_OSError() -> None:
    assert await complaint(f"http://127.0.0.1:{free_port()}/canary") == "ConnectError"
    assert await complaint("https://canary.invalid/jwks") == "ConnectError"


async def test_T30_a_certificate_is_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(saying(DOCUMENT), self_signed(tmp_path)) as server:
        assert await complaint(server.url) == "ConnectError"
        assert await complaint(server.url.replace("127.0.0.1", "localhost")) == "ConnectError"
        assert server.requests == []

        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
        assert await complaint(server.url.replace("127.0.0.1", "localhost")) == "ConnectError"
        assert await KeySetUrl(server.url)() == DOCUMENT


async def test_T30_without_TLS_a_server_is_told_nothing(server: KeySetServer) -> None:
    assert await complaint(server.url.replace("http:", "https:")) == "ConnectError"

    assert server.requests == []


def self_signed(folder: Path) -> ssl.SSLContext:
    """A server's certificate for 127.0.0.1, by itself."""
    private = pair("ES256").private
    name = Name([NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        CertificateBuilder(name, name, private.public_key(), random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(SubjectAlternativeName([IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(private, SHA256())
    )
    file = folder / "server.pem"
    file.write_text(pem(private) + certificate.public_bytes(Encoding.PEM).decode())
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context
