"""Filters, search and count (contract §3): what a list holds, on every storage."""

import pytest

from tests.http.answers import named
from tests.http.api import User, path_of
from tests.http.lists import ask, onward, pages, titles

HOSTILE_TAGS = [
    *("a,b", "a&b=c", "%", "_", "100%", 'say "hi"', "back\\slash", "[1]", "{}", "null", "'; --"),
    *("ü", "u\u0308", "ß", "SS", "👩‍👩‍👧", "\u200b", "a\tb", "+", "a b", "#", "\ufeff"),
]


@pytest.mark.parametrize(
    ("completed", "expected"), [("true", ["done"]), ("false", ["open"]), (None, ["open", "done"])]
)
async def test_only_tasks_that_are_done_or_not(
    alice: User, completed: str | None, expected: list[str]
) -> None:
    await alice.create("done", completed=True)
    await alice.create("open")

    assert await titles(alice, **({"completed": completed} if completed else {})) == expected


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (["none"], ["plain"]),
        (["urgent"], ["urgent"]),
        (["urgent", "low"], ["urgent", "low"]),
        (["low", "low"], ["low"]),
        (["medium"], []),
    ],
)
async def test_only_tasks_of_any_of_these_priorities(
    alice: User, wanted: list[str], expected: list[str]
) -> None:
    await alice.create("plain")
    for priority in ("low", "high", "urgent"):
        await alice.create(priority, priority=priority)

    assert await titles(alice, *(("priority", priority) for priority in wanted)) == expected


async def test_only_tasks_with_any_of_these_tags(alice: User) -> None:
    await alice.create("none")
    await alice.create("a", tags=["a"])
    await alice.create("ab", tags=["b", "a"])
    await alice.create("A", tags=["A"])

    assert await titles(alice, tag="a") == ["ab", "a"]
    assert await titles(alice, tag=" a ") == ["ab", "a"]
    assert await titles(alice, ("tag", "b"), ("tag", "A")) == ["A", "ab"]
    assert await titles(alice, tag="c") == []


@pytest.mark.parametrize("tag", HOSTILE_TAGS)
async def test_N20_a_tag_is_found_by_its_very_characters(alice: User, tag: str) -> None:
    others = [other for other in HOSTILE_TAGS if other != tag]
    await alice.create("others", tags=others[:20])
    await alice.create("more others", tags=others[20:])
    await alice.create("it", tags=[tag])

    assert await titles(alice, tag=tag) == ["it"]


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ({"due_after": "2026-03-29"}, "day noon next"),
        ({"due_before": "2026-03-29"}, "before"),
        ({"due_before": "2026-03-30"}, "before day noon"),
        ({"due_after": "2026-03-29T12:00:00Z"}, "noon next"),
        ({"due_after": "2026-03-29T14:00:00+02:00"}, "noon next"),
        ({"due_after": "2026-03-29T12:00:00.000001Z"}, "next"),
        ({"due_before": "2026-03-29T12:00:00Z"}, "before day"),
        ({"due_after": "2026-03-29", "due_before": "2026-03-30"}, "day noon"),
        ({"due_after": "2026-03-30", "due_before": "2026-03-29"}, ""),
        ({"due_after": "2026-03-29", "tz": "Europe/Berlin"}, "before day noon next"),
        ({"due_before": "2026-03-29", "tz": "America/New_York"}, "before"),
        ({"due_before": "2026-03-29T00:00:00Z", "tz": "America/New_York"}, "before"),
        ({"due": "none"}, "never"),
        ({"due": "none", "due_after": "2026-01-01"}, ""),
    ],
)
async def test_only_tasks_due_from_then_on_or_before(
    alice: User, bounds: dict[str, str], expected: str
) -> None:
    for title, due in [
        ("never", None),
        ("next", "2026-03-30"),
        ("noon", "2026-03-29T12:00:00Z"),
        ("day", "2026-03-29"),
        ("before", "2026-03-28T23:30:00Z"),
    ]:
        await alice.create(title, due_date=due)

    assert await titles(alice, **bounds) == expected.split()


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("MILK", "oat cow"),
        ("milk cow", "cow"),
        ("cow milk", "cow"),
        (" milk \t\n milk ", "oat cow"),
        ("ilk", "oat cow"),
        ("strasse", "street"),
        ("STRAßE", "street"),
        ("ß", "street"),
        ("%", "percent"),
        ("0%", "percent"),
        ("_", "under"),
        ("\\", "back"),
        ("a\u0308", "combining"),
        ("honey", "oat"),
        ("milk\u3000honey", "oat"),
        ("*", ""),
        ("cow' OR '1'='1", ""),
        ("", "street percent under back combining oat cow"),
        ("\u2028", "street percent under back combining oat cow"),
    ],
)
async def test_words_are_looked_for_in_title_and_description_without_wildcards(
    alice: User, q: str, expected: str
) -> None:
    for title, description in [
        ("cow", "Milk of the cow"),
        ("oat", "milk\nand HONEY"),
        ("combining", "Ba\u0308r"),
        ("back", "a\\b"),
        ("under", "a_b"),
        ("percent", "100%"),
        ("street", "Hauptstraße"),
    ]:
        await alice.create(title, description=description)

    assert await titles(alice, q=q) == expected.split()


