"""Values in no order, any of which can be picked or removed in constant time."""

from collections.abc import Hashable, Iterator
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


class RandomBag(Generic[T]):
    """Values in no order, none twice. When one is removed, the last one takes its place."""

    def __init__(self) -> None:
        self._values: list[T] = []
        self._indexes: dict[T, int] = {}

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[T]:
        return iter(self._values)

    def __getitem__(self, index: int) -> T:
        return self._values[index]

    def add(self, value: T) -> None:
        """Put in a value that is not in the bag."""
        self._indexes[value] = len(self._values)
        self._values.append(value)

    def remove(self, value: T) -> None:
        """Take a value out. Raises KeyError when it is not in the bag."""
        index, last = self._indexes.pop(value), self._values.pop()
        if last is not value:
            self._values[index] = last
            self._indexes[last] = index

    def pick(self, random: Random) -> T:
        """Any value. Raises IndexError when the bag is empty."""
        return self._values[int(random.random() * len(self._values))]
