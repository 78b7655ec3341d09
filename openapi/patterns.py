"""Text that a regular expression matches."""

import re
import string
from collections.abc import Callable, Sequence
from importlib import import_module
from random import Random
from typing import Any

# The standard library's own parser; it has no public name since Python 3.11.
sre: Any = import_module("re._constants")
_parser: Any = import_module("re._parser")

_REPEATS_AT_MOST = 12
_PRINTABLE = string.ascii_letters + string.digits + " -_.,"
_CATEGORIES = {
    sre.CATEGORY_DIGIT: string.digits,
    sre.CATEGORY_SPACE: " ",
    sre.CATEGORY_WORD: string.ascii_letters + string.digits + "_",
    sre.CATEGORY_NOT_DIGIT: string.ascii_letters,
    sre.CATEGORY_NOT_SPACE: string.ascii_letters + string.digits,
    sre.CATEGORY_NOT_WORD: " -.",
}


class Unmatchable(Exception):
    """A regular expression that no text can be built for."""


def matching(pattern: str, random: Random) -> Callable[[], str]:
    """A source of texts for a pattern; assertions about the surroundings are left to the caller to
    check. Raises Unmatchable when the pattern is not one.
    """
    try:
        parsed = _parser.parse(pattern)
    except (re.error, OverflowError) as error:
        raise Unmatchable(f"{pattern!r} is not a regular expression: {error}") from None
    return lambda: _Text(random).sequence(parsed)


class _Text:
    def __init__(self, random: Random) -> None:
        self.random = random
        self.groups: dict[int, str] = {}

    def sequence(self, nodes: Sequence[tuple[Any, Any]]) -> str:
        return "".join(self.node(kind, value) for kind, value in nodes)

    def node(self, kind: Any, value: Any) -> str:
        match kind:
            case sre.LITERAL:
                return chr(value)
            case sre.NOT_LITERAL:
                return self.random.choice([each for each in _PRINTABLE if each != chr(value)])
            case sre.ANY:
                return self.random.choice(_PRINTABLE)
            case sre.IN:
                return self.random.choice(self.members(value))
            case sre.BRANCH:
                return self.sequence(self.random.choice(value[1]))
            case sre.SUBPATTERN:
                text = self.sequence(value[3])
                self.groups[value[0]] = text
                return text
            case sre.ATOMIC_GROUP:
                return self.sequence(value)
            case sre.MAX_REPEAT | sre.MIN_REPEAT | sre.POSSESSIVE_REPEAT:
                least, most, repeated = value
                times = self.random.randint(least, min(most, least + _REPEATS_AT_MOST))
                return "".join(self.sequence(repeated) for _ in range(times))
            case sre.GROUPREF:
                return self.groups.get(value, "")
            case sre.AT | sre.ASSERT | sre.ASSERT_NOT:
                return ""
        raise Unmatchable(f"{kind} is not supported")

    def members(self, items: Sequence[tuple[Any, Any]]) -> Sequence[str]:
        negated = items[0][0] is sre.NEGATE
        members = [each for kind, value in items for each in _members(kind, value)]
        if negated:
            members = [each for each in _PRINTABLE if each not in set(members)]
        if not members:
            raise Unmatchable("a set of characters is empty")
        return members


def _members(kind: Any, value: Any) -> Sequence[str]:
    match kind:
        case sre.LITERAL:
            return chr(value)
        case sre.RANGE:
            return [chr(each) for each in range(value[0], min(value[1], value[0] + 255) + 1)]
        case sre.CATEGORY:
            return _CATEGORIES[value]
    return ""
