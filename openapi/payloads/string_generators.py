"""Strings: realistic, varied, and unique where they must be."""

from collections.abc import Callable, Sequence
from random import Random
from uuid import UUID

from openapi.payloads.constraints import Constraints
from openapi.payloads.realistic_values import RealisticValues
from openapi.payloads.string_constraints import matching_strings, string_check
from openapi.payloads.string_pools import StringPools
from openapi.payloads.tuning import DISTINCT_STRINGS, POOL_CHARACTERS, POOLED_SHARE, UNIQUE_TRIALS
from openapi.payloads.unbuildable import Unbuildable

DrawString = Callable[[], str]


class StringGenerators:
    """Makes functions that draw strings. `next_token` gives another unique token at each call."""

    def __init__(
        self, random: Random, realistic_values: RealisticValues, next_token: Callable[[], str]
    ) -> None:
        self._random = random
        self._next_token = next_token
        self._pools = StringPools(random, realistic_values)

    def generator(self, constraints: Constraints, name: str, place: str) -> DrawString:
        """A function that draws strings, unique ones where the constraints require that. `name` is that of
        the property or parameter. Raises Unbuildable.
        """
        if not constraints.unique:
            pool = self._pools.pool(constraints, name, place)
            if self._pools.is_vast(constraints, name):
                return self._mostly_new(constraints, pool, place)
            return self._any_of(pool)
        if "uuid" in constraints.formats:
            return lambda: str(UUID(int=self._random.getrandbits(128), version=4))
        try:
            return self._with_token(constraints, name, place)
        except Unbuildable:
            if not constraints.patterns:
                raise
            return self._never_repeated(constraints, place)

    def _any_of(self, pool: Sequence[str]) -> DrawString:
        chance, size = self._random.random, len(pool)
        return lambda: pool[int(chance() * size)]

    def _mostly_new(self, constraints: Constraints, pool: Sequence[str], place: str) -> DrawString:
        """Draws from so many matching strings that values need not repeat: numbers, codes, hashes."""
        strings, is_valid = matching_strings(constraints, place), string_check(constraints)
        pooled, chance = self._any_of(pool), self._random.random

        def draw() -> str:
            text = pooled() if chance() < POOLED_SHARE else strings.draw(self._random)
            return text if is_valid(text) else pooled()

        return draw

    def _with_token(self, constraints: Constraints, name: str, place: str) -> DrawString:
        """Draws strings of the pool with a unique token appended, in an address before its @."""
        pool = self._pools.pool(constraints, name, place)
        is_valid = string_check(constraints)
        most = constraints.max_length if constraints.max_length is not None else POOL_CHARACTERS
        is_address = bool({"email", "idn-email"} & {*constraints.formats}) or all(
            "@" in text for text in pool
        )

        def draw() -> str:
            text, token = self._random.choice(pool), self._next_token()
            if is_address:
                local, _, domain = text.partition("@")
                return f"{local[: 63 - len(token)]}.{token}@{domain}"
            return f"{text[: most - len(token) - 1]}-{token}"

        if all(is_valid(draw()) for _ in range(UNIQUE_TRIALS)):
            return draw
        raise Unbuildable(f"{place}: its rules leave no room for a part that makes it unique")

    def _never_repeated(self, constraints: Constraints, place: str) -> DrawString:
        """Draws matching strings that it has not drawn before. There are so many that other processes will
        hardly draw the same ones.
        """
        strings = matching_strings(constraints, place)
        is_valid = string_check(constraints)
        drawn: set[str] = set()

        def draw() -> str:
            for _ in range(UNIQUE_TRIALS):
                text = strings.draw(self._random)
                if text not in drawn and is_valid(text):
                    drawn.add(text)
                    return text
            raise Unbuildable(f"{place}: its values are used up")

        samples = [strings.draw(self._random) for _ in range(DISTINCT_STRINGS)]
        if len(set(samples)) < DISTINCT_STRINGS:
            raise Unbuildable(f"{place}: its rules allow too few values for each to be unique")
        return draw
