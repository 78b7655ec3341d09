"""Reads the links of a document (OpenAPI 3.0.3, Link Object) as producers and linked values."""

from collections import defaultdict
from collections.abc import Sequence

from load.planning.names import words
from load.planning.operation_index import OperationIndex
from load.planning.plan import LinkedValue, Slot
from load.planning.producers import Inference, Producer, Producers, may_create
from load.planning.resources import noun_of, resource_of
from load.planning.side_effects import only_reads
from openapi.contract import Json
from openapi.expressions import split_at_first_item
from openapi.operations import Link, Operation


class LinkReader:
    """Adds a producer for each link that fills the path of its target. `linked_values` are the other values
    that links carry, by the label of the operation with the link.
    """

    def __init__(self, index: OperationIndex, producers: Producers) -> None:
        self._index, self._producers = index, producers
        self.linked_values: dict[str, list[LinkedValue]] = defaultdict(list)

    def read(self, operation: Operation) -> None:
        """Read all links of an operation's successful responses."""
        for response in operation.successes:
            for link in response.links:
                target = self._index.by_id.get(link.target) or self._index.operations.get(link.target)
                if target is not None:
                    self._read(operation, link, target)

    def _read(self, operation: Operation, link: Link, target: Operation) -> None:
        reason = f"link {link.name}"
        locations = {parameter.name: parameter.location for parameter in target.parameters}
        values = {
            Slot(location or locations.get(name, ""), name): value
            for (location, name), value in link.parameters.items()
        }
        path = {
            name: values.pop(Slot("path", name)) for name in target.path_names if Slot("path", name) in values
        }
        if path:
            # Parameters that both paths have keep their values.
            for name in target.path_names:
                if name not in path and name in operation.path_names:
                    path[name] = f"$request.path.{name}"
        if path and len(path) == len(target.path_names):
            self._add_producer(operation, target, [path[name] for name in target.path_names], reason)
        if link.request_body is not None:
            values[Slot("body", "")] = link.request_body
        for slot, value in values.items():
            if slot.location:
                linked = LinkedValue(operation.label, target.label, slot, value, reason)
                self.linked_values[operation.label].append(linked)

    def _add_producer(
        self, operation: Operation, target: Operation, expressions: Sequence[Json], reason: str
    ) -> None:
        resource = resource_of(target.path, len(expressions) - 1)
        lists = {items[0] for expression in expressions if (items := split_at_first_item(expression))}
        list_pointer = lists.pop() if len(lists) == 1 and operation.method == "get" else None
        sources = tuple(
            items[1]
            if list_pointer is not None and (items := split_at_first_item(expression))
            else str(expression)
            for expression in expressions
        )
        creates = not lists and self._creates(operation, resource, expressions[-1])
        known = {
            (producer.resource, producer.sources, producer.list_pointer)
            for producer in self._producers.by_label[operation.label]
        }
        if (resource, sources, list_pointer) not in known:
            self._producers.add(
                Producer(
                    operation.label,
                    resource,
                    sources,
                    list_pointer,
                    creates,
                    Inference(reason),
                    from_link=True,
                )
            )

    def _creates(self, operation: Operation, resource: str, expression: Json) -> bool:
        """Whether an operation creates the entity that a link leads to."""
        may_be_creation = operation.method == "post" or (operation.method == "put" and may_create(operation))
        if not may_be_creation or only_reads(operation):
            return False
        own = self._index.own_resource(operation)
        if own is not None:
            return own == resource
        # Apart from collections, a POST may answer with an existing entity.
        is_creation = may_create(operation) and self._index.answers_with(operation, resource)
        return is_creation and not _is_reference(expression, resource)


def _is_reference(expression: Json, resource: str) -> bool:
    """Whether an expression leads to the identifier of another entity, such as `seller_id`."""
    *holder, last = words(str(expression).rpartition("/")[2]) or [""]
    return bool(holder) and last == "id" and holder[-1] == noun_of(resource)
