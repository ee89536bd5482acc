"""`GET …/changes` (contract §6): a client that follows holds what the server holds."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from httpx2 import Response

from domain.owner import Owner
from entrypoints.http.places import read_since
from tests.http.answers import named, refusal
from tests.http.api import Api, Json, User, container, in_process, path_of

GONE = (410, "history_gone")


async def changes(user: User, since: str | None = None, **said: str) -> Json:
    """A page of changes."""
    if since is not None:
        said["since"] = since
    answer = await ask(user, said)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "private, no-cache"
    page: Json = answer.json()
    assert page.keys() == {"changes", "next"}
    return page


async def ask(user: User, said: Mapping[str, str]) -> Response:
    query = "&".join(f"{name}={value}" for name, value in said.items())
    return await user.send("GET", f"/changes?{query}" if query else "/changes")


async def test_who_has_nothing_yet_gets_every_task_oldest_first(alice: User) -> None:
    tasks = [await alice.create(str(n)) for n in range(3)]
    await alice.send("DELETE", path_of(tasks.pop(1)))

    page = await changes(alice)

    assert page["changes"] == tasks
    assert (await changes(alice, page["next"]))["changes"] == []


async def test_a_user_without_tasks_can_follow_too(alice: User) -> None:
    first = await changes(alice)
    task = await alice.create()

    assert first["changes"] == []
    assert (await changes(alice, first["next"]))["changes"] == [task]


async def test_only_what_changed_since_is_told_deletions_as_tombstones(alice: User) -> None:
    one, two, three = [await alice.create(str(n)) for n in range(3)]
    since = (await changes(alice))["next"]

    await alice.send("DELETE", path_of(three))
    await alice.send("PATCH", path_of(two), json={"title": "a"})
    await alice.send("PATCH", path_of(two), json={"title": "b"})
    await alice.send("PATCH", path_of(one), json={"title": "0"})  # changes nothing
    told = await changes(alice, since)

    assert told["changes"] == [{"id": three["id"], "deleted": True}, await alice.read(two)]
    assert (await changes(alice, told["next"]))["changes"] == []


async def test_links_lead_through_the_pages_in_the_form_of_the_request(user: User) -> None:
    tasks = [await user.create(str(n)) for n in range(5)]
    path, found, pages = "/changes?limit=2", [], 0

    while path:
        answer = await user.send("GET", path)
        found += answer.json()["changes"]
        pages += 1
        link = answer.headers.get("link", "")
        assert link in {
            "",
            f'<{user.base}/changes?limit=2&since={answer.json()["next"]}>; rel="next"',
        }
        path = link[1:].partition(">")[0].removeprefix(user.base)

    assert (found, pages) == (tasks, 3)


async def test_who_pages_while_others_write_misses_nothing_and_is_told_that_there_is_more(
    alice: User,
) -> None:
    one, two, three = [await alice.create(str(n)) for n in range(3)]
    first = await changes(alice, limit="2")
    await alice.send("DELETE", path_of(one))

    answer = await ask(alice, {"since": first["next"], "limit": "2"})

    assert answer.json()["changes"] == [three]
    assert "link" in answer.headers
    rest = await changes(alice, answer.json()["next"])
    assert rest["changes"] == [{"id": one["id"], "deleted": True}]
    assert first["changes"] == [one, two]


@pytest.mark.parametrize(
    "garbage", ["", "x", "c", "c-1", "1", "c1%20", "c1x", "c" + "9" * 19, "c1-1", "C1", "c\u0661"]
)
async def test_a_damaged_token_is_refused_by_name(alice: User, garbage: str) -> None:
    answer = await ask(alice, {"since": garbage})

    assert named(answer) == ["since"]


@pytest.mark.parametrize("limit", ["0", "501", "-1", "x", ""])
async def test_limits_are_as_in_lists(alice: User, limit: str) -> None:
    assert named(await ask(alice, {"limit": limit, "since": "x"})) == ["since", "limit"]


@pytest.mark.parametrize("query", ["?sort=title", "?since=c0&since=c0", "?count=exact"])
async def test_what_is_not_known_or_repeated_is_refused(alice: User, query: str) -> None:
    answer = await alice.send("GET", f"/changes{query}")

    assert named(answer) == [query[1:].partition("=")[0]]


@pytest.mark.parametrize("since", ["c2", "c999999", "c" + "9" * 18])
async def test_a_position_that_never_was_is_gone(alice: User, since: str) -> None:
    await alice.create()

    assert refusal(await ask(alice, {"since": since})) == GONE


async def test_I09_a_token_of_another_leads_to_ones_own_tasks_at_most(
    alice: User, bob: User
) -> None:
    task = await alice.create()
    for _ in range(2):
        await bob.create()
    of_bob = await changes(bob)
    half = await changes(bob, limit="1")

    assert refusal(await ask(alice, {"since": of_bob["next"]})) == GONE
    told = await changes(alice, half["next"])
    assert told["changes"] in ([], [task])
    assert refusal(await User(bob.client, alice.subject, bob.token).send("GET", "/changes")) == (
        403, "forbidden"
    )  # fmt: skip


async def test_what_is_older_than_the_journal_keeps_is_gone_and_starting_over_works() -> None:
    made = container()
    async with in_process(made) as api:
        alice = api.user()
        since = (await changes(alice))["next"]
        task = await alice.create()
        owner = api_owner(alice)
        await made.journal().trim(owner, before=made.now()() + timedelta(days=1), limit=9)

        gone = await ask(alice, {"since": since})

        assert refusal(gone) == GONE
        afresh = await changes(alice)
        assert afresh["changes"] == [task]
        assert (await changes(alice, afresh["next"]))["changes"] == []


def api_owner(user: User) -> Owner:
    return Owner(user.subject)


async def test_tokens_are_those_that_were_written(api: Api) -> None:
    alice = api.user()
    for n in range(2):
        await alice.create(str(n))

    page = await changes(alice, limit="1")

    assert read_since(page["next"]).mark is not None
    assert page["next"].isascii()
