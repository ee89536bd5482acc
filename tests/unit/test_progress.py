"""How far a command has come is shown on a terminal, now and then, and leaves nothing behind."""

import io

import pytest

from entrypoints.cli.progress import Progress, tasks


class Terminal(io.StringIO):
    """A stream that is a terminal, or not, and what is seen of its only line."""

    def __init__(self, *, real: bool = True) -> None:
        super().__init__()
        self._real = real

    def isatty(self) -> bool:
        return self._real

    @property
    def seen(self) -> str:
        line = ""
        for text in self.getvalue().split("\r"):
            line = text + line[len(text) :]
        return line.rstrip()


def test_it_is_shown_once_a_second_in_the_place_of_what_was_shown_before() -> None:
    terminal, seen = Terminal(), list[str]()
    shows = [(0.5, "100"), (1.0, "200"), (1.9, "300"), (2.1, "4"), (3.5, "5,000")]
    times = [0.0]

    with Progress(terminal, lambda: times[-1]) as progress:
        for at, text in shows:
            times.append(at)
            progress.show(text)
            seen.append(terminal.seen)

    assert seen == ["", "200", "200", "4", "5,000"]
    assert terminal.seen == ""
    assert terminal.getvalue().endswith("\r")


def test_nothing_is_shown_where_nobody_sits_or_it_is_quick() -> None:
    file, terminal = Terminal(real=False), Terminal()
    seconds = iter(range(99))
    for progress in (Progress(file, lambda: next(seconds)), Progress(terminal, lambda: 0.0)):
        with progress:
            for n in range(5):
                progress.show(tasks(n))

    assert file.getvalue() == terminal.getvalue() == ""


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 tasks"), (1, "1 task"), (12_000, "12,000 tasks")]
)
def test_numbers_are_told_in_words(number: int, words: str) -> None:
    assert tasks(number) == words
