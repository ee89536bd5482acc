"""The restore drill of docs/backups.md, from a service that writes to one that reads."""

from pathlib import Path
from threading import Event, Thread

import httpx2
import pytest

from tests.backups.places import checksum, counts, rows
from tests.command_line import GOOD, PATIENCE, run
from tests.http.accounts import AUTH, PASSWORD, WRONG, new_email
from tests.http.api import Json
from tests.http.server import Server

HERE = "/api/v1"


class Writer(Thread):
    """Creates one task after the other until told to stop, and knows which were acknowledged."""

    def __init__(self, client: httpx2.Client) -> None:
        super().__init__()
        self._client = client
        self.acknowledged: list[str] = []
        self.enough, self._one_more = Event(), Event()

    def run(self) -> None:
        while not self.enough.is_set():
            answer = self._client.post(f"{HERE}/tasks", json={"title": "Written meanwhile"})
            assert answer.status_code == 201, answer.text
            self.acknowledged.append(answer.json()["id"])
            self._one_more.set()

    def wrote_one_more(self) -> bool:
        """Waits until it has."""
        self._one_more.clear()
        return self._one_more.wait(PATIENCE)


def signed_in(server: Server, email: str, how: str) -> tuple[httpx2.Client, Json]:
    """A client with the access token of a new session, and all that the session's answer said."""
    client = httpx2.Client(base_url=server.url)
    answer = client.post(f"{AUTH}/{how}", json={"email": email, "password": PASSWORD})
    assert answer.is_success, answer.text
    grant: Json = answer.json()
    client.headers["authorization"] = f"Bearer {grant['access_token']}"
    return client, grant


def lived_in(client: httpx2.Client) -> tuple[Json, Json]:
    """A task with a history, created under a key, and one in the trash."""
    key = {"idempotency-key": "first"}
    kept = client.post(f"{HERE}/tasks", json={"title": "Buy milk"}, headers=key).json()
    changed = {"title": "Buy 🥛\twith\\back", "tags": ["home"], "due_date": "2026-12-01"}
    client.patch(f"{HERE}/tasks/{kept['id']}", json=changed).raise_for_status()
    trashed = client.post(f"{HERE}/tasks", json={"title": "Sell milk"}).json()
    client.delete(f"{HERE}/tasks/{trashed['id']}").raise_for_status()
    return client.get(f"{HERE}/tasks/{kept['id']}").json(), trashed


def listed(client: httpx2.Client) -> dict[str, Json]:
    """Every task, by id."""
    found: dict[str, Json] = {}
    path: str | None = f"{HERE}/tasks?limit=500"
    while path:
        answer = client.get(path)
        found |= {task["id"]: task for task in answer.json()}
        path = answer.links.get("next", {}).get("url")
    return found


def test_O10_what_was_backed_up_under_load_comes_back_whole_somewhere_else(
    url: str, empty: str, file: Path, tmp_path: Path
) -> None:
    settings = {**GOOD, "DATABASE_URL": url}
    email = new_email()
    with Server(tmp_path, **settings) as server:
        client, grant = signed_in(server, email, "register")
        client.post(f"{AUTH}/login", json={"email": email, "password": WRONG})  # it is counted
        kept, trashed = lived_in(client)
        token = client.get(f"{HERE}/changes").json()["next"]
        writer = Writer(client)
        writer.start()
        try:
            assert writer.wrote_one_more()
            before = len(writer.acknowledged)
            taken = run("backup", str(file), folder=tmp_path, **settings)
            assert writer.wrote_one_more()
        finally:
            writer.enough.set()
            writer.join()
    assert taken.returncode == 0, taken.stderr
    assert rows(url, "SELECT count(*) FROM tasks") > [(counts(taken.stdout)["tasks"],)]

    settings["DATABASE_URL"] = empty
    restored = run("restore", str(file), folder=tmp_path, **settings)
    assert restored.returncode == 0, restored.stderr
    assert counts(restored.stdout) == counts(taken.stdout)
    assert checksum(restored.stdout) == checksum(taken.stdout)
    assert rows(empty, "SELECT count(*) FROM tasks") == [(counts(taken.stdout)["tasks"],)]
    assert all(counts(taken.stdout).values()), "a table that the drill does not exercise"

    with Server(tmp_path, **settings) as server, httpx2.Client(base_url=server.url) as stranger:
        stranger.headers["authorization"] = client.headers["authorization"]
        assert stranger.get(f"{HERE}/tasks").status_code == 401
        old = {"refresh_token": grant["refresh_token"]}
        assert stranger.post(f"{AUTH}/refresh", json=old).status_code == 401

        again, _ = signed_in(server, email, "login")
        tasks = listed(again)
        assert tasks[kept["id"]] == kept
        assert {*writer.acknowledged[:before]} <= {*tasks}
        assert [task["id"] for task in again.get(f"{HERE}/trash").json()] == [trashed["id"]]
        assert len(again.get(f"{HERE}/tasks/{kept['id']}/history").json()) == 2
        gone = again.get(f"{HERE}/changes?since={token}")
        assert (gone.status_code, gone.json()["code"]) == (410, "history_gone")
        replayed = again.post(
            f"{HERE}/tasks", json={"title": "Buy milk"}, headers={"idempotency-key": "first"}
        )
        assert replayed.headers["idempotency-replayed"] == "true"
        again.close()
    client.close()


@pytest.mark.parametrize("option", [(), ("--checksum", "0" * 64)])
def test_a_checksum_that_is_given_has_to_be_the_files(
    url: str, empty: str, file: Path, tmp_path: Path, option: tuple[str, ...]
) -> None:
    run("backup", str(file), folder=tmp_path, **GOOD, DATABASE_URL=url)

    restored = run("restore", str(file), *option, folder=tmp_path, **GOOD, DATABASE_URL=empty)

    assert restored.returncode == (1 if option else 0)
    assert ("not the one expected" in restored.stderr) == bool(option)
