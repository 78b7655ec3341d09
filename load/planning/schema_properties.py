"""The properties that a schema describes, at any depth, and where in a message each of them is."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from load.planning.names import words
from openapi.contract import Json, JsonObject
from openapi.flat_schema import flatten_schema
from openapi.schema import Schema

_DEPTH = 3
# The most properties of one message that are looked at. Published documents have up to 6,000; where thousands
# of schemas refer to one another, there are billions.
_MOST_PROPERTIES = 8_000
_ENVELOPES = ("data", "result", "payload", "content")


class SchemaProperty(NamedTuple):
    """A property of a message: its depth, its name without separators, the same after the name of the
    property that holds it (`owner.id`), its JSON pointer, the schema of its values, and whether the objects
    that may have it must.
    """

    depth: int
    name: str
    qualified_name: str
    pointer: str
    node: Json
    is_required: bool = False


def schema_properties(schema: Schema) -> list[SchemaProperty]:
    """The properties of a schema's values, the least deep first. Pointers show lists by their first item."""
    return schema.noted(_listed, schema.node)


def deepest(schema: Schema) -> int:
    """The greatest depth of the properties that are looked at, 3 unless that would be too many."""
    return schema.noted(_deepest, schema.node)


def unread(schema: Schema) -> str:
    """Which properties of a schema are not looked at, as there are too many; empty if all are, down to the
    depth at which identifiers are looked for.
    """
    depth = deepest(schema)
    if depth == _DEPTH:
        return ""
    return f"more than {_MOST_PROPERTIES:,} properties: those within {depth + 1} others are not looked at"


def _deepest(node: Json, schema: Schema) -> int:
    depths = range(_DEPTH, 0, -1)
    return next((depth for depth in depths if schema.noted(_size, node, depth) <= _MOST_PROPERTIES), 0)


def _size(node: Json, schema: Schema, depth: int) -> int:
    """How many properties a part of a schema has down to a depth, each as often as a path leads to it."""
    facts = outline_of(node, schema)
    values = [inner for inner in facts.get("properties", {}).values() if inner is not False]
    if not depth:
        return len(values)
    inner = [*values, facts["items"]] if "items" in facts else values
    return len(values) + sum(schema.noted(_size, each, depth - 1) for each in inner)


def _listed(node: Json, schema: Schema) -> list[SchemaProperty]:
    found = _properties_within(node, schema, "", 0)
    return sorted(found, key=lambda candidate: candidate.depth)


def names_beside(schema: Schema, pointer: str) -> frozenset[str]:
    """The names of the properties of the object that has the property at a pointer."""
    return schema.noted(_names_by_holder, schema.node).get(_holder(pointer), frozenset())


def _names_by_holder(_: Json, schema: Schema) -> Mapping[str, frozenset[str]]:
    names: dict[str, set[str]] = defaultdict(set)
    for candidate in schema_properties(schema):
        names[_holder(candidate.pointer)].add(candidate.name)
    return {holder: frozenset(found) for holder, found in names.items()}


def _holder(pointer: str) -> str:
    return pointer.rpartition("/")[0]


def _positions_by_name(_: Json, schema: Schema) -> Mapping[str, list[int]]:
    """Where the list of properties has each name, and each name after that of the property that holds it."""
    positions: dict[str, list[int]] = defaultdict(list)
    for position, candidate in enumerate(schema_properties(schema)):
        positions[candidate.name].append(position)
        positions[candidate.qualified_name].append(position)
    return positions


def pointer_to(schema: Schema, names: Sequence[str], types: frozenset[str]) -> str | None:
    """The JSON pointer to the likeliest property with one of these names, the first name being the likeliest,
    and with values of one of these JSON types; None when there is none.

    A name such as `owner.id` stands for a property within another.
    """
    properties, by_name = schema_properties(schema), schema.noted(_positions_by_name, schema.node)
    ranked = sorted(
        (
            properties[position]
            for position in sorted({place for name in names for place in by_name.get(name, ())})
        ),
        key=lambda candidate: (
            candidate.depth,
            names.index(candidate.name if candidate.name in names else candidate.qualified_name),
        ),
    )
    pointers = [candidate.pointer for candidate in ranked if identifier_types(candidate.node, schema) & types]
    # Beside an envelope, `code` is the outcome of the call and not an identifier.
    wrapped = [pointer for pointer in pointers if pointer.split("/")[1] in _ENVELOPES]
    is_outcome = bool(wrapped) and pointers[0] == "/code"
    return next(iter(wrapped if is_outcome else pointers), None)


def _properties_within(node: Json, schema: Schema, pointer: str, depth: int) -> Iterator[SchemaProperty]:
    is_deepest = depth >= deepest(schema)
    facts = outline_of(node, schema)
    holder = "".join(words(pointer.rpartition("/")[2]))
    for name, values in facts.get("properties", {}).items():
        if values is False:
            # It has no values, as read-only properties have none in requests.
            continue
        plain = "".join(words(name)) or name
        inner = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
        is_required = name in facts.get("required", ())
        yield SchemaProperty(depth, plain, f"{holder}.{plain}", inner, values, is_required)
        if not is_deepest:
            yield from _properties_within(values, schema, inner, depth + 1)
    if "items" in facts and not is_deepest:
        yield from _properties_within(facts["items"], schema, f"{pointer}/0", depth + 1)


def outline_of(node: Json, schema: Schema) -> JsonObject:
    """The keywords of a part of a schema, together with the properties and items of all its alternatives."""
    return schema.noted(_outline_of, node)


def _outline_of(node: Json, schema: Schema) -> JsonObject:
    return _outline(node, schema.root, set())


def _outline(node: Json, root: Json, visited: set[int]) -> JsonObject:
    facts = flatten_schema(node, root)
    for branch in (*facts.get("oneOf", ()), *facts.get("anyOf", ())):
        if id(branch) in visited:
            continue
        visited.add(id(branch))
        other = _outline(branch, root, visited)
        properties = {**other.get("properties", {}), **facts.get("properties", {})}
        facts = {**other, **facts, **({"properties": properties} if properties else {})}
    return facts


def identifier_types(node: Json, schema: Schema) -> frozenset[str]:
    """The JSON types of identifiers that a part of a schema allows, of `string` and `integer`; both when it
    names no type.
    """
    return schema.noted(_identifier_types, node)


def _identifier_types(node: Json, schema: Schema) -> frozenset[str]:
    facts = outline_of(node, schema)
    declared = facts.get("type", ["string", "integer"])
    types = {declared} if isinstance(declared, str) else {*declared}
    return frozenset({"integer" if name == "number" else name for name in types} & {"string", "integer"})
