"""What to call next and with which ids, as the plan leads. Sends nothing."""

import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from itertools import accumulate
from random import Random

from load.calls.call import Call, CallBuilder, can_name
from load.errors import LoadError
from load.journeys.entities import Entities, Entity, Values, release
from load.journeys.representations import is_distinctive, is_earlier, scalars
from load.options.options import Orders
from load.options.profile import Profile, kind_of, lists
from load.planning.effects import SAFE, destruction
from load.planning.identifiers import attribute_of, normalised, outline
from load.planning.plan import JOINS_ITS_PATH, MAKES_ITS_PATH, Feed, Identifier, Need, Plan, Slot
from load.planning.producers import plan
from load.planning.schema_search import deprecated, json_schemas
from openapi.contract import ContractError, Json
from openapi.expressions import UNRESOLVABLE, Exchange, at_pointer, evaluate
from openapi.operations import Operation
from openapi.payloads import Payloads, Unbuildable
from openapi.responses import compile_responses
from openapi.security import SecurityScheme

_FOLLOWED = 0.5
_REFERRED = 0.7
_REMEMBERED = 100
# Of things that nothing makes, so many are taken from the lists that show them.
_LISTED = 1_000
_DEPTH = 4
# What has never worked so many times in a row is tried again now and then only: other operations wait.
_PATIENCE = 20
_HOPE = 0.05
_FIRST_ROUNDS = 2
# How often an operation's turn in the first rounds may go to those that make what it needs.
_FIRST_TURNS = 6
_ROUNDS_OF_EXPLORATION = 3

Existing = tuple[str, Values]


@dataclass(slots=True)
class Step:
    """A call to make, the thing that it works on, if it works on one, all things it must not lose, and when
    it was made (s).
    """

    call: Call
    entity: Entity | None
    leases: tuple[Entity, ...] = ()
    began: float = field(default_factory=time.monotonic)

    @property
    def target(self) -> Entity | None:
        """The thing that the path leads to. Further down the path, or where a query or a body speaks of other
        things, it may be something else that is not there.
        """
        entity, operation = self.entity, self.call.operation
        leads = entity is not None and leads_to(operation, entity.home.resource)
        return entity if leads and operation.request_body is None and not self.call.query else None


