"""As much of JSON Schema and OpenAPI 3.1 as the API's description needs."""

from collections.abc import Iterator
from typing import Any

from httpx2 import Response

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
    if "oneOf" in schema:
        return sum(conforms(document, value, choice) for choice in schema["oneOf"]) == 1
    if "enum" in schema and value not in schema["enum"]:
        return False
    if "const" in schema and (value != schema["const"] or type(value) is not type(schema["const"])):
        return False
    if "type" in schema and not _is_of(value, schema["type"]):
        return False
    if isinstance(value, int) and value < schema.get("minimum", value):
        return False
    if isinstance(value, list):
        least, most = schema.get("minItems", 0), schema.get("maxItems", len(value))
        return least <= len(value) <= most and all(
            conforms(document, item, schema.get("items", {})) for item in value
        )
    if isinstance(value, dict):
        known = schema.get("properties", {})
        others = schema.get("additionalProperties", {})
        return (
            value.keys() >= set(schema.get("required", []))
            and not (others is False and value.keys() - known.keys())
            and all(conforms(document, value[n], known.get(n, others)) for n in value)
        )
    return True


def described(document: Json, path: str, verb: str, answer: Response) -> None:
    """Fails unless the description has this answer: status, media type, headers and body."""
    response = document["paths"][path][verb]["responses"][str(answer.status_code)]
    for name, header in response.get("headers", {}).items():
        assert name in answer.headers or not header.get("required")
    content = response.get("content", {})
    assert bool(content) is bool(answer.content)
    if content:
        schema = content[answer.headers["content-type"]]["schema"]
        assert conforms(document, answer.json(), schema)


def _is_of(value: object, kind: str) -> bool:
    return isinstance(value, _TYPES[kind]) and not (kind == "integer" and isinstance(value, bool))