async def test_a_word_does_not_reach_from_the_title_into_the_description(alice: User) -> None:
    await alice.create("ab", description="cd")

    assert await titles(alice, q="bc") == []
    assert await titles(alice, q="ab cd") == ["ab"]


async def test_filters_join_and_are_counted_on_all_pages_together(alice: User, bob: User) -> None:
    await bob.create("t", tags=["a"], priority="high")
    for n in range(5):
        await alice.create(f"t{n}", tags=["a"], priority="high" if n else "low")
    deleted = await alice.create("t5", tags=["a"], priority="high")
    await alice.send("DELETE", path_of(deleted))

    counted = await ask(
        alice, tag="a", priority="high", q="T", completed="false", count="exact", limit="2"
    )
    later = await alice.send("GET", onward(alice, counted) or "")
    whole = await ask(alice, count="exact")
    uncounted = await ask(alice, tag="a")
    nothing = await ask(alice, tag="b", count="exact")

    assert [task["title"] for task in counted.json()] == ["t4", "t3"]
    totals = [answer.headers.get("x-total-count") for answer in (counted, later, whole, nothing)]
    assert totals == ["4", "4", "5", "0"]
    assert "x-total-count" not in uncounted.headers


async def test_every_page_of_a_filtered_list_is_linked_with_all_that_was_asked(
    alice: User,
) -> None:
    tag = "a&b=ü %"
    for n in range(5):
        await alice.create(f"keep {n}", tags=[tag], priority="high")
        await alice.create(f"skip {n}", tags=["a"], priority="high")

    asked = {"tag": tag, "priority": "high", "q": "KEEP", "completed": "false", "limit": "2"}
    found = await pages(alice, **asked)

    assert found == [["keep 4", "keep 3"], ["keep 2", "keep 1"], ["keep 0"]]


async def test_a_filtered_list_is_not_sent_again_until_something_is_written(alice: User) -> None:
    await alice.create(tags=["a"])
    tag = (await ask(alice, tag="a")).headers["etag"]

    same = await alice.send("GET", "/tasks?tag=a", headers={"if-none-match": tag})
    other = await alice.send("GET", "/tasks?tag=b", headers={"if-none-match": tag})
    await alice.create()
    after = await alice.send("GET", "/tasks?tag=a", headers={"if-none-match": tag})

    assert [answer.status_code for answer in (same, other, after)] == [304, 200, 200]


@pytest.mark.parametrize("due", ["today", "overdue", "none"])
async def test_what_time_changes_has_no_tag(alice: User, due: str) -> None:
    answer = await alice.send("GET", f"/tasks?due={due}", headers={"if-none-match": "*"})
    bad = await alice.send("GET", f"/tasks?due={due}", headers={"if-none-match": "2"})

    assert answer.status_code == 200
    assert "etag" not in answer.headers
    assert named(bad) == ["If-None-Match"]
