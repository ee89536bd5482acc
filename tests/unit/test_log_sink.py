"""Where lines go: all of them, in order, once, and nobody waits for a reader who does not read."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from entrypoints.logs import sink
from entrypoints.logs.sink import Sink

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """An end to read and one to write."""
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def read_lines(descriptor: int, count: int) -> list[bytes]:
    read = b""
    while read.count(b"\n") < count:
        read += os.read(descriptor, 65_536)
    return read.splitlines()


def program(code: str) -> "subprocess.CompletedProcess[str]":
    """What a process said that runs this, with a sink on its standard error."""
    begin = "from entrypoints.logs.sink import STDERR\nimport os, sys\n"
    return subprocess.run(
        [sys.executable, "-c", begin + code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_lines_of_many_threads_all_arrive_each_thread_s_in_order(pipe: tuple[int, int]) -> None:
    out = Sink(pipe[1])

    def say(who: int) -> None:
        for number in range(500):
            out.write(b"%d %d\n" % (who, number))

    threads = [threading.Thread(target=say, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    said = [tuple(map(int, line.split())) for line in read_lines(pipe[0], 2000)]
    for thread in threads:
        thread.join()

    assert len(said) == 2000
    assert all([n for who, n in said if who == each] == [*range(500)] for each in range(4))
    assert out.dropped == 0


def test_flush_waits_until_everything_is_written(pipe: tuple[int, int]) -> None:
    out = Sink(pipe[1])
    for number in range(100):
        out.write(b"%d\n" % number)

    out.flush()

    assert os.read(pipe[0], 65_536).splitlines() == [b"%d" % number for number in range(100)]


def test_whom_nobody_reads_keeps_so_many_lines_and_counts_the_rest(
    pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sink, "_MOST_WAITING", 100)
    out = Sink(pipe[1])
    line = b"x" * 999 + b"\n"
    written = 0
    while out.dropped < 50:
        out.write(line)
        written += 1
    out.flush(patience=0.1)  # gives up

    kept = read_lines(pipe[0], written - 50)
    assert {*kept} == {line[:-1]}
    assert len(kept) + 50 == written

    out.write(b"again\n")
    assert read_lines(pipe[0], 1) == [b"again"], "once somebody reads it goes on"


def test_F22_a_reader_who_is_gone_costs_lines_and_nothing_else() -> None:
    read, write = os.pipe()
    os.close(read)
    out = Sink(write)
    for _ in range(3):
        out.write(b"lost\n")
        out.flush()

    os.close(write)
    assert out.dropped == 3


def test_F22_so_does_a_descriptor_that_is_closed(pipe: tuple[int, int]) -> None:
    lost = os.dup(pipe[1])
    os.close(lost)
    out = Sink(lost)

    out.write(b"lost\n")
    out.flush()

    assert out.dropped == 1


def test_a_process_that_ends_has_said_everything() -> None:
    said = program("for n in range(1000): STDERR.write(b'%d\\n' % n)")

    assert said.stderr.splitlines() == [str(n) for n in range(1000)]


def test_a_process_that_fails_has_said_everything() -> None:
    said = program("STDERR.write(b'last words\\n'); raise SystemExit(3)")

    assert (said.returncode, said.stderr) == (3, "last words\n")


def test_a_process_ends_even_if_nobody_reads() -> None:
    process = subprocess.Popen(
        [
            *(sys.executable, "-c"),
            "from entrypoints.logs.sink import STDERR\n"
            "for _ in range(2000): STDERR.write(b'x' * 999 + b'\\n')",
        ],
        cwd=ROOT,
        stderr=subprocess.PIPE,
    )

    assert process.wait(PATIENCE) == 0
    assert process.stderr
    process.stderr.close()


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_processes_of_multiprocessing_say_everything_too(tmp_path: Path, method: str) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import multiprocessing\n"
        "from entrypoints.logs.sink import STDERR\n"
        "def child():\n"
        "    for n in range(1000): STDERR.write(b'child %d\\n' % n)\n"
        "if __name__ == '__main__':\n"
        "    STDERR.write(b'parent\\n')\n"
        f"    process = multiprocessing.get_context('{method}').Process(target=child)\n"
        "    process.start()\n"
        "    process.join()\n"
    )
    said = subprocess.run(
        [sys.executable, script],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    ).stderr.splitlines()

    assert [line for line in said if line != "parent"] == [f"child {n}" for n in range(1000)]
    assert said.count("parent") == 1


def test_a_process_just_forked_says_its_own_and_nothing_twice() -> None:
    said = program(
        "for n in range(1000): STDERR.write(b'parent %d\\n' % n)\n"
        "if os.fork() == 0:\n"
        "    assert STDERR.dropped == 0\n"
        "    STDERR.write(b'child\\n')\n"
        "    STDERR.flush()\n"
        "    os._exit(0)\n"
        "os.wait()\n"
    )

    assert said.stderr.count("child\n") == 1
    lines = [line for line in said.stderr.splitlines() if line != "child"]
    assert lines == [f"parent {n}" for n in range(1000)]


def test_F21_what_cannot_be_rendered_is_counted_and_raises_nothing() -> None:
    said = program(
        "import logging\n"
        "from entrypoints.logs.rendering import formatter\n"
        "from entrypoints.logs.sink import SinkHandler\n"
        "class Mute:\n"
        "    def __str__(self): raise RuntimeError\n"
        "    __repr__ = __str__\n"
        "handler = SinkHandler()\n"
        "handler.setFormatter(formatter('json'))\n"
        "log = logging.getLogger('taskhaven.test')\n"
        "log.addHandler(handler)\n"
        "log.error('%s', Mute())\n"
        "log.error('%d', 'no number')\n"
        "log.error('said', extra={'said': {'what': Mute()}})\n"
        "log.error('said', extra={'said': {'what': '\\ud800'}})\n"
        "STDERR.flush()\n"
        "print(STDERR.dropped)\n"
    )

    assert (said.returncode, said.stdout) == (0, "3\n")
    assert said.stderr.count("\n") == 1
    assert '"what": "\\ud800"' in said.stderr