class Journeys:
    """The state of one process's users: known things, remembered values, what leads where.

    `uncovered` maps the labels of operations that are not called to the reason, `asking` those of them that
    ask for credentials which were not given; `omitted` tells of optional properties that are never sent.
    Raises LoadError when nothing can be called.
    """

    def __init__(
        self,
        operations: Sequence[Operation],
        orders: Orders,
        payloads: Payloads,
        random: Random,
        schemes: Mapping[str, SecurityScheme] | None = None,
    ) -> None:
        self._random = random
        self._is_own = payloads.is_own
        self._orders = orders
        self._schemes = schemes or {}
        self.uncovered: dict[str, str] = {}
        self.asking: dict[str, str] = {}
        self._operations = self._selected(operations)
        self.plan = self._planned(payloads)
        self.uncovered.update(self.plan.uncovered)
        resources = {need.resource for needs in self.plan.needs.values() for need in needs}
        linked = {feed.resource for feeds in self.plan.feeds.values() for feed in feeds if feed.linked}
        self._entities = {each: Entities(each, documented=each in linked) for each in sorted(resources)}
        self._remembered: dict[tuple[str, Slot], deque[Json]] = {}
        self._carried = {label: _remembered_slots(self.plan, label) for label in self._operations}
        self._failed: Counter[str] = Counter()
        made = {feed.resource for feeds in self.plan.feeds.values() for feed in feeds if feed.owned}
        self._learnt = {
            label: [
                each
                for each in feeds
                if each.resource in resources and (each.owned or each.resource not in made)
            ]
            for label, feeds in self.plan.feeds.items()
        }
        self._builders = dict(self._compiled(payloads))
        told = (each for builder in self._builders.values() for each in builder.omitted)
        self.omitted = list(dict.fromkeys([*payloads.omitted, *told]))
        if not self._builders and self.asking:
            *_, reason = self.asking.values()
            raise LoadError(f"nothing is left to call: {len(self.asking)} operations ask{reason[4:]}")
        if not self._builders:
            reasons = "; ".join(f"{label}: {reason}" for label, reason in [*self.uncovered.items()][:3])
            raise LoadError(f"no operation of the document can be called: {reasons}")
        self._choices, weights = self._weighted(orders.profile)
        self._weights = [*accumulate(weights)]
        if not self._choices:
            raise LoadError(f"profile {orders.profile.name}: no operation of the document has a weight")
        self._first = deque(each for each in self._choices for _ in range(_FIRST_ROUNDS))
        random.shuffle(self._first)
        self._turns: Counter[str] = Counter()

    def next(self) -> Step:
        """A call that can be made now; for want of things to work on, one that creates some."""
        if self._first and self._random.random() < _FOLLOWED:
            step = self._first_step()
            if step is not None:
                return step
        for _ in range(_DEPTH):
            (operation,) = self._random.choices(self._choices, cum_weights=self._weights)
            if self._is_given_up(operation):
                continue
            step = self._step(operation, _DEPTH)
            if step is not None:
                return step
        return self._independent_step()

    def _first_step(self) -> Step | None:
        """Every operation has its turn early, whatever its weight; it comes again when what was to be
        called first is what it needs.
        """
        operation = self._first.popleft()
        step = self._step(operation, _DEPTH)
        if step is None or step.call.operation is not operation:
            self._turns[operation.label] += 1
            if self._turns[operation.label] < _FIRST_TURNS * _FIRST_ROUNDS:
                self._first.append(operation)
        return step

    def _is_given_up(self, operation: Operation) -> bool:
        """Whether no guess at what an operation may be called with has been right for long."""
        return operation.label in self.plan.guessed and self._is_hopeless(operation.label)

    def _is_hopeless(self, label: str) -> bool:
        """Whether an operation has never worked for long, most times that this is asked."""
        return self._failed[label] > _PATIENCE and self._random.random() > _HOPE

    def done(self, step: Step, exchange: Exchange | None, succeeded: bool = True) -> list[Entity]:
        """Tell how a call went: releases its things, learns what the plan says it tells, and gives the things
        that the call has made, or found in place of what it was to make.

        `exchange` is None when nothing is to be learnt. A deleted thing stays forgotten however it went.
        """
        release(step.leases)
        label = step.call.operation.label
        self._failed[label] = 0 if succeeded else self._failed[label] + 1
        if succeeded and step.entity is not None:
            step.entity.home.finders.add(label)
        if step.entity is not None and step.call.operation.method == "delete":
            step.entity.home.left(step.entity, time.monotonic())
        return self._learn(step, exchange) if exchange is not None else []

    def moved(self, step: Step, exchange: Exchange) -> Entity | None:
        """The thing that a change has given another address, when the answer shows it by another identifier
        than the path did: it is known by that from now on. An answer that shows nothing of what was sent, or
        the former identifier as well, is about something else.
        """
        thing = step.entity.itself if step.entity else None
        operation = step.call.operation
        is_change = operation.method in ("put", "patch")
        if thing is None or not is_change or not leads_to(operation, thing.home.resource):
            return None
        if not _is_about(exchange, thing) or thing.shown_at == "":
            return None
        for pointer in self._identifiers.get(thing.home.resource, ()):
            found = at_pointer(exchange.response_body, pointer)
            if found is UNRESOLVABLE or found is None or str(found) == str(thing.values[-1]):
                continue
            if isinstance(found, (str, int)):
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

    def _place_of(self, thing: Entity, body: Json) -> str:
        """Where an answer shows the identifier of a thing; empty when it does not."""
        # What comes from `Location` is a text, also where the body has a number.
        places, asked = self._identifiers.get(thing.home.resource, ()), str(thing.values[-1])
        return next((each for each in places if str(at_pointer(body, each)) == asked), "")

    @cached_property
    def _identifiers(self) -> Mapping[str, tuple[str, ...]]:
        """Where the things of a resource show the identifier that their paths ask for."""
        found: dict[str, list[str]] = {}
        for feed in (each for feeds in self.plan.feeds.values() for each in feeds):
            last = feed.parts[-1]
            pointer = last.pointer if isinstance(last, Identifier) else None
            if pointer and feed.owned and not feed.twin_of:
                found.setdefault(feed.resource, []).append(pointer)
        return {resource: tuple(dict.fromkeys(pointers)) for resource, pointers in found.items()}

    def accepted(self, step: Step, exchange: Exchange) -> list[Entity]:
        """The things that a call will have made once it is carried out (202; RFC 9110, section 15.3.3). They
        are not known before they are found.
        """
        return [
            Entity(self._entities[feed.resource], values, owned=True, parents=step.leases)
            for feed in self._learnt.get(step.call.operation.label, ())
            if feed.owned and not feed.twin_of and feed.resource in self.readable
            for values in feed.things(exchange)
        ]

    def found(self, accepted: Entity) -> Entity:
        """What was accepted is there."""
        return accepted.home.add(accepted.values, owned=True, parents=accepted.parents)

    @cached_property
    def makers(self) -> Mapping[str, frozenset[str]]:
        """The resources that operations make things of, by label."""
        return {
            label: frozenset(feed.resource for feed in feeds if feed.owned)
            for label, feeds in self.plan.feeds.items()
            if any(feed.owned for feed in feeds)
        }

    @cached_property
    def documented(self) -> Mapping[str, frozenset[str]]:
        """The properties that reading a thing may show, by its resource, but for deprecated ones. Where one
        that is required is not there, that breaks the contract and is told as such.
        """
        found: dict[str, frozenset[str]] = {}
        for resource, operation in self.readable.items():
            facts = [outline(each.translated, each.translated) for each in json_schemas(operation)]
            names = {name for each in facts for name in each.get("properties", {})}
            required = (each.get("required", ()) for each in facts)
            found[resource] = frozenset(names.difference(deprecated(operation), *required))
        return found

    @cached_property
    def readable(self) -> Mapping[str, Operation]:
        """The operations that read one thing each and need nothing else, by the resource of it."""
        reads = {}
        for label in self._builders:
            operation = self._operations[label]
            needs = [need for need in self.plan.needs[label] if need.required]
            is_one = operation.method == "get" and len(needs) == 1 and needs[0].addressed
            if is_one and leads_to(operation, needs[0].resource):
                reads[needs[0].resource] = operation
        return reads

    def reading(self, entity: Entity) -> Step:
        """A call that reads a thing, be it known or not."""
        operation = self.readable[entity.home.resource]
        (need,) = (each for each in self.plan.needs[operation.label] if each.required)
        bound = {slot: entity.values[index] for slot, index in need.slots}
        return Step(self._builders[operation.label].build(bound, bare=True), entity)

    @cached_property
    def erases(self) -> bool:
        """Whether calls may erase things that they do not name, as a reset of everything does."""
        called = (self._operations[label] for label in self._builders)
        return any(
            each.method != "delete" and destruction(each) and not self._addresses(each) for each in called
        )

    def _addresses(self, operation: Operation) -> bool:
        return any(need.addressed for need in self.plan.needs[operation.label])

    def conflicted(self, step: Step) -> None:
        """A call was refused for a conflict. Where it was to make something, that may go by a name that is
        taken; elsewhere it is the state of a thing that forbids it, as of an order that is paid.
        """
        operation = step.call.operation
        makes = any(feed.owned for feed in self.plan.feeds.get(operation.label, ()))
        if operation.method == "post" and (makes or "201" in operation.responses):
            self._builders[operation.label].differ()

    def forget(self, step: Step) -> None:
        """The thing of a step has turned out to be gone."""
        if step.entity is not None:
            step.entity.home.forget(step.entity)
            step.entity.home.left(step.entity, time.monotonic())

    def exploration(self) -> Iterator[list[Step]]:
        """Rounds of calls that find out what exists already: the lists, then the lists within what those
        have shown. Each step has to be told to `explored` before the next round.
        """
        pending = [label for label, feeds in self.plan.feeds.items() if self._shows(label, feeds)]
        for _ in range(_ROUNDS_OF_EXPLORATION):
            steps = [self._step(self._operations[label], 0, bare=True) for label in pending]
            found = [step for step in steps if step is not None]
            called = {step.call.operation.label for step in found}
            pending = [label for label in pending if label not in called]
            if found:
                yield found

    def explored(self, step: Step, exchange: Exchange | None) -> list[Existing]:
        """The things that a list shows, each as its resource and values; they are known from now on."""
        release(step.leases)
        feeds = self.plan.feeds.get(step.call.operation.label, ()) if exchange else ()
        found = (
            [(feed.resource, values) for feed in feeds for values in feed.things(exchange)]
            if exchange
            else []
        )
        for resource, values in found:
            self.know(resource, values)
        return found

    def know(self, resource: str, values: Values) -> None:
        """A thing that existed before the run: to be read, never to be changed."""
        if resource in self._entities:
            self._entities[resource].add(values, owned=False)

    def lines(self) -> Iterator[str]:
        """What calls what, with the reason, and what is not called, for people."""
        yield from self.plan.lines([*self._builders])
        for label in self._builders:
            if server := self._operations[label].server:
                base = self._operations[label].base or "/"
                yield f"{label}: its own server is {server}: called under {base} of the host"
        for label, reason in self.uncovered.items():
            yield f"{label}: not called: {reason}"

    def reads(self, label: str) -> bool:
        """Whether anything is learnt from what an operation answers."""
        return bool(self._learnt.get(label)) or label in self.plan.memories

    def _shows(self, label: str, feeds: Sequence[object]) -> bool:
        return bool(feeds) and label in self._builders and self._operations[label].method == "get"

    def _selected(self, operations: Sequence[Operation]) -> dict[str, Operation]:
        self._orders.selection.check(operations)
        selected = {}
        for each in operations:
            refusal = self._orders.selection.refusal(each) or _fault(each)
            missing = self._orders.credentials.missing(each, self._schemes)
            if refusal or missing:
                self.uncovered[each.label] = refusal or missing
            else:
                selected[each.label] = each
            if missing and not refusal:
                self.asking[each.label] = missing
        return selected

    def _planned(self, payloads: Payloads) -> Plan:
        """The plan of the operations that are selected, without those that would change what this run does
        not make: that is known once there is a plan, and then others may have nothing to work on any more.
        """
        while True:
            found = plan([*self._operations.values()])
            refused = {
                label: reason
                for label, operation in self._operations.items()
                if (reason := self._refusal_of_plan(operation, found, payloads))
            }
            if not refused:
                return found
            self.uncovered.update(refused)
            self._operations = {
                label: each for label, each in self._operations.items() if label not in refused
            }

    def _refusal_of_plan(self, operation: Operation, found: Plan, payloads: Payloads) -> str:
        feeds = [feed for feeds in found.feeds.values() for feed in feeds]
        made = {feed.resource for feed in feeds if feed.owned and feed.producer != operation.label}
        needs = found.needs.get(operation.label, ())
        own = [feed for feed in feeds if feed.owned and feed.producer == operation.label]
        names = any(feed.reason == MAKES_ITS_PATH for feed in own)
        if names and not self._orders.selection.allow_destructive and not can_name(operation, payloads):
            return (
                f"{{{operation.path_names[-1]}}} cannot be a name that nothing else has, so it may change "
                f"what this run did not create; --allow-destructive includes it"
            )
        return self._orders.selection.refusal_of_plan(
            operation,
            makes=bool(own),
            owns=any(
                need.resource in made
                for need in needs
                if need.addressed or (need.required and operation.method == "post")
            ),
            is_single=_is_single(operation, [*self._operations.values()]),
            is_action=_is_action(operation, [*self._operations.values()]),
        )

    def _compiled(self, payloads: Payloads) -> Iterator[tuple[str, CallBuilder]]:
        careful = not self._orders.selection.allow_destructive
        for label, operation in self._operations.items():
            if label in self.plan.uncovered:
                continue
            needs = self.plan.needs[label]
            bound = [slot for need in needs if need.required for slot, _ in need.slots]
            optional = [need for need in needs if not need.required and not need.made_up]
            unsent = [slot for need in optional for slot, _ in need.slots]
            unsent += [*self.plan.unsent[label], *self._carried[label]]
            secret = self._orders.credentials.secret(operation, self._schemes)
            try:
                yield (
                    label,
                    CallBuilder(
                        operation,
                        bound,
                        unsent,
                        payloads,
                        self._random,
                        secret,
                        self._naming(operation),
                        careful,
                    ),
                )
            except (Unbuildable, ContractError) as reason:
                self.uncovered[label] = str(reason)

    def _naming(self, operation: Operation) -> frozenset[Slot]:
        """Where a call names what it makes, by the last parameter of its path or by a property of its body;
        that is to be the run's own name.
        """
        if self._orders.selection.allow_destructive:
            return frozenset()
        found: set[Slot] = set()
        for feed in self.plan.feeds.get(operation.label, ()):
            last = feed.parts[-1]
            if feed.reason == MAKES_ITS_PATH:
                found |= {Slot("path", each) for each in operation.path_names[-1:]}
            elif feed.owned and not feed.twin_of and isinstance(last, Identifier):
                pointers = filter(None, (last.pointer, last.request, last.named))
                found |= {Slot("body", each) for each in pointers if each.count("/") == 1}
        return frozenset(found)

    def _weighted(self, profile: Profile) -> tuple[list[Operation], list[float]]:
        choices = [self._operations[label] for label in self._builders]
        kinds = [kind_of(each) for each in choices]
        weights = [profile.weights.get(kind, 0) / kinds.count(kind) for kind in kinds]
        weighted = [(each, weight) for each, weight in zip(choices, weights, strict=True) if weight > 0]
        return [each for each, _ in weighted], [weight for _, weight in weighted]

    def _step(self, operation: Operation, depth: int, bare: bool = False) -> Step | None:
        """A call of an operation, or of one that makes what it needs; None when neither is possible."""
        builder = self._builders.get(operation.label)
        if builder is None:
            return None
        bound: dict[Slot, Json] = {} if bare else self._recalled(operation)
        leases: list[Entity] = []
        addressed: Entity | None = None
        for need in self.plan.needs[operation.label]:
            is_optional = not need.required and not need.made_up
            if is_optional and (bare or self._random.random() > _REFERRED):
                continue
            entity = self._leased(operation, need, leases, addressed)
            if entity is None and need.required:
                release(leases)
                return self._produced(need, depth) if depth else None
            if entity is not None:
                bound.update(_kept(operation, entity) if need.addressed else {})
                bound.update({slot: entity.values[index] for slot, index in need.slots})
                addressed = entity if need.addressed else addressed
        return Step(builder.build(bound, bare), addressed, tuple(leases))

    def _produced(self, need: Need, depth: int) -> Step | None:
        producers = [each for each in self.plan.producers(need.resource) if each in self._builders]
        creators = [each for each in producers if self._operations[each].method not in SAFE]
        for label in creators or producers:
            if self._is_hopeless(label):
                continue
            step = self._step(self._operations[label], depth - 1)
            if step is not None:
                return step
        return None

    def _independent_step(self) -> Step:
        independent = [
            each for each in self._choices if not any(n.required for n in self.plan.needs[each.label])
        ]
        shuffled = self._random.sample(independent, len(independent))
        for operation in sorted(shuffled, key=self._is_given_up):
            step = self._step(operation, 0)
            if step is not None:
                return step
        raise LoadError(
            "nothing to work on: no answer has told of anything yet, and no operation starts without"
        )

    def _leased(
        self, operation: Operation, need: Need, leases: list[Entity], addressed: Entity | None
    ) -> Entity | None:
        """A thing for a need, with all that it was made of; `leases` is what is to be released later. What
        a call refers to is of the same parent as what its path leads to.
        """
        entities = self._entities[need.resource]
        changes = operation.method not in SAFE and not self._orders.selection.allow_destructive
        ends = leads_to(operation, need.resource) and need.addressed and operation.method == "delete"
        # What is made within a thing of others, as a comment on a post, or with a reference to one, changes
        # it less than it tells of.
        makes = operation.method == "post" and self._makes(operation, need if need.addressed else None)
        refers = operation.method in ("put", "patch") and not need.addressed
        # Where the run makes such things, it works with its own.
        owned_only = changes and (need.resource in self._made or (not makes and not refers))
        if ends:
            return entities.take(self._random, owned_only)
        within = (
            addressed.values if addressed and need.resource.startswith(f"{addressed.home.resource}/") else ()
        )
        entity = entities.share(self._random, owned_only, within)
        if entity is not None:
            leases.append(entity)
            for parent in entity.parents:
                parent.users += 1
                leases.append(parent)
        return entity

    @cached_property
    def _made(self) -> frozenset[str]:
        """The resources that this run makes things of."""
        feeds = (feed for feeds in self.plan.feeds.values() for feed in feeds)
        return frozenset(feed.resource for feed in feeds if feed.owned)

    def _makes(self, operation: Operation, within: Need | None) -> bool:
        """Whether an operation makes things, within those of a need if there is one."""
        place = f"{within.resource}/" if within else ""
        feeds = self.plan.feeds.get(operation.label, ())
        return any(feed.owned and feed.resource.startswith(place) for feed in feeds)

    def _recalled(self, operation: Operation) -> dict[Slot, Json]:
        """Values that links gave for slots apart from things, followed now and then."""
        recalled: dict[Slot, Json] = {}
        for slot in self._carried[operation.label]:
            values = self._remembered.get((operation.label, slot))
            if values and self._random.random() < _FOLLOWED:
                recalled[slot] = self._random.choice(values)
        return recalled

    def _learn(self, step: Step, exchange: Exchange) -> list[Entity]:
        label = step.call.operation.label
        made: dict[str, Entity] = {}
        own: list[Entity] = []
        for feed in self._learnt.get(label, ()):
            entities = self._entities[feed.resource]
            if not feed.owned and entities.size >= _LISTED:
                continue
            # What stands within a thing of this run, the run may change as it may change that.
            within = step.entity is not None and feed.resource.startswith(f"{step.entity.home.resource}/")
            makes = feed.owned and _has_made(step, feed, exchange)
            inherits = within and step.entity is not None and step.entity.owned
            for values in feed.things(exchange):
                if feed.twin_of in made:
                    entities.add_twin(values, made[feed.twin_of])
                else:
                    is_new = makes and not self._may_have_been_there(feed, values, exchange)
                    thing = entities.add(values, is_new or inherits, step.leases, step.began, is_new)
                    made[feed.resource] = thing
                    if feed.owned and exchange.status != HTTPStatus.ACCEPTED:
                        thing.shown_at = self._place_of(thing, exchange.response_body)
                        own.append(thing)
        for memory in self.plan.memories.get(label, ()):
            value = evaluate(memory.expression, exchange)
            if value is not UNRESOLVABLE and value is not None:
                key = (memory.consumer, memory.slot)
                self._remembered.setdefault(key, deque(maxlen=_REMEMBERED)).append(value)
        return own

    def _may_have_been_there(self, feed: Feed, values: Values, exchange: Exchange) -> bool:
        """Whether a call has named what it made as something else may have been named before: unless 201 says
        that it was created, the service may have changed that.
        """
        last, name = feed.parts[-1], values[-1]
        if exchange.status == HTTPStatus.CREATED or not isinstance(last, Identifier):
            return False
        pointers = filter(None, (last.request, last.named))
        is_told = any(at_pointer(exchange.request_body, each) == name for each in pointers)
        return isinstance(name, str) and is_told and not self._is_own(name)


