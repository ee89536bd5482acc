"""Nobody reaches, changes or learns of a task that is somebody else's (I01-I08)."""

import pytest

from tests.builders import an_id
from tests.http.answers import anonymous, refusal
from tests.http.api import Api, Json, User, path_of
from tests.http.server import Server

ON_ALL = [("GET", {}), ("HEAD", {}), ("POST", {"title": "mine"})]
ON_ONE = [
    ("GET", "", None),
    ("HEAD", "", None),
    ("PUT", "", {"title": "mine"}),
    ("PATCH", "", {"title": "mine"}),
    ("PATCH", "/complete", None),
    ("PATCH", "/complete", {"completed": True}),
    ("DELETE", "", None),
]
OWNED = ("/api/v1/{user_id}", "/api/{user_id}")


@pytest.fixture
async def task(alice: User) -> Json:
    """Alice's, whom Bob is after."""
    return await alice.create("alice's")


def posing(bob: User, subject: str) -> User:
    """Bob, with his own token, at somebody else's paths."""
    return User(bob.client, subject, bob.token, bob.form)


@pytest.mark.parametrize("form", OWNED)
@pytest.mark.parametrize(("method", "body"), ON_ALL)
async def test_I01_the_tasks_of_others_are_forbidden_whether_or_not_they_exist(
    api: Api, alice: User, bob: User, task: Json, form: str, method: str, body: Json
) -> None:
    of_alice = await posing(bob, alice.subject).at(form).send(method, json=body)
    of_nobody = await posing(bob, api.user().subject).at(form).send(method, json=body)

    assert of_alice.status_code == 403
    assert anonymous(of_alice) == anonymous(of_nobody)
    assert (await alice.send("GET")).json() == [task]


@pytest.mark.parametrize("form", OWNED)
@pytest.mark.parametrize(("method", "path", "body"), ON_ONE)
async def test_I01_a_task_of_others_is_forbidden_whether_or_not_it_exists(
    api: Api, alice: User, bob: User, task: Json, form: str, method: str, path: str, body: Json
) -> None:
    answers = [
        await posing(bob, subject).at(form).send(method, path_of(id) + path, json=body)
        for subject in (alice.subject, api.user().subject)
        for id in (task["id"], str(an_id()), "no-id")
    ]

    assert answers[0].status_code == 403
    assert all(anonymous(answer) == anonymous(answers[0]) for answer in answers)
    assert await alice.read(task) == task


@pytest.mark.parametrize("condition", [{}, {"if-match": '"1"'}])
@pytest.mark.parametrize(("method", "path", "body"), ON_ONE)
async def test_I02_a_task_of_others_looks_like_none_below_ones_own_path(
    alice: User,
    bob: User,
    task: Json,
    method: str,
    path: str,
    body: Json,
    condition: dict[str, str],
) -> None:
    others = await bob.send(method, path_of(task) + path, json=body, headers=condition)
    nobodys = await bob.send(method, path_of(str(an_id())) + path, json=body, headers=condition)

    assert others.status_code == 404
    assert anonymous(others) == anonymous(nobodys)
    assert await alice.read(task) == task


async def test_I04_an_id_that_a_client_gives_is_not_taken(
    alice: User, bob: User, task: Json
) -> None:
    while_it_is_there = await bob.create(id=task["id"], user_id=alice.subject)
    await alice.send("DELETE", path_of(task))
    after_it_went = await bob.create(id=task["id"])

    assert len({task["id"], while_it_is_there["id"], after_it_went["id"]}) == 3
    assert while_it_is_there["user_id"] == bob.subject
    assert refusal(await alice.send("GET", path_of(task))) == (404, "task_not_found")
    assert (await alice.send("GET")).json() == []


@pytest.mark.parametrize(
    "user_id",
    [
        *("..", ".", "%2e%2e", ".%2e", "%2E", "", "/", "%2F", "{alice}%2F", "{alice}%2Ftasks"),
        *("%00", "{alice}%00", "%ff", "%zz", "*", "~", "{alice};x=1", "{alice},", "{alice}%20"),
        *("{alice}.", "{alice}/../{alice}", "x/../{alice}", "{alice}/.", "{alice}//", "x" * 5000),
    ],
)
async def test_I05_no_odd_spelling_of_a_user_id_is_let_through(
    server: Server, socket_api: Api, user_id: str
) -> None:
    alice = socket_api.user()
    await alice.create()
    spelt = user_id.replace("{alice}", alice.subject)

    (answer,) = server.exchange(
        f"GET /api/v1/{spelt}/tasks HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        f"Authorization: Bearer {alice.token}\r\n\r\n".encode()
    )

    assert answer.status_code in {403, 404}


@pytest.mark.parametrize(
    ("subject", "lookalike"),
    [
        ("kim", "KIM"),
        ("kim", "Kim"),
        ("kim", "\u212aim"),  # the Kelvin sign
        ("kim", "\uff4bim"),  # fullwidth
        ("kim", "kim."),
        ("kim", "kim "),
        ("kim", " kim"),
        ("kim", "ki\u200bm"),
        ("e", "e\u0301"),
        ("a|b", "a%7Cb"),  # encoded twice on the way
    ],
)
async def test_I06_user_ids_are_compared_code_point_by_code_point(
    api: Api, subject: str, lookalike: str
) -> None:
    user = api.user(subject)

    answer = await posing(user, lookalike).send("GET")

    assert refusal(answer) == (403, "forbidden")


@pytest.mark.parametrize("spelling", ["{}", "{upper}"])
async def test_I07_an_id_in_capitals_is_the_same_id(alice: User, task: Json, spelling: str) -> None:
    spelt = spelling.format(task["id"], upper=task["id"].upper())

    assert (await alice.send("GET", path_of(spelt))).json() == task


@pytest.mark.parametrize(
    "spelling",
    ["{bare}", "%7B{id}%7D", "urn:uuid:{id}", "{id}%20", "%20{id}", "{id}%0A", "{id}-", "0x{bare}"],
)
async def test_I07_no_other_spelling_is(alice: User, task: Json, spelling: str) -> None:
    spelt = spelling.format(id=task["id"], bare=task["id"].replace("-", ""))

    assert refusal(await alice.send("GET", path_of(spelt))) == (404, "task_not_found")


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/api/v1/{bob}/tasks", 403),
        ("http://x/api/v1/{bob}/tasks", 403),
        ("http://{bob}@x/api/v1/{bob}/tasks", 403),
        ("/api/v1/{alice}/../{bob}/tasks", 404),
        ("/api/v1/{alice}/%2e%2e/{bob}/tasks", 404),
        ("/api/v1/{alice}/tasks/../../{bob}/tasks", 404),
        ("//x/api/v1/{bob}/tasks", 404),
        ("/api/v1//{bob}/tasks", 404),
        ("/api/v1/{bob}/tasks/", 403),
        ("/api/v1/{bob}/tasks?user_id={alice}", 403),
        ("/api/v1/{bob}/tasks#/{alice}/tasks", 403),
        ("\\api\\v1\\{bob}\\tasks", 400),
    ],
)
async def test_I08_no_way_of_writing_a_target_leads_past_the_check(
    server: Server, socket_api: Api, target: str, status: int
) -> None:
    alice, bob = socket_api.user(), socket_api.user()
    await bob.create()
    written = target.format(alice=alice.subject, bob=bob.subject)

    (answer,) = server.exchange(
        f"GET {written} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        f"Authorization: Bearer {alice.token}\r\n\r\n".encode()
    )

    assert answer.status_code == status
