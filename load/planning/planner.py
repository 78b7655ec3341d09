"""The plan of a document's operations: by the links of the contract first, else inferred from paths,
names and schemas.
"""

from collections import defaultdict
from collections.abc import Sequence

from load.planning.identifiers import Identifier
from load.planning.indirect_producers import IndirectProducers
from load.planning.message_schemas import json_schemas, request_schema
from load.planning.names import DISTINGUISHING_NAMES, USUAL_NAMES, words
from load.planning.needs import needs_of
from load.planning.operation_index import OperationIndex
from load.planning.plan import LinkedValue, Plan, Slot
from load.planning.producers import CREATES_AT_PATH, Producer, Producers, in_list, own_path
from load.planning.resources import collection_of, normalised, noun_of, resource_of
from load.planning.side_effects import only_reads
from openapi.contract import Json
from openapi.expressions import over_items
from openapi.operations import Link, Operation

_MAKING = ("upload", "create", "import", "new", "register", "add")


def plan(operations: Sequence[Operation]) -> Plan:
    """The plan of these operations; what others would tell is not known."""
    return _Planner(operations).plan()


class _Planner:
    def __init__(self, operations: Sequence[Operation]) -> None:
        self._index, self._producers = OperationIndex(operations), Producers()
        self._indirect = IndirectProducers(self._index, self._producers)
        self._linked_values: dict[str, list[LinkedValue]] = defaultdict(list)

    def plan(self) -> Plan:
        for operation in self._index.operations.values():
            for response in operation.successes:
                for link in response.links:
                    self._link(operation, link)
        for resource in [*self._index.resources, *self._index.unaddressed()]:
            self._infer(resource)
        for resource in self._index.resources:
            if not self._producers.of(resource):
                self._indirect.by_attribute(resource)
                self._indirect.from_items(resource)
        for resource in self._index.resources:
            if not any(producer.creates for producer in self._producers.of(resource)):
                self._indirect.from_namesakes(resource)
        for resource in self._index.resources:
            self._indirect.joins(resource)
        variants = dict(self._indirect.variants())
        own_names = {resource: self._index.names(resource) for resource in self._index.resources}
        needs = needs_of(
            self._index.operations, self._producers.by_label, self._index.resources, own_names, variants
        )
        producers = {
            label: tuple(found)
            for label, found in self._producers.by_label.items()
            if label not in needs.uncovered
        }
        linked_values = {label: tuple(found) for label, found in self._linked_values.items()}
        return Plan(
            needs.entities,
            producers,
            linked_values,
            needs.empty_slots,
            needs.guessed_parameters,
            needs.uncovered,
            needs.made_up_slots,
        )

    def _link(self, operation: Operation, link: Link) -> None:
        """What a link of the contract says (OpenAPI 3.0.3, Link Object)."""
        target = self._index.by_id.get(link.target) or self._index.operations.get(link.target)
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
                self._linked_values[operation.label].append(
                    LinkedValue(operation.label, target.label, slot, value, reason)
                )
        if link.request_body is not None:
            body = LinkedValue(operation.label, target.label, Slot("body", ""), link.request_body, reason)
            self._linked_values[operation.label].append(body)

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
        own = self._index.own_resource(operation)
        makes = operation.method == "post" or (operation.method == "put" and _makes(operation))
        # IndirectProducers than in its collection, a POST may speak of what was there before.
        is_new = own is None and _makes(operation) and self._index.is_of_kind(operation, resource)
        is_made = own == resource or (is_new and not _is_reference(expressions[-1], resource))
        owned = makes and is_made and not lists and not only_reads(operation)
        producer = Producer(operation.label, resource, parts, each, owned, reason, from_link=True)
        known = {
            (one.resource, one.sources, one.list_pointer) for one in self._producers.by_label[operation.label]
        }
        if (resource, parts, each) not in known:
            self._producers.add(producer)

    def _infer(self, resource: str) -> None:
        collection = collection_of(resource)
        verbs = [each for verb in _MAKING for each in self._index.by_path.get(f"{collection}/{verb}", ())]
        for operation in (
            *self._index.by_path.get(collection, ()),
            *self._index.by_path.get(resource, ()),
            *verbs,
        ):
            if any(producer.resource == resource for producer in self._producers.by_label[operation.label]):
                continue
            on_collection = normalised(operation.path) == collection
            if (on_collection or operation in verbs) and operation.method == "post":
                if not only_reads(operation) and self._index.is_of_kind(operation, resource):
                    self._infer_creation(operation, resource)
            elif on_collection and operation.method == "get":
                self._infer_list(operation, resource)
            elif normalised(operation.path) == resource and self._is_named_by_callers(operation, resource):
                producer = Producer(
                    operation.label, resource, own_path(operation), None, True, CREATES_AT_PATH
                )
                self._producers.add(producer)

    def _is_named_by_callers(self, operation: Operation, resource: str) -> bool:
        """Whether a call makes things under names of the caller's, as a PUT may, or a POST that is answered
        201 and never 200, of what can be read there: where something else makes them, that names them, and a
        PUT replaces.
        """
        if not _makes(operation) or any(producer.creates for producer in self._producers.of(resource)):
            return False
        readers = [each for each in self._index.by_path.get(resource, ()) if each.method == "get"]
        return operation.method == "put" or (
            operation.method == "post" and bool(readers) and "200" not in operation.responses
        )

    def _infer_creation(self, operation: Operation, resource: str) -> None:
        names, kinds = self._index.names(resource), self._index.kinds(resource)
        pointer = next(
            (found for each in json_schemas(operation) if (found := self._index.pointer(each, names, kinds))),
            None,
        )
        request = named = None
        body = request_schema(operation)
        if body is not None:
            # The usual names are not enough here: a request's `name` is rarely what it is found by.
            exact = [
                *dict.fromkeys("".join(words(each.name)) for each in self._index.resources.get(resource, ()))
            ]
            noun = noun_of(resource)
            exact += [each.removeprefix(noun) for each in exact if each.startswith(noun) and each != noun]
            request = self._index.pointer(body, exact, kinds)
            named = self._index.pointer(body, DISTINGUISHING_NAMES, kinds)
        each, _, rest = (pointer or "").rpartition("/0/")
        is_list = pointer is not None and "/0/" in pointer
        guesses = tuple(dict.fromkeys((*names, *USUAL_NAMES)))
        identifier = Identifier(f"/{rest}" if is_list else pointer, request, guesses, resource, named)
        reason = (
            f"{pointer} of its answer"
            if pointer
            else f"{request} of its request"
            if request
            else f"the Location or identifier of its answer{f', or {named} of its request' if named else ''}"
        )
        parts = (*own_path(operation), identifier)
        # One of a few bodies may be answered with what is there already.
        owned = not is_list and (_makes(operation) or body is None or self._index.is_open(body))
        # What stands in a list is listed; whether it has just been made, nothing tells.
        told = f"lists it: {reason}" if is_list else f"makes it: {reason}"
        producer = Producer(operation.label, resource, parts, each if is_list else None, owned, told)
        self._producers.add(producer)

    def _infer_list(self, operation: Operation, resource: str) -> None:
        names, kinds = self._index.names(resource), self._index.kinds(resource)
        pointer = None
        for schema in json_schemas(operation):
            pointer = pointer or in_list(self._index.pointer(schema, names, kinds))
        if pointer is None and any(each.source not in (True, {}) for each in json_schemas(operation)):
            return
        each, _, rest = (pointer or "?/0/").partition("/0/")
        identifier = Identifier(f"/{rest}" if pointer else None, None, tuple(names), resource)
        parts = (*own_path(operation), identifier)
        reason = f"lists it: {pointer or 'the identifiers in its answer'}"
        self._producers.add(Producer(operation.label, resource, parts, each, False, reason))


def _is_reference(expression: Json, resource: str) -> bool:
    """Whether an expression names another thing's identifier, as `seller_id` does."""
    *holder, last = words(str(expression).rpartition("/")[2]) or [""]
    return bool(holder) and last == "id" and holder[-1] == noun_of(resource)


def _makes(operation: Operation) -> bool:
    """Whether an operation says that it may have made what it was called for (RFC 9110, section 15.3.2)."""
    return "201" in operation.responses
