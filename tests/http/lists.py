"""Lists as their reader sees them."""

from collections.abc import Sequence
from urllib.parse import urlencode

from httpx2 import Response

from tests.http.api import User

Parameters = Sequence[tuple[str, str]]


async def ask(user: User, *parameters: tuple[str, str], **single: str) -> Response:
    """The answer to a list with these parameters, repeated ones in their order."""
    query = urlencode([*single.items(), *parameters])
    return await user.send("GET", f"/tasks?{query}" if query else "/tasks")


async def titles(user: User, *parameters: tuple[str, str], **single: str) -> list[str]:
    """The titles on the first page, in its order."""
    answer = await ask(user, *parameters, **single)
    assert answer.status_code == 200, answer.text
    return [task["title"] for task in answer.json()]


def onward(user: User, answer: Response) -> str | None:
    """Where the next page is, below the user's base."""
    if "next" not in answer.links:
        return None
    url: str = answer.links["next"]["url"]
    return url.removeprefix(user.base)


async def pages(user: User, **single: str) -> list[list[str]]:
    """The titles on each page, to the end."""
    answer = await ask(user, **single)
    found = []
    while True:
        assert answer.status_code == 200, answer.text
        found.append([task["title"] for task in answer.json()])
        path = onward(user, answer)
        if path is None:
            return found
        answer = await user.send("GET", path)
