"""The operations of a document by their paths, and what their messages contain of each resource."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from load.planning.message_schemas import input_names, json_schemas
from load.planning.names import identified_noun, identifier_names, words
from load.planning.resources import collection_of, normalised, noun_of, resource_of
from load.planning.schema_properties import (
    identifier_types,
    names_beside,
    outline_of,
    pointer_to,
    schema_properties,
)
from openapi.operations import Operation
from openapi.parameters import Parameter
from openapi.schema import Schema

# The properties of an object that may identify it, where the object has the name of a path parameter.
_IDENTIFYING = ("login", "username", "name", "slug", "key", "id")
# With fewer properties than this, an answer does not show of which kind its entity is.
_PROPERTIES_NEEDED = 3
# Values of these types are one of a few, or contain other values.
_CLOSED_TYPES = ("boolean", "null", "object", "array")


class OperationIndex:
    """The operations by label, by id, by path, and by the noun of their collection; the path parameters that
    address the entities of each resource; and the resources by collection.
    """

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = {operation.label: operation for operation in operations}
        self.by_id = {operation.operation_id: operation for operation in operations}
        self.by_path: dict[str, list[Operation]] = defaultdict(list)
        for operation in operations:
            self.by_path[normalised(operation.path)].append(operation)
        self.by_noun: dict[str, list[Operation]] = defaultdict(list)
        for path, on_path in self.by_path.items():
            if not path.endswith("}"):
                self.by_noun[noun_of(f"{path}/{{}}")] += on_path
        self.resources: dict[str, list[Parameter]] = defaultdict(list)
        for operation in operations:
            by_name = {
                parameter.name: parameter
                for parameter in operation.parameters
                if parameter.location == "path"
            }
            for resource, name in zip(resources_along(operation), operation.path_names, strict=True):
                self.resources[resource].append(by_name[name])
        self.by_collection = {collection_of(resource): resource for resource in self.resources}

    def own_resource(self, operation: Operation) -> str | None:
        """The resource whose collection an operation is on."""
        return self.by_collection.get(normalised(operation.path))

    def identifier_names(self, resource: str) -> list[str]:
        """The names that the identifier of an entity may have in a message, the likeliest first."""
        noun = noun_of(resource)
        used = Counter(parameter.name for parameter in self.resources.get(resource, ()))
        # One path may have an odd name for it.
        parameters = [name for name, _ in used.most_common()] or ["id"]
        names = [name for parameter in parameters for name in identifier_names(parameter, noun)]
        return [*dict.fromkeys(names)]

    def identifier_types(self, resource: str) -> frozenset[str]:
        """The JSON types that an identifier may have in a message: a number can be sent as a string in a
        path.
        """
        types = [
            identifier_types(parameter.schema.node, parameter.schema)
            for parameter in self.resources.get(resource, ())
        ]
        union = frozenset.union(*types) if types else frozenset({"string"})
        return union | {"integer"} if "string" in union else union

    def pointer(self, schema: Schema, names: Sequence[str], types: frozenset[str]) -> str | None:
        """Where a message has the likeliest of these names, with values of one of these JSON types."""
        return pointer_to(schema, names, types)

    def item_pointer(self, schema: Schema, name: str, resource: str) -> str | None:
        """Where a message has the value of the path parameter with a name: in a property of that name, or in
        the object there.
        """
        types = frozenset({"string", "integer"})
        plain = "".join(words(name))
        exact = self.pointer(schema, [plain], types)
        if exact is None and words(name) == [noun_of(resource)]:
            return self.pointer(schema, ["name", "slug", "key", "id"], frozenset({"string"}))
        return exact or self.pointer(schema, [f"{plain}.{inner}" for inner in _IDENTIFYING], types)

    def unaddressed(self) -> Iterator[str]:
        """The resources whose entities no path addresses, though other operations take their identifiers."""
        names = {name for operation in self.operations.values() for name in input_names(operation)}
        nouns = {identified_noun(name) for name in names}
        for operation in self.operations.values():
            resource = f"{normalised(operation.path)}/{{}}"
            if not operation.path.endswith("}") and resource not in self.resources:
                noun = noun_of(resource)
                if any(identified.rpartition("_")[2] == noun for identified in nouns):
                    yield resource

    def answers_with(self, operation: Operation, resource: str) -> bool:
        """Whether an operation answers with an entity like those that are read at a resource's path: half of
        the properties are the same, or one of the two has too few to tell.
        """
        own = self._property_names(operation, resource)
        for reader in self.by_path.get(resource, ()):
            read = self._property_names(reader, resource) if reader.method == "get" else frozenset()
            fewer = min(len(own), len(read))
            if fewer >= _PROPERTIES_NEEDED and len(own & read) < fewer / 2:
                return False
        return True

    def is_open(self, body: Schema) -> bool:
        """Whether a body has a property with more than a few possible values."""
        outlines = (outline_of(candidate.node, body) for candidate in schema_properties(body))
        return any(
            not {"enum", "const"} & {*facts} and facts.get("type") not in _CLOSED_TYPES for facts in outlines
        )

    def _property_names(self, operation: Operation, resource: str) -> frozenset[str]:
        """The properties of the object that has the identifier in an operation's answers."""
        names, types = self.identifier_names(resource), self.identifier_types(resource)
        property_names: set[str] = set()
        for schema in json_schemas(operation):
            property_names |= names_beside(schema, self.pointer(schema, names, types) or "")
        return frozenset(property_names)


def resources_along(operation: Operation) -> list[str]:
    """The resources that the parameters of an operation's path address, from left to right."""
    return [resource_of(operation.path, index) for index in range(len(operation.path_names))]
