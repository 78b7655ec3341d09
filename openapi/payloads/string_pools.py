"""Pools of valid strings: realistic by their name or format, or else built to their rules."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from random import Random

from openapi.payloads.constraints import Constraints
from openapi.payloads.realistic_values import RealisticValues
from openapi.payloads.string_constraints import matching_strings, string_check, string_key
from openapi.payloads.tuning import (
    DRAWS_PER_STRING,
    EXAMPLES_PER_STRING,
    FEW_STRINGS,
    LONGEST_OF_WORDS,
    POOL_CHARACTERS,
    REALISTIC_VALUES,
    VAST_SHARE,
)
from openapi.payloads.unbuildable import Unbuildable


class StringPools:
    """Makes pools of strings, each once for the same name and constraints."""

    def __init__(self, random: Random, realistic_values: RealisticValues) -> None:
        self._random = random
        self._realistic_values = realistic_values
        self._pools: dict[Hashable, Sequence[str] | Unbuildable] = {}
        self._vast: set[Hashable] = set()

    def pool(self, constraints: Constraints, name: str, place: str) -> Sequence[str]:
        """Valid strings from the most realistic source that has any, and the examples of the document. Raises
        Unbuildable when there are none.
        """
        key = (name, string_key(constraints))
        if key not in self._pools:
            try:
                self._pools[key] = self._build(constraints, name, place)
            except Unbuildable as reason:
                self._pools[key] = reason
        pool = self._pools[key]
        if isinstance(pool, Unbuildable):
            raise pool
        return pool

    def is_vast(self, constraints: Constraints, name: str) -> bool:
        """Whether the patterns allow so many strings that values need not repeat."""
        return (name, string_key(constraints)) in self._vast

    def _build(self, constraints: Constraints, name: str, place: str) -> Sequence[str]:
        is_valid = string_check(constraints)
        examples = [text for text in constraints.examples if isinstance(text, str) and is_valid(text)]
        for source in self._realistic(constraints, name):
            pool = [text for text in source if is_valid(text)]
            if pool:
                return [*pool, *_repeated(examples, len(pool))]
        pool = [text for text in self._of_words(constraints) if is_valid(text)]
        if constraints.patterns or constraints.excluded_patterns:
            size = FEW_STRINGS if len(pool) > REALISTIC_VALUES // 4 else REALISTIC_VALUES
            matching = self._matching(constraints, is_valid, size, place)
            if not pool and len({*matching}) > VAST_SHARE * REALISTIC_VALUES:
                self._vast.add((name, string_key(constraints)))
            pool += matching
        if not pool and not examples:
            raise Unbuildable(f"{place}: no string is known that satisfies all of its rules")
        return [*pool, *_repeated(examples, EXAMPLES_PER_STRING * len(pool) or 1)]

    def _realistic(self, constraints: Constraints, name: str) -> Iterator[Sequence[str]]:
        """Sources of realistic strings, the most specific first."""
        values = self._realistic_values
        yield values.by_name(name)
        for format_name in constraints.formats:
            yield values.by_format(format_name)
            yield values.by_name(format_name)
        for format_name in constraints.formats:
            yield values.unusual(format_name)
        for format_name in constraints.formats:
            yield [_lengthened(text, constraints.min_length) for text in values.by_format(format_name)]

    def _matching(
        self, constraints: Constraints, is_valid: Callable[[str], bool], size: int, place: str
    ) -> list[str]:
        """Strings that match the patterns, at most so many."""
        strings = matching_strings(constraints, place)
        size = max(2, min(size, POOL_CHARACTERS // (len(strings.draw(self._random)) + 1)))
        pool: list[str] = []
        for _ in range(DRAWS_PER_STRING * size):
            text = strings.draw(self._random)
            if is_valid(text):
                pool.append(text)
            if len(pool) == size:
                break
        return pool

    def _of_words(self, constraints: Constraints) -> list[str]:
        """As many words as the length needs, and strings of the very shortest and longest length."""
        least, most = constraints.min_length, constraints.max_length
        words = self._realistic_values.words
        words = words if least <= LONGEST_OF_WORDS else words[:FEW_STRINGS]
        pool = [self._filled(word, least)[:most] for word in words]
        if least:
            pool += [self._filled("", least)[:least] for _ in range(FEW_STRINGS)]
        if most is not None and most <= LONGEST_OF_WORDS:
            pool += [self._filled("", most)[:most] for _ in range(FEW_STRINGS)]
        return [f"{text[:-1]}x" if text.endswith(" ") else text for text in pool]

    def _filled(self, text: str, least: int) -> str:
        """A text followed by words, until it has at least so many characters."""
        words = [text] if text else []
        length = len(text)
        while length < least:
            words.append(self._random.choice(self._realistic_values.words))
            length += len(words[-1]) + (length > 0)
            if length > LONGEST_OF_WORDS:
                return " ".join(words * (least // length + 1))
        return " ".join(words)


def _lengthened(text: str, least: int) -> str:
    """A value of a format, made longer where the format allows that: an address before its @, others at the
    end.
    """
    missing = least - len(text)
    if missing <= 0:
        return text
    local, at, domain = text.partition("@")
    if at:
        return f"{local}{'x' * min(missing, 60 - len(local))}@{'long.' * (missing // 5 + 1)}{domain}"
    return text + "x" * missing


def _repeated(examples: Sequence[str], size: int) -> list[str]:
    """The examples in turn, so many strings in all."""
    return [examples[index % len(examples)] for index in range(size)] if examples else []
