"""What the users of one process call next, and what they learn from the answers. Sends nothing itself."""

import time
from collections.abc import Iterator
from http import HTTPStatus
from random import Random

from load.errors import LoadError
from load.journeys.compiled_operations import CompiledOperations
from load.journeys.entities import Entity, release
from load.journeys.failure_streaks import FailureStreaks
from load.journeys.knowledge import Knowledge
from load.journeys.operation_schedule import OperationSchedule
from load.journeys.step import Step
from load.journeys.step_builder import StepBuilder
from openapi.expressions import Exchange
from openapi.operations import Operation

# While some operations have not been called yet, this share of the calls is theirs.
_FIRST_CALLS = 0.8
# So many operations are drawn before one is taken that needs nothing.
_DRAWS = 4
# Lists before the run: those that need nothing, those within what they have shown, and those within these.
_EXPLORATION_ROUNDS = 3


class Journeys:
    """The journeys of the users of one process, who share what they know.

    Raises LoadError when the scenario gives no operation a weight.
    """

    def __init__(self, compiled: CompiledOperations, knowledge: Knowledge, random: Random) -> None:
        self._compiled, self._knowledge, self._random = compiled, knowledge, random
        called = [compiled.operations[label] for label in compiled.builders]
        self._schedule = OperationSchedule(called, compiled.options.scenario, random)
        self._streaks = FailureStreaks(random)
        self._steps = StepBuilder(compiled, knowledge, self._streaks, random)

    def next_step(self) -> Step:
        """A step that can be made now. Where entities are missing, it creates some.

        Raises LoadError when no operation can be called.
        """
        step = self._next_step()
        self._schedule.take_turn(step.call.operation)
        return step

    def _next_step(self) -> Step:
        if self._schedule.is_in_first_rounds and self._random.random() < _FIRST_CALLS:
            step = self._step_of_first_rounds()
            if step is not None:
                return step
        for _ in range(_DRAWS):
            operation = self._schedule.draw()
            step = None if self._is_given_up(operation) else self._steps.build(operation)
            if step is not None:
                return step
            self._schedule.take_turn(operation)
        return self._step_without_needs()

    def learns_from(self, label: str) -> bool:
        """Whether the next answer of an operation supplies anything that other calls use."""
        return self._compiled.index.learns_from(label) or self._knowledge.pages.are_wanted_from(label)

    def complete(self, step: Step, exchange: Exchange | None, succeeded: bool = True) -> list[Entity]:
        """End a step: release its entities, and record what its answer shows, unless `exchange` is None.

        Returns the entities that the call created, or was answered with in place of new ones. An entity that
        was to be deleted stays removed whether or not the call succeeded.
        """
        label = step.call.operation.label
        is_deletion = step.call.operation.method == "delete"
        if step.entity is not None and step.call.operation.method in ("put", "patch", "post"):
            step.entity.original.refer(other for other in step.leases if other not in step.entity.parents)
        # What may not have been deleted still refers to others.
        if succeeded or not is_deletion:
            release(step.leases)
        self._streaks.record(label, succeeded)
        if succeeded and step.entity is not None:
            step.entity.pool.resolved_by.add(label)
        if step.entity is not None and is_deletion:
            step.entity.pool.record_deletion(step.entity, time.monotonic())
        return self._knowledge.record_answer(step, exchange) if exchange is not None else []

    def record_refusal(self, step: Step, status: int) -> None:
        """Note that a call was answered with an error. If a creation is in conflict (409), a name may be
        taken: later calls make names differ. In other calls, 409 is about the state of an entity, such as an
        order that is paid.
        """
        operation = step.call.operation
        if step.is_repetition:
            self._knowledge.ownership.trials.record_refusal(operation.label, status)
            return
        self._knowledge.ownership.trials.allow(operation.label)
        if status != HTTPStatus.CONFLICT:
            return
        producers = self._compiled.plan.producers.get(operation.label, ())
        creates = any(producer.creates for producer in producers)
        if operation.method == "post" and (creates or "201" in operation.responses):
            self._compiled.builders[operation.label].make_distinct()

    def remove_entity(self, step: Step) -> None:
        """Remove the entity of a step, which turned out to be gone."""
        if step.entity is not None:
            step.entity.pool.remove(step.entity)
            step.entity.pool.record_deletion(step.entity, time.monotonic())

    def exploration_rounds(self) -> Iterator[list[Step]]:
        """Rounds of calls that show what exists before the run: the lists, then the lists within the entities
        that these have shown. The answers have to be recorded before the next round.
        """
        pending = [
            label
            for label, producers in self._compiled.plan.producers.items()
            if producers
            and label in self._compiled.builders
            and self._compiled.operations[label].method == "get"
        ]
        for _ in range(_EXPLORATION_ROUNDS):
            operations = [self._compiled.operations[label] for label in pending]
            built = [self._steps.build(operation, creations=0, bare=True) for operation in operations]
            steps = [step for step in built if step is not None]
            called = {step.call.operation.label for step in steps}
            pending = [label for label in pending if label not in called]
            if steps:
                yield steps

    def _step_of_first_rounds(self) -> Step | None:
        """A step for the operation whose turn it is. It gets another turn if it lacks something that has to
        be created first.
        """
        operation = self._schedule.next_of_first_rounds()
        step = self._steps.build(operation)
        if step is None or step.call.operation is not operation:
            self._schedule.put_off(operation)
        return step

    def _step_without_needs(self) -> Step:
        """A step for an operation that needs nothing, or else for any whose needs are met."""
        needs = self._compiled.plan.needs
        shuffled = self._schedule.shuffled()
        free = [
            operation for operation in shuffled if not any(need.required for need in needs[operation.label])
        ]
        for operation in [*sorted(free, key=self._is_given_up), *shuffled]:
            step = self._steps.build(operation, creations=0)
            if step is not None:
                return step
        raise LoadError("nothing to call: every operation needs an entity, and no answer has shown any yet")

    def _is_given_up(self, operation: Operation) -> bool:
        """Whether to pass over an operation with guessed path parameters, because its last calls failed."""
        is_guessed = operation.label in self._compiled.plan.guessed_parameters
        return is_guessed and self._streaks.passes_over(operation.label)
