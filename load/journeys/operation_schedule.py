"""Which operation is called next: every operation twice at first, then each as often as its weight says."""

from collections import Counter, deque
from collections.abc import Sequence
from itertools import accumulate
from random import Random

from load.errors import LoadError
from load.options.scenario import Scenario
from load.options.weights import shares_of
from openapi.operations import Operation

_FIRST_ROUNDS = 2
# How often an operation that cannot be called yet is put off, for each of the first rounds.
_PUT_OFF_AT_MOST = 6
# How many others come before an operation that is put off for the first time.
_SOON = 8
# An operation that is ahead of its share by so many calls is not drawn, unless so many draws find no other.
_AHEAD = 1.0
_DRAWS = 32


class OperationSchedule:
    """The operations that have a weight in the scenario of a run. Each gets its share of all calls: what was
    called for other reasons, in the first rounds or to create what another operation needs, is drawn less
    often for a while.

    Raises LoadError when there are none.
    """

    def __init__(self, operations: Sequence[Operation], scenario: Scenario, random: Random) -> None:
        self._random = random
        self._shares = shares_of(scenario.weights, operations)
        self.operations = [operation for operation in operations if operation.label in self._shares]
        if not self.operations:
            raise LoadError(f"scenario {scenario.name}: no operation of the document has a weight")
        self._cumulative_weights = [*accumulate(self._shares[each.label] for each in self.operations)]
        self._turns: Counter[str] = Counter()
        self._all_turns = 0
        # What has been created is used before it is deleted.
        self._first_rounds = deque(
            operation
            for _ in range(_FIRST_ROUNDS)
            for operation in sorted(self.shuffled(), key=lambda operation: operation.method == "delete")
        )
        self._put_off: Counter[str] = Counter()

    @property
    def is_in_first_rounds(self) -> bool:
        """Whether some operation has yet to be called in the first rounds."""
        return bool(self._first_rounds)

    def next_of_first_rounds(self) -> Operation:
        """The next operation of the first rounds, in which each is called early, whatever its weight."""
        return self._first_rounds.popleft()

    def put_off(self, operation: Operation) -> None:
        """Give an operation another turn in the first rounds, unless it was put off too often."""
        self._put_off[operation.label] += 1
        if self._put_off[operation.label] == 1:
            # By then, what it lacks may have been created.
            self._first_rounds.insert(_SOON, operation)
        elif self._put_off[operation.label] < _PUT_OFF_AT_MOST * _FIRST_ROUNDS:
            self._first_rounds.append(operation)

    def take_turn(self, operation: Operation) -> None:
        """An operation has had a turn: it is called, or cannot be called now."""
        # What has no weight is called for others only, and is nobody's turn.
        if operation.label in self._shares:
            self._turns[operation.label] += 1
            self._all_turns += 1

    def draw(self) -> Operation:
        """An operation at random, by its weight, which is not ahead of its share."""
        for _ in range(_DRAWS):
            (operation,) = self._random.choices(self.operations, cum_weights=self._cumulative_weights)
            share = self._shares[operation.label]
            if self._turns[operation.label] < share * self._all_turns + _AHEAD:
                break
        return operation

    def shuffled(self) -> list[Operation]:
        """All operations in random order."""
        return self._random.sample(self.operations, len(self.operations))
