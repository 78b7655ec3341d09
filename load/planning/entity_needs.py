"""The needs of single entities: of the one that a path addresses, and of one that a value refers to."""

from collections.abc import Iterator

from load.planning.message_schemas import request_schema, scalars_within
from load.planning.names import words
from load.planning.plan import Need, Slot
from load.planning.resources import noun_of
from load.planning.tables import referenced_table
from openapi.operations import Operation


def addressed(operation: Operation, index: int, resource: str) -> Need:
    """The need of the entity that a path addresses with the parameters up to an index."""
    slots = [(Slot("path", name), place) for place, name in enumerate(operation.path_names[: index + 1])]
    if index == len(operation.path_names) - 1:
        slots += [(slot, index) for slot in _repeated(operation, noun_of(resource))]
    return Need(resource, tuple(slots), required=True, addressed=True)


def _repeated(operation: Operation, noun: str) -> Iterator[Slot]:
    """The properties of a PUT or PATCH that repeat the identifier in the path."""
    body = request_schema(operation) if operation.method in ("put", "patch") else None
    *head, last = words(operation.path_names[-1])
    names = {"".join((*head, last))} | ({last} if head[-1:] == [noun] else set())
    for scalar in scalars_within(body) if body else ():
        is_named = scalar.pointer.count("/") == 1 and "".join(words(scalar.name)) in names
        if body and is_named and not referenced_table(scalar.node, body):
            yield Slot("body", scalar.pointer)


def reference_to(resource: str, slot: Slot, required: bool) -> Need:
    """The need of an entity of a resource that the value in a slot refers to."""
    # A resource such as `/schools/{}/courses/{code}` has another address than its path.
    return Need(resource, ((slot, resource.count("{") - 1),), required, addressed=False)
