"""What the requests and responses of an operation hold, by their schemas."""

from collections.abc import Iterator
from enum import Enum

from load.planning.names import is_identifier, words
from load.planning.schema_properties import identifier_types, outline, schema_properties
from openapi import media_types
from openapi.contract import Json
from openapi.operations import Operation
from openapi.parameters import Parameter
from openapi.schema import Schema

_DEPTH = 3
_FEW = 100
_GONE = ("404", "410", "4XX")
_CHOSEN = ("enum", "const")
_GIVEN = ("enum", "const", "example", "examples", "default")
_TOKENS = ("cursor", "token", "marker", "continuation")
_OWN = (["id"], ["uuid"], ["guid"])
_REQUEST_NAMES = frozenset({"request", "idempotency", "correlation", "trace"})


def input_names(operation: Operation) -> Iterator[str]:
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


def deprecated(operation: Operation) -> frozenset[str]:
    """The properties in the answers of an operation that are not to be used any more."""
    found = (
        (each, schema.translated) for schema in json_schemas(operation) for each in schema_properties(schema)
    )
    dated = (each for each, root in found if outline(each.node, root).get("deprecated") is True)
    return frozenset(each.pointer.rpartition("/")[2] for each in dated)


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
    return identifier_types(facts.get("items", node), schema.translated)


def is_reference(node: Json, schema: Schema) -> bool:
    """Whether a value can hardly be made up: a number or a UUID, with none given to choose from."""
    facts = outline(node, schema.translated)
    if "items" in facts:
        facts = outline(facts["items"], schema.translated)
    if any(key in facts for key in _GIVEN):
        return False
    stated = facts.get("type", ())
    kinds = {stated} if isinstance(stated, str) else {*stated}
    return bool(kinds & {"integer", "number"}) or facts.get("format") == "uuid"


def is_unknown(name: str, node: Json, schema: Schema) -> bool:
    """Whether a value identifies something of which nothing tells which there are."""
    return is_identifier(name) and bool(kinds_within(node, schema)) and is_reference(node, schema)


def is_stranger(name: str, node: Json, schema: Schema) -> bool:
    """Whether a value is a UUID of something else: only what names the thing itself, or the request, may be
    any.
    """
    facts = outline(node, schema.translated)
    if "items" in facts:
        facts = outline(facts["items"], schema.translated)
    parts = words(name)
    is_own = parts[-1:] in _OWN or bool(_REQUEST_NAMES & {*parts})
    return facts.get("format") == "uuid" and not is_own and is_reference(node, schema)


def is_opaque(parameter: Parameter) -> bool:
    """Whether an optional parameter takes text of which only the service knows what it means: a header
    field or cookie of any text, a cursor or token in a query. What names a request may be any text.
    """
    schema = parameter.schema
    facts = outline(schema.translated, schema.translated)
    told = (*_GIVEN, "pattern", "format")
    if parameter.required or parameter.examples or any(key in facts for key in told):
        return False
    parts = words(parameter.name)
    if kinds_within(schema.translated, schema) != {"string"} or _REQUEST_NAMES & {*parts}:
        return False
    return parameter.location in ("header", "cookie") or bool(parts and parts[-1] in _TOKENS)


class Choice(Enum):
    """What can be put into a path: anything that the schema allows, a guess at what exists, or NONE."""

    FREE = "free"
    GUESSED = "guessed"
    NONE = "none"


def choice_of(parameter: Parameter, operation: Operation) -> Choice:
    """How a value of a path parameter that identifies nothing known is found."""
    facts = outline(parameter.schema.translated, parameter.schema.translated)
    documents_absence = any(key in operation.responses for key in _GONE)
    # Where it is documented that there may be nothing, of what may be asked for there need not be all.
    free = Choice.GUESSED if documents_absence else Choice.FREE
    if any(key in facts for key in _CHOSEN) or facts.get("type") == "boolean":
        return free
    if parameter.examples or any(key in facts for key in _GIVEN):
        # Of the examples there may be one, of what looks like them none.
        return Choice.GUESSED
    if facts.get("format") in ("date", "date-time"):
        return free
    if facts.get("maximum", _FEW) - facts.get("minimum", 0) < _FEW:
        return free
    if is_identifier(parameter.name) or documents_absence or operation.method not in ("get", "head"):
        return Choice.NONE
    return Choice.GUESSED
