"""The addresses of entities that are followed, and which of them a call may affect."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from load.journeys.entities import Entity, Values
from load.journeys.step import Step
from load.ledger.history import Write
from load.ledger.records import Record
from load.planning.names import is_identifier
from load.planning.resources import collection_of, normalised, noun_of
from load.representations.values import scalars
from openapi.contract import Json
from openapi.operations import Operation

FOLLOWED_AT_MOST = 100_000
# Before an entity becomes a dependant of another, it is looked for among so many of the last ones.
_LAST_DEPENDANTS = 8

# A write that a call may perform, with the record of the address.
Change = tuple[Record, Write]


class Addresses:
    """The records of one process, by resource and the values in the path. `created_by` has the resources that
    each operation creates entities of, by label.
    """

    def __init__(self, created_by: Mapping[str, frozenset[str]]) -> None:
        self._created_by = created_by
        self.records: dict[tuple[str, Values], Record] = {}
        self._dependants: defaultdict[Entity, list[Record]] = defaultdict(list)
        self._by_identifier: defaultdict[Json, list[Record]] = defaultdict(list)
        # For each resource, a record of the calls that may change any of its entities.
        self._resource_records: dict[str, Record] = {}

    def creates(self, label: str) -> bool:
        """Whether an operation creates entities, and therefore changes no others."""
        return label in self._created_by

    def record_of(self, entity: Entity) -> Record | None:
        """The record of an entity's address; None when it is not followed."""
        return self.records.get((entity.resource, entity.values))

    def records_of(self, entities: Iterable[Entity]) -> list[Record]:
        """The records of entities, without those that are not followed, and none twice."""
        records = (self.record_of(entity) for entity in dict.fromkeys(entities))
        return [record for record in records if record is not None]

    def follow(self, entity: Entity) -> Record | None:
        """A new record for an entity; None when too many are followed already."""
        if len(self.records) >= FOLLOWED_AT_MOST:
            return None
        of_resource = self._resource_records.setdefault(entity.resource, Record(entity))
        record = Record(entity, resource_writes=of_resource.writes)
        self.records[entity.resource, entity.values] = record
        self._by_identifier[entity.values[-1]].append(record)
        return record

    def add_child(self, parent: Entity, record: Record) -> None:
        """Note that an entity was created within another or from it, so that both may be deleted together."""
        self._dependants[parent.original].append(record)

    def attach(self, entity: Entity, others: Iterable[Record]) -> None:
        """Note that an entity may have been put into others, so that it may be deleted with them."""
        record = self.record_of(entity)
        for other in others:
            dependants = self._dependants[other.entity.original]
            if record is not None and record not in dependants[-_LAST_DEPENDANTS:]:
                dependants.append(record)

    def record_at_path(self, step: Step) -> Record | None:
        """The record of the address that a call is sent to; None when it is not followed. A call may name the
        entity that it creates.
        """
        call = step.call
        if not call.path:
            return None
        values = tuple(call.path[name] for name in call.operation.path_names)
        return self.records.get((normalised(call.operation.path), values))

    def records_named_in_body(self, step: Step) -> list[Record]:
        """The entities whose identifiers a body has, so that the call may change them. Any text counts;
        numbers only in properties named like identifiers, for entities of a kind that the call creates.
        """
        call = step.call
        if not isinstance(call.payload, (dict, list)) or not self._by_identifier:
            return []
        created = self._created_by.get(call.operation.label, frozenset())
        items = call.payload.items() if isinstance(call.payload, dict) else ()
        numbers = [value for name, value in items if isinstance(value, int) and is_identifier(name)]
        texts = [value for value in scalars(call.payload) if isinstance(value, str)]
        return [
            record
            for value in (*texts, *numbers)
            if value in self._by_identifier
            for record in self._by_identifier[value]
            if isinstance(value, str) or record.entity.resource in created
        ]

    def related_records(self, entity: Entity, record: Record | None, is_deletion: bool) -> list[Record]:
        """What else a call to an entity may change: the entities within it or deleted with it, and those with
        the same identifier elsewhere, which may be the same entity at another address. `record` is the one of
        the entity itself, which is left out; without it, a deletion may also change the parents.
        """
        prefix = f"{entity.resource}/"
        related = [
            dependant
            for dependant in self._dependants.get(entity, ())
            if is_deletion or dependant.entity.resource.startswith(prefix)
        ]
        if is_deletion:
            # What is deleted with an entity may take along what else it belongs to.
            parents = [parent.original for dependant in related for parent in dependant.entity.parents]
            related += [other for other in self.records_of(parents) if other is not record]
        related += [other for other in self._with_identifier_of(entity) if other is not record]
        if record is None and is_deletion:
            related += self.records_of(parent.original for parent in entity.parents)
        return related

    def collection_records(self, operation: Operation) -> list[Record]:
        """The records that stand for all entities of a resource, for the resources whose collection lies
        below the path of an operation, or above it.
        """
        path = normalised(operation.path)
        records = []
        for resource, record in self._resource_records.items():
            collection = collection_of(resource)
            if f"{collection}/".startswith(f"{path}/") or path.startswith(f"{collection}/"):
                records.append(record)
        return records

    def _with_identifier_of(self, entity: Entity) -> list[Record]:
        """Records with the same identifier. With numbers, which others have by chance, only those whose
        collection is called the same.
        """
        identifier, noun = entity.values[-1], noun_of(entity.resource)
        is_number = isinstance(identifier, int) or str(identifier).isdecimal()
        return [
            record
            for record in self._by_identifier.get(identifier, ())
            if (not is_number or noun_of(record.entity.resource) == noun)
            and not _are_different(record.entity, entity)
        ]


def _are_different(one: Entity, other: Entity) -> bool:
    """Whether two entities with the same identifier are certainly not the same: both were created, within
    different parents.
    """
    return one.pool is other.pool and one.values != other.values and one.is_own and other.is_own
