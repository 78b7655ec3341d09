"""Producers: operations that create or list entities, and so supply their identifiers."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from load.planning.identifiers import Identifier, guess_items, located
from openapi.contract import Json
from openapi.expressions import UNRESOLVABLE, Exchange, at_pointer, evaluate
from openapi.operations import Operation
from openapi.parameters import NO_SEGMENTS

# The list pointer of a response whose list no schema describes.
UNKNOWN_LIST = "?"

Values = tuple[Json, ...]
Source = str | Identifier


@dataclass(frozen=True)
class Inference:
    """Why an operation is taken for a producer: what it does, and in which place the identifiers are."""

    action: str
    place: str = ""

    def __str__(self) -> str:
        return f"{self.action}: {self.place}" if self.place else self.action


CREATES_AT_PATH = Inference("creates what its path names")
MAY_CREATE_AT_PATH = Inference("may create what its path names")
RELATES_AT_PATH = Inference("relates the entities that its path names")
# The name of what such an operation creates is in its path.
NAMED_AT_PATH = (CREATES_AT_PATH, MAY_CREATE_AT_PATH)
# The list pointer of a mapping from identifiers to entities ends so.
KEYS = "/{}"


@dataclass(frozen=True)
class Producer:
    """An operation, by its label, whose answers contain identifiers of a resource's entities.

    `sources` say where the value of each parameter of the resource's path is: a runtime expression, a JSON
    pointer into the response (or into an item of the list at `list_pointer`, or into a key of the mapping
    there), or an Identifier. A Location field has precedence (RFC 9110, section 15.3.2).
    `creates` tells operations that create entities from those that show existing ones, `from_link` whether
    a link of the document says so. `alias_of` is the resource under which the same entities have another
    address.
    """

    label: str
    resource: str
    sources: tuple[Source, ...]
    list_pointer: str | None
    creates: bool
    reason: Inference
    from_link: bool = False
    alias_of: str = ""

    def entities(self, exchange: Exchange) -> Iterator[Values]:
        """The path values of each entity in an answer, as far as a path can carry them. Of several entities
        in the answer to a creation, nobody knows which has been created.
        """
        return (values for values, _ in self.items(exchange))

    def items(self, exchange: Exchange) -> Iterator[tuple[Values, Json]]:
        """The same with what the answer shows of each entity."""
        items = self._items(exchange)
        for item in items if not self.creates or len(items) == 1 else ():
            values = tuple(self._value(source, exchange, item) for source in self.sources)
            if self.creates and not self.alias_of:
                location = located(exchange, self.resource)
                values = values if location is UNRESOLVABLE else (*values[:-1], location)
            if all(isinstance(value, (str, int, float)) and value not in NO_SEGMENTS for value in values):
                yield values, item

    def _items(self, exchange: Exchange) -> Sequence[Json]:
        if self.list_pointer is None:
            return [exchange.response_body]
        if self.list_pointer == UNKNOWN_LIST:
            return guess_items(exchange.response_body)
        items = at_pointer(exchange.response_body, self.list_pointer.removesuffix(KEYS))
        if self.list_pointer.endswith(KEYS):
            return [*items] if isinstance(items, dict) else ()
        return items if isinstance(items, list) else ()

    def _value(self, source: Source, exchange: Exchange, item: Json) -> Json:
        if isinstance(source, Identifier):
            return source.find(exchange, item)
        is_pointer = source.startswith("/") or not source
        return at_pointer(item, source) if is_pointer else evaluate(source, exchange)


class Producers:
    """The producers inferred so far, by the label of their operation."""

    def __init__(self) -> None:
        self.by_label: dict[str, list[Producer]] = defaultdict(list)
        self._by_resource: dict[str, list[Producer]] = defaultdict(list)

    def add(self, producer: Producer) -> None:
        """Add a producer."""
        self.by_label[producer.label].append(producer)
        self._by_resource[producer.resource].append(producer)

    def of(self, resource: str) -> Sequence[Producer]:
        """The producers of a resource."""
        return self._by_resource.get(resource, ())


def own_path(operation: Operation) -> tuple[Source, ...]:
    """The sources of a path's values in the request itself."""
    return tuple(f"$request.path.{name}" for name in operation.path_names)


def may_create(operation: Operation) -> bool:
    """Whether an operation documents that it may have created an entity (RFC 9110, section 15.3.2)."""
    return "201" in operation.responses


def in_list(pointer: str | None) -> str | None:
    """The pointer if it leads into a list, else None."""
    return pointer if pointer and "/0/" in pointer else None


def split_at_list(pointer: str | None) -> tuple[str | None, str | None]:
    """The pointer to the innermost list on the way of a pointer, and the rest within an item. Without a list,
    None and the pointer.
    """
    if pointer is None or "/0/" not in pointer:
        return None, pointer
    list_pointer, _, rest = pointer.rpartition("/0/")
    return list_pointer, f"/{rest}"
