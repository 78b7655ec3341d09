"""What to call next and with which ids, as the plan leads. Sends nothing."""

import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from itertools import accumulate
from random import Random

from load.calls.call import Call
from load.calls.repetition import Repetition
from load.errors import LoadError
from load.journeys.compiled_operations import CompiledOperations
from load.journeys.entities import Entity, release
from load.journeys.knowledge import Knowledge
from load.journeys.references import holds, is_listed, kept
from load.journeys.step import Step, leads_to
from load.options.profile import Profile, kind_of
from load.planning.plan import Need, Slot
from load.planning.side_effects import REPLACING, SAFE
from openapi.contract import Json
from openapi.expressions import Exchange
from openapi.operations import Operation

_FOLLOWED = 0.5
_REFERRED = 0.7
_DEPTH = 4
# What has never worked so many times in a row is tried again now and then only: other operations wait.
_PATIENCE = 20
_HOPE = 0.05
_FIRST_ROUNDS = 2
# How often an operation's turn in the first rounds may go to those that make what it needs.
_FIRST_TURNS = 6
_ROUNDS_OF_EXPLORATION = 3


class Journeys:
    """The journeys of one process's users: whose turn it is, and which things nobody else may lose.

    Raises LoadError when nothing has a weight.
    """

    def __init__(self, compiled: CompiledOperations, known: Knowledge, random: Random) -> None:
        self._compiled, self._known, self._random = compiled, known, random
        self._failed: Counter[str] = Counter()
        self._is_careful = not compiled.options.selection.allow_destructive
        profile = compiled.options.profile
        self._choices, weights = self._weighted(profile)
        self._weights = [*accumulate(weights)]
        if not self._choices:
            raise LoadError(f"profile {profile.name}: no operation of the document has a weight")
        self._first = deque(each for each in self._choices for _ in range(_FIRST_ROUNDS))
        random.shuffle(self._first)
        self._turns: Counter[str] = Counter()

    def next_step(self) -> Step:
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
        return operation.label in self._compiled.plan.guessed_parameters and self._is_hopeless(
            operation.label
        )

    def _is_hopeless(self, label: str) -> bool:
        """Whether an operation has never worked for long, most times that this is asked."""
        return self._failed[label] > _PATIENCE and self._random.random() > _HOPE

    def complete(self, step: Step, exchange: Exchange | None, succeeded: bool = True) -> list[Entity]:
        """Tell how a call went: releases its things, learns what the plan says it tells, and gives the things
        that the call has made, or found in place of what it was to make.

        `exchange` is None when nothing is to be learnt. A deleted thing stays forgotten however it went.
        """
        release(step.leases)
        label = step.call.operation.label
        self._failed[label] = 0 if succeeded else self._failed[label] + 1
        if succeeded and step.entity is not None:
            step.entity.pool.resolved_by.add(label)
        if step.entity is not None and step.call.operation.method == "delete":
            step.entity.pool.record_deletion(step.entity, time.monotonic())
        return self._known.record_answer(step, exchange) if exchange is not None else []

    def record_refusal(self, step: Step, status: int) -> None:
        """A call was refused. In a conflict, where it was to make something, that may go by a name that is
        taken; elsewhere it is the state of a thing that forbids it, as of an order that is paid.
        """
        operation = step.call.operation
        if step.is_repetition:
            self._known.ownership.record_refused_repetition(operation.label, status)
            return
        self._known.ownership.allow_repetition(operation.label)
        if status != HTTPStatus.CONFLICT:
            return
        makes = any(producer.creates for producer in self._compiled.plan.producers.get(operation.label, ()))
        if operation.method == "post" and (makes or "201" in operation.responses):
            self._compiled.builders[operation.label].differ()

    def remove_entity(self, step: Step) -> None:
        """The thing of a step has turned out to be gone."""
        if step.entity is not None:
            step.entity.pool.remove(step.entity)
            step.entity.pool.record_deletion(step.entity, time.monotonic())

    def exploration_rounds(self) -> Iterator[list[Step]]:
        """Rounds of calls that find out what exists already: the lists, then the lists within what those
        have shown. Each step has to be told to the knowledge before the next round.
        """
        pending = [
            label
            for label, producers in self._compiled.plan.producers.items()
            if self._shows(label, producers)
        ]
        for _ in range(_ROUNDS_OF_EXPLORATION):
            steps = [self._step(self._compiled.operations[label], 0, bare=True) for label in pending]
            found = [step for step in steps if step is not None]
            called = {step.call.operation.label for step in found}
            pending = [label for label in pending if label not in called]
            if found:
                yield found

    def _shows(self, label: str, producers: Sequence[object]) -> bool:
        return (
            bool(producers)
            and label in self._compiled.builders
            and self._compiled.operations[label].method == "get"
        )

    def _weighted(self, profile: Profile) -> tuple[list[Operation], list[float]]:
        choices = [self._compiled.operations[label] for label in self._compiled.builders]
        kinds = [kind_of(each) for each in choices]
        weights = [profile.weights.get(kind, 0) / kinds.count(kind) for kind in kinds]
        weighted = [(each, weight) for each, weight in zip(choices, weights, strict=True) if weight > 0]
        return [each for each, _ in weighted], [weight for _, weight in weighted]

    def _step(self, operation: Operation, depth: int, bare: bool = False) -> Step | None:
        """A call of an operation, or of one that makes what it needs; None when neither is possible."""
        is_built = operation.label in self._compiled.builders
        if not is_built or (self._is_careful and operation.label in self._known.ownership.overwriting):
            return None
        bound: dict[Slot, Json] = {} if bare else self._recalled(operation)
        leases: list[Entity] = []
        addressed: Entity | None = None
        foreign: dict[Slot, Need] = {}
        for need in self._compiled.plan.needs[operation.label]:
            is_optional = not need.required and not need.made_up
            if is_optional and (bare or self._random.random() > _REFERRED):
                continue
            entity = self._leased(operation, need, leases, addressed)
            if entity is None and need.required:
                release(leases)
                return self._produced(need, depth) if depth else None
            if entity is not None:
                # Where a thing is made of others, it is where they are.
                is_there = need.addressed or operation.method == "post"
                bound = {**(entity.original.origin.fields if is_there else {}), **bound}
                bound.update(kept(operation, entity) if need.addressed else {})
                bound.update({slot: entity.values[index] for slot, index in need.slots})
                addressed = entity if need.addressed else addressed
                foreign |= {} if entity.is_own else {slot: need for slot, _ in need.slots}
        again = None if bare else self._known.ownership.repetition(operation.label)
        call = self._built(operation, bound, foreign, bare, again)
        gathers = any(holds(operation, each, call.payload) for each in foreign)
        if gathers and addressed is not None:
            addressed.original.may_contain_foreign = True
        return Step(call, addressed, tuple(leases), is_repetition=again is not None, lists_foreign=gathers)

    def _built(
        self,
        operation: Operation,
        bound: Mapping[Slot, Json],
        foreign: Mapping[Slot, Need],
        bare: bool,
        again: Repetition | None,
    ) -> Call:
        """A call with these values in its slots, but for what it need not take from where it is: `foreign`
        slots name things of others.
        """
        builder = self._compiled.builders[operation.label]
        call = builder.build({**again.bound, **bound} if again else bound, bare, again)
        moved = {
            slot
            for slot, need in foreign.items()
            if not need.required and self._may_move(operation, slot, call.payload)
        }
        if moved:
            rest = {slot: value for slot, value in bound.items() if slot not in moved}
            call = builder.build({**again.bound, **rest} if again else rest, bare, again)
        return call

    def _produced(self, need: Need, depth: int) -> Step | None:
        producers = [
            each
            for each in self._compiled.plan.producer_labels(need.resource)
            if each in self._compiled.builders
        ]
        creators = [each for each in producers if self._compiled.operations[each].method not in SAFE]
        for label in creators or producers:
            if self._is_hopeless(label):
                continue
            step = self._step(self._compiled.operations[label], depth - 1)
            if step is not None:
                return step
        return None

    def _independent_step(self) -> Step:
        """A call of an operation that needs nothing, or else of any that has what it needs."""
        needs = self._compiled.plan.needs
        shuffled = self._random.sample(self._choices, len(self._choices))
        independent = [each for each in shuffled if not any(need.required for need in needs[each.label])]
        for operation in [*sorted(independent, key=self._is_given_up), *shuffled]:
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
        entities = self._known.pools[need.resource]
        changes = operation.method not in SAFE and self._is_careful
        ends = leads_to(operation, need.resource) and need.addressed and operation.method == "delete"
        # What is made within a thing of others, as a comment on a post, or with a reference to one, changes
        # it less than it tells of.
        makes = operation.method == "post" and self._makes(operation, need if need.addressed else None)
        refers = operation.method in ("put", "patch") and not need.addressed
        # What a path names beside the thing that it leads to is put there, or taken away, as a document is
        # in a folder.
        if not need.addressed and any(slot.location == "path" for slot, _ in need.slots):
            makes = refers = False
        # Where the run makes such things, it works with its own.
        own_only = changes and (need.resource in self._compiled.index.created or (not makes and not refers))
        is_change = need.addressed and operation.method in REPLACING
        if is_change and own_only and self._known.awaits_proof(need.resource):
            return None
        if ends:
            return entities.lease_for_deletion(self._random, own_only)
        within = addressed.values if addressed and need.resource.startswith(f"{addressed.resource}/") else ()
        entity = entities.lease(self._random, own_only, within)
        if entity is not None:
            leases.append(entity)
            for parent in entity.parents:
                parent.use_count += 1
                leases.append(parent)
        return entity

    def _may_move(self, operation: Operation, slot: Slot, payload: Json) -> bool:
        """Whether what a call names in a list may be taken from where it is, as an issue that gets into
        another sprint.
        """
        return operation.method not in SAFE and self._is_careful and is_listed(slot, payload)

    def _makes(self, operation: Operation, within: Need | None) -> bool:
        """Whether an operation makes things, within those of a need if there is one."""
        place = f"{within.resource}/" if within else ""
        producers = self._compiled.plan.producers.get(operation.label, ())
        return any(producer.creates and producer.resource.startswith(place) for producer in producers)

    def _recalled(self, operation: Operation) -> dict[Slot, Json]:
        """Values that links gave for slots apart from things, followed now and then."""
        recalled: dict[Slot, Json] = {}
        for slot in self._compiled.index.linked_slots.get(operation.label, ()):
            if self._random.random() < _FOLLOWED:
                value = self._known.linked_value(operation.label, slot, self._random)
                recalled |= {} if value is None else {slot: value}
        return recalled
