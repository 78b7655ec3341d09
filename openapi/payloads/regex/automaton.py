"""Strings of a wanted length, drawn from the automaton of a regular language."""

from collections import deque
from heapq import heapify, heappop, heappush
from random import Random

from openapi.payloads.regex.character_draws import Characters, draw_character, usual_characters
from openapi.payloads.regex.characters import HIGHEST, Ranges
from openapi.payloads.regex.derivatives import Derivatives, Step
from openapi.payloads.regex.languages import Language, TooComplex
from openapi.payloads.tuning import AUTOMATON_STATES, EXPLORED_EXTRA_LENGTH, LONGEST_EXPLORED, MANY_STATES


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
        self._characters: dict[Ranges, Characters] = {}
        self._open: dict[tuple[Language, int], list[tuple[Characters, Language]]] = {}
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
            characters, state = steps[int(chance() * len(steps))]
            text.append(draw_character(characters, random))
        return "".join(text)

    def _open_steps(self, state: Language, remaining: int) -> list[tuple[Characters, Language]]:
        """The steps after which exactly so many characters can follow."""
        steps = [
            (
                self._characters.get(ranges) or self._characters.setdefault(ranges, usual_characters(ranges)),
                after,
            )
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
            if state.has_empty and depth >= least + 2 and (not is_bounded or len(self._steps) > MANY_STATES):
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
        # Those that were found last come first, as others lead to them: each is computed once or a few times.
        states = [*self._steps]
        order = {state: -index for index, state in enumerate(states)}
        pending = [order[state] for state in states if state.has_empty]
        remaining.update({states[-index]: 1 for index in pending})
        heapify(pending)
        while pending:
            after = states[-heappop(pending)]
            shifted = remaining[after] << 1 & all_lengths
            for state in predecessors[after]:
                if shifted & ~remaining[state]:
                    remaining[state] |= shifted
                    heappush(pending, order[state])
        return remaining
