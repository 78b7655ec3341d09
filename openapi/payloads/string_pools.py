"""Pools of valid strings: realistic by their name or format, or else built to their rules."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from random import Random

from openapi.payloads.constraints import Constraints
from openapi.payloads.realistic_names import may_be_long
from openapi.payloads.realistic_values import RealisticValues
from openapi.payloads.regex.matching_strings import MatchingStrings
from openapi.payloads.string_constraints import matching_strings, string_check, string_key
from openapi.payloads.string_formats import checked_format, format_pattern
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
        self._matching: dict[Hashable, MatchingStrings] = {}
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

    def matching(self, constraints: Constraints, place: str) -> MatchingStrings:
        """The strings that match patterns and formats. Raises Unbuildable."""
        key = string_key(constraints)
        if key not in self._matching:
            self._matching[key] = matching_strings(constraints, place)
        return self._matching[key]

    def _build(self, constraints: Constraints, name: str, place: str) -> Sequence[str]:
        is_valid = string_check(constraints, place)
        if own := self._realistic_values.own(name):
            if fit := [*filter(is_valid, own)]:
                return fit
            self._realistic_values.unfit.append(f"{name} at {place}")
        examples = [text for text in constraints.examples if isinstance(text, str) and is_valid(text)]
        sources = ([*filter(is_valid, source)] for source in self._realistic(constraints, name))
        realistic = next(filter(None, sources), [])
        if realistic and (len(realistic) >= FEW_STRINGS or not constraints.patterns):
            lengthened = self._of_all_lengths(constraints, name) if may_be_long(name) else []
            pool = [*realistic, *filter(is_valid, lengthened)]
            return [*pool, *_repeated(examples, len(pool))]
        pool = realistic + self._built(constraints, is_valid, name, place)
        if not pool and not examples:
            raise Unbuildable(f"{place}: no string is known that satisfies all of its rules")
        return [*pool, *_repeated(examples, EXAMPLES_PER_STRING * len(pool) or 1)]

    def _built(
        self, constraints: Constraints, is_valid: Callable[[str], bool], name: str, place: str
    ) -> list[str]:
        """Strings that are put together of words, or made to match patterns."""
        has_shape = any(map(format_pattern, constraints.formats))
        pool = [] if has_shape else [*filter(is_valid, self._of_words(constraints))]
        if not pool and constraints.excluded_formats:
            pool = [*filter(is_valid, (f"{word} & {word}!" for word in self._realistic_values.words))]
        if constraints.patterns or constraints.excluded_patterns or has_shape:
            size = FEW_STRINGS if len(pool) > REALISTIC_VALUES // 4 else REALISTIC_VALUES
            matching = self._drawn(self.matching(constraints, place), is_valid, size)
            if not pool and len({*matching}) > VAST_SHARE * REALISTIC_VALUES:
                self._vast.add((name, string_key(constraints)))
            pool += matching
        return pool

    def _realistic(self, constraints: Constraints, name: str) -> Iterator[Sequence[str]]:
        """Sources of realistic strings, the most specific first. Where no validator checks the format, a name
        may suggest values of another one.
        """
        values = self._realistic_values
        if all(map(checked_format, constraints.formats)):
            yield values.by_name(name)
        for format_name in constraints.formats:
            yield values.by_format(format_name)
            yield values.by_name(format_name)
        if not any(map(format_pattern, constraints.formats)):
            yield values.by_name(name)
        for format_name in constraints.formats:
            yield values.unusual(format_name)

    def _drawn(self, strings: MatchingStrings, is_valid: Callable[[str], bool], size: int) -> list[str]:
        """Valid ones of matching strings, at most so many."""
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
        """As many words as the length needs, and strings of every length that is allowed."""
        least, most = constraints.min_length, constraints.max_length
        words = self._realistic_values.words
        words = words if least <= LONGEST_OF_WORDS else words[:FEW_STRINGS]
        pool = [self._filled(word, least)[:most] for word in words]
        if least:
            pool += [self._filled("", least)[:least] for _ in range(FEW_STRINGS)]
        return [*map(_without_space, pool), *self._of_all_lengths(constraints, "")]

    def _of_all_lengths(self, constraints: Constraints, name: str) -> list[str]:
        """Strings from the shortest to the longest length: few, as most are short. A name is one word."""
        least, most = constraints.min_length, constraints.max_length
        if most is None:
            return []
        longest = min(most, LONGEST_OF_WORDS)
        shortest = min(max(least, 1), longest)
        lengths = [shortest + (longest - shortest) * step // FEW_STRINGS for step in range(FEW_STRINGS)]
        lengths += [most] * (FEW_STRINGS if most <= LONGEST_OF_WORDS else most <= POOL_CHARACTERS)
        texts = [self._filled("", length)[:length] for length in lengths]
        if name.lower().endswith("name"):
            texts = [text.replace(" ", "x") for text in texts]
        return [_without_space(text) for text in texts]

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


def _without_space(text: str) -> str:
    """A text that does not end with a space, which services trim."""
    return f"{text[:-1]}x" if text.endswith(" ") else text


def _repeated(examples: Sequence[str], size: int) -> list[str]:
    """The examples in turn, so many strings in all."""
    return [examples[index % len(examples)] for index in range(size)] if examples else []
