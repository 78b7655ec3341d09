"""Strings that match regular expressions, as JSON Schema understands those (ECMA-262, section 22.2)."""

from collections.abc import Sequence
from random import Random

from openapi.payloads.regex.automaton import Automaton
from openapi.payloads.regex.derivatives import Derivatives
from openapi.payloads.regex.language_builder import LanguageBuilder
from openapi.payloads.regex.languages import Languages, TooComplex
from openapi.payloads.regex.parser import Unmatchable, parse
from openapi.payloads.tuning import AT_A_LENGTH_BOUND, USUAL_EXTRA_LENGTH


class MatchingStrings:
    """Strings that match all `patterns` and none of `excluded`, and have from `least` to `most` characters.

    Where a pattern refers back to a group, strings match that group again, but need not repeat what it
    matched. Raises Unmatchable when there is no such string, or when the patterns are not supported.
    """

    def __init__(
        self, patterns: Sequence[str], excluded: Sequence[str] = (), least: int = 0, most: int | None = None
    ) -> None:
        languages = Languages()
        builder = LanguageBuilder(languages)
        trees = [parse(pattern) for pattern in patterns]
        excluded_trees = [parse(pattern) for pattern in excluded]
        try:
            language = languages.intersection(
                (
                    builder.any_text(),
                    *(builder.containing(tree) for tree in trees),
                    *(languages.complement(builder.containing(tree)) for tree in excluded_trees),
                )
            )
            self._automaton = Automaton(Derivatives(languages), language, least, most)
        except (TooComplex, RecursionError):
            raise Unmatchable(
                f"{' and '.join(map(repr, patterns))}: too complex to build strings for"
            ) from None
        lengths = self._automaton.lengths
        if not lengths:
            raise Unmatchable(_contradiction(patterns, excluded, least, most))
        self._usual_lengths = [length for length in lengths if length <= lengths[0] + USUAL_EXTRA_LENGTH]
        self._shortest, self._longest = lengths[0], lengths[-1]

    def draw(self, random: Random) -> str:
        """A string, mostly of one of the shorter lengths, sometimes of the shortest or longest."""
        chance = random.random()
        if chance >= AT_A_LENGTH_BOUND:
            length = random.choice(self._usual_lengths)
        else:
            length = self._longest if chance < AT_A_LENGTH_BOUND / 2 else self._shortest
        return self._automaton.draw(random, length)


def _contradiction(patterns: Sequence[str], excluded: Sequence[str], least: int, most: int | None) -> str:
    rules = [f"matches {pattern!r}" for pattern in patterns]
    rules += [f"does not match {pattern!r}" for pattern in excluded]
    if least:
        rules.append(f"has at least {least} characters")
    if most is not None:
        rules.append(f"has at most {most} characters")
    return f"no string {', '.join(rules)}"
