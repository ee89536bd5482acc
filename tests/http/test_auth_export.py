"""An export is all that somebody has here, and nothing that is somebody else's (contract §7)."""

import asyncio

from tests.http.accounts import Member, call, register
from tests.http.answers import anonymous, refusal
from tests.http.api import Api, Json, path_of

MANY = 1_200  # more than two batches
ENTRY = ["version", "at", "by", "action", "changed", "task_id"]


async def export(ann: Member) -> Json:
    answer = await ann.ask("GET", "/me/export")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"] == 'attachment; filename="taskhaven-export.json"'
    assert answer.headers["vary"] == "Authorization, Origin"
    exported: Json = answer.json()
    return exported


async def test_an_export_of_nothing_is_whole(api: Api) -> None:
    ann = await register(api, name="Ann")

    exported = await export(ann)

    assert list(exported) == ["user", "sessions", "tasks", "trash", "changes"]
    assert exported["user"] == ann.grant["user"]
    assert exported["sessions"] == (await ann.ask("GET", "/sessions")).json()
    assert (exported["tasks"], exported["changes"]) == ([], [])


async def test_an_export_holds_every_task_and_its_whole_history(api: Api) -> None:
    ann = await register(api)
    task = await ann.user.create("Buy milk \U0001f95b", description='"\\\n', tags=["a", "b"])
    edited = await ann.user.send("PATCH", path_of(task), json={"title": "Buy tea"})
    done = await ann.user.send("PATCH", f"{path_of(task)}/complete")
    gone = await ann.user.create("thrown away")
    await ann.user.send("DELETE", path_of(gone))

    exported = await export(ann)

    assert exported["tasks"] == [done.json()]
    assert [(task["title"], bool(task["deleted_at"])) for task in exported["trash"]] == [
        ("thrown away", True)
    ]
    changes = exported["changes"]
    assert all([*change] == ENTRY for change in changes)
    assert [(c["task_id"], c["version"]) for c in changes] == [
        *((task["id"], version) for version in (1, 2, 3)),
        *((gone["id"], version) for version in (1, 2)),
    ]
    assert {c["by"] for c in changes} == {ann.id}
    assert changes[1]["changed"]["title"] == {"from": "Buy milk \U0001f95b", "to": "Buy tea"}
    assert changes[1]["at"] == edited.json()["updated_at"]
    assert changes[2]["changed"] == {"completed": {"from": False, "to": True}}
    assert [change["action"] for change in changes] == [
        "create", "edit", "complete", "create", "delete"
    ]  # fmt: skip


async def test_an_export_is_whole_however_much_it_is(api: Api) -> None:
    ann = await register(api)
    for start in range(0, MANY, 20):
        await asyncio.gather(*(ann.user.create(f"{n:04}") for n in range(start, start + 20)))

    exported = await export(ann)

    tasks, changes = exported["tasks"], exported["changes"]
    assert sorted(task["title"] for task in tasks) == [f"{n:04}" for n in range(MANY)]
    assert [t["created_at"] for t in tasks] == sorted(t["created_at"] for t in tasks)
    assert len(changes) == MANY
    assert {c["task_id"] for c in changes} == {t["id"] for t in tasks}


async def test_an_export_is_of_the_caller_alone(api: Api) -> None:
    ann, bob = await register(api), await register(api)
    of_ann, of_bob = await ann.user.create("of Ann"), await bob.user.create("of Bob")
    await api.user(ann.id).create("of somebody with the same id elsewhere")

    exported = [await export(member) for member in (ann, bob)]

    assert [e["tasks"] for e in exported] == [[of_ann], [of_bob]]
    for mine, other in zip(exported, (bob, ann), strict=True):
        assert other.id not in str(mine)
        assert other.email not in str(mine)


async def test_an_export_holds_no_secret(api: Api) -> None:
    ann = await register(api)
    later = await ann.next()

    text = str(await export(later))

    for secret in (ann.token, later.token, ann.refresh_token, later.refresh_token, "argon2"):
        assert secret not in text


async def test_head_tells_the_headers_of_an_export_alone(api: Api) -> None:
    ann = await register(api)

    got, head = await ann.ask("GET", "/me/export"), await ann.ask("HEAD", "/me/export")

    assert head.content == b""
    coding = {"transfer-encoding"}  # which an answer without a body need not have
    ours, theirs = (
        {name: value for name, value in anonymous(a)[1].items() if name not in coding}
        for a in (got, head)
    )
    assert ours == theirs


async def test_who_has_no_account_has_nothing_to_export(api: Api) -> None:
    answer = await call(api.client, "GET", "/me/export", token=api.user().token)

    assert refusal(answer) == (403, "no_account")
