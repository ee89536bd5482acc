"""Pages (contract §3): nothing that stays is skipped or shown twice; bad questions are named."""

from base64 import urlsafe_b64encode

import pytest

from tests.builders import NOBODYS
from tests.http.answers import anonymous, named
from tests.http.api import User, path_of


def encoded(raw: bytes) -> str:
    """Bytes as a cursor has them."""
    return urlsafe_b64encode(raw).decode().rstrip("=")


async def test_a_page_holds_a_hundred_tasks_unless_told(alice: User) -> None:
    for n in range(101):
        await alice.create(str(n))

    first = await alice.send("GET")
    last = await alice.send("GET", first.links["next"]["url"].removeprefix(alice.base))
    whole = await alice.send("GET", "/tasks?limit=500")

    assert [task["title"] for task in first.json()] == [str(n) for n in range(100, 0, -1)]
    assert [task["title"] for task in last.json()] == ["0"]
    assert whole.json() == first.json() + last.json()
    assert "link" not in whole.headers


async def test_a_page_that_is_exactly_full_is_the_last(alice: User) -> None:
    await alice.create()
    await alice.create()

    assert "link" not in (await alice.send("GET", "/tasks?limit=2")).headers
    assert "link" in (await alice.send("GET", "/tasks?limit=1")).headers


async def test_following_the_links_meets_what_stays_once_while_others_come_and_go(
    alice: User,
) -> None:
    tasks = [await alice.create(str(n)) for n in range(9)]
    path: str | None = "/tasks?limit=2"
    met: list[str] = []

    while path:
        answer = await alice.send("GET", path)
        met += [task["title"] for task in answer.json()]
        path = answer.links["next"]["url"].removeprefix(alice.base) if answer.links else None
        await alice.create("new")
        if tasks:  # the very one that the cursor stands on, or has passed, or not yet met
            await alice.send("DELETE", path_of(tasks.pop(len(tasks) // 2)))

    stayed = [task["title"] for task in reversed(tasks)]
    assert len(met) == len(set(met))
    assert [title for title in met if title in stayed] == stayed


async def test_a_cursor_outlives_the_task_it_was_made_from(alice: User) -> None:
    oldest, middle, _ = [await alice.create(title) for title in ("oldest", "middle", "newest")]
    first = await alice.send("GET", "/tasks?limit=2")

    await alice.send("DELETE", path_of(middle))

    rest = await alice.send("GET", first.links["next"]["url"].removeprefix(alice.base))
    assert rest.json() == [oldest]


async def test_I09_somebody_elses_cursor_leads_to_ones_own_tasks_alone(
    alice: User, bob: User
) -> None:
    own = await bob.create("bob's")
    for n in range(2):
        await alice.create(str(n))
    foreign = (await alice.send("GET", "/tasks?limit=1")).links["next"]["url"]

    answer = await bob.send("GET", foreign.removeprefix(alice.base))

    assert answer.json() == [own]


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "x" * 5000,
        "%00",
        "null",
        "' OR 1=1 --",
        encoded(NOBODYS.bytes),
        encoded(b"-created_at:"),
        encoded(b"-created_at:" + bytes(15)),
        encoded(b"-created_at:" + bytes(17)),
        encoded(b"title:" + NOBODYS.bytes),
        str(NOBODYS),
    ],
)
async def test_I09_a_cursor_that_no_link_gave_is_refused(alice: User, cursor: str) -> None:
    assert named(await alice.send("GET", f"/tasks?cursor={cursor}")) == ["cursor"]


async def test_a_cursor_that_was_cut_off_is_refused(alice: User) -> None:
    for _ in range(2):
        await alice.create()
    link = (await alice.send("GET", "/tasks?limit=1")).links["next"]["url"]

    for cut in range(1, 8):
        answer = await alice.send("GET", link.removeprefix(alice.base)[:-cut])
        assert named(answer) == ["cursor"]


@pytest.mark.parametrize("limit", ["1", "500", "%31", "007"])
async def test_N19_a_limit_within_bounds_is_taken(alice: User, limit: str) -> None:
    assert (await alice.send("GET", f"/tasks?limit={limit}")).status_code == 200


@pytest.mark.parametrize(
    "limit",
    [
        *("0", "-1", "501", "1000000000", "9" * 5000),
        *("", "1e2", "1_0", "%205", "5+", "%2B5", "5.0", "0x5", "ten", "true", "null", "1,2"),
        *("%EF%BC%95", "%D9%A5", "%00", "5%00", "%F0%9F%92%A9"),
    ],
)
async def test_N18_N19_any_other_limit_is_refused_in_the_same_words(
    alice: User, limit: str
) -> None:
    answer = await alice.send("GET", f"/tasks?limit={limit}")

    assert named(answer) == ["limit"]
    assert anonymous(answer) == anonymous(await alice.send("GET", "/tasks?limit=0"))


@pytest.mark.parametrize("value", ["%zz", "%", "%f", "%ff", "%C0%AF", "%ED%A0%80"])
@pytest.mark.parametrize("name", ["limit", "cursor"])
async def test_N18_what_is_not_percent_encoded_text_is_refused(
    alice: User, name: str, value: str
) -> None:
    assert named(await alice.send("GET", f"/tasks?{name}={value}")) == [name]


@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        ("nope=5", ["nope"]),
        ("nope", ["nope"]),
        ("user_id=somebody", ["user_id"]),
        ("owner_id=somebody", ["owner_id"]),
        ("Limit=5", ["Limit"]),
        ("offset=5", ["offset"]),
        ("limit=5&limit=5", ["limit"]),
        ("limit=5&lim%69t=6", ["limit"]),
        ("a=1&b=2&limit=5", ["a", "b"]),
        ("limit[]=5", ["?"]),
        ("%00=5", ["?"]),
        ("%zz=5", ["?"]),
        ("%ff=5", ["?"]),
        ("=5", ["?"]),
        ("&", ["?", "?"]),
        ("limit=5&", ["?"]),
        ("limit=5;cursor=6", ["limit"]),
        ("<script>=1", ["?"]),
    ],
)
async def test_N18_unknown_and_repeated_parameters_are_named(
    alice: User, query: str, parameters: list[str]
) -> None:
    assert named(await alice.send("GET", f"/tasks?{query}")) == parameters


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "", {"title": "Buy milk"}),
        ("GET", "/{id}", None),
        ("PUT", "/{id}", {"title": "new"}),
        ("PATCH", "/{id}", {"title": "new"}),
        ("PATCH", "/{id}/complete", {}),
        ("DELETE", "/{id}", None),
    ],
)
async def test_N18_no_other_route_swallows_a_parameter_either(
    alice: User, method: str, path: str, body: object
) -> None:
    task = await alice.create()

    answer = await alice.send(method, f"/tasks{path.format(id=task['id'])}?nope=1", json=body)

    assert named(answer) == ["nope"]
    assert (await alice.send("GET")).json() == [task]
