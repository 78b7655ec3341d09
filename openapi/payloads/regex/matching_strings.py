"""Strings that match regular expressions, as JSON Schema understands those (ECMA-262, section 22.2)."""

from bisect import bisect_right
from collections.abc import Sequence
from random import Random

from openapi.payloads.regex.automaton import Automaton
from openapi.payloads.regex.derivatives import Derivatives
from openapi.payloads.regex.language_builder import LanguageBuilder
from openapi.payloads.regex.languages import Languages, TooComplex
from openapi.payloads.regex.parser import Unmatchable, parse
from openapi.payloads.regex.repeated_characters import repeated_characters
from openapi.payloads.regex.syntax_tree import Node
from openapi.payloads.tuning import AT_A_LENGTH_BOUND, LONGEST_EXPLORED, OF_ANY_LENGTH, USUAL_EXTRA_LENGTH


class MatchingStrings:
    """Strings that match all `patterns` and none of `excluded`, and have from `least` to `most` characters.

    Where a pattern refers back to a group, strings match that group again, but need not repeat what it
    matched; an excluded one that does so is not followed, so that strings may match it. Raises Unmatchable
    when there is no such string, or when the patterns are not supported.
    """

    def __init__(
        self, patterns: Sequence[str], excluded: Sequence[str] = (), least: int = 0, most: int | None = None
    ) -> None:
        trees = [parse(pattern) for pattern in patterns]
        strings = repeated_characters(trees, least, most) if not excluded else None
        self._strings = strings or _automaton(patterns, trees, excluded, least, most)
        lengths = self._strings.lengths
        if not lengths:
            raise Unmatchable(_contradiction(patterns, excluded, least, most))
        self._usual_lengths = _up_to(lengths, lengths[0] + USUAL_EXTRA_LENGTH)
        self._lengths = _up_to(lengths, max(lengths[0], LONGEST_EXPLORED))

    def draw(self, random: Random) -> str:
        """A string, mostly of one of the shorter lengths, sometimes of any, the shortest or the longest."""
        chance = random.random()
        if chance >= AT_A_LENGTH_BOUND + OF_ANY_LENGTH:
            length = random.choice(self._usual_lengths)
        elif chance >= AT_A_LENGTH_BOUND:
            length = random.choice(self._lengths)
        else:
            length = self._lengths[-1 if chance < AT_A_LENGTH_BOUND / 2 else 0]
        return self._strings.draw(random, length)


def _up_to(lengths: Sequence[int], longest: int) -> Sequence[int]:
    return lengths[: bisect_right(lengths, longest)]


def _automaton(
    patterns: Sequence[str], trees: Sequence[Node], excluded: Sequence[str], least: int, most: int | None
) -> Automaton:
    """The automaton of strings that match expressions and none of the excluded ones. Raises Unmatchable."""
    languages = Languages()
    builder = LanguageBuilder(languages)
    excluded_trees = [tree for tree in map(parse, excluded) if not tree.contains("reference")]
    try:
        language = languages.intersection(
            (
                builder.any_text(),
                *(builder.containing(tree) for tree in trees),
                *(languages.complement(builder.containing(tree)) for tree in excluded_trees),
            )
        )
        return Automaton(Derivatives(languages), language, least, most)
    except (TooComplex, RecursionError):
        raise Unmatchable(f"{' and '.join(map(repr, patterns))}: too complex to build strings for") from None


def _contradiction(patterns: Sequence[str], excluded: Sequence[str], least: int, most: int | None) -> str:
    rules = [f"matches {pattern!r}" for pattern in patterns]
    rules += [f"does not match {pattern!r}" for pattern in excluded]
    if least:
        rules.append(f"has at least {least} characters")
    if most is not None:
        rules.append(f"has at most {most} characters")
    return f"no string {', '.join(rules)}"
