"""Which operation is called next: every operation twice at first, then each as often as its weight says."""

from collections import Counter, deque
from collections.abc import Sequence
from itertools import accumulate
from random import Random

from load.errors import LoadError
from load.options.profile import Profile, kind_of
from openapi.operations import Operation

_FIRST_ROUNDS = 2
# How often an operation that cannot be called yet is put off, for each of the first rounds.
_PUT_OFF_AT_MOST = 6
# How many others come before an operation that is put off for the first time.
_SOON = 8


class OperationSchedule:
    """The operations that have a weight in the profile of a run.

    Raises LoadError when there are none.
    """

    def __init__(self, operations: Sequence[Operation], profile: Profile, random: Random) -> None:
        self._random = random
        kinds = [kind_of(operation) for operation in operations]
        weighted = [
            (operation, profile.weights[kind] / kinds.count(kind))
            for operation, kind in zip(operations, kinds, strict=True)
            if profile.weights.get(kind, 0) > 0
        ]
        if not weighted:
            raise LoadError(f"profile {profile.name}: no operation of the document has a weight")
        self.operations = [operation for operation, _ in weighted]
        self._cumulative_weights = [*accumulate(weight for _, weight in weighted)]
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

    def draw(self) -> Operation:
        """An operation at random, by its weight."""
        (operation,) = self._random.choices(self.operations, cum_weights=self._cumulative_weights)
        return operation

    def shuffled(self) -> list[Operation]:
        """All operations in random order."""
        return self._random.sample(self.operations, len(self.operations))
