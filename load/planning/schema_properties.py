"""The properties that a schema describes, at any depth, and where in a message each of them is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from load.planning.names import words
from openapi.contract import Json, JsonObject
from openapi.flat_schema import flatten_schema
from openapi.schema import Schema

_DEPTH = 3
_ENVELOPES = ("data", "result", "payload", "content")


@dataclass(frozen=True)
class SchemaProperty:
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
    found = _properties_within(schema.translated, schema, "", 0)
    return sorted(found, key=lambda candidate: candidate.depth)


def pointer_to(
    properties: Sequence[SchemaProperty], schema: Schema, names: Sequence[str], types: frozenset[str]
) -> str | None:
    """The JSON pointer to the likeliest property with one of these names, the first name being the likeliest,
    and with values of one of these JSON types; None when there is none.

    A name such as `owner.id` stands for a property within another.
    """
    ranked = sorted(
        (
            candidate
            for candidate in properties
            if candidate.name in names or candidate.qualified_name in names
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
        if depth < _DEPTH:
            yield from _properties_within(values, schema, inner, depth + 1)
    if "items" in facts and depth < _DEPTH:
        yield from _properties_within(facts["items"], schema, f"{pointer}/0", depth + 1)


def outline(node: Json, root: Json) -> JsonObject:
    """The keywords of a schema, together with the properties and items of all its alternatives."""
    return _outline(node, root, set())


def outline_of(node: Json, schema: Schema) -> JsonObject:
    """The outline of a part of a schema. Large documents have thousands of parts that hundreds of others
    refer to, so it is made once.
    """
    outlines = schema.translator.outlines
    if id(node) not in outlines:
        # The node is kept, too: its id stays its own only as long as it exists.
        outlines[id(node)] = (node, outline(node, schema.translated))
    return outlines[id(node)][1]


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
    facts = outline_of(node, schema)
    declared = facts.get("type", ["string", "integer"])
    types = {declared} if isinstance(declared, str) else {*declared}
    return frozenset({"integer" if name == "number" else name for name in types} & {"string", "integer"})
