"""Strings of a wanted length, drawn from the automaton of a regular language."""

from collections import deque
from random import Random

from openapi.payloads.regex.characters import ANYTHING, HIGHEST, Ranges, difference, intersection
from openapi.payloads.regex.derivatives import Derivatives, Step
from openapi.payloads.regex.languages import Language, TooComplex
from openapi.payloads.tuning import (
    AUTOMATON_STATES,
    EXPLORED_EXTRA_LENGTH,
    LISTED_CHARACTERS,
    LONGEST_EXPLORED,
    PLAIN_CHARACTER,
)

_PLAIN_RANGES: Ranges = ((ord("0"), ord("9")), (ord("A"), ord("Z")), (ord("a"), ord("z")))
# The first of these that a set has characters of are those drawn besides plain ones.
_OTHER_RANGES: tuple[Ranges, ...] = (
    ((ord(" "), ord("~")),),
    ((0x00A1, 0x024F), (0x0391, 0x03C9), (0x0410, 0x044F)),
    ANYTHING,
)

# The letters and digits of a set, and other characters of it.
_Characters = tuple[str, str]


class Automaton:
    """The strings of a language that have from `least` to `most` characters.

    Its states are languages: what may still follow. The language is one of strings between the marks BEGIN
    and END. Raises TooComplex when there are too many states.
    """

    def __init__(
        self, derivatives: Derivatives, language: Language, least: int = 0, most: int | None = None
    ) -> None:
        self._derivatives = derivatives
        self._start = language
        self._steps: dict[Language, tuple[Step, ...]] = {}
        self._characters: dict[Ranges, _Characters] = {}
        self._open: dict[tuple[Language, int], list[tuple[_Characters, Language]]] = {}
        limit = self._explore(least, most)
        self._remaining = self._remaining_lengths(limit)
        # Bit n stands for the length n; the two marks count, too.
        wanted = ((1 << (limit + 1)) - 1) >> (least + 2) << (least + 2)
        allowed = self._remaining.get(language, 0) & wanted
        self.lengths = [length - 2 for length in range(allowed.bit_length()) if allowed >> length & 1]
        """The lengths that strings can have, in characters, ascending."""

    def draw(self, random: Random, length: int) -> str:
        """A string of one of the `lengths`."""
        state, text = self._start, []
        chance = random.random
        for remaining in range(length + 1, -1, -1):
            steps = self._open.get((state, remaining)) or self._open_steps(state, remaining)
            (plain, others), state = steps[int(chance() * len(steps))]
            characters = others if not plain or (others and chance() > PLAIN_CHARACTER) else plain
            text.append(characters[int(chance() * len(characters))] if characters else "")
        return "".join(text)

    def _open_steps(self, state: Language, remaining: int) -> list[tuple[_Characters, Language]]:
        """The steps after which exactly so many characters can follow."""
        steps = [
            (self._characters.get(ranges) or self._characters.setdefault(ranges, _characters(ranges)), after)
            for ranges, after in self._steps[state]
            if self._remaining.get(after, 0) >> remaining & 1
        ]
        self._open[state, remaining] = steps
        return steps

    def _explore(self, least: int, most: int | None) -> int:
        """Compute the steps of every state that strings of the wanted lengths go through. Returns the
        greatest length that was explored, marks included.
        """
        is_bounded = most is not None and most <= LONGEST_EXPLORED
        limit = HIGHEST if most is None else most + 2
        pending = deque([(self._start, 0)])
        self._steps[self._start] = self._derivatives.steps(self._start)
        while pending and pending[0][1] <= limit:
            state, depth = pending.popleft()
            if state.has_empty and depth >= least + 2 and not is_bounded:
                limit = min(limit, depth + EXPLORED_EXTRA_LENGTH)
            for _, after in self._steps[state]:
                if after not in self._steps:
                    self._steps[after] = self._derivatives.steps(after)
                    pending.append((after, depth + 1))
            if len(self._steps) > AUTOMATON_STATES:
                raise TooComplex
        return min(limit, least + len(self._steps) + EXPLORED_EXTRA_LENGTH)

    def _remaining_lengths(self, limit: int) -> dict[Language, int]:
        """For each state the lengths of what can still follow, as the bits of a number."""
        all_lengths = (1 << (limit + 1)) - 1
        predecessors: dict[Language, list[Language]] = {state: [] for state in self._steps}
        for state, steps in self._steps.items():
            for _, after in steps:
                if after in predecessors:
                    predecessors[after].append(state)
        remaining = dict.fromkeys(self._steps, 0)
        pending = deque(state for state in self._steps if state.has_empty)
        remaining.update(dict.fromkeys(pending, 1))
        while pending:
            after = pending.popleft()
            for state in predecessors[after]:
                lengths = remaining[state] | (remaining[after] << 1 & all_lengths)
                if lengths != remaining[state]:
                    remaining[state] = lengths
                    pending.append(state)
        return remaining


def _characters(ranges: Ranges) -> _Characters:
    """The letters and digits of a set, and others from the most usual ranges that it has any of."""
    rest = difference(ranges, _PLAIN_RANGES)
    others = next((shared for usual in _OTHER_RANGES if (shared := intersection(rest, usual))), ())
    return _listed(intersection(ranges, _PLAIN_RANGES)), _listed(others)


def _listed(ranges: Ranges) -> str:
    per_range = LISTED_CHARACTERS // max(len(ranges), 1) + 1
    return "".join(
        chr(code) for low, high in ranges for code in range(max(low, 0), min(high, low + per_range) + 1)
    )