def _has_made(step: Step, feed: Feed, exchange: Exchange) -> bool:
    """Whether an answer says that something has been made, and not that it was there: where 201 is
    documented, that is what says so (RFC 9110, section 15.3.2), unless what is shown is older than the call.
    Under a name of the run's own, nothing was there.
    """
    if exchange.status == HTTPStatus.ACCEPTED:
        return False
    if feed.reason in (MAKES_ITS_PATH, JOINS_ITS_PATH):
        return True
    taken_s = time.monotonic() - step.began
    if is_earlier(exchange.response_body, exchange.response_headers.get("date", ""), taken_s):
        return False
    return exchange.status == HTTPStatus.CREATED or "201" not in step.call.operation.responses


def _is_about(exchange: Exchange, thing: Entity) -> bool:
    """Whether the answer to a change shows what was sent, and no more by the thing's former identifier."""
    told = {str(each) for each in scalars(exchange.response_body)}
    shown = any(is_distinctive(each) and str(each) in told for each in scalars(exchange.request_body))
    return shown and str(thing.values[-1]) not in told


def _kept(operation: Operation, entity: Entity) -> dict[Slot, Json]:
    """What a replacement or change leaves as it is: all that others find the thing by."""
    if operation.method not in ("put", "patch"):
        return {}
    return {
        Slot("body", f"/{attribute_of(each.home.resource)}"): each.values[-1] for each in entity.itself.twins
    }


