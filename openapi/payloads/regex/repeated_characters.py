"""Strings of characters of one set, as `^[a-z]{1,500}$` describes them: most patterns are like that, and need
no automaton, however large their counts are.
"""

from collections.abc import Sequence
from random import Random

from openapi.payloads.regex.character_draws import draw_character, usual_characters
from openapi.payloads.regex.characters import TEXT, Ranges, intersection
from openapi.payloads.regex.syntax_tree import Node
from openapi.payloads.tuning import EXPLORED_EXTRA_LENGTH


class RepeatedCharacters:
    """The strings of characters of one set that have one of the `lengths`."""

    def __init__(self, ranges: Ranges, least: int, most: int | None) -> None:
        self._characters = usual_characters(ranges)
        longest = least + EXPLORED_EXTRA_LENGTH if most is None else most
        self.lengths: Sequence[int] = range(least, (longest if any(self._characters) else 0) + 1)
        """The lengths that strings can have, in characters, ascending."""

    def draw(self, random: Random, length: int) -> str:
        """A string of one of the `lengths`."""
        return "".join(draw_character(self._characters, random) for _ in range(length))


def repeated_characters(trees: Sequence[Node], least: int, most: int | None) -> RepeatedCharacters | None:
    """The strings that match all expressions and have from `least` to `most` characters, if each expression
    describes characters of one set in a row; else None.
    """
    ranges = TEXT
    for tree in trees:
        items = _unwrapped(tree).items
        if [item.kind for item in items] not in (["begin", "repeat", "end"], ["begin", "characters", "end"]):
            return None
        one = items[1]
        if one.kind == "repeat":
            least = max(least, one.least)
            most = one.most if most is None else most if one.most is None else min(most, one.most)
            one = _unwrapped(one.parts[0])
        else:
            least, most = max(least, 1), min(1, 1 if most is None else most)
        if one.kind != "characters":
            return None
        ranges = intersection(ranges, one.ranges)
    return RepeatedCharacters(ranges, least, most) if trees else None


def _unwrapped(node: Node) -> Node:
    """A node without the groups around it."""
    while node.kind == "sequence" and len(node.parts) == 1:
        node = node.parts[0]
    return node
