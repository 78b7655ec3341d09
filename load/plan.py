"""What calls what: which things an operation works on, and which operations tell of them. By the links
of the contract first, else inferred from paths, names and schemas.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import unquote

from load.identifiers import (
    Place,
    candidates,
    collection_of,
    guessed,
    is_identifier,
    kinds_of,
    listed,
    normalised,
    noun_of,
    outline,
    places,
    pointer_to,
    resource_of,
    singular,
    thing_meant,
    words,
)
from openapi import media_types
from openapi.contract import Json
from openapi.dialect import Schema
from openapi.expressions import UNRESOLVABLE, Exchange, at_pointer, evaluate, over_items
from openapi.operations import Link, Operation
from openapi.parameters import Parameter

_DEPTH = 3
_FEW = 100
_WITHIN = ("login", "username", "name", "slug", "key", "id")
_SOURCES_SHOWN = 3
_BY_PATH = "makes what its path names"
_GONE = ("404", "410", "4XX", "default")

Values = tuple[Json, ...]
_Needs = dict[str, "tuple[Need, ...]"]


class Slot(NamedTuple):
    """Where in a request a value goes: path, query, header, cookie or body, and the name of the
    parameter or the JSON pointer into the body.
    """

    location: str
    name: str

    def __str__(self) -> str:
        return f"{{{self.name}}}" if self.location == "path" else f"{self.location} {self.name}"


@dataclass(frozen=True)
class Need:
    """A thing that an operation works on: of its values, which goes where. `addressed` when the path
    leads to it.
    """

    resource: str
    slots: tuple[tuple[Slot, int], ...]
    required: bool
    addressed: bool


@dataclass(frozen=True)
class Identifier:
    """Finds the identifier of a thing in an exchange: by the first of its ways that leads to one.

    `pointer` leads into the response, or into an item of it, `request` into the request's body;
    `names` are tried where no schema tells more.
    """

    pointer: str | None
    request: str | None
    names: tuple[str, ...]
    resource: str

    def find(self, exchange: Exchange, item: Json) -> Json:
        """The identifier, or UNRESOLVABLE."""
        ways = (
            lambda: UNRESOLVABLE if self.pointer is None else at_pointer(item, self.pointer),
            lambda: located(exchange, self.resource),
            lambda: UNRESOLVABLE if self.request is None else at_pointer(exchange.request_body, self.request),
            lambda: guessed(item, self.names),
        )
        found = (way() for way in ways)
        return next((each for each in found if each is not UNRESOLVABLE and each is not None), UNRESOLVABLE)


@dataclass(frozen=True)
class Feed:
    """An operation whose answers tell of things of a resource. `parts` give the values, each a runtime
    expression, a pointer into an item of the list at `each`, or an Identifier; `owned` when the
    operation makes the things, `linked` when the contract says so by a link. `twin_of` is the resource
    by which the same things are found otherwise.
    """

    producer: str
    resource: str
    parts: tuple[str | Identifier, ...]
    each: str | None
    owned: bool
    reason: str
    linked: bool = False
    twin_of: str = ""

    def things(self, exchange: Exchange) -> Iterator[Values]:
        """The values of each thing that an exchange tells of."""
        for item in self._items(exchange):
            values = tuple(self._value(part, exchange, item) for part in self.parts)
            if all(isinstance(each, (str, int, float)) for each in values):
                yield values

    def _items(self, exchange: Exchange) -> Sequence[Json]:
        if self.each is None:
            return [exchange.response_body]
        if self.each == "?":
            return listed(exchange.response_body)
        found = at_pointer(exchange.response_body, self.each)
        return found if isinstance(found, list) else ()

    def _value(self, part: str | Identifier, exchange: Exchange, item: Json) -> Json:
        if isinstance(part, Identifier):
            return part.find(exchange, item)
        return at_pointer(item, part) if part.startswith("/") or not part else evaluate(part, exchange)


@dataclass(frozen=True)
class Memory:
    """A value that a link carries to a slot of an operation, apart from any thing."""

    producer: str
    consumer: str
    slot: Slot
    expression: Json
    reason: str


@dataclass(frozen=True)
class Plan:
    """All of it, by the labels of operations. `uncovered` tells why operations cannot be reached."""

    needs: Mapping[str, tuple[Need, ...]]
    feeds: Mapping[str, tuple[Feed, ...]]
    memories: Mapping[str, tuple[Memory, ...]]
    unsent: Mapping[str, tuple[Slot, ...]]
    uncovered: Mapping[str, str]

    def producers(self, resource: str) -> list[str]:
        """The operations that tell of things of a resource; those that make them first."""
        return [feed.producer for feed in self._feeds_of(resource)]

    def _feeds_of(self, resource: str) -> list[Feed]:
        found = [feed for feeds in self.feeds.values() for feed in feeds if feed.resource == resource]
        return sorted(found, key=lambda feed: (not feed.owned, feed.each is None))

    def lines(self, labels: Iterable[str]) -> Iterator[str]:
        """What operations are called with, and why: a line for each and for each of its needs."""
        for label in labels:
            yield label
            for need in self.needs[label]:
                slots = ", ".join(str(slot) for slot, _ in need.slots)
                feeds = self._feeds_of(need.resource)
                sources = "; ".join(f"{feed.producer}: {feed.reason}" for feed in feeds[:_SOURCES_SHOWN])
                sources += f"; and {len(feeds) - _SOURCES_SHOWN} more" if len(feeds) > _SOURCES_SHOWN else ""
                yield f"    {slots} <- {sources}{'' if need.required else ' (now and then)'}"
            for memory in (
                each for found in self.memories.values() for each in found if each.consumer == label
            ):
                yield f"    {memory.slot} <- {memory.producer}: {memory.reason} (now and then)"


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
            if not any(feed.resource == resource for feeds in self.feeds.values() for feed in feeds):
                self._infer_by_attribute(resource)
                self._infer_from_items(resource)
        needs, unsent, uncovered = self._settled()
        feeds = {label: tuple(found) for label, found in self.feeds.items()}
        memories = {label: tuple(found) for label, found in self.memories.items()}
        return Plan(needs, feeds, memories, unsent, uncovered)

    def _settled(self) -> tuple[_Needs, dict[str, tuple[Slot, ...]], dict[str, str]]:
        """Needs, and what stays without, once no operation tells of things that is out of reach itself."""
        while True:
            self.things = self._things()
            needs: _Needs = {}
            unsent: dict[str, tuple[Slot, ...]] = {}
            uncovered: dict[str, str] = {}
            for label, operation in self.operations.items():
                path, reason = self._path_needs(operation)
                if reason:
                    uncovered[label] = reason
                others, unknown = self._other_needs(operation)
                needs[label] = (*path, *others)
                unsent[label] = tuple(unknown)
            self._prune(needs, uncovered)
            silent = [label for label in uncovered if self.feeds.pop(label, None)]
            if not silent:
                return needs, unsent, uncovered

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
        makes = operation.method == "post" or (operation.method == "put" and "201" in operation.responses)
        owned = makes and own in (None, resource) and each is None
        feed = Feed(operation.label, resource, parts, each, owned, reason, linked=True)
        known = {(one.resource, one.parts, one.each) for one in self.feeds[operation.label]}
        if (resource, parts, each) not in known:
            self.feeds[operation.label].append(feed)

    def _own_resource(self, operation: Operation) -> str | None:
        """The resource that an operation on its collection makes things of."""
        return self.by_collection.get(normalised(operation.path))

    def _infer(self, resource: str) -> None:
        collection = collection_of(resource)
        for operation in (*self.by_path.get(collection, ()), *self.by_path.get(resource, ())):
            if any(feed.resource == resource for feed in self.feeds[operation.label]):
                continue
            on_collection = normalised(operation.path) == collection
            if on_collection and operation.method == "post":
                self._infer_creation(operation, resource)
            elif on_collection and operation.method == "get":
                self._infer_list(operation, resource)
            elif not on_collection and operation.method == "put" and "201" in operation.responses:
                feed = Feed(operation.label, resource, _own_path(operation), None, True, _BY_PATH)
                self.feeds[operation.label].append(feed)

    def _infer_by_attribute(self, resource: str) -> None:
        """What a path such as /flows/name/{name} asks for stands in what /flows tells of its things."""
        attribute = self.resources[resource][0].name
        collection = collection_of(resource)
        if words(collection.rpartition("/")[2])[-1:] != words(attribute)[-1:]:
            return
        parent = collection_of(collection)
        for operation in self.by_path.get(parent, ()):
            kinds = self._kinds(resource)
            for schema in _json_schemas(operation):
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

    def _infer_from_items(self, resource: str) -> None:
        """A list further up the path whose items name all that the rest of the path asks for."""
        names = next(each.path_names for each in self.operations.values() if resource in _resources(each))
        parents = [resource[: found.start()] for found in re.finditer("/", resource)]
        further_up = [each for parent in parents for each in self.by_path.get(parent, ())]
        for operation in [*further_up, *self.by_noun.get(noun_of(resource), ())]:
            missing = [each for each in names[: resource.count("{}")] if each not in operation.path_names]
            if operation.method != "get" or not missing:
                continue
            for schema in _json_schemas(operation):
                pointers = {name: _in_list(self._attribute(schema, name, resource)) for name in missing}
                lists = {pointer.partition("/0/")[0] for pointer in pointers.values() if pointer}
                if all(pointers.values()) and len(lists) == 1:
                    parts = tuple(
                        f"/{pointer.partition('/0/')[2]}"
                        if (pointer := pointers.get(name))
                        else f"$request.path.{name}"
                        for name in names[: resource.count("{}")]
                    )
                    reason = f"its items name {', '.join(missing)}"
                    feed = Feed(operation.label, resource, parts, lists.pop(), False, reason)
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
        meant = {thing_meant(name) for each in self.operations.values() for name in _identifier_names(each)}
        for operation in self.operations.values():
            resource = f"{normalised(operation.path)}/{{}}"
            if not operation.path.endswith("}") and resource not in self.resources:
                noun = noun_of(resource)
                if any(each.rpartition("_")[2] == noun for each in meant):
                    yield resource

    def _pointer(self, schema: Schema, names: Sequence[str], kinds: frozenset[str]) -> str | None:
        if schema not in self._places:
            self._places[schema] = places(schema)
        return pointer_to(self._places[schema], schema.translated, names, kinds)

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
            (found for each in _json_schemas(operation) if (found := self._pointer(each, names, kinds))), None
        )
        request = None
        body = _request_schema(operation)
        if body is not None:
            # The usual names are not enough here: a request's `name` is rarely what it is found by.
            exact = [*dict.fromkeys("".join(words(each.name)) for each in self.resources.get(resource, ()))]
            noun = noun_of(resource)
            exact += [each.removeprefix(noun) for each in exact if each.startswith(noun) and each != noun]
            request = self._pointer(body, exact, kinds)
        each, _, rest = (pointer or "").rpartition("/0/")
        is_list = pointer is not None and "/0/" in pointer
        identifier = Identifier(f"/{rest}" if is_list else pointer, request, tuple(names), resource)
        reason = (
            f"{pointer} of its answer"
            if pointer
            else f"{request} of its request"
            if request
            else "the Location or identifier of its answer"
        )
        parts = (*_own_path(operation), identifier)
        feed = Feed(operation.label, resource, parts, each if is_list else None, True, f"makes it: {reason}")
        self.feeds[operation.label].append(feed)

    def _infer_list(self, operation: Operation, resource: str) -> None:
        names, kinds = self._names(resource), self._kinds(resource)
        pointer = None
        for schema in _json_schemas(operation):
            pointer = pointer or _in_list(self._pointer(schema, names, kinds))
        if pointer is None and any(each.source not in (True, {}) for each in _json_schemas(operation)):
            return
        each, _, rest = (pointer or "?/0/").partition("/0/")
        identifier = Identifier(f"/{rest}" if pointer else None, None, tuple(names), resource)
        parts = (*_own_path(operation), identifier)
        reason = f"lists it: {pointer or 'the identifiers in its answer'}"
        self.feeds[operation.label].append(Feed(operation.label, resource, parts, each, False, reason))

    def _things(self) -> dict[str, str]:
        """The resource that a name speaks of; the one with the shortest path where there are several."""
        fed = {feed.resource for feeds in self.feeds.values() for feed in feeds}
        things: dict[str, str] = {}
        for resource in sorted(fed, key=lambda each: (each.count("{}"), len(each))):
            things.setdefault(noun_of(resource), resource)
            collection = [part for part in collection_of(resource).split("/") if part and "{" not in part]
            if collection:
                parts = words(collection[-1])
                things.setdefault("_".join([*parts[:-1], singular(parts[-1])]) if parts else "", resource)
        things.pop("", None)
        return things

    def _meant(self, name: str) -> str | None:
        thing = thing_meant(name)
        return self.things.get(thing) or self.things.get(thing.rpartition("_")[2])

    def _path_needs(self, operation: Operation) -> tuple[list[Need], str]:
        """The things that a path leads to, from its end; and why it cannot be reached, if so."""
        fed = {feed.resource for feeds in self.feeds.values() for feed in feeds}
        makes = {
            feed.resource for feed in self.feeds[operation.label] if feed.reason.startswith("makes what")
        }
        parameters = {each.name: each for each in operation.parameters if each.location == "path"}
        needs: list[Need] = []
        index = len(operation.path_names) - 1
        while index >= 0:
            resource = resource_of(operation.path, index)
            name = operation.path_names[index]
            slots = [
                (Slot("path", each), place) for place, each in enumerate(operation.path_names[: index + 1])
            ]
            if resource in fed and resource not in makes:
                needs.append(Need(resource, tuple(slots), required=True, addressed=True))
                return needs, ""
            meant = self._meant(name)
            if meant and resource not in makes:
                last = meant.count("{}") - 1
                needs.append(Need(meant, ((Slot("path", name), last),), required=True, addressed=False))
            elif resource not in makes and not _may_be_made_up(parameters[name], operation):
                return needs, f"nothing tells which {{{name}}} there are"
            index -= 1
        return needs, ""

    def _other_needs(self, operation: Operation) -> tuple[list[Need], list[Slot]]:
        """Identifiers in the query, in fields, cookies and the body; and those that nothing tells of."""
        needs, unknown = [], []
        for parameter in operation.parameters:
            if parameter.location == "path":
                continue
            slot, schema = Slot(parameter.location, parameter.name), parameter.schema
            meant = self._referred(parameter.name, schema.translated, schema)
            if meant:
                needs.append(_reference(meant, slot, parameter.required))
            elif not parameter.required and _is_unknown(parameter.name, schema.translated, schema):
                unknown.append(slot)
        body = _request_schema(operation)
        if body is None:
            return needs, unknown
        for pointer, name, node, required in _scalars_within(body):
            slot = Slot("body", pointer)
            own = self._addressed_by_body(operation, pointer)
            meant = self._referred(name, node, body)
            if own:
                last = own.count("{}") - 1
                needs.append(Need(own, ((slot, last),), required=True, addressed=True))
            elif meant:
                needs.append(_reference(meant, slot, required))
            elif not required and thing_meant(name) and _is_unknown(name, node, body):
                unknown.append(slot)
        return needs, unknown

    def _referred(self, name: str, node: Json, schema: Schema) -> str | None:
        """The resource whose things a value identifies: by a name such as owner_id, or by that of the
        thing itself where the value can be nothing but an identifier.
        """
        if not _kinds_within(node, schema):
            return None
        if is_identifier(name):
            return self._meant(name)
        parts = words(name)
        thing = "_".join([*parts[:-1], singular(parts[-1])]) if parts else ""
        return self.things.get(thing) if _is_reference(node, schema) else None

    def _addressed_by_body(self, operation: Operation, pointer: str) -> str | None:
        """The resource whose thing a PUT or PATCH on the collection names in its body."""
        own = self._own_resource(operation)
        if operation.method not in ("put", "patch") or own is None or own not in self.things.values():
            return None
        return own if "".join(words(pointer)) in self._names(own) and pointer.count("/") == 1 else None

    def _prune(self, needs: _Needs, uncovered: dict[str, str]) -> None:
        """Leave out what needs things that no operation within reach tells of."""
        reached: set[str] = set()
        resources: set[str] = set()
        grows = True
        while grows:
            grows = False
            for label in self.operations:
                if label in reached or label in uncovered:
                    continue
                if all(need.resource in resources for need in needs[label] if _binding(need)):
                    reached.add(label)
                    resources |= {feed.resource for feed in self.feeds[label]}
                    grows = True
        for label in self.operations.keys() - reached - uncovered.keys():
            missing = next(n for n in needs[label] if _binding(n) and n.resource not in resources)
            slots = ", ".join(str(slot) for slot, _ in missing.slots)
            uncovered[label] = f"nothing that can be called tells which {slots} there are"
        for label, found in needs.items():
            needs[label] = tuple(need for need in found if need.resource in resources)


def _own_path(operation: Operation) -> tuple[str | Identifier, ...]:
    return tuple(f"$request.path.{name}" for name in operation.path_names)


def _resources(operation: Operation) -> list[str]:
    """The resources along the path of an operation."""
    return [resource_of(operation.path, index) for index in range(len(operation.path_names))]


def _binding(need: Need) -> bool:
    return need.required and any(slot.location == "path" for slot, _ in need.slots)


def _in_list(pointer: str | None) -> str | None:
    return pointer if pointer and "/0/" in pointer else None


def _identifier_names(operation: Operation) -> Iterator[str]:
    """The names of the identifiers that calls of an operation carry."""
    yield from (each.name for each in operation.parameters)
    body = _request_schema(operation)
    if body is not None:
        yield from (name for _, name, _, _ in _scalars_within(body))


def _json_schemas(operation: Operation) -> list[Schema]:
    """What the documented successes of an operation may answer in JSON."""
    return [
        schema
        for response in operation.successes
        for media_type, schema in response.content.items()
        if media_types.is_json(media_type) or media_type == "*/*"
    ]


def _request_schema(operation: Operation) -> Schema | None:
    body = operation.request_body
    return next(iter(body.content.values()), None) if body else None


def _reference(resource: str, slot: Slot, required: bool) -> Need:
    return Need(resource, ((slot, resource.count("{}") - 1),), required, addressed=False)


def _is_unknown(name: str, node: Json, schema: Schema) -> bool:
    """Whether a value identifies something of which nothing tells which there are."""
    return is_identifier(name) and bool(_kinds_within(node, schema)) and _is_reference(node, schema)


def _scalars_within(schema: Schema) -> Iterator[tuple[str, str, Json, bool]]:
    """Pointer, name, schema and whether it is required, of each property that holds a text or a number,
    or several.
    """
    pending: list[tuple[Json, str, bool, int]] = [(schema.translated, "", True, 0)]
    while pending:
        node, pointer, required, depth = pending.pop()
        facts = outline(node, schema.translated)
        needed = facts.get("required", ())
        if "items" in facts and depth < _DEPTH:
            pending.append((facts["items"], f"{pointer}/*", required, depth + 1))
        for name, each in facts.get("properties", {}).items():
            place = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
            if each is not False and _kinds_within(each, schema):
                yield place, name, each, required and name in needed
            elif depth < _DEPTH:
                pending.append((each, place, required and name in needed, depth + 1))


def _kinds_within(node: Json, schema: Schema) -> frozenset[str]:
    """The kinds of identifiers that a value is, or its items are; none when it is an object."""
    facts = outline(node, schema.translated)
    return kinds_of(facts.get("items", node), schema.translated)


def _is_reference(node: Json, schema: Schema) -> bool:
    """Whether a value can hardly be made up: a number or a UUID, with none given to choose from."""
    facts = outline(node, schema.translated)
    if "items" in facts:
        facts = outline(facts["items"], schema.translated)
    if any(key in facts for key in ("enum", "const", "example", "examples", "default")):
        return False
    stated = facts.get("type", ())
    kinds = {stated} if isinstance(stated, str) else {*stated}
    return bool(kinds & {"integer", "number"}) or facts.get("format") == "uuid"


def _may_be_made_up(parameter: Parameter, operation: Operation) -> bool:
    """Whether a path may be called with any value of a parameter's schema, or only with what exists."""
    facts = outline(parameter.schema.translated, parameter.schema.translated)
    stated = ("enum", "const", "example", "examples", "default")
    if parameter.examples or any(key in facts for key in stated) or facts.get("type") == "boolean":
        return True
    if facts.get("format") in ("date", "date-time"):
        return True
    if facts.get("maximum", _FEW) - facts.get("minimum", 0) < _FEW:
        return True
    documents_absence = any(key in operation.responses for key in _GONE[:3])
    return not is_identifier(parameter.name) and not documents_absence and operation.method in ("get", "head")


def located(exchange: Exchange, resource: str) -> Json:
    """The last value of the path that a Location field leads to, if it is one of a resource's things
    (RFC 9110, section 10.2.2); else UNRESOLVABLE.
    """
    location = str(exchange.response_headers.get("location", "")).partition("?")[0].partition("#")[0]
    parts, template = location.rstrip("/").split("/"), resource.split("/")
    if not location or len(parts) < len(template) or "{}" not in template[-1]:
        return UNRESOLVABLE
    tail = parts[len(parts) - len(template) + 1 :]
    matches = all("{}" in one or one == other for one, other in zip(template[1:], tail, strict=True))
    return unquote(tail[-1]) if matches and tail[-1] else UNRESOLVABLE