def _describes(schema: Json, root: Json, names: Sequence[str]) -> bool:
    """Whether a schema has a property that these names lead to, one within the other; `root` is the whole
    document, for references.
    """
    inner = outline(schema, root).get("properties", {}).get(names[0])
    return inner is not None and (len(names) == 1 or _describes(inner, root, names[1:]))


def leads_to(operation: Operation, resource: str) -> bool:
    """Whether the path of an operation is that of a resource's things, and ends there."""
    return normalised(operation.path) == normalised(resource)


def _is_single(operation: Operation, others: Sequence[Operation]) -> bool:
    """Whether a path is that of a single thing, such as a setting: it can be read there, it is no list, and
    no path leads to things within.
    """
    path = normalised(operation.path)
    reads = [each for each in others if each.method == "get" and normalised(each.path) == path]
    has_items = any(normalised(each.path).startswith(f"{path}/{{") for each in others)
    return bool(reads) and not has_items and not any(lists(each) for each in reads)


def _is_action(operation: Operation, others: Sequence[Operation]) -> bool:
    """Whether an operation acts on what is there: its path is that of a GET with a word after it, or lies
    below that of a single thing that can be changed, as a user's own account, or it needs no body and
    documents no 201.
    """
    path = normalised(operation.path)
    whole, _, last = path.rpartition("/")
    if "{" not in last and any(each.method == "get" and normalised(each.path) == whole for each in others):
        return True
    changed = [each for each in others if each.method in ("put", "patch") and "{" not in each.path]
    if any(path.startswith(f"{each.path}/") and _is_single(each, others) for each in changed):
        return True
    schemas = operation.request_body.content.values() if operation.request_body else ()
    says = any(outline(each.translated, each.translated).get("required") for each in schemas)
    return not says and "201" not in operation.responses


def _fault(operation: Operation) -> str:
    """Why the schemas of an operation cannot be used; empty when they can."""
    body = operation.request_body
    if "101" in operation.responses and not operation.successes:
        return "it switches to another protocol (101), which this load does not speak"
    try:
        compile_responses(operation)
        for schema in (
            *(each.schema for each in operation.parameters),
            *(body.content.values() if body else ()),
        ):
            schema.translated  # noqa: B018 - a cached property, wanted for its effect
    except ContractError as reason:
        return str(reason)
    return ""


def _remembered_slots(found: Plan, label: str) -> list[Slot]:
    slots = [each.slot for memories in found.memories.values() for each in memories if each.consumer == label]
    return [*dict.fromkeys(slots)]
