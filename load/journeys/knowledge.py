"""What one process's users know of the service: its things, and what answers told of others."""

import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from random import Random

from load.journeys.compiled import Compiled
from load.journeys.entities import Entities, Entity, Values, release
from load.journeys.envelopes import unwrapped
from load.journeys.ownership import Ownership
from load.journeys.representations import is_distinctive, is_earlier, scalars
from load.journeys.step import Step, leads_to
from load.planning.identifiers import Identifier
from load.planning.message_schemas import json_schemas
from load.planning.plan import Slot
from load.planning.producers import CREATES_AT_PATH, RELATES_AT_PATH, Producer
from load.planning.schema_properties import outline
from openapi.contract import Json
from openapi.expressions import UNRESOLVABLE, Exchange, at_pointer, evaluate

_REMEMBERED = 100
# Of things that nothing makes, so many are taken from the lists that show them.
_LISTED = 1_000

Existing = tuple[str, Values]


class Knowledge:
    """All things that are known to one process, by resource, and the values that links gave for others."""

    def __init__(self, compiled: Compiled) -> None:
        self._compiled = compiled
        linked = {
            producer.resource
            for producers in compiled.plan.producers.values()
            for producer in producers
            if producer.from_link
        }
        self.entities: Mapping[str, Entities] = {
            each: Entities(each, documented=each in linked) for each in sorted(compiled.resources)
        }
        self.ownership = Ownership(compiled.is_own)
        self._remembered: dict[tuple[str, Slot], deque[Json]] = {}

    def is_open(self, resource: str) -> bool:
        """Whether an operation that makes things of a resource is still to show that it finds none."""
        return any(map(self.ownership.is_open, self._compiled.makers_of.get(resource, ())))

    def recalled(self, label: str, slot: Slot, random: Random) -> Json:
        """A value that some link gave for a slot of an operation; None when none has."""
        values = self._remembered.get((label, slot))
        return random.choice(values) if values else None

    def learn(self, step: Step, exchange: Exchange) -> list[Entity]:
        """What an answer tells is known from now on. Gives the things that the call has made, or found in
        place of what it was to make.
        """
        label = step.call.operation.label
        made: dict[str, Entity] = {}
        own: list[Entity] = []
        for producer in self._compiled.learnt.get(label, ()):
            entities = self.entities[producer.resource]
            if not producer.creates and entities.size >= _LISTED:
                continue
            # What stands within a thing of this run, the run may change as it may change that.
            within = step.entity is not None and producer.resource.startswith(f"{step.entity.home.resource}/")
            makes = producer.creates and _has_made(step, producer, exchange)
            inherits = within and step.entity is not None and step.entity.owned
            for values in producer.entities(exchange):
                if producer.alias_of in made:
                    first = made[producer.alias_of]
                    # By a name that others may use too, their thing may be found.
                    is_own = self._compiled.is_own(values[-1]) or not _is_told(values, exchange)
                    entities.add_twin(values, first, first.owned and is_own)
                else:
                    is_new = makes and not self._may_have_been_there(producer, values, exchange)
                    has_made = is_new and self._has_surely_made(step, producer, exchange, values)
                    was_known = entities.knows(values)
                    thing = entities.add(values, has_made or inherits, step.leases, step.began, is_new)
                    if is_new and not was_known:
                        thing.chosen = tuple(self._chosen(step, exchange))
                        thing.fields = step.call.fields
                    thing.holds_others = thing.holds_others or (step.gathers and producer.creates)
                    thing.maker = thing.maker or (label if has_made else "")
                    thing.doubtful = thing.doubtful or (is_new and not thing.owned and not was_known)
                    made[producer.resource] = thing
                    if producer.creates and exchange.status != HTTPStatus.ACCEPTED:
                        thing.shown_at = self._place_of(thing, exchange.response_body)
                        own.append(thing)
            found = made.get(producer.resource)
            is_found = step.repeats or (found is not None and not found.owned)
            # Where 201 is documented, 200 says that nothing was made.
            is_said = exchange.status == HTTPStatus.OK and "201" in step.call.operation.responses
            if producer.creates and is_found and is_said:
                self.ownership.found(step.call.operation, exchange)
        for linked in self._compiled.plan.linked_values.get(label, ()):
            value = evaluate(linked.expression, exchange)
            if value is not UNRESOLVABLE and value is not None:
                key = (linked.consumer, linked.slot)
                self._remembered.setdefault(key, deque(maxlen=_REMEMBERED)).append(value)
        return own

    def moved(self, step: Step, exchange: Exchange) -> Entity | None:
        """The thing that a change has given another address, when the answer shows it by another identifier
        than the path did: it is known by that from now on. An answer that shows nothing of what was sent is
        about something else.
        """
        thing = step.entity.itself if step.entity else None
        operation = step.call.operation
        is_change = operation.method in ("put", "patch")
        if thing is None or not is_change or not leads_to(operation, thing.home.resource):
            return None
        if not _is_about(exchange) or thing.shown_at == "":
            return None
        asked, told = str(thing.values[-1]), {str(each) for each in scalars(exchange.response_body)}
        for pointer in self._compiled.identifiers.get(thing.home.resource, ()):
            found = at_pointer(exchange.response_body, pointer)
            if found is UNRESOLVABLE or found is None or str(found) == asked:
                continue
            if isinstance(found, (str, int)):
                if asked in told:
                    # It may be what came of the thing, or something that tells of it.
                    return Entity(thing.home, (*thing.values[:-1], found), owned=False)
                thing.home.forget(thing)
                return thing.home.add((*thing.values[:-1], found), thing.owned, thing.parents, step.began)
        return None

    def shown_instead(self, step: Step, exchange: Exchange) -> Json:
        """The identifier that a thing of this run shows where it showed its own when it was made, and that it
        was not asked for by; else None. An answer that shows the identifier anywhere is about the thing,
        and one whose schema does not describe that place may show anything there.
        """
        thing = step.target
        if thing is None or thing.itself is not thing or not thing.owned or not thing.shown_at:
            return None
        found = at_pointer(exchange.response_body, thing.shown_at)
        asked = str(thing.values[-1]).casefold()
        is_shown = asked in (str(each).casefold() for each in scalars(exchange.response_body))
        if not isinstance(found, (str, int)) or is_shown:
            return None
        names = thing.shown_at.strip("/").split("/")
        schemas = (each.translated for each in json_schemas(step.call.operation))
        return found if any(_describes(each, each, names) for each in schemas) else None

    def accepted(self, step: Step, exchange: Exchange) -> list[Entity]:
        """The things that a call will have made once it is carried out (202; RFC 9110, section 15.3.3). They
        are not known before they are found.
        """
        return [
            Entity(self.entities[producer.resource], values, owned=True, parents=step.leases)
            for producer in self._compiled.learnt.get(step.call.operation.label, ())
            if producer.creates and not producer.alias_of and producer.resource in self._compiled.readable
            for values in producer.entities(exchange)
        ]

    def found(self, accepted: Entity) -> Entity:
        """What was accepted is there."""
        return accepted.home.add(accepted.values, owned=True, parents=accepted.parents)

    def explored(self, step: Step, exchange: Exchange | None) -> list[Existing]:
        """The things that a list shows, each as its resource and values; they are known from now on."""
        release(step.leases)
        producers = self._compiled.plan.producers.get(step.call.operation.label, ()) if exchange else ()
        found = (
            [(producer.resource, values) for producer in producers for values in producer.entities(exchange)]
            if exchange
            else []
        )
        for resource, values in found:
            self.know(resource, values)
        return found

    def know(self, resource: str, values: Values) -> None:
        """A thing that existed before the run: to be read, never to be changed."""
        if resource in self.entities:
            self.entities[resource].add(values, owned=False)

    def _chosen(self, step: Step, exchange: Exchange) -> Iterator[tuple[Entities, Values]]:
        """The things that an answer refers to where the call might have: the service has chosen them."""
        shown = unwrapped(exchange.response_body, (slot.name[1:] for slot in self._references(step)))
        for need in self._compiled.plan.needs[step.call.operation.label]:
            for slot, _ in need.slots if not need.addressed else ():
                found = at_pointer(shown, slot.name) if slot.location == "body" else UNRESOLVABLE
                if isinstance(found, (str, int)):
                    yield self.entities[need.resource], (found,)

    def _references(self, step: Step) -> Iterator[Slot]:
        needs = self._compiled.plan.needs[step.call.operation.label]
        return (slot for need in needs for slot, _ in need.slots if slot.location == "body")

    def _has_surely_made(self, step: Step, producer: Producer, exchange: Exchange, values: Values) -> bool:
        """Whether nothing that others have made can have been found in place of a new thing."""
        if producer.reason in (CREATES_AT_PATH, RELATES_AT_PATH):
            return True
        home = self.entities[producer.resource]
        return self.ownership.has_made(step, exchange, home, values)

    def _may_have_been_there(self, producer: Producer, values: Values, exchange: Exchange) -> bool:
        """Whether a call has named what it made as something else may have been named before: unless 201 says
        that it was created, the service may have changed that.
        """
        last, name = producer.sources[-1], values[-1]
        if exchange.status == HTTPStatus.CREATED or not isinstance(last, Identifier):
            return False
        pointers = filter(None, (last.request, last.named))
        is_told = any(at_pointer(exchange.request_body, each) == name for each in pointers)
        return isinstance(name, str) and is_told and not self._compiled.is_own(name)

    def _place_of(self, thing: Entity, body: Json) -> str:
        """Where an answer shows the identifier of a thing; empty when it does not."""
        # What comes from `Location` is a text, also where the body has a number.
        places, asked = self._compiled.identifiers.get(thing.home.resource, ()), str(thing.values[-1])
        return next((each for each in places if str(at_pointer(body, each)) == asked), "")


