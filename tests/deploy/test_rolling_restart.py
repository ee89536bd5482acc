"""deploy/rolling-restart.sh: no request is lost, and what does not come up stays out."""

import re
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.command_line import PATIENCE, TASKHAVEN, environment, token_of_alice
from tests.http.api import SECRET
from tests.http.server import Server
from tests.nginx import Nginx

SCRIPT = Path(__file__).parents[2] / "deploy" / "rolling-restart.sh"
DEPLOYMENT = (SCRIPT.parents[1] / "docs" / "deployment.md").read_text()


class Instances:
    """Two that share a database; something that restarts whichever a file in `folder` names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "wanted").mkdir()
        self.servers = [self._server(folder / name) for name in ("one", "two")]
        self.restarted: list[int] = []
        self.broken = False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve_wishes)

    def _server(self, folder: Path) -> Server:
        folder.mkdir()
        url = f"sqlite:///{self.folder}/tasks.db"
        return Server(folder, DATABASE_URL=url, DRAIN_SECONDS="1", JWT_SECRET=SECRET)

    def __enter__(self) -> "Instances":
        for server in self.servers:
            server.start()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(PATIENCE)
        for server in self.servers:
            server.kill()

    def _serve_wishes(self) -> None:
        while not self._over.wait(0.02):
            for wish in (self.folder / "wanted").iterdir():
                (server,) = (each for each in self.servers if str(each.port) == wish.name)
                server.stop()
                if not self.broken:
                    server.launch()
                self.restarted.append(server.port)
                wish.unlink()


@pytest.fixture
def instances(tmp_path: Path) -> Iterator[Instances]:
    with Instances(tmp_path) as instances:
        yield instances


@pytest.fixture
def nginx(instances: Instances) -> Iterator[Nginx]:
    with Nginx([f"127.0.0.1:{each.port} max_fails=0" for each in instances.servers]) as nginx:
        yield nginx


def roll(instances: Instances, nginx: Nginx, *ports: int) -> subprocess.CompletedProcess[str]:
    wish = f"{instances.folder}/wanted/{{port}}"
    check = " ".join(["PORT={port}", *TASKHAVEN, "health", "--wait"])
    settings = {
        "UPSTREAM": str(nginx.upstream),
        "RESTART": f"touch {wish}; while [ -e {wish} ]; do sleep 0.05; done",
        "CHECK": f"{check} {1 if instances.broken else PATIENCE:.0f}",
        "RELOAD": f"kill -HUP {nginx.pid}",
        "SETTLE": "1",
        "JWT_SECRET": SECRET,
    }
    return subprocess.run(
        [SCRIPT, *map(str, ports)],
        env=environment(settings),
        cwd=SCRIPT.parents[1],
        capture_output=True,
        text=True,
        timeout=3 * PATIENCE,
        check=False,
    )


def test_F13_nobody_notices_that_both_were_restarted(instances: Instances, nginx: Nginx) -> None:
    token = token_of_alice(instances.folder, JWT_SECRET=SECRET)
    over, answers, failures = threading.Event(), list[int](), list[BaseException]()

    def ask() -> None:
        headers = {"authorization": f"Bearer {token}"}
        try:
            # A connection each: nginx may end one that is idle, and then the client loses.
            while not over.wait(0.01):
                with httpx2.Client(verify=False, headers=headers, timeout=PATIENCE) as client:
                    url = f"{nginx.url}/api/v1/tasks"
                    answers.append(client.post(url, json={"title": "x"}).status_code)
        except httpx2.HTTPError as error:
            failures.append(error)

    before = nginx.upstream.read_text()
    clients = [threading.Thread(target=ask) for _ in range(3)]
    for client in clients:
        client.start()
    done = roll(instances, nginx, *(each.port for each in instances.servers))
    over.set()
    for client in clients:
        client.join(PATIENCE)

    assert done.returncode == 0, done.stderr
    assert instances.restarted == [each.port for each in instances.servers]
    assert failures == []
    assert set(answers) == {201}
    assert nginx.upstream.read_text() == before


def test_what_does_not_become_ready_stays_out(instances: Instances, nginx: Nginx) -> None:
    first, second = (each.port for each in instances.servers)
    instances.broken = True

    done = roll(instances, nginx, first, second)

    assert done.returncode == 1
    assert f"{first} did not become ready and stays out" in done.stderr
    assert instances.restarted == [first]
    assert f":{first} down " in nginx.upstream.read_text()
    with httpx2.Client(verify=False) as client:
        assert {client.get(f"{nginx.url}/health/live").status_code for _ in range(10)} == {200}


def roll_alone(upstream: Path, *ports: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Roll where nothing but the file is there: no instance, no nginx."""
    alone = {"UPSTREAM": str(upstream), "RELOAD": "true", "RESTART": "true", "SETTLE": "0"}
    return subprocess.run(
        [SCRIPT, *ports],
        env=environment(alone | settings),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("out", ["127.0.0.1:8000 down", "127.0.0.1:8000 max_fails=0 down"])
def test_who_is_the_last_that_serves_is_not_taken_out(tmp_path: Path, out: str) -> None:
    upstream = tmp_path / "upstream.conf"
    upstream.write_text(f"server {out};\nserver 127.0.0.1:8001;\n")
    before = upstream.read_text()

    done = roll_alone(upstream, "8001", RESTART="echo restarted", CHECK="true")

    assert (done.returncode, done.stdout) == (2, "")
    assert "nobody could stand in for 8001" in done.stderr
    assert upstream.read_text() == before


def test_who_was_left_out_by_a_failed_round_is_put_back_by_the_next(tmp_path: Path) -> None:
    upstream = tmp_path / "upstream.conf"
    whole = "server 127.0.0.1:8000 max_fails=0;\nserver 127.0.0.1:8001;\n"
    upstream.write_text(whole)

    failed = [roll_alone(upstream, "8000", CHECK="false").returncode for _ in "12"]
    left = upstream.read_text()
    done = roll_alone(upstream, "8000", "8001", CHECK="true")

    assert failed == [1, 1]
    assert left.count(" down") == 1
    assert (done.returncode, upstream.read_text()) == (0, whole)


def test_readiness_is_asked_of_the_program_where_it_is_installed(tmp_path: Path) -> None:
    upstream = tmp_path / "upstream.conf"
    upstream.write_text("server 127.0.0.1:8000;\nserver 127.0.0.1:8001;\n")
    installed = re.search(r"^python3 -m venv (\S+)$", DEPLOYMENT.replace("   ", ""), re.MULTILINE)
    assert installed

    asked = roll_alone(upstream, "--help").stdout

    assert f"[PORT={{port}} {installed[1]}/bin/taskhaven health --wait 60]" in asked
    assert f"{{CHECK:-PORT=\\{{port\\}} {installed[1]}/bin/taskhaven health" in SCRIPT.read_text()


@pytest.mark.parametrize("ports", [["x"], ["1"], [], ["--help"]])
def test_a_bad_call_changes_nothing(tmp_path: Path, ports: list[str]) -> None:
    upstream = tmp_path / "upstream.conf"
    upstream.write_text("server 127.0.0.1:8000 max_fails=0;\nserver 127.0.0.1:8001;\n")

    done = roll_alone(upstream, *ports, RELOAD="false")

    assert done.returncode == 2
    assert done.stderr or "rolling-restart.sh 8000 8001" in done.stdout
    assert "down" not in upstream.read_text()
