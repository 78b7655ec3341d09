"""What the requests and responses of an operation contain, by their schemas."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from load.planning.names import identified_noun, is_identifier, singular, words
from load.planning.schema_properties import deepest, identifier_types, outline_of, schema_properties
from openapi import media_types
from openapi.contract import Json
from openapi.operations import Operation
from openapi.parameters import Parameter
from openapi.schema import Schema

# Keywords that give values to choose from.
GIVEN_VALUES = ("enum", "const", "example", "examples", "default")
_TOKENS = ("cursor", "token", "marker", "continuation")
_OWN_IDENTIFIERS = (["id"], ["uuid"], ["guid"])
_REQUEST_NAMES = frozenset({"request", "idempotency", "correlation", "trace"})


class Scalar(NamedTuple):
    """A property that holds a string or a number, or a list of them: its JSON pointer, in which `*` is every
    item of a list, its name, its schema, and whether it is required.
    """

    pointer: str
    name: str
    node: Json
    required: bool


def input_names(operation: Operation) -> Iterator[str]:
    """The names of an operation's parameters, and of the strings and numbers in its body."""
    yield from (parameter.name for parameter in operation.parameters)
    body = request_schema(operation)
    if body is not None:
        yield from body.noted(_scalar_names, body.node)


def _scalar_names(_: Json, schema: Schema) -> list[str]:
    return [*dict.fromkeys(scalar.name for scalar in scalars_within(schema))]


def json_schemas(operation: Operation) -> list[Schema]:
    """The schemas of an operation's successful responses in JSON."""
    return [
        schema
        for response in operation.successes
        for media_type, schema in response.content.items()
        if media_types.is_json(media_type) or media_type == "*/*"
    ]


def deprecated_properties(operation: Operation) -> frozenset[str]:
    """The names of properties in an operation's answers that are deprecated."""
    return frozenset(
        candidate.pointer.rpartition("/")[2]
        for schema in json_schemas(operation)
        for candidate in schema_properties(schema)
        if outline_of(candidate.node, schema).get("deprecated") is True
    )


def request_schema(operation: Operation) -> Schema | None:
    """The schema of an operation's body in its first media type; None when it takes no body."""
    body = operation.request_body
    return next(iter(body.content.values()), None) if body else None


def is_list(schema: Schema) -> bool:
    """Whether a schema describes lists."""
    return "items" in outline_of(schema.node, schema)


def mapping_to_entities(schema: Schema, noun: str) -> str | None:
    """The JSON pointer to a mapping whose names are identifiers of entities: the message itself, or its
    property of the entities' name; None when there is none.
    """
    facts = outline_of(schema.node, schema)
    if _maps_to_objects(facts, schema):
        return ""
    for name, values in facts.get("properties", {}).items():
        is_named = [singular(word) for word in words(name)[-1:]] == [noun]
        if is_named and _maps_to_objects(outline_of(values, schema), schema):
            return f"/{name.replace('~', '~0').replace('/', '~1')}"
    return None


def _maps_to_objects(facts: Mapping[str, Json], schema: Schema) -> bool:
    values = facts.get("additionalProperties")
    if not isinstance(values, dict) or facts.get("properties"):
        return False
    inner = outline_of(values, schema)
    return bool(inner.get("properties")) or inner.get("type") == "object"


def header_with_identifier(operation: Operation, names: Sequence[str]) -> str | None:
    """The documented header field of successful answers that identifies an entity, such as `x-id` or
    `x-ticket-id`, in lower case; `names` are those that its identifier may have. None when there is none.
    """
    fields = (field for response in operation.successes for field in response.headers)
    for field in fields:
        parts = words(field)[words(field)[:1] == ["x"] :]
        if is_identifier(field) and not _REQUEST_NAMES & {*parts} and "".join(parts) in names:
            return field
    return None


def scalars_within(schema: Schema) -> list[Scalar]:
    """The strings and numbers that a schema describes, as deep as properties are looked at."""
    return schema.noted(_scalars_of, schema.node)


def _scalars_of(node: Json, schema: Schema) -> list[Scalar]:
    return [*_scalars_within(node, schema, deepest(schema))]


def _scalars_within(node: Json, schema: Schema, deepest: int) -> Iterator[Scalar]:
    pending: list[tuple[Json, str, bool, int]] = [(node, "", True, 0)]
    while pending:
        node, pointer, required, depth = pending.pop()
        facts = outline_of(node, schema)
        required_names = facts.get("required", ())
        if "items" in facts and depth < deepest:
            pending.append((facts["items"], f"{pointer}/*", required, depth + 1))
        for name, values in facts.get("properties", {}).items():
            inner = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
            is_required = required and name in required_names
            if values is not False and scalar_types(values, schema):
                yield Scalar(inner, name, values, is_required)
            elif depth < deepest:
                pending.append((values, inner, is_required, depth + 1))


def scalar_types(node: Json, schema: Schema) -> frozenset[str]:
    """The JSON types, `string` and `integer`, of a value or of its items; none when it is an object."""
    facts = outline_of(node, schema)
    return identifier_types(facts.get("items", node), schema)


def cannot_be_made_up(node: Json, schema: Schema) -> bool:
    """Whether a made-up value would hardly be valid: a number or a UUID, without any to choose from."""
    facts = _scalar_outline(node, schema)
    if any(key in facts for key in GIVEN_VALUES):
        return False
    declared = facts.get("type", ())
    types = {declared} if isinstance(declared, str) else {*declared}
    return bool(types & {"integer", "number"}) or facts.get("format") == "uuid"


def is_unknown(name: str, node: Json, schema: Schema) -> bool:
    """Whether a value is an identifier whose valid values nothing shows."""
    return is_identifier(name) and bool(scalar_types(node, schema)) and cannot_be_made_up(node, schema)


def refers_to_unknown(name: str, node: Json, schema: Schema) -> bool:
    """Whether a value is the identifier of another entity, whose valid values nothing shows. A UUID may be
    any value if it names the entity itself or the request.
    """
    if identified_noun(name) and is_unknown(name, node, schema):
        return True
    parts = words(name)
    is_own = parts[-1:] in _OWN_IDENTIFIERS or bool(_REQUEST_NAMES & {*parts})
    is_uuid = _scalar_outline(node, schema).get("format") == "uuid"
    return is_uuid and not is_own and cannot_be_made_up(node, schema)


def is_opaque(parameter: Parameter) -> bool:
    """Whether an optional parameter takes text that only the service understands: a header field or cookie of
    any text, or a cursor or token in a query. The name of a request may be any text.
    """
    schema = parameter.schema
    facts = outline_of(schema.node, schema)
    if parameter.required or parameter.examples:
        return False
    if any(key in facts for key in (*GIVEN_VALUES, "pattern", "format")):
        return False
    parts = words(parameter.name)
    if scalar_types(schema.node, schema) != {"string"} or _REQUEST_NAMES & {*parts}:
        return False
    return parameter.location in ("header", "cookie") or bool(parts and parts[-1] in _TOKENS)


def _scalar_outline(node: Json, schema: Schema) -> Json:
    """The keywords of a value, or of the items of a list."""
    facts = outline_of(node, schema)
    return outline_of(facts["items"], schema) if "items" in facts else facts
