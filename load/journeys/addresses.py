"""The addresses whose things are followed, and which of them a call may touch."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from load.journeys.entities import Entity
from load.journeys.history import Write
from load.journeys.records import Record
from load.journeys.step import Step
from load.journeys.values import scalars
from load.planning.names import is_identifier
from load.planning.resources import collection_of, normalised, noun_of
from openapi.contract import Json
from openapi.operations import Operation

FOLLOWED_AT_MOST = 100_000
# Among so many of its last heirs a thing is looked for before it becomes one more.
_LAST_HEIRS = 8

Change = tuple[Record, Write]


class Addresses:
    """The records of one process, by resource and the values in the path. `makers` are the resources that
    operations make things of, and change no others, by label.
    """

    def __init__(self, makers: Mapping[str, frozenset[str]]) -> None:
        self._makers = makers
        self.records: dict[tuple[str, tuple[Json, ...]], Record] = {}
        self._children: defaultdict[Entity, list[Record]] = defaultdict(list)
        self._namesakes: defaultdict[Json, list[Record]] = defaultdict(list)
        self._everywhere: dict[str, Record] = {}

    def creates(self, label: str) -> bool:
        """Whether an operation makes things, and changes no others."""
        return label in self._makers

    def add_child(self, parent: Entity, record: Record) -> None:
        """A thing was made within another, or of it."""
        self._children[parent.original].append(record)

    def record_of(self, thing: Entity) -> Record | None:
        """The record of a thing's address, if it is followed."""
        return self.records.get((thing.resource, thing.values))

    def follow(self, thing: Entity) -> Record | None:
        """A new record, while there is room."""
        if len(self.records) >= FOLLOWED_AT_MOST:
            return None
        resource = thing.resource
        everywhere = self._everywhere.setdefault(resource, Record(thing))
        record = Record(thing, resource_writes=everywhere.writes)
        self.records[resource, thing.values] = record
        self._namesakes[thing.values[-1]].append(record)
        return record

    def records_of(self, things: Iterable[Entity]) -> list[Record]:
        """The records of things, each once, as far as they are followed."""
        found = (self.record_of(each) for each in dict.fromkeys(things))
        return [each for each in found if each is not None]

    def attach(self, thing: Entity, others: Iterable[Record]) -> None:
        """From now on, a thing may go with others."""
        record = self.record_of(thing)
        for each in others:
            heirs = self._children[each.entity.original]
            if record is not None and record not in heirs[-_LAST_HEIRS:]:
                heirs.append(record)

    def record_at_path(self, step: Step) -> Record | None:
        """The record of the address that a call's path is, if there is one: a call may name what it makes."""
        call = step.call
        if not call.path:
            return None
        values = tuple(call.path[name] for name in call.operation.path_names)
        return self.records.get((normalised(call.operation.path), values))

    def records_named_in_body(self, step: Step) -> list[Record]:
        """The things that a body names by an identifier, so that a call may do something with them: texts,
        and numbers where they name what the call makes.
        """
        call = step.call
        if not isinstance(call.payload, (dict, list)) or not self._namesakes:
            return []
        made = self._makers.get(call.operation.label, frozenset())
        items = call.payload.items() if isinstance(call.payload, dict) else ()
        numbers = [value for name, value in items if isinstance(value, int) and is_identifier(name)]
        texts = [each for each in scalars(call.payload) if isinstance(each, str)]
        return [
            record
            for value in (*texts, *numbers)
            if value in self._namesakes
            for record in self._namesakes[value]
            if isinstance(value, str) or record.entity.resource in made
        ]

    def related_records(self, thing: Entity, record: Record | None, is_deletion: bool) -> list[Record]:
        """What else a call to a thing may change: what lies within it or goes with it, and what goes by the
        same identifier elsewhere, which may be another way to the same thing.
        """
        below = f"{thing.resource}/"
        found = [
            each
            for each in self._children.get(thing, ())
            if is_deletion or each.entity.resource.startswith(below)
        ]
        # What goes with a thing may take along what else it belongs to.
        joined = [parent.original for each in found if is_deletion for parent in each.entity.parents]
        found += [each for each in self.records_of(joined) if each is not record]
        name = thing.values[-1]
        noun = noun_of(thing.resource)
        is_number = isinstance(name, int) or str(name).isdecimal()
        found += [
            each
            for each in self._namesakes.get(name, ())
            if each is not record
            and (not is_number or noun_of(each.entity.resource) == noun)
            and not _is_apart(each.entity, thing)
        ]
        if record is None and is_deletion:
            found += self.records_of(each.original for each in thing.parents)
        return found

    def collection_records(self, operation: Operation) -> list[Record]:
        """What stands for all things of the resources that a path without a thing in it leads to, or lies
        beside.
        """
        path = normalised(operation.path)
        found = []
        for resource, record in self._everywhere.items():
            collection = collection_of(resource)
            if f"{collection}/".startswith(f"{path}/") or path.startswith(f"{collection}/"):
                found.append(record)
        return found


def _is_apart(one: Entity, other: Entity) -> bool:
    """Whether two things of one resource, with the same number within different parents, were each made, so
    that neither is another way to the other.
    """
    is_same = one.pool is other.pool and one.values == other.values
    return one.pool is other.pool and one.is_own and other.is_own and not is_same
