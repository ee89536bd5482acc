"""The secret: strong or refused (catalogue T25), out of sight, and kept for one's own eyes."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrypoints.settings.secret import Secret, kept_secret
from tests.tokens import SECRET


@pytest.mark.parametrize(
    "weak",
    [
        "",
        "secret",
        SECRET[:31],
        "é" * 15 + "x",
        "a" * 64,
        "ab" * 32,
        "abcdefg" * 8,
        "\0" * 64,
        "0123456789" * 4,
        "1234567890" * 4,
        "supersecretkeythatislongenoughreally",
        "your-256-bit-secret-your-256-bit-secret",
        "your_jwt_secret_goes_here_please_and_thanks",
        "change-me-to-a-random-string-of-32-bytes",
        "CHANGE_THIS_IN_PRODUCTION_0a8f7e6d5c4b3",
        "replace-with-output-of-openssl-rand-base64",
        "my-secret-key-my-secret-key-my-secret-key",
        "an-example-of-a-long-enough-secret-000",
        "use-at-least-32-characters-for-this-one",
        "better-auth-secret-123456789",
        "better-auth-secret-1234567890-abcdefgh",
        "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
        "404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970",
        "qwertyuiopasdfghjklzxcvbnm123456",
        "abcdefghijklmnopqrstuvwxyz123456",
        "my-32-character-ultra-secure-and-ultra-long-secret",
        "thisisasecretkeythatnooneknowsaboutit",
    ],
    ids=lambda text: repr(text[:24]),
)
def test_T25_a_weak_secret_is_refused_without_showing_it(weak: str) -> None:
    with pytest.raises(ValueError, match=r"^must .*openssl rand") as raised:
        Secret(weak)

    assert not weak or weak not in str(raised.value)
    assert "\n" not in str(raised.value)


@given(st.integers(0), st.integers(32, 96))
def test_random_bytes_are_strong_however_they_are_written(seed: int, length: int) -> None:
    raw = Random(seed).randbytes(length)

    assert Secret(raw.hex()).text == raw.hex()
    text = raw.decode("utf-8", "surrogateescape")
    assert Secret(text).text == text


def test_length_is_counted_in_bytes() -> None:
    sixteen = "äöüßéèàñç¥£¢©®§¶"

    assert Secret(sixteen).text == sixteen


def test_O06_a_secret_that_is_no_utf_8_signs_as_the_bytes_it_is() -> None:
    raw = bytes(range(0x80, 0xC0))

    assert Secret(raw.decode("utf-8", "surrogateescape")).raw == raw


def test_a_secret_shows_itself_to_nobody() -> None:
    assert SECRET not in repr(Secret(SECRET))
    assert SECRET not in f"{Secret(SECRET)}"


def test_O06_a_secret_is_made_once_and_kept(tmp_path: Path) -> None:
    file = tmp_path / "data" / "secret"

    first = kept_secret(file)

    assert kept_secret(file) == first
    assert file.read_text() == first.text
    assert list(file.parent.iterdir()) == [file]


def test_O06_a_kept_secret_is_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "data" / "secret"

    kept_secret(file)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_two_files_keep_two_secrets(tmp_path: Path) -> None:
    assert kept_secret(tmp_path / "one") != kept_secret(tmp_path / "two")


def test_many_that_start_at_once_agree(tmp_path: Path) -> None:
    starters = 20
    ready = Barrier(starters)

    def start() -> Secret:
        ready.wait()
        return kept_secret(tmp_path / "secret")

    with ThreadPoolExecutor(starters) as pool:
        results = [pool.submit(start) for _ in range(starters)]

    assert len({result.result().text for result in results}) == 1
    assert list(tmp_path.iterdir()) == [tmp_path / "secret"]


def test_O06_a_file_that_holds_no_good_secret_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("hunter2")

    with pytest.raises(ValueError, match="32 bytes"):
        kept_secret(file)

    assert file.read_text() == "hunter2"


def test_a_kept_secret_is_read_where_nothing_can_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    secret = kept_secret(folder / "secret")
    before = folder.stat().st_mtime_ns

    assert kept_secret(folder / "secret") == secret
    assert folder.stat().st_mtime_ns == before
