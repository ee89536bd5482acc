"""Nobody reaches an account, a session or a task that is somebody else's (I01-I06, T18)."""

import jwt
import pytest

from tests.builders import NOBODYS, an_id
from tests.http.accounts import PASSWORD, WRONG, Member, call, register
from tests.http.answers import anonymous, refusal
from tests.http.api import Api, User, path_of

OF_AN_ACCOUNT = [
    ("GET", "/me", None),
    ("PATCH", "/me", {"name": "Eve"}),
    ("GET", "/me/export", None),
    ("POST", "/me/erase", {"password": PASSWORD}),
    ("POST", "/password", {"current": PASSWORD, "new": WRONG}),
    ("GET", "/sessions", None),
    ("DELETE", f"/sessions/{NOBODYS}", None),
    ("POST", "/logout", None),
]


def session_of(member: Member) -> str:
    id: str = jwt.decode(member.token, options={"verify_signature": False})["sid"]
    return id


@pytest.fixture
async def ann(api: Api) -> Member:
    return await register(api)


@pytest.fixture
async def eve(api: Api) -> Member:
    return await register(api)


async def test_I02_a_session_of_others_looks_like_none(ann: Member, eve: Member) -> None:
    ids = [session_of(ann), session_of(ann).upper(), str(an_id()), "no-id", ann.id, "x" * 4000]

    answers = [await eve.ask("DELETE", f"/sessions/{id}") for id in ids]

    assert refusal(answers[0]) == (404, "session_not_found")
    assert all(anonymous(answer) == anonymous(answers[0]) for answer in answers)
    assert await ann.gets_in()
    assert await ann.goes_on()


@pytest.mark.parametrize("spelling", ["{}", "{upper}"])
async def test_I07_a_session_is_ended_in_capitals_too_and_only_once(
    ann: Member, spelling: str
) -> None:
    other = await ann.again()
    path = "/sessions/" + spelling.format(session_of(other), upper=session_of(other).upper())

    first, second = await ann.ask("DELETE", path), await ann.ask("DELETE", path)

    assert first.status_code == 204
    assert refusal(second) == (404, "session_not_found")
    assert not await other.gets_in()
    assert await ann.gets_in()


@pytest.mark.parametrize("spelling", ["{bare}", "%7B{id}%7D", "urn:uuid:{id}", "{id}%20", "{id}-"])
async def test_I07_no_other_spelling_ends_one(ann: Member, spelling: str) -> None:
    id = session_of(ann)

    answer = await ann.ask(
        "DELETE", f"/sessions/{spelling.format(id=id, bare=id.replace('-', ''))}"
    )

    assert refusal(answer) == (404, "session_not_found")
    assert await ann.gets_in()


@pytest.mark.parametrize("form", ["/api/v1/{user_id}", "/api/{user_id}"])
async def test_I01_the_tasks_of_another_account_are_forbidden(
    ann: Member, eve: Member, form: str
) -> None:
    task = await ann.user.create()
    posing = User(eve.client, ann.id, eve.token, form)
    at_nobody = User(eve.client, str(an_id()), eve.token, form)

    for method, path in [("GET", "/tasks"), ("POST", "/tasks"), ("DELETE", path_of(task))]:
        body = {"title": "x"} if method == "POST" else None
        of_ann = await posing.send(method, path, json=body)
        of_nobody = await at_nobody.send(method, path, json=body)
        assert refusal(of_ann) == (403, "forbidden")
        assert anonymous(of_ann) == anonymous(of_nobody)

    assert (await ann.user.send("GET")).json() == [task]


async def test_I02_a_task_of_another_account_looks_like_none(ann: Member, eve: Member) -> None:
    task = await ann.user.create()

    for method in ("GET", "PATCH", "DELETE"):
        body = {"title": "x"} if method == "PATCH" else None
        others = await eve.user.send(method, path_of(task), json=body)
        nobodys = await eve.user.send(method, path_of(str(an_id())), json=body)
        assert refusal(others) == (404, "task_not_found")
        assert anonymous(others) == anonymous(nobodys)

    assert await ann.user.read(task) == task


@pytest.mark.parametrize("spelling", ["{upper}", "own%2F{id}", "{id}.", "%20{id}", "{id}%00"])
async def test_I06_an_account_is_named_by_its_id_alone(ann: Member, spelling: str) -> None:
    spelt = spelling.format(id=ann.id, upper=ann.id.upper())
    if spelt == ann.id:
        pytest.skip("an id without letters")

    answer = await ann.user.at(f"/api/v1/{spelt}").send("GET")

    assert answer.status_code in {403, 404}


async def test_T18_an_external_user_of_the_same_id_is_somebody_else(api: Api, ann: Member) -> None:
    external = api.user(ann.id)
    of_ann, of_external = await ann.user.create("own"), await external.create("external")

    assert of_ann["user_id"] == of_external["user_id"] == ann.id
    assert (await ann.user.send("GET")).json() == [of_ann]
    assert (await external.send("GET")).json() == [of_external]
    for user, task in ((external, of_ann), (ann.user, of_external)):
        for method in ("GET", "DELETE"):
            assert refusal(await user.send(method, path_of(task))) == (404, "task_not_found")


async def test_T18_nor_is_it_one_of_our_issuers_name(api: Api, ann: Member) -> None:
    for subject in (f"own|{ann.id}", f"own:{ann.id}", "own"):
        assert (await api.user(subject, form="/api/v1").send("GET")).json() == []


@pytest.mark.parametrize(("method", "path", "body"), OF_AN_ACCOUNT)
async def test_T18_who_has_no_account_here_gets_none_by_its_id(
    api: Api, ann: Member, method: str, path: str, body: object
) -> None:
    for subject in (ann.id, api.user().subject):
        answer = await call(api.client, method, path, body, token=api.user(subject).token)
        assert refusal(answer) == (403, "no_account")
        assert "www-authenticate" not in answer.headers

    assert (await ann.ask("GET", "/me")).json() == ann.grant["user"]
    assert await ann.goes_on()
