"""Entity tags and the conditions that clients make of them (RFC 9110 §8.8, §13)."""

import re
from collections.abc import Sequence
from hashlib import blake2s

from domain.listing import Listing
from domain.task import Task
from entrypoints.http.errors import Fault, InvalidRequest

_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_LIST = re.compile(rf"[ \t,]*{_TAG}[ \t]*(?:,[ \t]*(?:{_TAG}[ \t]*)?)*")
_OPAQUE = re.compile(r'"([^"]*)"')
_VERSION = re.compile(r"[1-9][0-9]{0,9}")


def task_tag(task: Task) -> str:
    """A task's strong tag: its version."""
    return f'"{task.version}"'


def list_tag(position: int, listing: Listing) -> str:
    """A list's weak tag: the owner's position, and what was asked for."""
    return f'W/"{position}-{blake2s(repr(listing).encode(), digest_size=8).hexdigest()}"'


def expected_versions(if_match: Sequence[str]) -> frozenset[int] | None:
    """The versions that `If-Match` lets pass; none where any will do.

    `W/"3"` counts as `"3"`, since proxies that compress weaken tags. A tag that no version has
    lets nothing pass. Raises `InvalidRequest`.
    """
    tags = _tags("If-Match", if_match)
    if tags is None:
        return None
    return frozenset(int(tag) for tag in tags if _VERSION.fullmatch(tag))


def is_known(tag: str, if_none_match: Sequence[str]) -> bool:
    """Whether `If-None-Match` says that the client has it. Raises `InvalidRequest`."""
    if not if_none_match:
        return False
    tags = _tags("If-None-Match", if_none_match)
    return tags is None or tag.removeprefix("W/").strip('"') in tags


def _tags(name: str, lines: Sequence[str]) -> Sequence[str] | None:
    """The opaque parts of the tags in a header; none if it is absent or `*`."""
    value = ", ".join(lines).strip(" \t")
    if not lines or value == "*":
        return None
    if not _LIST.fullmatch(value):
        raise InvalidRequest(Fault("header", name, 'must be * or entity tags such as "3"'))
    return _OPAQUE.findall(value)
