"""As much of JSON Schema and OpenAPI 3.1 as the API's description needs."""

from collections.abc import Iterator
from typing import Any

from tests.http.api import Json

_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "boolean": bool,
    "null": type(None),
}


def references(value: object) -> Iterator[str]:
    """Every `$ref` in a document."""
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for member in value.values():
            yield from references(member)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def resolve(document: Json, value: Json) -> Json:
    """The value, or what it refers to."""
    if "$ref" not in value:
        return value
    found: Any = document
    for step in value["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return resolve(document, found)


def conforms(document: Json, value: object, schema: Json) -> bool:
    """Whether a value is what the schema says."""
    schema = resolve(document, schema)
    if "anyOf" in schema:
        return any(conforms(document, value, choice) for choice in schema["anyOf"])
    if "enum" in schema and value not in schema["enum"]:
        return False
    if "type" in schema and not isinstance(value, _TYPES[schema["type"]]):
        return False
    if isinstance(value, list):
        return all(conforms(document, item, schema.get("items", {})) for item in value)
    if isinstance(value, dict):
        known = schema.get("properties", {})
        closed = schema.get("additionalProperties") is False
        return (
            value.keys() >= set(schema.get("required", []))
            and not (closed and value.keys() - known.keys())
            and all(conforms(document, value[n], known[n]) for n in value.keys() & known.keys())
        )
    return True
