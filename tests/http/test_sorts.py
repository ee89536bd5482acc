"""Sorts and the pages of sorted lists (contract §3), on every storage."""

import string
from base64 import urlsafe_b64encode

import msgspec
import pytest

from domain.listing import SortKey
from tests.http.answers import named
from tests.http.api import User, path_of
from tests.http.lists import ask, onward, pages, titles

# Title, due date, priority and whether it is done.
TASKS = [
    ("b", "2026-03-29", "high", True),
    ("A", None, "none", False),
    ("ß", "2026-03-29T00:00:00Z", "high", False),
    ("sr", "2026-03-28T23:30:00Z", "urgent", True),
    ("st", None, "low", False),
    ("😀", "2026-03-30", "none", True),
    ("\uffff", "2026-03-29T00:00:00.000001Z", "low", False),
]
EXPECTED = {
    "title": "A b sr ß st \uffff 😀",
    "-title": "😀 \uffff st ß sr b A",
    "due_date": "sr b ß \uffff 😀 A st",
    "-due_date": "😀 \uffff ß b sr st A",
    "priority": "A 😀 st \uffff b ß sr",
    "-priority": "sr ß b \uffff st 😀 A",
    "created_at": "b A ß sr st 😀 \uffff",
    "-created_at": "\uffff 😀 st sr ß A b",
    "completed_at": "b sr 😀 A ß st \uffff",
    "-completed_at": "😀 sr b \uffff st ß A",
    "-priority,title": "sr b ß st \uffff A 😀",
    "priority,-due_date": "😀 A \uffff st ß b sr",
    "completed_at,-priority,title": "b sr 😀 ß st \uffff A",
    "-priority,due_date,-title": "sr b ß \uffff st 😀 A",
    "title,title": "A b sr ß st \uffff 😀",
}
BYTES = string.ascii_letters + string.digits + "-_"


@pytest.fixture
async def reader(alice: User) -> User:
    """Somebody with those tasks, made in that order."""
    for title, due, priority, completed in TASKS:
        await alice.create(title, due_date=due, priority=priority, completed=completed)
    return alice


