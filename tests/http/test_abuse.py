"""What somebody may try who wants to keep others out (catalogue B04-B06, B09, I13)."""

import asyncio

from tests.http.api import Api, User
from tests.http.server import Server

PATIENCE = 12.0  # seconds in which a connection that says nothing has to be closed


def test_B04_headers_that_do_not_arrive_are_given_up_and_others_are_served(
    server: Server,
) -> None:
    with server.connect() as slow:
        slow.sendall(b"GET /health HTTP/1.1\r\nHost: taskhaven.test\r\nX-Slow: ")
        with server.connect() as other:
            other.sendall(b"GET /health/live HTTP/1.1\r\nHost: taskhaven.test\r\n\r\n")
            assert other.recv(100).startswith(b"HTTP/1.1 200")
        slow.settimeout(PATIENCE)

        rest = slow.recv(1000)

        assert rest == b"" or b" 408 " in rest


async def test_B05_many_connections_that_say_nothing_keep_nobody_out(
    server: Server, socket_api: Api
) -> None:
    silent = [server.connect() for _ in range(200)]
    try:
        answers = await asyncio.gather(*(socket_api.user().send("GET") for _ in range(20)))
    finally:
        for connection in silent:
            connection.close()

    assert {answer.status_code for answer in answers} == {200}


async def test_B06_a_search_is_bounded_in_length_words_and_results(alice: User) -> None:
    await alice.create("a" * 500)

    longest = await alice.send("GET", "/tasks?q=" + "a%20" * 100)
    longer = await alice.send("GET", "/tasks?q=" + "a" * 201)
    pattern = await alice.send("GET", "/tasks?q=(a%2B)%2B%24")
    more = await alice.send("GET", "/tasks?limit=501")

    assert (longest.status_code, len(longest.json())) == (200, 1)
    assert (longer.status_code, more.status_code) == (422, 422)
    assert pattern.json() == []


async def test_B09_no_cookie_is_set_and_none_is_believed(alice: User) -> None:
    cookie = {"cookie": f"token={alice.token}; Authorization=Bearer {alice.token}"}

    answer = await alice.send("GET", headers={**cookie, "authorization": ""})

    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert "set-cookie" not in (await alice.send("GET")).headers


async def test_I13_nothing_of_a_request_that_failed_is_left_to_the_next(
    alice: User, bob: User
) -> None:
    mine, theirs = await alice.create("mine"), await bob.create("theirs")

    for _ in range(20):
        refused, listed, gone = await asyncio.gather(
            alice.send("PUT", f"/tasks/{theirs['id']}", json={"title": "taken"}),
            bob.send("GET"),
            alice.send("PATCH", f"/tasks/{mine['id']}", json={"title": ""}),
        )
        assert (refused.status_code, gone.status_code) == (404, 422)
        assert [task["title"] for task in listed.json()] == ["theirs"]
