"""The plan of a document's operations: by the links of the contract first, else inferred from paths,
names and schemas.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from load.planning.effects import looks_only
from load.planning.identifiers import (
    INDIVIDUAL,
    USUAL,
    Place,
    candidates,
    collection_of,
    kinds_of,
    normalised,
    noun_of,
    outline,
    places,
    pointer_to,
    resource_of,
    thing_meant,
    words,
)
from load.planning.needs import needs_of
from load.planning.plan import JOINS_ITS_PATH, MAKES_ITS_PATH, Feed, Identifier, Memory, Plan, Slot
from load.planning.schema_search import identifier_names, json_schemas, request_schema
from openapi.contract import Json
from openapi.expressions import over_items
from openapi.operations import Link, Operation
from openapi.parameters import Parameter
from openapi.schema import Schema

_WITHIN = ("login", "username", "name", "slug", "key", "id")
# Of fewer properties, nothing can be said of what kind a thing is.
_TELLING = 3
# What has such a type has a few values, or none of its own.
_CLOSED = ("boolean", "null", "object", "array")
_MAKING = ("upload", "create", "import", "new", "register", "add")


def plan(operations: Sequence[Operation]) -> Plan:
    """The plan of these operations; what others would tell is not known."""
    return _Planner(operations).plan()


class _Planner:
    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = {each.label: each for each in operations}
        self.by_id = {each.operation_id: each for each in operations}
        self.by_path: dict[str, list[Operation]] = defaultdict(list)
        for operation in operations:
            self.by_path[normalised(operation.path)].append(operation)
        self._places: dict[Schema, list[Place]] = {}
        self.by_noun: dict[str, list[Operation]] = defaultdict(list)
        for path, found in self.by_path.items():
            if not path.endswith("}"):
                self.by_noun[noun_of(f"{path}/{{}}")] += found
        self.feeds: dict[str, list[Feed]] = defaultdict(list)
        self.memories: dict[str, list[Memory]] = defaultdict(list)
        self.resources: dict[str, list[Parameter]] = defaultdict(list)
        for operation in operations:
            by_name = {each.name: each for each in operation.parameters if each.location == "path"}
            for resource, name in zip(_resources(operation), operation.path_names, strict=True):
                self.resources[resource].append(by_name[name])

        self.by_collection = {collection_of(each): each for each in self.resources}

    def plan(self) -> Plan:
        for operation in self.operations.values():
            for response in operation.successes:
                for link in response.links:
                    self._link(operation, link)
        for resource in [*self.resources, *self._unaddressed()]:
            self._infer(resource)
        for resource in self.resources:
            if not self._feeds_of(resource):
                self._infer_by_attribute(resource)
                self._infer_from_items(resource)
        for resource in self.resources:
            if not any(feed.owned for feed in self._feeds_of(resource)):
                self._infer_from_namesakes(resource)
        for resource in self.resources:
            self._infer_joins(resource)
        variants = dict(self._variants())
        own_names = {resource: self._names(resource) for resource in self.resources}
        needs = needs_of(self.operations, self.feeds, self.resources, own_names, variants)
        feeds = {label: tuple(found) for label, found in self.feeds.items() if label not in needs.uncovered}
        memories = {label: tuple(found) for label, found in self.memories.items()}
        return Plan(
            needs.things, feeds, memories, needs.unsent, needs.guessed, needs.uncovered, needs.invented
        )

    def _feeds_of(self, resource: str) -> list[Feed]:
        return [feed for feeds in self.feeds.values() for feed in feeds if feed.resource == resource]

    def _link(self, operation: Operation, link: Link) -> None:
        """What a link of the contract says (OpenAPI 3.0.3, Link Object)."""
        target = self.by_id.get(link.target) or self.operations.get(link.target)
        if target is None:
            return
        reason = f"link {link.name}"
        locations = {each.name: each.location for each in target.parameters}
        given = {
            Slot(location or locations.get(name, ""), name): value
            for (location, name), value in link.parameters.items()
        }
        path = {
            name: given.pop(Slot("path", name)) for name in target.path_names if Slot("path", name) in given
        }
        if path:
            for name in target.path_names:
                if name not in path and name in operation.path_names:
                    path[name] = f"$request.path.{name}"
        if path and len(path) == len(target.path_names):
            self._add_link_feed(operation, target, [path[name] for name in target.path_names], reason)
        for slot, value in given.items():
            if slot.location:
                self.memories[operation.label].append(
                    Memory(operation.label, target.label, slot, value, reason)
                )
        if link.request_body is not None:
            body = Memory(operation.label, target.label, Slot("body", ""), link.request_body, reason)
            self.memories[operation.label].append(body)

    def _add_link_feed(
        self, operation: Operation, target: Operation, expressions: Sequence[Json], reason: str
    ) -> None:
        resource = resource_of(target.path, len(expressions) - 1)
        lists = {found[0] for each in expressions if (found := over_items(each))}
        each = lists.pop() if len(lists) == 1 and operation.method == "get" else None
        parts = tuple(
            found[1] if each is not None and (found := over_items(expression)) else str(expression)
            for expression in expressions
        )
        own = self._own_resource(operation)
        makes = operation.method == "post" or (operation.method == "put" and _makes(operation))
        # Elsewhere than in its collection, a POST may speak of what was there before.
        is_new = own is None and _makes(operation) and self._is_of_kind(operation, resource)
        is_made = own == resource or (is_new and not _is_reference(expressions[-1], resource))
        owned = makes and is_made and not lists and not looks_only(operation)
        feed = Feed(operation.label, resource, parts, each, owned, reason, linked=True)
        known = {(one.resource, one.parts, one.each) for one in self.feeds[operation.label]}
        if (resource, parts, each) not in known:
            self.feeds[operation.label].append(feed)

    def _own_resource(self, operation: Operation) -> str | None:
        """The resource that an operation on its collection makes things of."""
        return self.by_collection.get(normalised(operation.path))

    def _infer(self, resource: str) -> None:
        collection = collection_of(resource)
        verbs = [each for verb in _MAKING for each in self.by_path.get(f"{collection}/{verb}", ())]
        for operation in (*self.by_path.get(collection, ()), *self.by_path.get(resource, ()), *verbs):
            if any(feed.resource == resource for feed in self.feeds[operation.label]):
                continue
            on_collection = normalised(operation.path) == collection
            if (on_collection or operation in verbs) and operation.method == "post":
                if not looks_only(operation) and self._is_of_kind(operation, resource):
                    self._infer_creation(operation, resource)
            elif on_collection and operation.method == "get":
                self._infer_list(operation, resource)
            elif normalised(operation.path) == resource and self._is_named_by_callers(operation, resource):
                feed = Feed(operation.label, resource, _own_path(operation), None, True, MAKES_ITS_PATH)
                self.feeds[operation.label].append(feed)

    def _is_named_by_callers(self, operation: Operation, resource: str) -> bool:
        """Whether a call makes things under names of the caller's, as a PUT may, or a POST that is answered
        201 and never 200, of what can be read there: where something else makes them, that names them, and a
        PUT replaces.
        """
        if not _makes(operation) or any(feed.owned for feed in self._feeds_of(resource)):
            return False
        readers = [each for each in self.by_path.get(resource, ()) if each.method == "get"]
        return operation.method == "put" or (
            operation.method == "post" and bool(readers) and "200" not in operation.responses
        )

    def _infer_by_attribute(self, resource: str) -> None:
        """What a path such as /flows/name/{name} asks for stands in what /flows tells of its things."""
        attribute = self.resources[resource][0].name
        collection = collection_of(resource)
        if words(collection.rpartition("/")[2])[-1:] != words(attribute)[-1:]:
            return
        parent = collection_of(collection)
        for operation in self.by_path.get(parent, ()):
            kinds = self._kinds(resource)
            for schema in json_schemas(operation):
                pointer = self._pointer(schema, ["".join(words(attribute))], kinds)
                if pointer is None or operation.method not in ("get", "post"):
                    continue
                is_list = "/0/" in pointer
                each, _, rest = pointer.rpartition("/0/")
                parts = (*_own_path(operation), f"/{rest}" if is_list else pointer)
                owned = operation.method == "post" and not is_list
                reason = f"{pointer} of its answer"
                feed = Feed(
                    operation.label, resource, parts, each if is_list else None, owned, reason,
                    twin_of=self.by_collection.get(parent, ""),
                )  # fmt: skip
                self.feeds[operation.label].append(feed)

    def _variants(self) -> Iterator[tuple[tuple[str, str], str]]:
        """Where paths ask for the same things in different ways, as /users/{id} and /users/{name}/posts:
        the other ways, each fed by what tells of the things.
        """
        for resource, parameters in self.resources.items():
            for parameter in {each.name: each for each in parameters}.values():
                variant = f"{collection_of(resource)}/{{{parameter.name}}}"
                feeds = [
                    found
                    for operation in self.operations.values()
                    for feed in self.feeds[operation.label]
                    if feed.resource == resource and (found := self._otherwise(operation, feed, parameter))
                ]
                for feed in feeds:
                    self.feeds[feed.producer].append(replace(feed, resource=variant))
                if feeds:
                    yield (resource, parameter.name), variant

    def _otherwise(self, operation: Operation, feed: Feed, parameter: Parameter) -> Feed | None:
        """The feed by what a parameter is called, where its identifier is called otherwise."""
        identifier = feed.parts[-1]
        name, kinds = "".join(words(parameter.name)), self._kinds(feed.resource)
        if not isinstance(identifier, Identifier) or not identifier.pointer:
            return None
        holder, _, called = identifier.pointer.rpartition("/")
        if "".join(words(called)) == name:
            return None
        start = f"{feed.each}/0" if feed.each else ""
        for schema in json_schemas(operation):
            pointer = self._pointer(schema, [name], kinds)
            if pointer and pointer.rpartition("/")[0] == start + holder:
                part = f"{holder}/{pointer.rpartition('/')[2]}"
                reason = f"{pointer} of what it tells of"
                return replace(feed, parts=(*feed.parts[:-1], part), reason=reason, twin_of=feed.resource)
        return None

    def _infer_from_items(self, resource: str) -> None:
        """A list further up the path whose items name all that the rest of the path asks for."""
        names = next(each.path_names for each in self.operations.values() if resource in _resources(each))
        parents = [resource[: found.start()] for found in re.finditer("/", resource)]
        further_up = [each for parent in parents for each in self.by_path.get(parent, ())]
        for operation in [*further_up, *self.by_noun.get(noun_of(resource), ())]:
            missing = [each for each in names[: resource.count("{}")] if each not in operation.path_names]
            if operation.method != "get" or not missing:
                continue
            for schema in json_schemas(operation):
                pointers = {name: _in_list(self._attribute(schema, name, resource)) for name in missing}
                lists = {pointer.partition("/0/")[0] for pointer in pointers.values() if pointer}
                if all(pointers.values()) and len(lists) == 1:
                    parts = self._parts(names[: resource.count("{}")], pointers, resource)
                    reason = f"its items name {', '.join(missing)}"
                    feed = Feed(operation.label, resource, parts, lists.pop(), False, reason)
                    self.feeds[operation.label].append(feed)

    def _parts(
        self, names: Sequence[str], pointers: dict[str, str | None], resource: str
    ) -> tuple[str | Identifier, ...]:
        """Where an item names what a path asks for; the last may go by a usual name instead."""
        parts: list[str | Identifier] = [
            f"/{pointer.partition('/0/')[2]}" if (pointer := pointers.get(name)) else f"$request.path.{name}"
            for name in names
        ]
        if pointers.get(names[-1]):
            parts[-1] = Identifier(str(parts[-1]), None, USUAL, resource)
        return tuple(parts)

    def _infer_from_namesakes(self, resource: str) -> None:
        """Things that are made elsewhere: /features/{name} of what POST /projects/{id}/features makes."""
        noun, name = noun_of(resource), "".join(words(self.resources[resource][0].name))
        collection = _collection_words(resource)
        if resource.count("{}") > 1 or not noun:
            return
        for operation in self.operations.values():
            for feed in [each for each in self.feeds[operation.label] if each.owned]:
                last = feed.parts[-1]
                called = {last.pointer, last.request} if isinstance(last, Identifier) else {last}
                names = {"".join(words(str(each).rpartition("/")[2])) for each in called if each}
                same = name in names or name in {f"{noun}{each}" for each in names}
                is_kind = _is_end_of(_collection_words(feed.resource), collection)
                if same and is_kind and feed.resource != resource and not feed.twin_of:
                    reason = f"makes it elsewhere: {feed.reason.partition(': ')[2] or feed.reason}"
                    twin = replace(
                        feed, resource=resource, parts=(last,), reason=reason, twin_of=feed.resource
                    )
                    self.feeds[operation.label].append(twin)

    def _infer_joins(self, resource: str) -> None:
        """A PUT that joins two things, such as /projects/{id}/labels/{label_id}, where labels are made
        elsewhere.
        """
        feeds, noun = self._feeds_of(resource), noun_of(resource)
        if resource.count("{}") < 2 or any(feed.owned for feed in feeds):
            return
        made = {feed.resource for found in self.feeds.values() for feed in found if feed.owned}
        if not any(noun_of(each) == noun and each != resource for each in made):
            return
        for operation in self.by_path.get(resource, ()):
            if operation.method == "put":
                feed = Feed(operation.label, resource, _own_path(operation), None, True, JOINS_ITS_PATH)
                self.feeds[operation.label].append(feed)

    def _attribute(self, schema: Schema, name: str, resource: str) -> str | None:
        """Where items name what a path calls so: as such, or within an object called so."""
        kinds = frozenset({"string", "integer"})
        exact = self._pointer(schema, ["".join(words(name))], kinds)
        if exact is None and words(name) == [noun_of(resource)]:
            return self._pointer(schema, ["name", "slug", "key", "id"], frozenset({"string"}))
        return exact or self._pointer(schema, [f"{''.join(words(name))}.{each}" for each in _WITHIN], kinds)

    def _unaddressed(self) -> Iterator[str]:
        """Resources whose things no path leads to, while identifiers elsewhere speak of them."""
        meant = {thing_meant(name) for each in self.operations.values() for name in identifier_names(each)}
        for operation in self.operations.values():
            resource = f"{normalised(operation.path)}/{{}}"
            if not operation.path.endswith("}") and resource not in self.resources:
                noun = noun_of(resource)
                if any(each.rpartition("_")[2] == noun for each in meant):
                    yield resource

    def _pointer(self, schema: Schema, names: Sequence[str], kinds: frozenset[str]) -> str | None:
        return pointer_to(self._places_of(schema), schema.translated, names, kinds)

    def _places_of(self, schema: Schema) -> list[Place]:
        if schema not in self._places:
            self._places[schema] = places(schema)
        return self._places[schema]

    def _names(self, resource: str) -> list[str]:
        noun = noun_of(resource)
        names = [each.name for each in self.resources.get(resource, ())] or ["id"]
        found = [name for each in names for name in candidates(each, noun)]
        return [*dict.fromkeys(found)]

    def _kinds(self, resource: str) -> frozenset[str]:
        """The kinds of identifiers: a number may always be written as text."""
        kinds = [
            kinds_of(each.schema.translated, each.schema.translated)
            for each in self.resources.get(resource, ())
        ]
        common = frozenset.union(*kinds) if kinds else frozenset({"string"})
        return common | {"integer"} if "string" in common else common

    def _infer_creation(self, operation: Operation, resource: str) -> None:
        names, kinds = self._names(resource), self._kinds(resource)
        pointer = next(
            (found for each in json_schemas(operation) if (found := self._pointer(each, names, kinds))), None
        )
        request = named = None
        body = request_schema(operation)
        if body is not None:
            # The usual names are not enough here: a request's `name` is rarely what it is found by.
            exact = [*dict.fromkeys("".join(words(each.name)) for each in self.resources.get(resource, ()))]
            noun = noun_of(resource)
            exact += [each.removeprefix(noun) for each in exact if each.startswith(noun) and each != noun]
            request = self._pointer(body, exact, kinds)
            named = self._pointer(body, INDIVIDUAL, kinds)
        each, _, rest = (pointer or "").rpartition("/0/")
        is_list = pointer is not None and "/0/" in pointer
        guesses = tuple(dict.fromkeys((*names, *USUAL)))
        identifier = Identifier(f"/{rest}" if is_list else pointer, request, guesses, resource, named)
        reason = (
            f"{pointer} of its answer"
            if pointer
            else f"{request} of its request"
            if request
            else f"the Location or identifier of its answer{f', or {named} of its request' if named else ''}"
        )
        parts = (*_own_path(operation), identifier)
        # One of a few bodies may be answered with what is there already.
        owned = not is_list and (_makes(operation) or body is None or self._is_open(body))
        # What stands in a list is listed; whether it has just been made, nothing tells.
        told = f"lists it: {reason}" if is_list else f"makes it: {reason}"
        feed = Feed(operation.label, resource, parts, each if is_list else None, owned, told)
        self.feeds[operation.label].append(feed)

    def _is_of_kind(self, operation: Operation, resource: str) -> bool:
        """Whether an operation answers with the kind of thing that reading one does, as far as both say."""
        made = self._property_names(operation, resource)
        for reader in self.by_path.get(resource, ()):
            read = self._property_names(reader, resource) if reader.method == "get" else frozenset()
            if min(len(made), len(read)) >= _TELLING and len(made & read) < min(len(made), len(read)) / 2:
                return False
        return True

    def _property_names(self, operation: Operation, resource: str) -> frozenset[str]:
        """The properties beside the identifier in an answer."""
        names, kinds = self._names(resource), self._kinds(resource)
        found: set[str] = set()
        for schema in json_schemas(operation):
            holder = _holder(self._pointer(schema, names, kinds) or "")
            found |= {each.name for each in self._places_of(schema) if _holder(each.pointer) == holder}
        return frozenset(found)

    def _is_open(self, body: Schema) -> bool:
        """Whether a body has properties that are not one of a few values."""
        facts = (outline(each.node, body.translated) for each in self._places_of(body))
        return any(not {"enum", "const"} & {*each} and each.get("type") not in _CLOSED for each in facts)

    def _infer_list(self, operation: Operation, resource: str) -> None:
        names, kinds = self._names(resource), self._kinds(resource)
        pointer = None
        for schema in json_schemas(operation):
            pointer = pointer or _in_list(self._pointer(schema, names, kinds))
        if pointer is None and any(each.source not in (True, {}) for each in json_schemas(operation)):
            return
        each, _, rest = (pointer or "?/0/").partition("/0/")
        identifier = Identifier(f"/{rest}" if pointer else None, None, tuple(names), resource)
        parts = (*_own_path(operation), identifier)
        reason = f"lists it: {pointer or 'the identifiers in its answer'}"
        self.feeds[operation.label].append(Feed(operation.label, resource, parts, each, False, reason))


def _holder(pointer: str) -> str:
    return pointer.rpartition("/")[0]


def _is_reference(expression: Json, resource: str) -> bool:
    """Whether an expression names another thing's identifier, as `seller_id` does."""
    *holder, last = words(str(expression).rpartition("/")[2]) or [""]
    return bool(holder) and last == "id" and holder[-1] == noun_of(resource)


def _collection_words(resource: str) -> list[str]:
    """The words that the things of a resource go by, the last in the singular."""
    *first, _ = words(collection_of(resource).rpartition("/")[2]) or [""]
    return [*first, noun_of(resource)]


def _is_end_of(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether the shorter of two is what the longer ends with."""
    length = min(len(one), len(other))
    return [*one[-length:]] == [*other[-length:]]


def _makes(operation: Operation) -> bool:
    """Whether an operation says that it may have made what it was called for (RFC 9110, section 15.3.2)."""
    return "201" in operation.responses


def _own_path(operation: Operation) -> tuple[str | Identifier, ...]:
    return tuple(f"$request.path.{name}" for name in operation.path_names)


def _resources(operation: Operation) -> list[str]:
    """The resources along the path of an operation."""
    return [resource_of(operation.path, index) for index in range(len(operation.path_names))]


def _in_list(pointer: str | None) -> str | None:
    return pointer if pointer and "/0/" in pointer else None
