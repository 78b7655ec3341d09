"""Things that paths ask for in one place, and that are made or told of in another."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from load.planning.identifiers import Identifier
from load.planning.message_schemas import json_schemas
from load.planning.names import USUAL_NAMES, words
from load.planning.operation_index import OperationIndex, resources_along
from load.planning.producers import RELATES_AT_PATH, Producer, Producers, in_list, own_path
from load.planning.resources import collection_of, noun_of
from openapi.operations import Operation
from openapi.parameters import Parameter


class IndirectProducers:
    """Finds producers of resources in other schema_properties than their collections."""

    def __init__(self, paths: OperationIndex, producers: Producers) -> None:
        self._index, self._producers = paths, producers

    def by_attribute(self, resource: str) -> None:
        """What a path such as /flows/name/{name} asks for stands in what /flows tells of its things."""
        attribute = self._index.resources[resource][0].name
        collection = collection_of(resource)
        if words(collection.rpartition("/")[2])[-1:] != words(attribute)[-1:]:
            return
        parent = collection_of(collection)
        for operation in self._index.by_path.get(parent, ()):
            kinds = self._index.kinds(resource)
            for schema in json_schemas(operation):
                pointer = self._index.pointer(schema, ["".join(words(attribute))], kinds)
                if pointer is None or operation.method not in ("get", "post"):
                    continue
                is_list = "/0/" in pointer
                each, _, rest = pointer.rpartition("/0/")
                parts = (*own_path(operation), f"/{rest}" if is_list else pointer)
                owned = operation.method == "post" and not is_list
                reason = f"{pointer} of its answer"
                producer = Producer(
                    operation.label, resource, parts, each if is_list else None, owned, reason,
                    alias_of=self._index.by_collection.get(parent, ""),
                )  # fmt: skip
                self._producers.add(producer)

    def variants(self) -> Iterator[tuple[tuple[str, str], str]]:
        """Where paths ask for the same things in different ways, as /users/{id} and /users/{name}/posts:
        the other ways, each fed by what tells of the things.
        """
        for resource, parameters in self._index.resources.items():
            for parameter in {each.name: each for each in parameters}.values():
                variant = f"{collection_of(resource)}/{{{parameter.name}}}"
                producers = [
                    found
                    for operation in self._index.operations.values()
                    for producer in self._producers.by_label[operation.label]
                    if producer.resource == resource
                    and (found := self._otherwise(operation, producer, parameter))
                ]
                for producer in producers:
                    self._producers.add(replace(producer, resource=variant))
                if producers:
                    yield (resource, parameter.name), variant

    def _otherwise(self, operation: Operation, producer: Producer, parameter: Parameter) -> Producer | None:
        """The producer by what a parameter is called, where its identifier is called otherwise."""
        identifier = producer.sources[-1]
        name, kinds = "".join(words(parameter.name)), self._index.kinds(producer.resource)
        if not isinstance(identifier, Identifier) or not identifier.pointer:
            return None
        holder, _, called = identifier.pointer.rpartition("/")
        if "".join(words(called)) == name:
            return None
        start = f"{producer.list_pointer}/0" if producer.list_pointer else ""
        for schema in json_schemas(operation):
            pointer = self._index.pointer(schema, [name], kinds)
            if pointer and pointer.rpartition("/")[0] == start + holder:
                part = f"{holder}/{pointer.rpartition('/')[2]}"
                reason = f"{pointer} of what it tells of"
                return replace(
                    producer,
                    sources=(*producer.sources[:-1], part),
                    reason=reason,
                    alias_of=producer.resource,
                )
        return None

    def from_items(self, resource: str) -> None:
        """A list further up the path whose items name all that the rest of the path asks for."""
        names = next(
            each.path_names for each in self._index.operations.values() if resource in resources_along(each)
        )
        parents = [resource[: found.start()] for found in re.finditer("/", resource)]
        further_up = [each for parent in parents for each in self._index.by_path.get(parent, ())]
        for operation in [*further_up, *self._index.by_noun.get(noun_of(resource), ())]:
            missing = [each for each in names[: resource.count("{}")] if each not in operation.path_names]
            if operation.method != "get" or not missing:
                continue
            for schema in json_schemas(operation):
                pointers = {name: in_list(self._index.attribute(schema, name, resource)) for name in missing}
                lists = {pointer.partition("/0/")[0] for pointer in pointers.values() if pointer}
                if all(pointers.values()) and len(lists) == 1:
                    parts = self._parts(names[: resource.count("{}")], pointers, resource)
                    reason = f"its items name {', '.join(missing)}"
                    producer = Producer(operation.label, resource, parts, lists.pop(), False, reason)
                    self._producers.add(producer)

    def _parts(
        self, names: Sequence[str], pointers: dict[str, str | None], resource: str
    ) -> tuple[str | Identifier, ...]:
        """Where an item names what a path asks for; the last may go by a usual name instead."""
        parts: list[str | Identifier] = [
            f"/{pointer.partition('/0/')[2]}" if (pointer := pointers.get(name)) else f"$request.path.{name}"
            for name in names
        ]
        if pointers.get(names[-1]):
            parts[-1] = Identifier(str(parts[-1]), None, USUAL_NAMES, resource)
        return tuple(parts)

    def from_namesakes(self, resource: str) -> None:
        """Things that are made elsewhere: /features/{name} of what POST /projects/{id}/features makes."""
        noun, name = noun_of(resource), "".join(words(self._index.resources[resource][0].name))
        collection = _collection_words(resource)
        if resource.count("{}") > 1 or not noun:
            return
        for operation in self._index.operations.values():
            for producer in [each for each in self._producers.by_label[operation.label] if each.creates]:
                last = producer.sources[-1]
                called = {last.pointer, last.request} if isinstance(last, Identifier) else {last}
                names = {"".join(words(str(each).rpartition("/")[2])) for each in called if each}
                same = name in names or name in {f"{noun}{each}" for each in names}
                is_kind = _is_end_of(_collection_words(producer.resource), collection)
                if same and is_kind and producer.resource != resource and not producer.alias_of:
                    reason = f"makes it elsewhere: {producer.reason.partition(': ')[2] or producer.reason}"
                    twin = replace(
                        producer,
                        resource=resource,
                        sources=(last,),
                        reason=reason,
                        alias_of=producer.resource,
                    )
                    self._producers.add(twin)

    def joins(self, resource: str) -> None:
        """A PUT that joins two things, such as /projects/{id}/labels/{label_id}, where labels are made
        elsewhere.
        """
        producers, noun = self._producers.of(resource), noun_of(resource)
        if resource.count("{}") < 2 or any(producer.creates for producer in producers):
            return
        made = {
            producer.resource
            for found in self._producers.by_label.values()
            for producer in found
            if producer.creates
        }
        if not any(noun_of(each) == noun and each != resource for each in made):
            return
        for operation in self._index.by_path.get(resource, ()):
            if operation.method == "put":
                producer = Producer(
                    operation.label, resource, own_path(operation), None, True, RELATES_AT_PATH
                )
                self._producers.add(producer)


def _collection_words(resource: str) -> list[str]:
    """The words that the things of a resource go by, the last in the singular."""
    *first, _ = words(collection_of(resource).rpartition("/")[2]) or [""]
    return [*first, noun_of(resource)]


def _is_end_of(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether the shorter of two is what the longer ends with."""
    length = min(len(one), len(other))
    return [*one[-length:]] == [*other[-length:]]
