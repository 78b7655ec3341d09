"""Infers producers of a resource from operations apart from its collection."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from load.planning.identifiers import Identifier
from load.planning.message_schemas import json_schemas
from load.planning.names import USUAL_NAMES, words
from load.planning.neighbours import names_an_entity, names_another, names_other_kind
from load.planning.operation_index import OperationIndex, resources_along
from load.planning.producers import (
    MAY_CREATE_AT_PATH,
    RELATES_AT_PATH,
    Inference,
    Producer,
    Producers,
    Source,
    in_list,
    own_path,
    split_at_list,
)
from load.planning.resources import collection_of, noun_of
from load.planning.side_effects import only_reads
from openapi.parameters import Parameter

_ACCOUNTS = frozenset({"username", "userlogin", "login", "email", "sku", "isbn"})


class IndirectProducers:
    """Infers producers from other collections, from parents, and from other addresses of an entity."""

    def __init__(self, index: OperationIndex, producers: Producers) -> None:
        self._index, self._producers = index, producers

    def add_by_attribute(self, resource: str) -> None:
        """Add what answers of `/flows` contain for a path such as `/flows/name/{name}`."""
        attribute = self._index.resources[resource][0].name
        collection = collection_of(resource)
        if words(collection.rpartition("/")[2])[-1:] != words(attribute)[-1:]:
            return
        parent = collection_of(collection)
        alias_of = self._index.by_collection.get(parent, "")
        types = self._index.identifier_types(resource)
        for operation in self._index.by_path.get(parent, ()):
            if operation.method not in ("get", "post"):
                continue
            for schema in json_schemas(operation):
                pointer = self._index.pointer(schema, ["".join(words(attribute))], types)
                if pointer is None:
                    continue
                list_pointer, item_pointer = split_at_list(pointer)
                sources = (*own_path(operation), item_pointer or "")
                creates = operation.method == "post" and list_pointer is None
                reason = Inference(f"{pointer} of its answer")
                self._producers.add(
                    Producer(
                        operation.label, resource, sources, list_pointer, creates, reason, alias_of=alias_of
                    )
                )

    def add_variants(self) -> Iterator[tuple[tuple[str, str], str]]:
        """Add other addresses of the same entities, as `/users/{id}` and `/users/{name}/posts` have them.
        Yields each resource and parameter with the resource under which the entities have that address.
        """
        positions = {label: position for position, label in enumerate(self._index.operations)}
        for resource, parameters in self._index.resources.items():
            known = sorted(self._producers.of(resource), key=lambda producer: positions[producer.label])
            for parameter in {parameter.name: parameter for parameter in parameters}.values():
                variant = f"{collection_of(resource)}/{{{parameter.name}}}"
                producers = [
                    renamed for producer in known if (renamed := self._with_other_name(producer, parameter))
                ]
                for producer in producers:
                    self._producers.add(replace(producer, resource=variant))
                if producers:
                    yield (resource, parameter.name), variant

    def add_from_items(self, resource: str) -> None:
        """Add lists further up the path whose items name everything in the rest of the path."""
        operations = self._index.operations.values()
        path_names = (
            operation.path_names for operation in operations if resource in resources_along(operation)
        )
        names = next(path_names)[: resource.count("{}")]
        parents = [resource[: slash.start()] for slash in re.finditer("/", resource)]
        further_up = [operation for parent in parents for operation in self._index.by_path.get(parent, ())]
        for operation in [*further_up, *self._index.by_noun.get(noun_of(resource), ())]:
            missing = [name for name in names if name not in operation.path_names]
            if operation.method != "get" or not missing:
                continue
            for schema in json_schemas(operation):
                pointers = {
                    name: in_list(self._index.item_pointer(schema, name, resource)) for name in missing
                }
                lists = {pointer.partition("/0/")[0] for pointer in pointers.values() if pointer}
                if all(pointers.values()) and len(lists) == 1:
                    sources = _item_sources(names, pointers, resource)
                    reason = Inference(f"its items name {', '.join(missing)}")
                    self._producers.add(
                        Producer(operation.label, resource, sources, lists.pop(), False, reason)
                    )

    def add_from_namesakes(self, resource: str) -> None:
        """Add creations in other collections of the same name: `POST /projects/{id}/features` creates what
        `/features/{name}` addresses.
        """
        if resource.count("{}") > 1 or not noun_of(resource):
            return
        producers = [
            producer
            for operation in self._index.operations.values()
            for producer in self._producers.by_label[operation.label]
        ]
        for producer in producers:
            if self._creates_namesake(producer, resource):
                place = producer.reason.place or producer.reason.action
                self._producers.add(
                    replace(
                        producer,
                        resource=resource,
                        sources=producer.sources[-1:],
                        reason=Inference("creates it in another collection", place),
                        alias_of=producer.resource,
                    )
                )

    def add_by_account(self, resource: str) -> None:
        """Add creations in other collections whose answers have a name that hardly means anything else:
        `POST /users` shows the `username` of `/profiles/{username}`.
        """
        names = ["".join(words(parameter.name)) for parameter in self._index.resources[resource]]
        if resource.count("{}") > 1 or not names or not {*names} <= _ACCOUNTS:
            return
        creations = [
            (operation, producer)
            for operation in self._index.operations.values()
            for producer in self._producers.by_label[operation.label]
            if producer.creates and not producer.alias_of and not operation.path_names
        ]
        for operation, producer in creations:
            for schema in json_schemas(operation):
                pointer = self._index.pointer(schema, names, frozenset({"string"}))
                if pointer and "/0/" not in pointer:
                    reason = Inference("creates it in another collection", f"{pointer} of its answer")
                    self._producers.add(
                        replace(
                            producer,
                            resource=resource,
                            sources=(pointer,),
                            list_pointer=None,
                            reason=reason,
                            alias_of=producer.resource,
                        )
                    )

    def add_relations(self, resource: str) -> None:
        """Add a PUT or POST that relates two entities, such as `/projects/{id}/labels/{label_id}` or
        `/groups/{id}/members/{user_id}`, when labels or users are created by another operation.
        """
        if resource.count("{}") < 2 or any(producer.creates for producer in self._producers.of(resource)):
            return
        created = {
            producer.resource
            for producers in self._producers.by_label.values()
            for producer in producers
            if producer.creates
        }
        nouns = {noun_of(other) for other in created if other != resource} - {""}
        for operation in self._index.by_path.get(resource, ()):
            names_other = noun_of(resource) in nouns or names_another(self._index, operation)
            if operation.method in ("put", "post") and names_other and not only_reads(operation):
                self._producers.add(
                    Producer(operation.label, resource, own_path(operation), None, True, RELATES_AT_PATH)
                )

    def add_possible_creations(self, resource: str) -> None:
        """Add a PUT or POST on the path of an entity, which may create it under a name of the caller, when
        nothing else creates such entities and their name is not that of others.
        """
        known = self._producers.of(resource)
        if any(producer.creates for producer in known):
            return
        for operation in self._index.by_path.get(resource, ()):
            is_creation = operation.method in ("put", "post") and not only_reads(operation)
            if not names_an_entity(self._index, operation, known) or names_other_kind(self._index, operation):
                continue
            parameter = next(p for p in operation.parameters if p.name == operation.path_names[-1])
            if is_creation and operation.path.endswith("}") and "string" in parameter.schema.types:
                self._producers.add(
                    Producer(operation.label, resource, own_path(operation), None, True, MAY_CREATE_AT_PATH)
                )

    def _with_other_name(self, producer: Producer, parameter: Parameter) -> Producer | None:
        """A producer of the property with a parameter's name, when the identifier has another name."""
        identifier = producer.sources[-1]
        if not isinstance(identifier, Identifier) or not identifier.pointer:
            return None
        name = "".join(words(parameter.name))
        holder, _, identifier_name = identifier.pointer.rpartition("/")
        if "".join(words(identifier_name)) == name:
            return None
        types = self._index.identifier_types(producer.resource)
        item = f"{producer.list_pointer}/0" if producer.list_pointer else ""
        for schema in json_schemas(self._index.operations[producer.label]):
            pointer = self._index.pointer(schema, [name], types)
            if pointer and pointer.rpartition("/")[0] == item + holder:
                source = f"{holder}/{pointer.rpartition('/')[2]}"
                return replace(
                    producer,
                    sources=(*producer.sources[:-1], source),
                    reason=Inference(f"{pointer} of its answer"),
                    alias_of=producer.resource,
                )
        return None

    def _creates_namesake(self, producer: Producer, resource: str) -> bool:
        """Whether a producer creates entities with the name and the identifier of a resource."""
        if not producer.creates or producer.resource == resource or producer.alias_of:
            return False
        last = producer.sources[-1]
        sources = {last.pointer, last.request} if isinstance(last, Identifier) else {last}
        names = {"".join(words(str(source).rpartition("/")[2])) for source in sources if source}
        names |= {f"{noun_of(resource)}{name}" for name in names}
        is_same_name = "".join(words(self._index.resources[resource][0].name)) in names
        own, other = _collection_words(producer.resource), _collection_words(resource)
        if not is_same_name or not _is_suffix(own, other):
            return False
        # What is called by more words may be a link to the entity, unless it looks like it.
        return own == other or self._index.answers_with(self._index.operations[producer.label], resource)


def _item_sources(
    names: Sequence[str], pointers: Mapping[str, str | None], resource: str
) -> tuple[Source, ...]:
    """The sources of a path's values in an item, or in the request where the item does not have them. The
    last may also have a usual name.
    """
    sources: list[Source] = [
        f"/{pointer.partition('/0/')[2]}" if (pointer := pointers.get(name)) else f"$request.path.{name}"
        for name in names
    ]
    if pointers.get(names[-1]):
        sources[-1] = Identifier(str(sources[-1]), None, USUAL_NAMES, resource)
    return tuple(sources)


def _collection_words(resource: str) -> list[str]:
    """The words of a collection's name, the last in the singular."""
    *first, _ = words(collection_of(resource).rpartition("/")[2]) or [""]
    return [*first, noun_of(resource)]


def _is_suffix(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether the longer of two lists of words ends with the shorter."""
    length = min(len(one), len(other))
    return [*one[-length:]] == [*other[-length:]]
