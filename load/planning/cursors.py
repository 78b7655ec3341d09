"""Parameters that say where a page of a list begins, in terms that only the service understands."""

from collections.abc import Iterable, Iterator

from load.planning.message_schemas import GIVEN_VALUES, json_schemas, scalar_types
from load.planning.names import words
from load.planning.operation_index import resources_along
from load.planning.plan import Cursor, Slot
from load.planning.schema_properties import outline_of, schema_properties
from openapi.contract import Json
from openapi.operations import Operation
from openapi.parameters import Parameter
from openapi.schema import Schema

_CURSORS = ("cursor", "marker", "continuation", "continue")
# A token is a cursor if its name says of what it is.
_OF_PAGES = frozenset({"page", "next", "continuation", "sync", "scroll"})


def is_cursor(parameter: Parameter) -> bool:
    """Whether a parameter is a cursor, by its name, with no values to choose from."""
    if parameter.location != "query" or parameter.examples:
        return False
    return is_cursor_value(parameter.name, parameter.schema.node, parameter.schema)


def is_cursor_value(name: str, node: Json, schema: Schema) -> bool:
    """Whether the value of a parameter or property is a cursor, by its name, with none to choose from."""
    *before, last = words(name) or [""]
    is_token = last == "token" and bool(_OF_PAGES & {*before})
    if not (last in _CURSORS or is_token or [*before, last] == ["scroll", "id"]):
        return False
    facts = outline_of(node, schema)
    return not any(key in facts for key in GIVEN_VALUES) and bool(scalar_types(node, schema))


def cursors_of(operation: Operation, operations: Iterable[Operation]) -> Iterator[Cursor]:
    """The cursors of an operation that reads a list."""
    if operation.method != "get":
        return
    for parameter in filter(is_cursor, operation.parameters):
        slot = Slot(parameter.location, parameter.name)
        sources = _sources(operation, parameter.name, operations) if parameter.required else ()
        yield Cursor(slot, parameter.required, tuple(sources))


def cursor_names(parameter: str) -> list[str]:
    """The names that an answer may give the next value of a cursor, in lower case without separators; the
    likeliest first.
    """
    plain, last = "".join(words(parameter)), (words(parameter) or [""])[-1]
    return [*dict.fromkeys((f"next{plain}", f"next{last}", f"end{last}", plain, "next"))]


def _sources(operation: Operation, name: str, operations: Iterable[Operation]) -> Iterator[str]:
    """The other lists of the same entities whose answers show a cursor, and can be called without one."""
    own = _property_names(operation)
    for other in operations:
        if other is operation or other.method != "get" or any(map(_is_required_cursor, other.parameters)):
            continue
        shown = _property_names(other)
        is_within = {*resources_along(operation)} <= {*resources_along(other)}
        if is_within and own <= shown and shown & {*cursor_names(name)[:-1]}:
            yield other.label


def _is_required_cursor(parameter: Parameter) -> bool:
    return parameter.required and is_cursor(parameter)


def _property_names(operation: Operation) -> frozenset[str]:
    """The names of all properties in the answers of an operation."""
    return frozenset(
        candidate.name for schema in json_schemas(operation) for candidate in schema_properties(schema)
    )
