"""What tests ask of answers."""

import re
from collections.abc import Mapping

import httpx2
from httpx2 import Response

from tests.http.api import Json

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
UUID_V7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_MEMBERS = {"type", "title", "status", "code", "detail", "request_id"}


def refusal(answer: Response) -> tuple[int, str]:
    """Status and code of what has to be a problem document in the contract's form (§5)."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    document: Json = answer.json()
    assert document.keys() - {"errors"} == _MEMBERS
    assert document["type"] == f"urn:taskhaven:problem:{document['code']}"
    assert document["status"] == answer.status_code
    assert document["request_id"] == answer.headers["x-request-id"]
    return answer.status_code, document["code"]


def named(answer: Response) -> list[str]:
    """The pointers, parameters and headers that a 422 names, in order."""
    assert refusal(answer) == (422, "validation")
    errors = answer.json()["errors"]
    for error in errors:
        assert len(error) == 2
        assert error["detail"]
    return [value for error in errors for name, value in error.items() if name != "detail"]


def anonymous(answer: Response) -> tuple[int, Mapping[str, str], str]:
    """The whole answer but for what is never the same twice."""
    request_id = answer.headers["x-request-id"]
    headers = {name: value for name, value in answer.headers.items() if name != "date"}
    return (
        answer.status_code,
        headers | {"x-request-id": "…"},
        answer.text.replace(request_id, "…"),
    )


def parse(data: bytes, *, head: bool = False) -> list[Response]:
    """The answers in the bytes of a connection; those to HEAD have no body."""
    answers = []
    while data:
        start, end, data = data.partition(b"\r\n\r\n")
        assert end, data
        status_line, *lines = start.decode("latin-1").split("\r\n")
        protocol, status = status_line.split(" ")[:2]
        assert protocol in {"HTTP/1.0", "HTTP/1.1"}
        headers = httpx2.Headers([(name, value) for name, _, value in map(_header, lines)])
        length = 0 if head else int(headers.get("content-length", 0))
        assert len(data) >= length
        answers.append(Response(int(status), headers=headers, content=data[:length]))
        data = data[length:]
    return answers


def _header(line: str) -> tuple[str, str, str]:
    return line.partition(": ")
