"""What calls what: which things an operation works on, and which operations tell of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import unquote, urljoin

from load.planning.identifiers import guessed, listed
from openapi.contract import Json
from openapi.expressions import UNRESOLVABLE, Exchange, at_pointer, evaluate
from openapi.parameters import NO_SEGMENTS

MAKES_ITS_PATH = "makes what its path names"
JOINS_ITS_PATH = "joins the things that its path names"
_SOURCES_SHOWN = 3

Values = tuple[Json, ...]


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
    """A thing that an operation works on: of its values, which goes where. `required` when calls wait for
    one, `addressed` when the path leads to it, `made_up` when values are, for want of one.
    """

    resource: str
    slots: tuple[tuple[Slot, int], ...]
    required: bool
    addressed: bool
    made_up: bool = False

    @property
    def manner(self) -> str:
        """How it is called with one, for people."""
        if self.made_up:
            return " (made up before there is one)"
        return "" if self.required else " (now and then)"


@dataclass(frozen=True)
class Identifier:
    """Finds the identifier of a thing in an exchange: by the first of its ways that leads to one.

    `pointer` leads into the response, or into an item of it, `request` into the request's body;
    `names` are tried where no schema tells more, and at last what the request says at `named`.
    """

    pointer: str | None
    request: str | None
    names: tuple[str, ...]
    resource: str
    named: str | None = None

    @property
    def is_guess(self) -> bool:
        """Whether no schema tells where it stands."""
        return self.pointer is None and self.request is None

    def find(self, exchange: Exchange, item: Json) -> Json:
        """The identifier, or UNRESOLVABLE."""
        ways: tuple[Callable[[], Json], ...] = (
            lambda: located(exchange, self.resource),
            lambda: _at(item, self.pointer),
            lambda: _at(exchange.request_body, self.request),
            # Where a schema tells, its absence is no reason to guess.
            lambda: guessed(item, self.names) if self.is_guess else UNRESOLVABLE,
            lambda: _at(exchange.request_body, self.named),
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
        """The values of each thing that an exchange tells of, and that a path can lead to."""
        for item in self._items(exchange):
            values = tuple(self._value(part, exchange, item) for part in self.parts)
            if all(isinstance(each, (str, int, float)) and each not in NO_SEGMENTS for each in values):
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
    """All of it, by the labels of operations. `unsent` are slots that stay empty when nothing is known to
    go there, `invented` those that cannot and are made up, `guessed` the path parameters whose values may
    name nothing that exists; `uncovered` tells why operations cannot be reached.
    """

    needs: Mapping[str, tuple[Need, ...]]
    feeds: Mapping[str, tuple[Feed, ...]]
    memories: Mapping[str, tuple[Memory, ...]]
    unsent: Mapping[str, tuple[Slot, ...]]
    guessed: Mapping[str, tuple[str, ...]]
    uncovered: Mapping[str, str]
    invented: Mapping[str, tuple[Slot, ...]]

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
                yield f"    {slots} <- {sources}{need.manner}"
            for name in self.guessed.get(label, ()):
                yield f"    {{{name}}} <- guessed: nothing tells which there are, and 404 is no failure"
            if self.invented[label]:
                slots = ", ".join(str(slot) for slot in self.invented[label])
                yield f"    {slots} <- made up: nothing tells which there are, and it has to be given"
            if self.unsent[label]:
                slots = ", ".join(str(slot) for slot in self.unsent[label])
                yield f"    {slots}: left empty, nothing tells what may stand there"
            for memory in (
                each for found in self.memories.values() for each in found if each.consumer == label
            ):
                yield f"    {memory.slot} <- {memory.producer}: {memory.reason} (now and then)"


def _at(value: Json, pointer: str | None) -> Json:
    return UNRESOLVABLE if pointer is None else at_pointer(value, pointer)


def located(exchange: Exchange, resource: str) -> Json:
    """The last value of the path that a Location field leads to, if it is one of a resource's things
    (RFC 9110, section 10.2.2); else UNRESOLVABLE.
    """
    stated = str(exchange.response_headers.get("location", ""))
    location = urljoin(exchange.url, stated).partition("?")[0].partition("#")[0] if stated else ""
    parts, template = location.rstrip("/").split("/"), resource.split("/")
    if not location or len(parts) < len(template) or "{}" not in template[-1]:
        return UNRESOLVABLE
    tail = parts[len(parts) - len(template) + 1 :]
    matches = all("{}" in one or one == other for one, other in zip(template[1:], tail, strict=True))
    return unquote(tail[-1]) if matches and tail[-1] else UNRESOLVABLE
