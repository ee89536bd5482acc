"""Entity tags and the conditions that clients make of them (RFC 9110 §8.8, §13)."""

import re
from collections.abc import Sequence
from hashlib import blake2s
from urllib.parse import urlencode

from domain.owner import Owner
from domain.task import Task
from entrypoints.http.errors import Fault, InvalidRequest
from entrypoints.http.query import Query

_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_LIST = re.compile(rf"[ \t,]*{_TAG}[ \t]*(?:,[ \t]*(?:{_TAG}[ \t]*)?)*")
_OPAQUE = re.compile(r'"([^"]*)"')
_VERSION = re.compile(r"[1-9][0-9]{0,9}")


def task_tag(task: Task) -> str:
    """A task's strong tag: its version."""
    return f'"{task.version}"'


def list_tag(owner: Owner, position: int, query: Query) -> str:
    """A list's weak tag: the owner's position, and a digest of whose list it is and of what.

    Two owners never have the same, so that no cache can take one's list for the other's (RFC 9111
    §4.3.1).
    """
    asked = f"{owner.key}?{urlencode(sorted(query.values.items()), doseq=True)}"
    return f'W/"{position}-{blake2s(asked.encode(), digest_size=8).hexdigest()}"'


def expected_versions(if_match: Sequence[str]) -> frozenset[int] | None:
    """The versions that `If-Match` lets pass; none where any will do.

    `W/"3"` counts as `"3"`, since proxies that compress weaken tags. A tag that no version has
    lets nothing pass. Raises `InvalidRequest`.
    """
    tags = _tags("If-Match", if_match)
    if tags is None:
        return None
    return frozenset(int(tag) for tag in tags if _VERSION.fullmatch(tag))


def known_tags(if_none_match: Sequence[str]) -> Sequence[str] | None:
    """The tags that the client has, `None` for any there is. Raises `InvalidRequest`."""
    return _tags("If-None-Match", if_none_match) if if_none_match else ()


def refuse_if_none_match(lines: Sequence[str]) -> None:
    """A write does not take the header, and must not ignore it (RFC 9110 §13.1.2).

    Raises `InvalidRequest`.
    """
    if lines:
        raise InvalidRequest(Fault("header", "If-None-Match", "is for reading; here use If-Match"))


def is_known(tag: str, known: Sequence[str] | None) -> bool:
    """Whether the tag is among `known_tags`."""
    return known is None or tag.removeprefix("W/").strip('"') in known


def _tags(name: str, lines: Sequence[str]) -> Sequence[str] | None:
    """The opaque parts of the tags in a header; none if it is absent or `*`."""
    value = ", ".join(lines).strip(" \t")
    if not lines or value == "*":
        return None
    if not _LIST.fullmatch(value):
        raise InvalidRequest(Fault("header", name, 'must be * or entity tags such as "3"'))
    return _OPAQUE.findall(value)
