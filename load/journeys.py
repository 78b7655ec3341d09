"""What to call next and with which ids, as the links of the contract lead. Sends nothing."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from load.calls import Call, CallBuilder
from load.entities import Entities, Entity
from load.errors import LoadError
from load.traffic import Kind, Profile, kind_of
from openapi.contract import ContractError, Json
from openapi.expressions import UNRESOLVABLE, Exchange, at_pointer, evaluate, over_items
from openapi.operations import Link, Operation
from openapi.payloads import Payloads, Unbuildable
from openapi.responses import compile_responses

_FOLLOWED = 0.5
_REMEMBERED = 100
_DEPTH = 4


@dataclass(frozen=True)
class Step:
    """A call to make, and the thing it works on, if it works on one."""

    call: Call
    entity: Entity | None


class Journeys:
    """The state of one process's users: known things, remembered values, what leads where.

    `uncovered` maps the ids of operations that cannot be called to the reason; `omitted` tells of
    optional properties that are never sent.
    Raises LoadError when nothing can be called.
    """

    def __init__(
        self, operations: Sequence[Operation], profile: Profile, payloads: Payloads, random: Random
    ) -> None:
        self._random = random
        self._operations = {each.operation_id: each for each in operations}
        self._entities: dict[str, Entities] = {
            each.path: Entities() for each in operations if "{" in each.path
        }
        self._remembered: dict[tuple[str, str], deque[Json]] = {}
        self._fed = self._linked_parameters()
        self.uncovered: dict[str, str] = {}
        self._builders = dict(self._compiled(payloads))
        self.omitted = list(dict.fromkeys(payloads.omitted))
        if not self._builders:
            reasons = "; ".join(f"{name}: {reason}" for name, reason in self.uncovered.items())
            raise LoadError(f"no operation of the document can be called: {reasons}")
        self._choices, self._weights = self._weighted(profile)
        if not self._choices:
            raise LoadError(f"profile {profile.name}: no operation of the document has a weight")

    def next(self) -> Step:
        """A call that can be made now; for want of things to work on, one that creates some."""
        for operation in self._random.choices(self._choices, self._weights, k=_DEPTH):
            step = self._step(operation, _DEPTH)
            if step is not None:
                return step
        return self._independent_step()

    def done(self, step: Step, exchange: Exchange | None) -> None:
        """Tell how a call went: releases its thing, and learns from its links.

        `exchange` is None when it failed. A deleted thing stays forgotten however it went.
        """
        entity = step.entity
        deletes = step.call.operation.method == "delete"
        if entity is not None and not deletes:
            self._entities[step.call.operation.path].release(entity)
        if exchange is not None:
            self._learn(step.call.operation, exchange)

    def forget(self, step: Step) -> None:
        """The thing of a step has turned out to be gone."""
        if step.entity is not None:
            self._entities[step.call.operation.path].forget(step.entity)

    def exploration(self) -> list[Step]:
        """Calls that find out what exists already: every list that links lead on from."""
        return [
            Step(self._builders[operation_id].build({}, bare=True), None)
            for operation_id, operation in self._operations.items()
            if operation_id in self._builders and kind_of(operation) is Kind.LIST
        ]

    def explored(self, step: Step, exchange: Exchange) -> Iterator[tuple[str, Mapping[str, Json]]]:
        """The things that a list shows, each as its templated path and values."""
        for link in self._links(step.call.operation, exchange.status):
            target = self._operations[link.target]
            yield from ((target.path, values) for values in _listed(link, target, exchange))

    def know(self, path: str, values: Mapping[str, Json]) -> None:
        """A thing that existed before the run: to be read, never to be changed."""
        if path in self._entities:
            self._entities[path].add(values, owned=False)

    def _linked_parameters(self) -> dict[str, frozenset[str]]:
        fed: dict[str, set[str]] = {operation_id: set() for operation_id in self._operations}
        for operation in self._operations.values():
            for response in operation.successes:
                for link in response.links:
                    fed.setdefault(link.target, set()).update(link.parameters)
        return {operation_id: frozenset(names) for operation_id, names in fed.items()}

    def _compiled(self, payloads: Payloads) -> Iterator[tuple[str, CallBuilder]]:
        for operation_id, operation in self._operations.items():
            unfed = [name for name in operation.path_names if name not in self._fed[operation_id]]
            if unfed:
                self.uncovered[operation_id] = f"no link tells {', '.join(unfed)}"
                continue
            try:
                compile_responses(operation)
                yield operation_id, CallBuilder(operation, self._fed[operation_id], payloads, self._random)
            except (Unbuildable, ContractError) as reason:
                self.uncovered[operation_id] = str(reason)

    def _weighted(self, profile: Profile) -> tuple[list[Operation], list[float]]:
        choices = [self._operations[operation_id] for operation_id in self._builders]
        kinds = [kind_of(each) for each in choices]
        weights = [profile.weights.get(kind, 0) / kinds.count(kind) for kind in kinds]
        weighted = [(each, weight) for each, weight in zip(choices, weights, strict=True) if weight > 0]
        return [each for each, _ in weighted], [weight for _, weight in weighted]

    def _step(self, operation: Operation, depth: int) -> Step | None:
        builder = self._builders.get(operation.operation_id)
        if builder is None:
            return None
        if "{" not in operation.path:
            return Step(builder.build(self._recalled(operation)), None)
        entity = self._leased(operation)
        if entity is not None:
            return Step(builder.build({**self._recalled(operation), **entity.values}), entity)
        producers = self._producers(operation)
        if not producers or not depth:
            return None
        return self._step(self._random.choice(producers), depth - 1)

    def _independent_step(self) -> Step:
        independent = [each for each in self._choices if "{" not in each.path]
        if not independent:
            raise LoadError(
                "nothing to work on: no link has led to anything yet, and no operation starts without"
            )
        step = self._step(self._random.choice(independent), 0)
        assert step is not None
        return step

    def _leased(self, operation: Operation) -> Entity | None:
        entities = self._entities[operation.path]
        if operation.method == "delete":
            return entities.take(self._random)
        return entities.share(self._random, owned_only=operation.method not in ("get", "head"))

    def _producers(self, operation: Operation) -> list[Operation]:
        same_path = {each.operation_id for each in self._operations.values() if each.path == operation.path}
        return [
            each
            for each in self._operations.values()
            if each.method == "post"
            and each.operation_id in self._builders
            and any(link.target in same_path for response in each.successes for link in response.links)
        ]

    def _recalled(self, operation: Operation) -> dict[str, Json]:
        """Values that links gave for parameters outside the path, followed now and then."""
        recalled = {}
        for name in self._fed[operation.operation_id] - set(operation.path_names):
            values = self._remembered.get((operation.operation_id, name))
            if values and self._random.random() < _FOLLOWED:
                recalled[name] = self._random.choice(values)
        return recalled

    def _links(self, operation: Operation, status: int) -> Iterator[Link]:
        return (link for link in operation.links(status) if link.target in self._operations)

    def _learn(self, operation: Operation, exchange: Exchange) -> None:
        created = operation.method == "post"
        for link in self._links(operation, exchange.status):
            target = self._operations[link.target]
            values = {name: evaluate(each, exchange) for name, each in link.parameters.items()}
            path = {
                name: values[name]
                for name in target.path_names
                if values.get(name) not in (None, UNRESOLVABLE)
            }
            if created and path and len(path) == len(target.path_names):
                self._entities[target.path].add(path, owned=True)
            for name in values.keys() - set(target.path_names):
                if values[name] not in (None, UNRESOLVABLE):
                    memory = self._remembered.setdefault((link.target, name), deque(maxlen=_REMEMBERED))
                    memory.append(values[name])


def _listed(link: Link, target: Operation, exchange: Exchange) -> Iterator[Mapping[str, Json]]:
    """What a link on the first item of a list says, said of every item."""
    pointers = {name: over_items(each) for name, each in link.parameters.items() if name in target.path_names}
    if not pointers or set(pointers) != set(target.path_names) or None in pointers.values():
        return
    lists = {found[0] for found in pointers.values() if found}
    items = at_pointer(exchange.response_body, lists.pop()) if len(lists) == 1 else UNRESOLVABLE
    for item in items if isinstance(items, list) else ():
        values = {name: at_pointer(item, found[1]) for name, found in pointers.items() if found}
        if UNRESOLVABLE not in values.values():
            yield values
