"""Restarts two instances behind nginx, one after the other, while clients go on, and counts losses.

    python -m benchmarks.rolling_restarts --rounds 100

Needs the program nginx. Both instances share a database: an SQLite file, or DATABASE_URL. Half of
the requests read, half make a task, whose loss or duplication the list at the end would show.
"""

import argparse
import asyncio
import os
import re
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

import httpx2

from tests.command_line import token_of_alice

CLIENTS = 40
DRAIN = 1  # seconds; nginx finds out by itself, others need longer
PATIENCE = 30.0

NGINX = """\
daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log warn; worker_processes 1;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  upstream taskhaven {{ {servers} keepalive 32; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://taskhaven;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_next_upstream error timeout;
      proxy_next_upstream_tries 2;
    }}
  }}
}}
"""


@dataclass(slots=True)
class Instance:
    """One `taskhaven serve`."""

    port: int
    settings: dict[str, str]
    folder: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self.folder / f"{self.port}.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "entrypoints.cli", "serve"],
                env={**os.environ, **self.settings, "PORT": str(self.port)},
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with suppress(OSError):
                urlopen(f"http://127.0.0.1:{self.port}/health/ready").close()
                return
            time.sleep(0.02)
        raise SystemExit((self.folder / f"{self.port}.log").read_text())

    def stop(self) -> int:
        assert self.process  # noqa: S101 - it was started
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


@dataclass(slots=True)
class Load:
    """Requests at a steady rate, whoever is slow."""

    url: str
    token: str
    rate: int
    answers: Counter[str] = field(default_factory=Counter)
    made: set[str] = field(default_factory=set)
    slowest: float = 0.0
    over: bool = False

    async def run(self) -> None:
        limits = httpx2.Limits(max_connections=200, max_keepalive_connections=50)
        headers = {"authorization": f"Bearer {self.token}"}
        async with httpx2.AsyncClient(
            base_url=self.url, headers=headers, limits=limits, timeout=PATIENCE
        ) as client:
            await asyncio.gather(*(self._one_of_many(client, each) for each in range(CLIENTS)))

    async def _one_of_many(self, client: httpx2.AsyncClient, number: int) -> None:
        pace = CLIENTS / self.rate
        due = time.monotonic() + number / self.rate
        while not self.over:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            due = max(due + pace, time.monotonic() - 1)  # a second behind at most
            await self._ask(client, number := number + 1)

    async def _ask(self, client: httpx2.AsyncClient, number: int) -> None:
        began = time.monotonic()
        try:
            if number % 2:
                answer = await client.get("/api/v1/tasks?limit=1")
            else:
                title = secrets.token_hex(8)
                answer = await client.post("/api/v1/tasks", json={"title": title})
                if answer.status_code == 201:
                    self.made.add(title)
            self.answers[f"{answer.request.method} {answer.status_code}"] += 1
        except httpx2.HTTPError as error:
            self.answers[f"{'GET' if number % 2 else 'POST'} {type(error).__name__}"] += 1
        self.slowest = max(self.slowest, time.monotonic() - began)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--rate", type=int, default=200, help="requests a second")
    parser.add_argument("--drain", type=int, default=DRAIN, help="seconds")
    arguments = parser.parse_args()
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if nginx is None:
        raise SystemExit("the program nginx is missing")
    with tempfile.TemporaryDirectory(prefix="taskhaven-rolling-") as name:
        await measured(Path(name), nginx, arguments)


async def measured(folder: Path, nginx: str, arguments: argparse.Namespace) -> None:
    settings = {
        "DATABASE_URL": os.environ.get("DATABASE_URL", f"sqlite:///{folder}/tasks.db"),
        "JWT_SECRET": secrets.token_urlsafe(48),
        "RATE_LIMIT": "off",
        "LOG_LEVEL": "warning",
        "DRAIN_SECONDS": str(arguments.drain),
    }
    instances = [Instance(port, settings, folder) for port in (18_411, 18_412)]
    port = 18_410
    servers = " ".join(f"server 127.0.0.1:{each.port} max_fails=0;" for each in instances)
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, servers=servers, port=port))
    for each in instances:
        each.start()
    balancer = subprocess.Popen(  # noqa: ASYNC220, S603 - before there is anything to wait for
        [nginx, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    )
    try:
        token = token_of_alice(folder, **settings)
        load = Load(f"http://127.0.0.1:{port}", token, arguments.rate)
        await asyncio.sleep(0.5)
        running = asyncio.create_task(load.run())
        codes: Counter[int] = Counter()
        for round_ in range(arguments.rounds):
            for each in instances:
                codes[await asyncio.to_thread(each.stop)] += 1
                await asyncio.to_thread(each.start)
            if round_ % 10 == 9:
                print(f"  {round_ + 1} rounds: {dict(load.answers)}", flush=True)
        load.over = True
        await running
        report(load, codes, settings["DATABASE_URL"])
    finally:
        balancer.terminate()
        balancer.wait(PATIENCE)
        for each in instances:
            each.stop()
    said = re.findall(r"\*\d+ (.*?),? (?:while|client)", (folder / "nginx.log").read_text())
    print(f"nginx: {dict(Counter(said))}")


def report(load: Load, codes: Counter[int], url: str) -> None:
    print(f"answers: {dict(load.answers)}; the slowest took {load.slowest:.2f} s")
    print(f"exit codes: {dict(codes)}")
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database:
            kept = Counter(title for (title,) in database.execute("SELECT title FROM tasks"))
        lost = load.made - kept.keys()
        print(
            f"{len(load.made)} tasks acknowledged, {len(lost)} of them lost, "
            f"{sum(n > 1 for n in kept.values())} made twice, "
            f"{len(kept.keys() - load.made)} made without an answer"
        )


if __name__ == "__main__":
    asyncio.run(main())
