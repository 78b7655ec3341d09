"""Finds the resource that the name of a parameter or property refers to."""

from collections.abc import Iterator, Mapping, Sequence

from load.planning.identifiers import Identifier
from load.planning.message_schemas import cannot_be_made_up, scalar_types
from load.planning.names import identified_noun, is_identifier, singular, words
from load.planning.producers import Producer
from load.planning.resources import collection_of, normalised, noun_of, shared_segments
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
        described = _described(producers)
        self._by_noun = _resources_by_noun(self.produced, described)
        self._named_first = {found[0] for found in self._by_noun.values()}
        self._leading: dict[str, bool] = {}
        # Those that perhaps are none: no path leads to them, and no schema shows their identifiers.
        self._doubtful = self.produced - described - {*addresses}

    def has_name(self, resource: str) -> bool:
        """Whether a name may refer to a resource from anywhere."""
        return resource in self._named_first

    def may_lead_somewhere(self, name: str) -> bool:
        """Whether the name of a value has that of any resource in it, so that it may refer to one."""
        if name not in self._leading:
            parts = words(name)
            nouns = {
                "_".join([*parts[start:end], *last])
                for end in range(len(parts))
                for start in range(end + 1)
                for last in ([], [parts[end]], [singular(parts[end])])
            }
            self._leading[name] = not nouns.isdisjoint(self._by_noun)
        return self._leading[name]

    def identified_by(self, name: str, near: str) -> str | None:
        """The resource that an identifier of this name belongs to: `parent_task_run_id` to task runs, if
        there are any, else to runs. Of several, it is the one that shares most of the path `near`.
        """
        parts = identified_noun(name).split("_")
        resources = (self._called("_".join(parts[start:]), near) for start in range(len(parts)))
        return next((resource for resource in resources if resource), None)

    def named_by(self, name: str, near: str) -> str | None:
        """The resource whose entities have an attribute as their address, and this name: `work_pool_name`, if
        there is a path such as `/work_pools/{name}`.
        """
        *head, attribute = words(name) or [""]
        resource = self._called("_".join(head), near)
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
        found = (self._called(noun, resource, other_than=resource) for noun in nouns)
        return next((other for other in found if other), None)

    def referenced_by(self, operation: Operation, name: str, node: Json, schema: Schema) -> str | None:
        """The resource that a value in a request refers to: by a name such as `owner_id`, or by the noun
        alone if the value can only be an identifier. Not the resource that the operation creates, as the
        caller names that entity.
        """
        types, near = scalar_types(node, schema), normalised(operation.path)
        if not types:
            return None
        resource = self.identified_by(name, near) if is_identifier(name) else self.named_by(name, near)
        if resource and self._is_own_name(operation, name, resource):
            # What is created within another entity may be the link to one that is further up.
            other = self._called(noun_of(resource), near, other_than=resource)
            return other if other and other.count("{}") < resource.count("{}") else None
        if resource:
            return resource
        parts = words(name)
        if is_identifier(name) or not parts or parts[-1] in _QUANTITIES:
            return None
        if not cannot_be_made_up(node, schema):
            return None
        resource = self._called("_".join([*parts[:-1], singular(parts[-1])]), near)
        return resource if resource and types & self._identifier_types(resource) else None

    def _called(self, noun: str, near: str, other_than: str = "") -> str | None:
        """The resource whose entities have this name; of several, the one that shares most of a path, and
        that is one for certain.
        """
        named = [resource for resource in self._by_noun.get(noun, ()) if resource != other_than]
        certain = [resource for resource in named if resource not in self._doubtful] or named
        return max(certain, key=lambda resource: shared_segments(resource, near), default=None)

    def _is_own_name(self, operation: Operation, name: str, resource: str) -> bool:
        producers = self._producers.get(operation.label, ())
        creates = any(producer.creates and producer.resource == resource for producer in producers)
        parts = words(name)
        return creates and parts[:-1][-1:] == [noun_of(resource)] and len(parts) <= _OWN_NAME_WORDS

    def _identifier_types(self, resource: str) -> frozenset[str]:
        """The JSON types of a resource's identifiers in paths."""
        types = [
            identifier_types(parameter.schema.node, parameter.schema)
            for parameter in self._addresses.get(resource, ())
        ]
        return frozenset.union(*types) if types else frozenset({"string", "integer"})


def _described(producers: Mapping[str, Sequence[Producer]]) -> set[str]:
    """The resources with identifiers that a schema describes."""
    return {
        producer.resource
        for found in producers.values()
        for producer in found
        if not any(isinstance(source, Identifier) and source.is_guess for source in producer.sources)
    }


def _resources_by_noun(produced: set[str], described: set[str]) -> Mapping[str, Sequence[str]]:
    """The resources for each noun; those with the fewest parameters in their path, and with identifiers that
    a schema describes, come first.
    """
    by_noun: dict[str, list[str]] = {}
    for resource in sorted(
        produced, key=lambda path: (path.count("{}"), path not in described, len(path), path)
    ):
        for noun in {*_nouns(resource)}:
            by_noun.setdefault(noun, []).append(resource)
    by_noun.pop("", None)
    return by_noun


def _nouns(resource: str) -> Iterator[str]:
    """What the entities of a resource may be called: the noun, and the whole name of the collection."""
    yield noun_of(resource)
    segments = [segment for segment in collection_of(resource).split("/") if segment and "{" not in segment]
    if segments:
        parts = words(segments[-1])
        yield "_".join([*parts[:-1], singular(parts[-1])]) if parts else ""