def _has_made(step: Step, producer: Producer, exchange: Exchange) -> bool:
    """Whether an answer says that something has been made, and not that it was there: where 201 is
    documented, that is what says so (RFC 9110, section 15.3.2), unless what is shown is older than the call.
    Under a name of the run's own, nothing was there.
    """
    if exchange.status == HTTPStatus.ACCEPTED:
        return False
    if producer.reason in (CREATES_AT_PATH, RELATES_AT_PATH):
        return True
    taken_s = time.monotonic() - step.began
    date = exchange.response_headers.get("date", "")
    if is_earlier(exchange.response_body, exchange.request_body, date, taken_s):
        return False
    return exchange.status == HTTPStatus.CREATED or "201" not in step.call.operation.responses


def _is_told(values: Values, exchange: Exchange) -> bool:
    """Whether a call has sent the identifier of what it made in its body."""
    return str(values[-1]) in map(str, scalars(exchange.request_body))


def _is_about(exchange: Exchange) -> bool:
    """Whether the answer to a change shows what was sent."""
    told = {str(each) for each in scalars(exchange.response_body)}
    return any(is_distinctive(each) and str(each) in told for each in scalars(exchange.request_body))


def _describes(schema: Json, root: Json, names: Sequence[str]) -> bool:
    """Whether a schema has a property that these names lead to, one within the other; `root` is the whole
    document, for references.
    """
    inner = outline(schema, root).get("properties", {}).get(names[0])
    return inner is not None and (len(names) == 1 or _describes(inner, root, names[1:]))
