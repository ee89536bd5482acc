"""Bodies that are not JSON, or not quite (N01-N07, N11): one verdict, whatever the storage."""

import pytest

from tests.http.answers import named, refusal
from tests.http.api import User, path_of

NOT_JSON = [
    *(b'{"title":', b'{"title": "x"', b'{"title": "x', b"", b" ", b"\n", b"\x00", b"undefined"),
    *(b'{"title": "x"} x', b'{"title": "x"}{"title": "y"}', b'{"title": "x"},', b"{'title': 'x'}"),
    *(b'{"title": "x"} // why', b'/* why */ {"title": "x"}', b'{title: "x"}', b'{"title": "x",}'),
    *(b'{"title": NaN}', b'{"title": Infinity}', b'{"title": -Infinity}', b'{"title": 01}'),
    *(b'{"title": "a\nb"}', b'{"title": "a\x01b"}', b'{"title": "\\x41"}', b'{"title": "\\u12"}'),
    *(b'{"title"; "x"}', b'{"title": True}', b'{1: "x"}', b'{"title" "x"}', b'{,"title": "x"}'),
]
NOT_UTF_8 = [
    b"\xff",
    b"\x80",
    b"\xe2\x82",  # cut off
    b"\xc0\xaf",  # overlong
    b"\xe0\x80\xaf",
    b"\xed\xa0\x80",  # a surrogate, as CESU-8 has it
    b"\xed\xa0\xbd\xed\xb8\x80",
    b"\xf4\x90\x80\x80",  # beyond the last code point
]


@pytest.mark.parametrize("body", NOT_JSON)
async def test_N01_what_is_not_json_is_refused_as_such(alice: User, body: bytes) -> None:
    task = await alice.create()

    for method, path in [("POST", "/tasks"), ("PUT", path_of(task)), ("PATCH", path_of(task))]:
        answer = await alice.send(method, path, content=body)
        assert refusal(answer) == (400, "not_json")

    assert (await alice.send("GET")).json() == [task]


async def test_N01_an_empty_body_without_a_content_type_is_no_json_either(alice: User) -> None:
    assert refusal(await alice.send("POST")) == (400, "not_json")


@pytest.mark.parametrize("body", [b"[]", b'[{"title": "x"}]', b'"x"', b"5", b"null", b"true"])
async def test_json_that_is_no_object_is_not_valid(alice: User, body: bytes) -> None:
    assert named(await alice.send("POST", content=body)) == ["#"]


@pytest.mark.parametrize("text", NOT_UTF_8)
@pytest.mark.parametrize(
    "body", [b'{"title": "a%b"}', b'{"title": "x", "n%": 1}', b'{"title": "x", "version": "%"}']
)
async def test_N02_what_is_not_utf_8_is_refused_wherever_it_stands(
    alice: User, body: bytes, text: bytes
) -> None:
    answer = await alice.send("POST", content=body.replace(b"%", text))

    assert refusal(answer) == (400, "not_json")


def nested(depth: int) -> bytes:
    """A new task whose JSON is as deep as that; what `id` and `version` say is ignored."""
    deep = b"[" * (depth - 1) + b"]" * (depth - 1)
    return b'{"title": "deep", "id": [{}, {}], "version": ' + deep + b"}"


@pytest.mark.parametrize("depth", [3, 63, 64])
async def test_N03_json_may_be_nested_64_deep(alice: User, depth: int) -> None:
    assert (await alice.send("POST", content=nested(depth))).status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        nested(65),
        nested(5_000),
        nested(100_000),
        nested(65).replace(b"version", b"nope"),
        b"[" * 100_000,
        b'{"a":' * 40_000,
        b'[{"a":' * 40_000,
        b'["\\"]",' * 30_000,
        b'{"title": "x", "tags": ' + b"[" * 100 + b'"]"' + b"]" * 100 + b"}",
    ],
    ids=range(9),
)
async def test_N03_no_deeper(alice: User, body: bytes) -> None:
    assert refusal(await alice.send("POST", content=body)) == (400, "not_json")


@pytest.mark.parametrize(
    "title", ["[" * 500, "[{" * 100, '"' * 200 + "[" * 200, "\\" * 99 + "{" * 99]
)
async def test_N03_brackets_in_text_are_text(alice: User, title: str) -> None:
    assert (await alice.create(title))["title"] == title


async def test_N03_brackets_next_to_each_other_are_not_deep(alice: User) -> None:
    answer = await alice.send("POST", json={"title": "x", "version": [{} for _ in range(1000)]})

    assert answer.status_code == 201


@pytest.mark.parametrize("escape", [rb"\ud800", rb"\udc00", rb"\ud800\u0041", rb"\udc00\ud800"])
@pytest.mark.parametrize("body", [b'{"title": "a%b"}', b'{"title": "x", "%": 1}'])
async def test_N05_lone_surrogates_are_refused(alice: User, body: bytes, escape: bytes) -> None:
    answer = await alice.send("POST", content=body.replace(b"%", escape))

    assert refusal(answer) == (400, "not_json")


async def test_N05_pairs_of_surrogates_are_characters(alice: User) -> None:
    answer = await alice.send("POST", content=rb'{"title": "\ud83e\uddb7\ud835\udd18"}')

    assert answer.json()["title"] == "🦷𝔘"


async def test_N06_of_a_repeated_member_the_last_wins(alice: User) -> None:
    answer = await alice.send("POST", content=b'{"title": 5, "title": "a", "\\u0074itle": "b"}')

    assert answer.json()["title"] == "b"


@pytest.mark.parametrize(
    "number", ["2147483648", "9223372036854775808", "9" * 100, "1.5", "1e2", "-0"]
)
async def test_N07_no_number_is_text_a_truth_or_a_priority(alice: User, number: str) -> None:
    members = ("title", "description", "priority", "due_date", "tags", "completed")
    body = ", ".join(f'"{member}": {number}' for member in members)

    answer = await alice.send("POST", content=f"{{{body}}}".encode())

    assert named(answer) == [f"#/{member}" for member in members]


@pytest.mark.parametrize("number", ["9223372036854775808", "9" * 300, "1e308", "-0.0"])
async def test_N07_a_number_that_is_ignored_may_be_any(alice: User, number: str) -> None:
    answer = await alice.send("POST", content=f'{{"title": "x", "version": {number}}}'.encode())

    assert answer.status_code == 201


@pytest.mark.parametrize("number", ["9" * 5000, "1e309", f"0.{'1' * 100_000}e400"])
async def test_N07_a_number_that_no_arithmetic_holds_is_refused(alice: User, number: str) -> None:
    answer = await alice.send("POST", content=f'{{"title": "x", "version": {number}}}'.encode())

    assert refusal(answer) == (400, "not_json")


@pytest.mark.parametrize(
    "encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"]
)
async def test_N11_json_comes_in_utf_8_without_a_mark(alice: User, encoding: str) -> None:
    answer = await alice.send("POST", content='{"title": "x"}'.encode(encoding))

    assert refusal(answer) == (400, "not_json")
