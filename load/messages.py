"""What the requests and responses of an operation hold, by their schemas."""

from collections.abc import Iterator

from load.identifiers import is_identifier, kinds_of, outline
from openapi import media_types
from openapi.contract import Json
from openapi.dialect import Schema
from openapi.operations import Operation
from openapi.parameters import Parameter

_DEPTH = 3
_FEW = 100
_GONE = ("404", "410", "4XX")


def identifier_names(operation: Operation) -> Iterator[str]:
    """The names of the identifiers that calls of an operation carry."""
    yield from (each.name for each in operation.parameters)
    body = request_schema(operation)
    if body is not None:
        yield from (name for _, name, _, _ in scalars_within(body))


def json_schemas(operation: Operation) -> list[Schema]:
    """What the documented successes of an operation may answer in JSON."""
    return [
        schema
        for response in operation.successes
        for media_type, schema in response.content.items()
        if media_types.is_json(media_type) or media_type == "*/*"
    ]


def request_schema(operation: Operation) -> Schema | None:
    """What an operation's body is, in the media type that it names first; None when it takes none."""
    body = operation.request_body
    return next(iter(body.content.values()), None) if body else None


def scalars_within(schema: Schema) -> Iterator[tuple[str, str, Json, bool]]:
    """Pointer, name, schema and whether it is required, of each property that holds a text or a number,
    or several.
    """
    pending: list[tuple[Json, str, bool, int]] = [(schema.translated, "", True, 0)]
    while pending:
        node, pointer, required, depth = pending.pop()
        facts = outline(node, schema.translated)
        needed = facts.get("required", ())
        if "items" in facts and depth < _DEPTH:
            pending.append((facts["items"], f"{pointer}/*", required, depth + 1))
        for name, each in facts.get("properties", {}).items():
            place = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
            if each is not False and kinds_within(each, schema):
                yield place, name, each, required and name in needed
            elif depth < _DEPTH:
                pending.append((each, place, required and name in needed, depth + 1))


def kinds_within(node: Json, schema: Schema) -> frozenset[str]:
    """The kinds of identifiers that a value is, or its items are; none when it is an object."""
    facts = outline(node, schema.translated)
    return kinds_of(facts.get("items", node), schema.translated)


def is_reference(node: Json, schema: Schema) -> bool:
    """Whether a value can hardly be made up: a number or a UUID, with none given to choose from."""
    facts = outline(node, schema.translated)
    if "items" in facts:
        facts = outline(facts["items"], schema.translated)
    if any(key in facts for key in ("enum", "const", "example", "examples", "default")):
        return False
    stated = facts.get("type", ())
    kinds = {stated} if isinstance(stated, str) else {*stated}
    return bool(kinds & {"integer", "number"}) or facts.get("format") == "uuid"


def is_unknown(name: str, node: Json, schema: Schema) -> bool:
    """Whether a value identifies something of which nothing tells which there are."""
    return is_identifier(name) and bool(kinds_within(node, schema)) and is_reference(node, schema)


def may_be_made_up(parameter: Parameter, operation: Operation) -> bool:
    """Whether a path may be called with any value of a parameter's schema, or only with what exists."""
    facts = outline(parameter.schema.translated, parameter.schema.translated)
    stated = ("enum", "const", "example", "examples", "default")
    if parameter.examples or any(key in facts for key in stated) or facts.get("type") == "boolean":
        return True
    if facts.get("format") in ("date", "date-time"):
        return True
    if facts.get("maximum", _FEW) - facts.get("minimum", 0) < _FEW:
        return True
    documents_absence = any(key in operation.responses for key in _GONE)
    return not is_identifier(parameter.name) and not documents_absence and operation.method in ("get", "head")
