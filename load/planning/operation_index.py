"""The operations of a document by their paths, and what their messages say of the resources there."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from load.planning.message_schemas import input_names, json_schemas
from load.planning.names import identified_noun, identifier_names, words
from load.planning.resources import collection_of, normalised, noun_of, resource_of
from load.planning.schema_properties import (
    SchemaProperty,
    identifier_types,
    outline,
    pointer_to,
    schema_properties,
)
from openapi.operations import Operation
from openapi.parameters import Parameter
from openapi.schema import Schema

_WITHIN = ("login", "username", "name", "slug", "key", "id")
# Of fewer properties, nothing can be said of what kind a thing is.
_TELLING = 3
# What has such a type has a few values, or none of its own.
_CLOSED = ("boolean", "null", "object", "array")


class OperationIndex:
    """The operations by label, id, path, and the noun of their collection; the parameters that name the
    things of each resource; and resources by their collections.
    """

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = {each.label: each for each in operations}
        self.by_id = {each.operation_id: each for each in operations}
        self.by_path: dict[str, list[Operation]] = defaultdict(list)
        for operation in operations:
            self.by_path[normalised(operation.path)].append(operation)
        self.by_noun: dict[str, list[Operation]] = defaultdict(list)
        for path, found in self.by_path.items():
            if not path.endswith("}"):
                self.by_noun[noun_of(f"{path}/{{}}")] += found
        self.resources: dict[str, list[Parameter]] = defaultdict(list)
        for operation in operations:
            by_name = {each.name: each for each in operation.parameters if each.location == "path"}
            for resource, name in zip(resources_along(operation), operation.path_names, strict=True):
                self.resources[resource].append(by_name[name])
        self.by_collection = {collection_of(each): each for each in self.resources}
        self._places: dict[Schema, list[SchemaProperty]] = {}

    def own_resource(self, operation: Operation) -> str | None:
        """The resource that an operation on its collection makes things of."""
        return self.by_collection.get(normalised(operation.path))

    def names(self, resource: str) -> list[str]:
        """What a resource's things may have their identifier under; the likeliest first."""
        noun = noun_of(resource)
        names = [each.name for each in self.resources.get(resource, ())] or ["id"]
        found = [name for each in names for name in identifier_names(each, noun)]
        return [*dict.fromkeys(found)]

    def kinds(self, resource: str) -> frozenset[str]:
        """The kinds of identifiers: a number may always be written as text."""
        kinds = [
            identifier_types(each.schema.translated, each.schema.translated)
            for each in self.resources.get(resource, ())
        ]
        common = frozenset.union(*kinds) if kinds else frozenset({"string"})
        return common | {"integer"} if "string" in common else common

    def pointer(self, schema: Schema, names: Sequence[str], kinds: frozenset[str]) -> str | None:
        """Where a message has the likeliest of these names, with values of one of these kinds."""
        return pointer_to(self.properties_of(schema), schema.translated, names, kinds)

    def properties_of(self, schema: Schema) -> list[SchemaProperty]:
        """The properties of a message, the least deep first."""
        if schema not in self._places:
            self._places[schema] = schema_properties(schema)
        return self._places[schema]

    def attribute(self, schema: Schema, name: str, resource: str) -> str | None:
        """Where items name what a path calls so: as such, or within an object called so."""
        kinds = frozenset({"string", "integer"})
        exact = self.pointer(schema, ["".join(words(name))], kinds)
        if exact is None and words(name) == [noun_of(resource)]:
            return self.pointer(schema, ["name", "slug", "key", "id"], frozenset({"string"}))
        return exact or self.pointer(schema, [f"{''.join(words(name))}.{each}" for each in _WITHIN], kinds)

    def unaddressed(self) -> Iterator[str]:
        """Resources whose things no path leads to, while identifiers elsewhere speak of them."""
        meant = {identified_noun(name) for each in self.operations.values() for name in input_names(each)}
        for operation in self.operations.values():
            resource = f"{normalised(operation.path)}/{{}}"
            if not operation.path.endswith("}") and resource not in self.resources:
                noun = noun_of(resource)
                if any(each.rpartition("_")[2] == noun for each in meant):
                    yield resource

    def is_of_kind(self, operation: Operation, resource: str) -> bool:
        """Whether an operation answers with the kind of thing that reading one does, as far as both say."""
        made = self.property_names(operation, resource)
        for reader in self.by_path.get(resource, ()):
            read = self.property_names(reader, resource) if reader.method == "get" else frozenset()
            if min(len(made), len(read)) >= _TELLING and len(made & read) < min(len(made), len(read)) / 2:
                return False
        return True

    def property_names(self, operation: Operation, resource: str) -> frozenset[str]:
        """The properties beside the identifier in an answer."""
        names, kinds = self.names(resource), self.kinds(resource)
        found: set[str] = set()
        for schema in json_schemas(operation):
            holder = _holder(self.pointer(schema, names, kinds) or "")
            found |= {each.name for each in self.properties_of(schema) if _holder(each.pointer) == holder}
        return frozenset(found)

    def is_open(self, body: Schema) -> bool:
        """Whether a body has properties that are not one of a few values."""
        facts = (outline(each.node, body.translated) for each in self.properties_of(body))
        return any(not {"enum", "const"} & {*each} and each.get("type") not in _CLOSED for each in facts)


def resources_along(operation: Operation) -> list[str]:
    """The resources along the path of an operation."""
    return [resource_of(operation.path, index) for index in range(len(operation.path_names))]


def _holder(pointer: str) -> str:
    return pointer.rpartition("/")[0]
