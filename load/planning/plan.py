"""The plan: which operation produces what and which needs what, inferred from the document."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from load.planning.producers import Producer
from openapi.contract import Json

_PRODUCERS_SHOWN = 3


class Slot(NamedTuple):
    """Where in a request a value goes: the location (path, query, header, cookie or body), and the name of
    the parameter or a JSON pointer into the body.
    """

    location: str
    name: str

    def __str__(self) -> str:
        return f"{{{self.name}}}" if self.location == "path" else f"{self.location} {self.name}"


@dataclass(frozen=True)
class Need:
    """An entity that an operation works on. Each of `slots` takes the value of the entity's address at an
    index. `required` when no call is made without such an entity, `addressed` when the call's path leads to
    it, `made_up` when calls carry made-up values until there is one.
    """

    resource: str
    slots: tuple[tuple[Slot, int], ...]
    required: bool
    addressed: bool
    made_up: bool = False

    @property
    def manner(self) -> str:
        """How often calls carry such an entity, for people."""
        if self.made_up:
            return " (made up before there is one)"
        return "" if self.required else " (now and then)"


@dataclass(frozen=True)
class Cursor:
    """A parameter of a query that takes its values from the page before. If it is `required`, the first value
    comes from other operations, `sources` by their labels.
    """

    slot: Slot
    required: bool
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class LinkedValue:
    """A value that a link carries from a producer's answer to a slot of a consumer. Both are labels of
    operations; the value is a constant or a runtime expression (OpenAPI 3.0.3, Link Object).
    """

    producer: str
    consumer: str
    slot: Slot
    expression: Json
    reason: str


@dataclass(frozen=True)
class Plan:
    """What each operation produces and needs, by its label.

    `empty_slots` stay empty as long as no value is known for them, `made_up_slots` cannot stay empty and are
    made up. `guessed_parameters` are path parameters whose values may address nothing that exists.
    `cursors` take their values from the pages before.
    `uncovered` says why operations cannot be called.
    """

    needs: Mapping[str, tuple[Need, ...]]
    producers: Mapping[str, tuple[Producer, ...]]
    linked_values: Mapping[str, tuple[LinkedValue, ...]]
    empty_slots: Mapping[str, tuple[Slot, ...]]
    guessed_parameters: Mapping[str, tuple[str, ...]]
    uncovered: Mapping[str, str]
    made_up_slots: Mapping[str, tuple[Slot, ...]]
    cursors: Mapping[str, tuple[Cursor, ...]]

    def producer_labels(self, resource: str) -> list[str]:
        """The labels of the operations that produce a resource; those that create entities first."""
        return [producer.label for producer in self._producers_of(resource)]

    def _producers_of(self, resource: str) -> list[Producer]:
        matching = [
            producer
            for producers in self.producers.values()
            for producer in producers
            if producer.resource == resource
        ]
        return sorted(matching, key=lambda producer: (not producer.creates, producer.list_pointer is None))

    def lines(self, labels: Iterable[str]) -> Iterator[str]:
        """What operations are called with, and why: a line for each operation and for each of its needs."""
        for label in labels:
            yield label
            for need in self.needs[label]:
                slots = ", ".join(str(slot) for slot, _ in need.slots)
                yield f"    {slots} <- {self._sources(need.resource)}{need.manner}"
            for name in self.guessed_parameters.get(label, ()):
                yield f"    {{{name}}} <- guessed: no operation lists the valid values, and 404 is no failure"
            if self.made_up_slots[label]:
                slots = ", ".join(str(slot) for slot in self.made_up_slots[label])
                yield f"    {slots} <- made up: required, and no operation lists the valid values"
            for cursor in self.cursors.get(label, ()):
                sources = "; ".join(("the page before", *cursor.sources))
                yield f"    {cursor.slot} <- {sources}{'' if cursor.required else ' (now and then)'}"
            if self.empty_slots[label]:
                slots = ", ".join(str(slot) for slot in self.empty_slots[label])
                yield f"    {slots}: left empty, as no operation lists the valid values"
            for linked in self._linked_values_to(label):
                yield f"    {linked.slot} <- {linked.producer}: {linked.reason} (now and then)"

    def _sources(self, resource: str) -> str:
        producers = self._producers_of(resource)
        shown = "; ".join(f"{producer.label}: {producer.reason}" for producer in producers[:_PRODUCERS_SHOWN])
        others = len(producers) - _PRODUCERS_SHOWN
        return f"{shown}; and {others} more" if others > 0 else shown

    def _linked_values_to(self, label: str) -> Iterator[LinkedValue]:
        linked_values = (linked for values in self.linked_values.values() for linked in values)
        return (linked for linked in linked_values if linked.consumer == label)
