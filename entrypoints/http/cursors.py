"""Cursors: a task's place in a sort, as opaque text that carries no authority."""

import binascii
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from domain.due import Due
from domain.fields import Priority
from domain.instant import format_instant, parse_instant
from domain.listing import Mark, Order, SortKey, SortValue
from domain.reading import read_text

_CURSOR = re.compile(r"[A-Za-z0-9_-]{1,4096}")


class _Written(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    sort: str
    values: list[int | str | None]
    id: UUID


def write_cursor(mark: Mark, orders: Sequence[Order]) -> str:
    """The mark, bound to its sort."""
    written = _Written(write_sort(orders), [_plain(value) for value in mark.values], mark.id)
    return urlsafe_b64encode(msgspec.json.encode(written)).decode().rstrip("=")


def read_cursor(text: str, orders: Sequence[Order]) -> Mark:
    """The mark that `write_cursor` made for this sort. Raises `ValueError` for anything else."""
    if not _CURSOR.fullmatch(text):
        raise ValueError("not a cursor")
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        written = msgspec.json.decode(raw, type=_Written)
    except (binascii.Error, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ValueError("not a cursor") from error
    if written.sort != write_sort(orders) or len(written.values) != len(orders):
        raise ValueError("a cursor of another sort")
    pairs = zip(orders, written.values, strict=True)
    return Mark(tuple(_value(order.key, value) for order, value in pairs), written.id)


def write_sort(orders: Sequence[Order]) -> str:
    """A sort as the parameter has it."""
    return ",".join(f"{'-' if order.descending else ''}{order.key}" for order in orders)


def _plain(value: SortValue) -> int | str | None:
    if isinstance(value, datetime):
        return format_instant(value)
    return str(value) if isinstance(value, Due) else value


def _value(key: SortKey, value: int | str | None) -> SortValue:
    match key, value:
        case SortKey.PRIORITY, int() if 0 <= value < len(Priority):
            return value
        case SortKey.TITLE, str():
            return read_text(value)
        case ((SortKey.DUE_DATE | SortKey.COMPLETED_AT), None):
            return None
        case SortKey.DUE_DATE, str():
            return Due.parse(value)
        case ((SortKey.CREATED_AT | SortKey.UPDATED_AT | SortKey.COMPLETED_AT), str()):
            return parse_instant(value)
        case _:
            raise ValueError("not a cursor")
