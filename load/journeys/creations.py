"""Adds the entities that answers show, and decides which of them their calls have created."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from load.journeys.compiled_operations import CompiledOperations
from load.journeys.creation_clocks import CreationClocks
from load.journeys.entities import Entity, EntityPool, Origin, Values
from load.journeys.ownership import Ownership
from load.journeys.shown_identifiers import pointer_to_identifier
from load.journeys.step import Step
from load.planning.identifiers import Identifier
from load.planning.producers import MAY_CREATE_AT_PATH, NAMED_AT_PATH, RELATES_AT_PATH, Producer
from load.representations.creation_times import age_before
from load.representations.envelopes import unwrapped
from load.representations.values import scalars
from openapi.expressions import Exchange, at_pointer

# How many entities are taken from lists, for a resource of which no call creates any.
_LISTED_AT_MOST = 1_000
# Why an operation is a producer: its path names what it creates or relates.
_NAMED_BY_CALL = (*NAMED_AT_PATH, RELATES_AT_PATH)


@dataclass(frozen=True)
class Creations:
    """Adds entities to their pools, by resource; `ownership` has the evidence from earlier creations."""

    compiled: CompiledOperations
    pools: Mapping[str, EntityPool]
    ownership: Ownership
    clocks: CreationClocks = field(default_factory=CreationClocks)

    def record(self, step: Step, exchange: Exchange) -> list[Entity]:
        """Add the entities that an answer shows. Returns those that the call created, or was answered with
        in place of new ones; none when it was only accepted (202).
        """
        created: list[Entity] = []
        shown: dict[str, Entity] = {}
        for producer in self.compiled.index.producers.get(step.call.operation.label, ()):
            pool = self.pools[producer.resource]
            if not producer.creates and len(pool.entities) >= _LISTED_AT_MOST:
                continue
            says_created = producer.creates and self._says_created(step, producer, exchange)
            for values in producer.entities(exchange):
                if producer.alias_of in shown:
                    self._add_alias(pool, values, shown[producer.alias_of], exchange)
                    continue
                entity = (
                    self._add_created(step, producer, exchange, values, says_created)
                    if producer.creates
                    else pool.add(values, _inherits(step, producer), _found_within(step), step.created_at)
                )
                shown[producer.resource] = entity
                # Only 201 says that a PUT has created what nothing else creates.
                is_sure = producer.reason != MAY_CREATE_AT_PATH or exchange.status == HTTPStatus.CREATED
                if producer.creates and is_sure and exchange.status != HTTPStatus.ACCEPTED:
                    created.append(entity)
            if producer.creates and _says_found(step, exchange, shown.get(producer.resource)):
                self.ownership.record_found(step.call.operation, exchange)
        return created

    def _add_created(
        self, step: Step, producer: Producer, exchange: Exchange, values: Values, says_created: bool
    ) -> Entity:
        """Add what a creation was answered with. It is the run's own only if it cannot have been found."""
        pool, label = self.pools[producer.resource], step.call.operation.label
        was_finding = label in self.ownership.finding
        is_new = says_created and not self._may_have_existed(producer, values, exchange)
        is_created = is_new and (
            producer.reason in _NAMED_BY_CALL or self.ownership.has_created(step, exchange, pool, values)
        )
        if label in self.ownership.finding and not was_finding:
            # Under a name of its own, it finds nothing.
            self.compiled.builders[label].make_distinct()
        was_known = values in pool.entities
        origin = _found_within(step)
        if is_new and not was_known:
            origin = Origin(
                step.leases, assigned=tuple(self._assigned(step, exchange)), fields=step.call.fields
            )
        entity = pool.add(values, is_created or _inherits(step, producer), origin, step.created_at)
        entity.may_contain_foreign = entity.may_contain_foreign or step.lists_foreign
        origin = replace(
            entity.origin,
            created_by=entity.origin.created_by or (label if is_created else ""),
            may_be_foreign=entity.origin.may_be_foreign or (is_new and not entity.is_own and not was_known),
        )
        if exchange.status != HTTPStatus.ACCEPTED:
            pointers = self.compiled.index.identifier_pointers.get(producer.resource, ())
            origin = replace(
                origin, shown_at=pointer_to_identifier(pointers, entity.values[-1], exchange.response_body)
            )
        entity.origin = origin
        return entity

    def _add_alias(self, pool: EntityPool, values: Values, entity: Entity, exchange: Exchange) -> None:
        """Add another address of an entity. A name that the call has sent may lead to an entity of others,
        unless it is the run's own.
        """
        is_sent = str(values[-1]) in map(str, scalars(exchange.request_body))
        is_own = self.compiled.is_own(values[-1]) or not is_sent
        pool.add_alias(values, entity, entity.is_own and is_own)

    def _says_created(self, step: Step, producer: Producer, exchange: Exchange) -> bool:
        """Whether an answer says that the call created something. Where 201 is documented, only that says so
        (RFC 9110, section 15.3.2), unless what is shown is older than the call. A path that names what is
        created has a name of the run, so nothing existed there.
        """
        if exchange.status == HTTPStatus.ACCEPTED:
            return False
        if producer.reason in _NAMED_BY_CALL:
            return True
        operation, now = step.call.operation, time.monotonic()
        date = exchange.response_headers.get("date", "")
        age = age_before(exchange.response_body, exchange.request_body, date, now - step.created_at)
        if self.clocks.is_older(operation.label, age, now):
            return False
        return exchange.status == HTTPStatus.CREATED or "201" not in operation.responses

    def _may_have_existed(self, producer: Producer, values: Values, exchange: Exchange) -> bool:
        """Whether a call has named what it creates in its body, by a name that is not the run's own: unless
        201 says that something was created, the service may have changed an entity of that name.
        """
        last, name = producer.sources[-1], values[-1]
        if exchange.status == HTTPStatus.CREATED or not isinstance(last, Identifier):
            return False
        pointers = filter(None, (last.request, last.named))
        is_sent = any(at_pointer(exchange.request_body, pointer) == name for pointer in pointers)
        return isinstance(name, str) and is_sent and not self.compiled.is_own(name)

    def _assigned(self, step: Step, exchange: Exchange) -> Iterator[tuple[EntityPool, Values]]:
        """The entities that an answer refers to in properties that the call could have set: the service has
        chosen them.
        """
        needs = self.compiled.plan.needs[step.call.operation.label]
        slots = [(need, slot) for need in needs for slot, _ in need.slots if slot.location == "body"]
        if not slots:
            return
        shown = unwrapped(exchange.response_body, (slot.name[1:] for _, slot in slots))
        for need, slot in slots:
            value = at_pointer(shown, slot.name)
            if not need.addressed and isinstance(value, (str, int)):
                yield self.pools[need.resource], (value,)


def _found_within(step: Step) -> Origin:
    return Origin(step.leases, keeps_parents=False)


def _inherits(step: Step, producer: Producer) -> bool:
    """Whether what an answer shows lies within an entity of this run, which may change it, too."""
    entity = step.entity
    return entity is not None and entity.is_own and producer.resource.startswith(f"{entity.resource}/")


def _says_found(step: Step, exchange: Exchange, entity: Entity | None) -> bool:
    """Whether a creation says that it has found an existing entity: it is answered 200 where 201 is
    documented. That counts for repetitions, and for answers with an entity that is not the run's own.
    """
    may_be_found = step.is_repetition or (entity is not None and not entity.is_own)
    return may_be_found and exchange.status == HTTPStatus.OK and "201" in step.call.operation.responses
