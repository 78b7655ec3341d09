"""The names of properties that no schema names: maps have nothing else."""

from collections.abc import Callable, Mapping, Sequence
from random import Random

from openapi.contract import Json
from openapi.payloads.alternatives import Alternatives
from openapi.payloads.constraints import Facts
from openapi.payloads.realistic_values import Realism
from openapi.payloads.strings import Texts
from openapi.payloads.unbuildable import Unbuildable

_TRIED = 60


class Names:
    """Makes names that rules and patterns allow."""

    def __init__(self, alternatives: Alternatives, texts: Texts, realism: Realism, random: Random) -> None:
        self._alternatives, self._texts = alternatives, texts
        self._realism, self._random = realism, random

    def of_others(
        self, facts: Facts, taken: set[str], is_possible: Callable[[str], bool], place: str
    ) -> Callable[[], str] | None:
        """A source of names for other properties than those that are taken, or None where there are none or
        none are needed.
        """
        if facts.min_properties <= len(taken) and not is_map(facts):
            return None
        patterns = [pattern for part in facts.object_parts for pattern in part.patterns]
        pools = [
            *(self.matching((), (pattern,), place) for pattern in patterns),
            self.matching(facts.names, (), place),
        ]
        names = [name for pool in pools for name in pool if name not in taken and is_possible(name)]
        if not names:
            return None
        chance, size = self._random.random, len(names)
        return lambda: names[int(chance() * size)]

    def matching(self, rules: tuple[Json, ...], patterns: tuple[str, ...], place: str) -> list[str]:
        """Some names that satisfy rules, or match patterns; none where there are none."""
        if not rules and not patterns:
            return [*self._realism.words[:_TRIED]]
        named = ({"type": "string"}, *rules, *({"pattern": each} for each in patterns))
        try:
            facts = next(self._alternatives.of(named), None)
            if facts is None:
                return []
            if facts.values is not None:
                return [each for each in facts.values if isinstance(each, str)]
            source = self._texts.source(facts, "", place)
        except Unbuildable:
            return []
        return [*dict.fromkeys(source() for _ in range(_TRIED))]


def is_map(facts: Facts) -> bool:
    """Whether other properties than those named are what the object is made for."""
    named = facts.required or any(part.properties for part in facts.object_parts)
    if not named:
        return all(part.additional is not False or part.patterns for part in facts.object_parts)
    return any(part.patterns or part.additional not in (None, True, False) for part in facts.object_parts)


def closure(name: str, dependents: Mapping[str, Sequence[str]]) -> set[str]:
    """A property and all that have to be there with it."""
    found: set[str] = set()
    pending = [name]
    while pending:
        each = pending.pop()
        if each not in found:
            found.add(each)
            pending.extend(dependents.get(each, ()))
    return found