@pytest.mark.parametrize("limit", ["1", "2", "500"])
@pytest.mark.parametrize("sort", EXPECTED)
async def test_every_sort_leads_through_all_its_pages_in_its_order(
    reader: User, sort: str, limit: str
) -> None:
    found = await pages(reader, sort=sort, limit=limit)

    assert [title for page in found for title in page] == EXPECTED[sort].split()
    assert len(found) == -(-len(TASKS) // int(limit))


async def test_tasks_are_sorted_by_their_last_change(reader: User) -> None:
    first = (await ask(reader, sort="created_at")).json()[0]
    await reader.send("PATCH", path_of(first), json={"priority": "low"})

    assert await titles(reader, sort="-updated_at", limit="2") == ["b", "\uffff"]
    assert [page[0] for page in await pages(reader, sort="updated_at", limit="1")][-1] == "b"


async def test_a_days_place_among_instants_is_that_of_its_midnight_in_the_zone(
    reader: User,
) -> None:
    for tz, expected in {
        "UTC": "sr b ß \uffff 😀 A st",
        "Europe/Berlin": "b sr ß \uffff 😀 A st",
        "America/New_York": "sr ß \uffff b 😀 A st",
    }.items():
        found = await pages(reader, sort="due_date", tz=tz, limit="2")
        assert [title for page in found for title in page] == expected.split()


@pytest.mark.parametrize("key", SortKey)
async def test_equals_are_in_the_order_of_their_ids(alice: User, key: SortKey) -> None:
    same = {"due_date": "2026-03-29", "priority": "low"}
    made = [await alice.create("x", **same) for _ in range(3)]

    for sort, expected in [(key, made), (f"-{key}", made[::-1])]:
        answer = await ask(alice, sort=sort, limit="2")
        rest = await alice.send("GET", onward(alice, answer) or "")
        found = [task["id"] for task in answer.json() + rest.json()]
        assert found == [task["id"] for task in expected]


async def test_the_first_hundred_characters_of_a_title_count_for_its_place(alice: User) -> None:
    for end in ("c", "a", "b"):
        await alice.create("𝔘" * 100 + end)
    await alice.create("𝔘" * 99 + "a")

    found = await pages(alice, sort="title", limit="1")

    assert [page[0][-1] for page in found] == ["a", "c", "a", "b"]


async def test_a_link_keeps_every_parameter_in_its_place(reader: User) -> None:
    query = "tag=a%26b&tag=%25&priority=low&priority=high&sort=-title&limit=1&count=exact&q=a+b"
    await reader.create("a b", tags=["a&b"], priority="low")
    await reader.create("b a", tags=["%"], priority="high")

    link = onward(reader, await reader.send("GET", f"/tasks?{query}")) or ""
    rest = await reader.send("GET", link)

    assert link.startswith(f"/tasks?{query}&cursor=")
    assert [task["title"] for task in rest.json()] == ["a b"]
    assert rest.headers["x-total-count"] == "2"


async def test_a_cursor_goes_with_its_sort_alone_but_with_any_filter(reader: User) -> None:
    first = await ask(reader, sort="title", limit="1")
    cursor = (onward(reader, first) or "").partition("cursor=")[2]

    for sort in ("-title", "priority", "title,priority", "title,title", ""):
        asked = {"sort": sort} if sort else {}
        assert named(await ask(reader, cursor=cursor, **asked)) == ["cursor"]
    assert await titles(reader, cursor=cursor, sort="title", completed="true") == ["b", "sr", "😀"]
    assert await titles(reader, cursor=cursor, sort="title", tag="none") == []


@pytest.mark.parametrize("sort", ["title", "due_date", "priority", "-completed_at,created_at"])
async def test_I09_a_damaged_cursor_is_refused_or_leads_somewhere(reader: User, sort: str) -> None:
    answer = await ask(reader, sort=sort, limit="1")
    cursor = (onward(reader, answer) or "").partition("cursor=")[2]

    for place, character in enumerate(cursor):
        other = BYTES[(BYTES.index(character) + 1 + place % 62) % 64]
        damaged = cursor[:place] + other + cursor[place + 1 :]
        answer = await ask(reader, sort=sort, cursor=damaged)
        assert answer.status_code == 200 or named(answer) == ["cursor"]


@pytest.mark.parametrize(
    ("sort", "values"),
    [
        *[("title", [title]) for title in ("a\x00", "\x1b", None, 5)],
        *[("priority", [rank]) for rank in (-1, 5, 10**30, "high", None)],
        *[("due_date", [due]) for due in ("3000-01-01", "2026-02-30", "0001-01-01", 5)],
        *[("created_at", [at]) for at in (None, "2026-03-29", "now", "0001-01-01T00:00:00+23:59")],
        ("title", []),
        ("title", ["a", "b"]),
    ],
)
async def test_N04_N10_a_forged_cursor_holds_nothing_that_a_task_could_not(
    alice: User, sort: str, values: list[object]
) -> None:
    written = msgspec.json.encode([sort, values, "01a1fd71-01db-774b-984a-e6bf85211de6"])
    cursor = urlsafe_b64encode(written).decode().rstrip("=")

    assert named(await ask(alice, sort=sort, cursor=cursor)) == ["cursor"]


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"])
@pytest.mark.parametrize("sort", ["created_at", "-updated_at", "completed_at", "-completed_at"])
async def test_N10_a_cursor_beyond_all_tasks_finds_all_or_none(
    reader: User, sort: str, at: str
) -> None:
    written = msgspec.json.encode([sort, [at], "00000000-0000-0000-0000-000000000000"])
    cursor = urlsafe_b64encode(written).decode().rstrip("=")

    assert (await ask(reader, sort=sort, cursor=cursor)).status_code == 200


async def test_C07_pages_of_a_sort_hold_what_stays_while_others_come_and_go(reader: User) -> None:
    path: str | None = "/tasks?sort=title&limit=2"
    met: list[str] = []

    while path is not None:
        answer = await reader.send("GET", path)
        met += [task["title"] for task in answer.json()]
        path = onward(reader, answer)
        await reader.create("0")
        await reader.send("DELETE", path_of(answer.json()[-1]))

    assert met == EXPECTED["title"].split()
