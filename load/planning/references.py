"""Finds the resource that the name of a parameter or property refers to."""

from collections.abc import Iterator, Mapping, Sequence

from load.planning.identifiers import Identifier
from load.planning.message_schemas import cannot_be_made_up, scalar_types
from load.planning.names import identified_noun, is_identifier, singular, words
from load.planning.producers import Producer
from load.planning.resources import collection_of, noun_of
from load.planning.schema_properties import identifier_types
from openapi.contract import Json
from openapi.operations import Operation
from openapi.parameters import Parameter
from openapi.schema import Schema

# Numbers of these names count or order; they hardly ever identify an entity of that name.
_QUANTITIES = frozenset(
    {"limit", "count", "size", "page", "offset", "number", "order", "amount", "total", "level", "version",
     "position", "priority", "weight", "quantity", "rank", "index", "year", "month", "day", "hour", "minute"}
)  # fmt: skip
# A creation names its own entity by two words at most, such as `order_id`.
_OWN_NAME_WORDS = 2


class References:
    """Resolves names to resources that have producers. `producers` are by label, `addresses` are the path
    parameters that address the entities of each resource.
    """

    def __init__(
        self, producers: Mapping[str, Sequence[Producer]], addresses: Mapping[str, Sequence[Parameter]]
    ) -> None:
        self._producers = producers
        self._addresses = addresses
        self.produced = {producer.resource for found in producers.values() for producer in found}
        self.by_noun = _resources_by_noun(self.produced, producers)

    def identified_by(self, name: str) -> str | None:
        """The resource that an identifier of this name belongs to: `parent_task_run_id` to task runs, if
        there are any, else to runs.
        """
        parts = identified_noun(name).split("_")
        resources = (self.by_noun.get("_".join(parts[start:])) for start in range(len(parts)))
        return next((resource for resource in resources if resource), None)

    def named_by(self, name: str) -> str | None:
        """The resource whose entities have an attribute as their address, and this name: `work_pool_name`, if
        there is a path such as `/work_pools/{name}`.
        """
        *head, attribute = words(name) or [""]
        resource = self.by_noun.get("_".join(head))
        if resource is None:
            return None
        for candidate in (resource, f"{collection_of(resource)}/{attribute}/{{}}"):
            addresses = [words(address.name)[-1:] for address in self._addresses.get(candidate, ())]
            if candidate in self.produced and [attribute] in addresses:
                return candidate
        return None

    def other_side(self, name: str, resource: str) -> str | None:
        """The resource whose entities a path with this parameter relates to others: that of its name, or that
        of what `resource` is called.
        """
        nouns = (singular(words(name)[-1]) if words(name) else "", noun_of(resource))
        found = (self.by_noun.get(noun) for noun in nouns)
        return next((other for other in found if other and other != resource), None)

    def referenced_by(self, operation: Operation, name: str, node: Json, schema: Schema) -> str | None:
        """The resource that a value in a request refers to: by a name such as `owner_id`, or by the noun
        alone if the value can only be an identifier. Not the resource that the operation creates, as the
        caller names that entity.
        """
        types = scalar_types(node, schema)
        if not types:
            return None
        resource = self.identified_by(name) if is_identifier(name) else self.named_by(name)
        if resource:
            return None if self._is_own_name(operation, name, resource) else resource
        parts = words(name)
        if is_identifier(name) or not parts or parts[-1] in _QUANTITIES:
            return None
        if not cannot_be_made_up(node, schema):
            return None
        resource = self.by_noun.get("_".join([*parts[:-1], singular(parts[-1])]))
        return resource if resource and types & self._identifier_types(resource) else None

    def _is_own_name(self, operation: Operation, name: str, resource: str) -> bool:
        producers = self._producers.get(operation.label, ())
        creates = any(producer.creates and producer.resource == resource for producer in producers)
        parts = words(name)
        return creates and parts[:-1][-1:] == [noun_of(resource)] and len(parts) <= _OWN_NAME_WORDS

    def _identifier_types(self, resource: str) -> frozenset[str]:
        """The JSON types of a resource's identifiers in paths."""
        types = [
            identifier_types(parameter.schema.translated, parameter.schema.translated)
            for parameter in self._addresses.get(resource, ())
        ]
        return frozenset.union(*types) if types else frozenset({"string", "integer"})


def _resources_by_noun(produced: set[str], producers: Mapping[str, Sequence[Producer]]) -> Mapping[str, str]:
    """The resource for each noun; of several, the one with the fewest parameters in its path, and with
    identifiers that a schema describes.
    """
    described = {
        producer.resource
        for found in producers.values()
        for producer in found
        if not any(isinstance(source, Identifier) and source.is_guess for source in producer.sources)
    }
    by_noun: dict[str, str] = {}
    for resource in sorted(
        produced, key=lambda path: (path.count("{}"), path not in described, len(path), path)
    ):
        for noun in _nouns(resource):
            by_noun.setdefault(noun, resource)
    by_noun.pop("", None)
    return by_noun


def _nouns(resource: str) -> Iterator[str]:
    """What the entities of a resource may be called: the noun, and the whole name of the collection."""
    yield noun_of(resource)
    segments = [segment for segment in collection_of(resource).split("/") if segment and "{" not in segment]
    if segments:
        parts = words(segments[-1])
        yield "_".join([*parts[:-1], singular(parts[-1])]) if parts else ""
