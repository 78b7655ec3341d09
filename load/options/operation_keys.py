"""Keys that name operations: an id, a path, a tag, a method, a kind, or a pattern with *."""

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from fnmatch import fnmatchcase
from typing import TypeVar

from load.errors import LoadError
from load.options.kinds import Kind, kind_of
from openapi.near_words import did_you_mean
from openapi.operations import Operation

EVERYTHING = "*"
_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})

T = TypeVar("T")


class Reach(IntEnum):
    """What a key names, the most specific first."""

    OPERATION = 0
    GROUP = 1
    METHOD = 2
    KIND = 3
    EVERYTHING = 4


def matches(pattern: str, operation: Operation) -> bool:
    """Whether a pattern matches an operation by its id, path, `METHOD /path`, a tag or its method: methods in
    any case, everything else exactly or with *.
    """
    names = (operation.operation_id, operation.path, operation.label, *operation.tags)
    literal_brackets = re.sub(r"([\[\]])", r"[\1]", pattern)
    is_method = pattern.lower() == operation.method
    return is_method or any(fnmatchcase(name, literal_brackets) for name in names)


class OperationKeys:
    """What keys name among the operations of a document. The words of kinds and methods always mean these."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self._operations = operations
        self._single: dict[str, list[Operation]] = {}
        for operation in operations:
            for name in {operation.operation_id, operation.label} - {""}:
                self._single.setdefault(name, []).append(operation)

    def reach(self, key: str) -> Reach:
        """How specific a key is."""
        if key in set(Kind):
            return Reach.KIND
        if key.lower() in _METHODS:
            return Reach.METHOD
        if key == EVERYTHING:
            return Reach.EVERYTHING
        return Reach.OPERATION if key in self._single else Reach.GROUP

    def named(self, key: str) -> list[Operation]:
        """The operations that a key names."""
        match self.reach(key):
            case Reach.KIND:
                return [operation for operation in self._operations if kind_of(operation) == key]
            case Reach.METHOD:
                return [operation for operation in self._operations if operation.method == key.lower()]
            case Reach.OPERATION:
                return self._single[key]
        return [operation for operation in self._operations if matches(key, operation)]

    def assigned(self, keys: Iterable[str]) -> dict[str, str]:
        """The key that holds for each operation that has one, by the label of the operation: the most
        specific, and of two that are equally so the one that names fewer operations, then the first.
        """
        held: dict[str, tuple[tuple[int, int], str]] = {}
        for key in keys:
            those = self.named(key)
            rank = (int(self.reach(key)), len(those))
            for operation in those:
                if operation.label not in held or rank < held[operation.label][0]:
                    held[operation.label] = (rank, key)
        return {label: key for label, (_, key) in held.items()}

    def values(self, values: Mapping[str, T]) -> dict[str, T]:
        """The value of each operation for which some key holds, by the label of the operation."""
        return {label: values[key] for label, key in self.assigned(values).items()}

    def check(self, keys: Iterable[str], place: str) -> None:
        """Raises LoadError for a key, which is at a place of a scenario, that names no operation. A kind may
        have none.
        """
        for key in keys:
            if key in set(Kind) or self.named(key):
                continue
            near = self._near(key, [*map(str, Kind)])
            raise LoadError(f"{place}.{key}: no operation has this id, path, tag, method or kind{near}")

    def check_patterns(self, patterns: Iterable[str], place: str) -> None:
        """Raises LoadError for a pattern of an option, or at a place of a scenario, that matches no
        operation.
        """
        for pattern in patterns:
            if not any(matches(pattern, operation) for operation in self._operations):
                near = self._near(pattern)
                raise LoadError(f"{place} {pattern}: no operation has this id, tag, path or method{near}")

    def _near(self, word: str, others: Iterable[str] = ()) -> str:
        """The end of a message about a word that names nothing."""
        paths = (operation.path for operation in self._operations)
        tags = (tag for operation in self._operations for tag in operation.tags)
        return did_you_mean(word, [*others, *self._single, *paths, *tags]) or "; --show-plan lists them"
