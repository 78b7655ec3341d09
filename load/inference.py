"""The plan of a document's operations: by the links of the contract first, else inferred from paths,
names and schemas.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from load.identifiers import (
    Place,
    candidates,
    collection_of,
    is_identifier,
    kinds_of,
    normalised,
    noun_of,
    places,
    pointer_to,
    resource_of,
    singular,
    thing_meant,
    words,
)
from load.messages import (
    identifier_names,
    is_reference,
    is_unknown,
    json_schemas,
    kinds_within,
    may_be_made_up,
    request_schema,
    scalars_within,
)
from load.plan import Feed, Identifier, Memory, Need, Plan, Slot
from openapi.contract import Json
from openapi.dialect import Schema
from openapi.expressions import over_items
from openapi.operations import Link, Operation
from openapi.parameters import Parameter

_WITHIN = ("login", "username", "name", "slug", "key", "id")
_MAKING = ("upload", "create", "import", "new", "register", "add")
_BY_PATH = "makes what its path names"

_Needs = dict[str, tuple[Need, ...]]


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
        makes = operation.method == "post" or (operation.method == "put" and _makes(operation))
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
        verbs = [each for verb in _MAKING for each in self.by_path.get(f"{collection}/{verb}", ())]
        for operation in (*self.by_path.get(collection, ()), *self.by_path.get(resource, ()), *verbs):
            if any(feed.resource == resource for feed in self.feeds[operation.label]):
                continue
            on_collection = normalised(operation.path) == collection
            if (on_collection or operation in verbs) and operation.method == "post":
                self._infer_creation(operation, resource)
            elif on_collection and operation.method == "get":
                self._infer_list(operation, resource)
            elif normalised(operation.path) == resource and operation.method == "put" and _makes(operation):
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
        meant = {thing_meant(name) for each in self.operations.values() for name in identifier_names(each)}
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
            (found for each in json_schemas(operation) if (found := self._pointer(each, names, kinds))), None
        )
        request = None
        body = request_schema(operation)
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
        for schema in json_schemas(operation):
            pointer = pointer or _in_list(self._pointer(schema, names, kinds))
        if pointer is None and any(each.source not in (True, {}) for each in json_schemas(operation)):
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
            elif resource not in makes and not may_be_made_up(parameters[name], operation):
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
            elif not parameter.required and is_unknown(parameter.name, schema.translated, schema):
                unknown.append(slot)
        body = request_schema(operation)
        if body is None:
            return needs, unknown
        for pointer, name, node, required in scalars_within(body):
            slot = Slot("body", pointer)
            own = self._addressed_by_body(operation, pointer)
            meant = self._referred(name, node, body)
            if own:
                last = own.count("{}") - 1
                needs.append(Need(own, ((slot, last),), required=True, addressed=True))
            elif meant:
                needs.append(_reference(meant, slot, required))
            elif not required and thing_meant(name) and is_unknown(name, node, body):
                unknown.append(slot)
        return needs, unknown

    def _referred(self, name: str, node: Json, schema: Schema) -> str | None:
        """The resource whose things a value identifies: by a name such as owner_id, or by that of the
        thing itself where the value can be nothing but an identifier.
        """
        if not kinds_within(node, schema):
            return None
        if is_identifier(name):
            return self._meant(name)
        parts = words(name)
        thing = "_".join([*parts[:-1], singular(parts[-1])]) if parts else ""
        return self.things.get(thing) if is_reference(node, schema) else None

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


def _makes(operation: Operation) -> bool:
    """Whether an operation says that it may have made what it was called for (RFC 9110, section 15.3.2)."""
    return "201" in operation.responses


def _own_path(operation: Operation) -> tuple[str | Identifier, ...]:
    return tuple(f"$request.path.{name}" for name in operation.path_names)


def _resources(operation: Operation) -> list[str]:
    """The resources along the path of an operation."""
    return [resource_of(operation.path, index) for index in range(len(operation.path_names))]


def _binding(need: Need) -> bool:
    return need.required and any(slot.location == "path" for slot, _ in need.slots)


def _in_list(pointer: str | None) -> str | None:
    return pointer if pointer and "/0/" in pointer else None


def _reference(resource: str, slot: Slot, required: bool) -> Need:
    return Need(resource, ((slot, resource.count("{}") - 1),), required, addressed=False)
