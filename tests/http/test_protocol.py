"""HTTP itself: what is not quite it is refused, and never answered twice (N14, N15, N23)."""

import pytest

from tests.http.answers import refusal
from tests.http.api import Api
from tests.http.server import Server

BODY = b'{"title": "Buy milk"}'
LIVE = b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"


@pytest.fixture
async def post(socket_api: Api) -> bytes:
    """The head of a POST by a new user, but for what says how long the body is."""
    alice = socket_api.user()
    return (
        f"POST {alice.base}/tasks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {alice.token}\r\n"
        "Content-Type: application/json\r\n"
    ).encode()


CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "rest",
    [
        b'Content-Length: 100\r\n\r\n{"title":',
        b"Content-Length: 100\r\n\r\n",
        CHUNKED,
        CHUNKED + b'5\r\n{"tit',
        CHUNKED + b"15\r\n" + BODY,
        CHUNKED + b"15\r\n" + BODY + b"\r\n",
        CHUNKED + b"5\r\n" + BODY + b"\r\n0\r\n\r\n",
        CHUNKED + b"15;a=\n\r\n" + BODY + b"\r\n0\r\n\r\n",
        CHUNKED + b"zz\r\n" + BODY + b"\r\n0\r\n\r\n",
        CHUNKED + b"-1\r\n" + BODY + b"\r\n0\r\n\r\n",
        CHUNKED + b"f" * 20 + b"\r\n" + BODY + b"\r\n0\r\n\r\n",
    ],
)
async def test_N14_a_body_that_breaks_off_is_the_clients_fault(
    server: Server, post: bytes, rest: bytes
) -> None:
    said_before = server.log

    (answer,) = server.exchange(post + rest, end=True)

    assert refusal(answer) == (400, "malformed_request")
    assert server.log == said_before


SECOND = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize(
    "lengths",
    [
        b"Content-Length: 21\r\nContent-Length: 5\r\n",
        b"Content-Length: 21, 21\r\n",
        b"Content-Length: +21\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: 0x15\r\n",
        b"Content-Length: 2 1\r\n",
        b"Content-Length: \r\n",
        b"Content-Length: " + b"9" * 30 + b"\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Transfer-Encoding: identity\r\n",
        b"Transfer-Encoding: chunked, gzip\r\n",
        b"Transfer-Encoding: \x0bchunked\r\n",
        b"Transfer-Encoding : chunked\r\n",
        b"Content-Length: 21\r\nTransfer-Encoding: xchunked\r\n",
        b"X-Folded: a\r\n b\r\nContent-Length: 21\r\n",
        b"X-Null: a\0b\r\nContent-Length: 21\r\n",
        b"X-Return: a\rb\r\nContent-Length: 21\r\n",
    ],
)
async def test_N15_a_length_in_doubt_is_refused_and_nothing_after_it_is_believed(
    server: Server, post: bytes, lengths: bytes
) -> None:
    answers = server.exchange(post + lengths + b"\r\n" + BODY + SECOND)

    assert [answer.status_code for answer in answers] == [400]


@pytest.mark.parametrize(
    "codings",
    [b"chunked, chunked", b"gzip, chunked", b"gzip\r\nTransfer-Encoding: chunked", b"x,chunked"],
)
async def test_N15_chunks_are_the_only_coding_there_is(
    server: Server, post: bytes, codings: bytes
) -> None:
    chunks = b"15\r\n" + BODY + b"\r\n0\r\n\r\n"

    (answer,) = server.exchange(
        post + b"Transfer-Encoding: " + codings + b"\r\n\r\n" + chunks + SECOND
    )

    assert refusal(answer) == (400, "malformed_request")


async def test_N15_chunks_in_any_case_of_letters_are_chunks(server: Server, post: bytes) -> None:
    chunks = b"15\r\n" + BODY + b"\r\n0\r\n\r\n"

    (answer,) = server.exchange(
        post + b"Connection: close\r\nTransfer-Encoding: Chunked\r\n\r\n" + chunks
    )

    assert answer.status_code == 201


async def test_N15_chunks_win_over_a_length_and_nothing_after_them_is_believed(
    server: Server, post: bytes
) -> None:
    lengths = b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"

    (answer,) = server.exchange(post + lengths + b"0\r\n\r\n" + SECOND)

    assert refusal(answer) == (400, "not_json")  # the body that the chunks make is empty


@pytest.mark.parametrize("upgrade", [b"websocket", b"h2c"])
def test_N23_the_server_speaks_nothing_but_HTTP_1(server: Server, upgrade: bytes) -> None:
    (answer,) = server.exchange(
        b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        b"Upgrade: " + upgrade + b"\r\n\r\n"
    )

    assert answer.status_code == 200


@pytest.mark.parametrize("line", [b"PRI * HTTP/2.0", b"GET / HTTP/9.9", b"\x16\x03\x01\x02\x00"])
def test_N23_anything_else_ends_the_connection(server: Server, line: bytes) -> None:
    answers = server.exchange(line + b"\r\nHost: x\r\n\r\n" + SECOND)

    assert all(answer.status_code == 400 for answer in answers)


async def test_N23_a_client_that_asks_before_it_sends_is_told_to_go_on(
    server: Server, post: bytes
) -> None:
    with server.connect() as connection:
        connection.sendall(post + b"Connection: close\r\nExpect: 100-continue\r\n")
        connection.sendall(b"Content-Length: %d\r\n\r\n" % len(BODY))
        assert connection.recv(1024) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(BODY)
        (answer,) = server.answers(connection)

    assert answer.status_code == 201


def test_N23_pipelined_requests_are_answered_in_order(server: Server) -> None:
    requests = b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n" + SECOND + LIVE + b"\r\n" + SECOND

    answers = server.exchange(requests)

    assert [answer.status_code for answer in answers] == [404, 200, 200]


async def test_a_connection_lives_on_after_a_refusal(server: Server) -> None:
    refused = [
        b"GET /api/v1/tasks HTTP/1.1\r\nHost: x\r\n\r\n",
        b"FOO /api/v1/tasks HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /api/v1/tasks HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n"
        + b" " * 300_000,
        b"GET /health/live HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 17_000 + b"\r\n\r\n",
    ]

    answers = server.exchange(b"".join(refused) + LIVE + b"\r\n")

    assert [answer.status_code for answer in answers] == [401, 405, 414, 413, 431, 200]


async def test_so_does_one_at_a_path_that_is_none(server: Server) -> None:
    ask = b"POST /api/v1/a%2Fb/tasks HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"

    (refused,) = server.exchange(ask + LIVE + b"\r\n")

    assert (refused.status_code, refused.headers["connection"]) == (404, "close")


@pytest.mark.parametrize("flaw", [b"X: " + b"x" * 17_000, b"Host: y"])
async def test_a_body_that_is_refused_unread_ends_the_connection_and_says_so(
    server: Server, flaw: bytes
) -> None:
    ask = b"POST /api/v1/tasks HTTP/1.1\r\nHost: x\r\n" + flaw
    length = b"\r\nContent-Length: 2\r\n\r\n{}"

    (refused,) = server.exchange(ask + length + LIVE + b"\r\n")

    assert refused.status_code in {400, 431}
    assert refused.headers["connection"] == "close"
