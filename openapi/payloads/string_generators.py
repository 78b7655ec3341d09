"""Strings: realistic, varied, and unique where they must be."""

import re
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from random import Random

from openapi.payloads.constraints import Constraints
from openapi.payloads.realistic_names import source_by_name
from openapi.payloads.realistic_values import RealisticValues
from openapi.payloads.string_constraints import string_check, string_key
from openapi.payloads.string_formats import CHECKED_FORMATS, canonical_format, format_pattern
from openapi.payloads.string_pools import StringPools
from openapi.payloads.tuning import (
    DISTINCT_STRINGS,
    EXAMPLE_SHARE,
    LONGEST_STRING,
    POOL_CHARACTERS,
    TOKEN_GROWTH,
    UNIQUE_TRIALS,
)
from openapi.payloads.unbuildable import Unbuildable
from openapi.payloads.unique_tokens import UniqueTokens

DrawString = Callable[[], str]

_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class StringGenerators:
    """Makes functions that draw strings. `unique` gives what must differ from all others."""

    def __init__(self, random: Random, realistic_values: RealisticValues, unique: UniqueTokens) -> None:
        self._random = random
        self._unique = unique
        self._realistic_values = realistic_values
        self._pools = StringPools(random, realistic_values)
        self._known: dict[Hashable, DrawString | Unbuildable] = {}

    def generator(self, constraints: Constraints, name: str, place: str) -> DrawString:
        """A function that draws strings, unique ones where the constraints require that, the same for the
        same name and constraints. `name` is that of the property or parameter. Raises Unbuildable.
        """
        key = (name, string_key(constraints), constraints.unique)
        if key not in self._known:
            try:
                self._known[key] = self._made(constraints, name, place)
            except Unbuildable as reason:
                self._known[key] = reason
        known = self._known[key]
        if isinstance(known, Unbuildable):
            raise Unbuildable(str(known))
        return known

    def _made(self, constraints: Constraints, name: str, place: str) -> DrawString:
        # What the user makes need not have the format that a name suggests.
        suggested = "" if self._realistic_values.own(name) else name
        *preferred, strict = _formats(constraints.formats, suggested)
        for formats in preferred:
            with suppress(Unbuildable):
                return self._of_format(replace(constraints, formats=formats), name, place)
        return self._of_format(replace(constraints, formats=strict), name, place)

    def _of_format(self, constraints: Constraints, name: str, place: str) -> DrawString:
        is_uuid = any(canonical_format(each) == "uuid" for each in constraints.formats)
        if is_uuid and string_check(constraints, place)(self._unique.uuid()):
            return self._unique.uuid
        if constraints.min_length > LONGEST_STRING:
            raise Unbuildable(f"{place}: more than {LONGEST_STRING:,} characters are asked for")
        if not constraints.unique:
            pool = self._pools.pool(constraints, name, place)
            if self._pools.is_vast(constraints, name):
                return self._mostly_new(constraints, pool, place)
            return self._any_of(pool)
        try:
            return self._with_token(constraints, name, place)
        except Unbuildable:
            if not constraints.patterns and not any(map(format_pattern, constraints.formats)):
                raise
            return self._never_repeated(constraints, place)

    def _any_of(self, pool: Sequence[str]) -> DrawString:
        chance, size = self._random.random, len(pool)
        return lambda: pool[int(chance() * size)]

    def _mostly_new(self, constraints: Constraints, pool: Sequence[str], place: str) -> DrawString:
        """Draws from so many matching strings that values need not repeat: numbers, codes, hashes."""
        strings, is_valid = self._pools.matching(constraints, place), string_check(constraints, place)
        # Every UUID is another one, even where the document has an example.
        examples = [text for text in pool if text in constraints.examples and not _UUID.fullmatch(text)]
        example, spare = self._any_of(examples), self._any_of(pool)
        share, chance = EXAMPLE_SHARE if examples else 0.0, self._random.random
        random = self._unique.random if _UUID.fullmatch(pool[0]) else self._random

        def draw() -> str:
            if chance() < share:
                return example()
            text = strings.draw(random)
            return text if is_valid(text) else spare()

        return draw

    def _with_token(self, constraints: Constraints, name: str, place: str) -> DrawString:
        """Draws strings of the pool with a unique token appended, in an address before its @."""
        texts = self._pools.pool(constraints, name, place)
        is_valid = string_check(constraints, place)
        most = constraints.max_length if constraints.max_length is not None else POOL_CHARACTERS
        is_address = bool({"email", "idn-email"} & {*constraints.formats}) or all(
            "@" in text for text in texts
        )

        def joined(text: str, token: str) -> str:
            if is_address:
                local, _, domain = text.partition("@")
                return f"{local[: 63 - len(token)]}.{token}@{domain}"
            return f"{text[: most - len(token) - 1]}-{token}"

        # A pattern may leave no room behind long ones. Tokens get longer as they are counted.
        longest = f"{self._unique.next()}{'0' * TOKEN_GROWTH}"
        pool = [text for text in texts if is_valid(joined(text, longest))]

        def draw() -> str:
            return joined(self._random.choice(pool), self._unique.next())

        if pool and all(is_valid(draw()) for _ in range(UNIQUE_TRIALS)):
            return draw
        raise Unbuildable(f"{place}: its rules leave no room for a part that makes it unique")

    def _never_repeated(self, constraints: Constraints, place: str) -> DrawString:
        """Draws matching strings that it has not drawn before. There are so many that other processes will
        hardly draw the same ones.
        """
        strings = self._pools.matching(constraints, place)
        is_valid = string_check(constraints, place)
        drawn: set[str] = set()

        def draw() -> str:
            for _ in range(UNIQUE_TRIALS):
                text = strings.draw(self._unique.random)
                if text not in drawn and is_valid(text):
                    drawn.add(text)
                    return text
            raise Unbuildable(f"{place}: its values are used up")

        samples = [strings.draw(self._unique.random) for _ in range(DISTINCT_STRINGS)]
        if len(set(samples)) < DISTINCT_STRINGS:
            raise Unbuildable(f"{place}: its rules allow too few values for each to be unique")
        return draw


def _formats(formats: tuple[str, ...], name: str) -> Iterator[tuple[str, ...]]:
    """The formats that a string may have, the most realistic first: one that the name suggests, those of the
    schema, and those among them that JSON Schema defines, as a validator ignores the others.
    """
    suggested = source_by_name(name)
    if isinstance(suggested, str) and not formats:
        yield (suggested,)
    checked = tuple(name for name in formats if name in CHECKED_FORMATS)
    if checked != formats:
        yield formats
    yield checked
