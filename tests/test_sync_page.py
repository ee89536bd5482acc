"""The client that docs/sync.md shows, run with Node against a server."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from domain.owner import Actor, Owner
from tests.command_line import PATIENCE, environment
from tests.http.api import container, signer_of
from tests.http.server import Server

HERE = Path(__file__).parent
PAGE = (HERE.parent / "docs" / "sync.md").read_text()
DRIVER = HERE / "sync_page.mjs"

Said = dict[str, Any]


@pytest.fixture(scope="module")
def node() -> str:
    found = shutil.which("node")
    if found is None and os.environ.get("CI"):
        pytest.fail("no Node on the path")
    if found is None:
        pytest.skip("no Node on the path")
    return found


@pytest.fixture(scope="module")
def server(
    new_database: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("sync-page")
    with Server(folder, DATABASE_URL=new_database("sqlite")) as server:
        yield server


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    (block,) = re.findall(r"```js\n(.*?)```", PAGE, re.DOTALL)
    file = tmp_path_factory.mktemp("client") / "client.mjs"
    file.write_text(block)
    return file


class Alice:
    """A user whose two devices are run by Node."""

    def __init__(self, node: str, client: Path, url: str) -> None:
        subject = f"user-{uuid4()}"
        until = datetime.now(UTC) + timedelta(hours=1)
        self._token = signer_of(container()).sign(Actor(Owner(subject)), expires_at=until)
        self._base = f"{url}/api/v1/{subject}"
        self._command = [node, str(DRIVER), str(client), self._base, self._token]

    def start(self, scenario: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [*self._command, scenario],
            env=environment({}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def do(self, scenario: str) -> Said:
        """What the scenario came to."""
        with self.start(scenario) as running:
            out, err = running.communicate(timeout=PATIENCE)
        assert running.returncode == 0, err
        said: Said = json.loads(out)
        return said

    def there(self) -> list[Said]:
        """The tasks that the server has."""
        headers = {"authorization": f"Bearer {self._token}"}
        with httpx2.Client(verify=False, headers=headers) as client:
            tasks: list[Said] = client.get(f"{self._base}/tasks?limit=500").json()
        return tasks


@pytest.fixture
def alice(node: str, client: Path, server: Server) -> Alice:
    return Alice(node, client, server.url)


def in_order(tasks: list[Said]) -> list[Said]:
    return sorted(tasks, key=lambda task: str(task["id"]))


def assert_equal_to_the_server(alice: Alice, said: Said) -> None:
    there = in_order(alice.there())
    assert there
    assert in_order(said["phone"]) == there
    assert in_order(said["laptop"]) == there


def test_what_was_written_offline_is_written_once_and_reaches_the_other_device(
    alice: Alice,
) -> None:
    said = alice.do("offline")

    assert_equal_to_the_server(alice, said)
    titles = {task["title"]: task["priority"] for task in alice.there()}
    assert titles == {"ONE": "high", "three": "none"}
    assert said["waiting"] == 3
    assert said["refused"] == [["/tasks/", 404]]


def test_a_device_that_is_switched_on_again_goes_on_from_its_store(alice: Alice) -> None:
    said = alice.do("woken")

    assert said["same"]
    assert_equal_to_the_server(alice, said)
    assert {task["title"] for task in alice.there()} == {"before", "after"}


@pytest.mark.parametrize("scenario", ["gone", "many"])
def test_a_device_that_was_away_for_long_ends_with_what_the_server_has(
    alice: Alice, scenario: str
) -> None:
    assert_equal_to_the_server(alice, alice.do(scenario))


def test_a_device_that_listens_hears_of_changes_and_of_a_restart(
    node: str, client: Path, new_database: Callable[[str], str], tmp_path: Path
) -> None:
    server = Server(tmp_path, DATABASE_URL=new_database("sqlite"))
    server.start()
    alice = Alice(node, client, server.url)

    with alice.start("live") as running:
        assert running.stdout
        heard = json.loads(running.stdout.readline() or "{}")
        there = alice.there()
        server.stop()
        out, err = running.communicate(timeout=PATIENCE)

    assert running.returncode == 0, err
    assert heard["heard"] == ["c1", "c2", "c3"]
    assert [*map(len, (there, heard["phone"], heard["laptop"]))] == [1, 1, 1]
    assert heard["phone"] == heard["laptop"] == there
    assert json.loads(out)["reason"] == "restart"
