"""Bodies of the wrong kind or size (N11-N13): one verdict, whatever the storage."""

import gzip
from collections.abc import AsyncIterator

import pytest

from entrypoints.http.intake import LONGEST_BODY
from tests.http.answers import refusal
from tests.http.api import Api, User, path_of
from tests.http.server import Server

BODY = b'{"title": "Buy milk"}'


async def chunks(body: bytes, size: int = 64 * 1024) -> AsyncIterator[bytes]:
    """The body in pieces, which nobody announced the length of."""
    for start in range(0, len(body), size):
        yield body[start : start + size]


def padded(length: int) -> bytes:
    """A body of that many bytes."""
    return BODY + b" " * (length - len(BODY))


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        'application/json;charset="UTF-8"',
        "application/json ; x=y",
    ],
)
async def test_N12_json_is_taken_however_its_type_is_written(
    alice: User, content_type: str
) -> None:
    answer = await alice.send("POST", content=BODY, headers={"content-type": content_type})

    assert answer.status_code == 201


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/x-msgpack",
        "application/jsonp",
        "application/problem+json",
        "application/*",
        "json",
        "application/json, text/plain",
        "multipart/form-data; boundary=" + '"' * 4000,
        "application/json; charset=utf-16",
        "application/json; charset=latin-1",
    ],
)
async def test_N11_N12_any_other_type_is_refused(alice: User, content_type: str) -> None:
    task = await alice.create()

    for method, path in [
        ("POST", "/tasks"),
        ("PUT", path_of(task)),
        ("PATCH", path_of(task)),
        ("PATCH", f"{path_of(task)}/complete"),
    ]:
        answer = await alice.send(
            method, path, content=BODY, headers={"content-type": content_type}
        )
        assert refusal(answer) == (415, "unsupported_media_type")

    assert (await alice.send("GET")).json() == [task]


async def test_a_merge_patch_is_taken_where_it_is_one(alice: User) -> None:
    task = await alice.create()
    patch = {"content-type": "application/merge-patch+json"}
    done = b'{"completed": true}'

    answers = [
        await alice.send("PATCH", path_of(task), content=BODY, headers=patch),
        await alice.send("PATCH", f"{path_of(task)}/complete", content=done, headers=patch),
        await alice.send("PUT", path_of(task), content=BODY, headers=patch),
        await alice.send("POST", content=BODY, headers=patch),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 415, 415]


@pytest.mark.parametrize("coding", ["gzip", "br", "x-gzip", "identity, gzip", "nonsense"])
async def test_N11_a_coded_body_is_refused(alice: User, coding: str) -> None:
    answer = await alice.send(
        "POST", content=gzip.compress(BODY), headers={"content-encoding": coding}
    )

    assert refusal(answer) == (415, "unsupported_media_type")


async def test_N11_a_body_that_says_that_it_is_not_coded_is_taken(alice: User) -> None:
    answer = await alice.send("POST", content=BODY, headers={"content-encoding": "identity"})

    assert answer.status_code == 201


@pytest.mark.parametrize("announced", [True, False])
async def test_N13_a_body_may_be_256_KiB_long(alice: User, announced: bool) -> None:
    body = padded(LONGEST_BODY)

    answer = await alice.send("POST", content=body if announced else chunks(body))

    assert LONGEST_BODY == 256 * 1024
    assert answer.status_code == 201


@pytest.mark.parametrize("length", [LONGEST_BODY + 1, 11_000_000])
@pytest.mark.parametrize("announced", [True, False])
async def test_N13_not_one_byte_more(alice: User, announced: bool, length: int) -> None:
    body = padded(length)

    answer = await alice.send("POST", content=body if announced else chunks(body))

    assert refusal(answer) == (413, "body_too_large")
    assert (await alice.send("GET")).json() == []


@pytest.mark.parametrize("length", [LONGEST_BODY + 1, 4 * 1024 * 1024])
def test_N13_a_client_that_sends_everything_before_it_reads_gets_the_answer(
    server: Server, length: int
) -> None:
    head = (
        f"POST /api/v1/tasks HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}"
    )

    with server.connect() as connection:
        connection.sendall(head.encode() + b"\r\n\r\n" + padded(length))
        (answer,) = server.answers(connection)

    assert refusal(answer) == (413, "body_too_large")


async def test_a_body_where_none_belongs_does_no_harm(alice: User) -> None:
    task = await alice.create()

    read = await alice.send("GET", path_of(task), content=b"[" * 1000)
    deleted = await alice.send("DELETE", path_of(task), content=b"[" * 1000)

    assert (read.json(), deleted.status_code) == (task, 204)


async def test_the_connection_lives_on_after_a_refusal(socket_api: Api) -> None:
    alice = socket_api.user()

    bodies = (b"{", padded(LONGEST_BODY + 1), BODY)
    answers = [await alice.send("POST", content=body) for body in bodies]

    assert [answer.status_code for answer in answers] == [400, 413, 201]
