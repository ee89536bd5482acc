"""A request as the edge took it in."""

from typing import Any

from entrypoints.http.incoming import Incoming


def a_request(*headers: tuple[bytes, bytes], method: str = "GET") -> Incoming:
    scope: Any = {"type": "http", "method": method, "headers": headers, "query_string": b""}
    return Incoming.of(scope)


def test_it_does_not_show_what_it_holds() -> None:
    incoming = a_request((b"Authorization", b"Bearer canary"))
    incoming.content = b"canary"

    assert incoming.bearer() == "canary"
    assert "canary" not in repr(incoming)


def test_each_line_of_a_header_counts_whatever_its_case() -> None:
    incoming = a_request((b"If-Match", b'"1"'), (b"IF-MATCH", b'"2"'))

    assert incoming.header(b"if-match") == ['"1"', '"2"']
    assert incoming.header(b"origin") == []


def test_requests_have_ids_of_their_own_unless_they_bring_one_that_is_fit() -> None:
    made = {a_request().id for _ in range(1000)}

    assert len(made) == 1000
    assert a_request((b"x-request-id", b"mine-1")).id == "mine-1"
    assert a_request((b"x-request-id", b"not mine\n")).id not in {*made, "not mine\n"}
    assert a_request(*[(b"x-request-id", b"mine")] * 2).id != "mine"


def test_a_body_of_no_length_is_none() -> None:
    assert not a_request().has_body
    assert not a_request((b"content-length", b"0")).has_body
    assert a_request((b"content-length", b"1")).has_body
    assert a_request((b"transfer-encoding", b"chunked")).has_body
