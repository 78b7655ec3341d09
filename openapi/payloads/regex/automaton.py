"""Texts of a wanted length, drawn from a regular language: the states of an automaton, made as far as they
are needed.
"""

from collections import deque
from random import Random

from openapi.payloads.regex.characters import (
    ANYTHING,
    HIGHEST,
    Ranges,
    difference,
    intersection,
)
from openapi.payloads.regex.languages import Term, Terms, TooComplex

_STATES_AT_MOST = 20_000
_LONGER_THAN_LEAST = 40
_LONGEST = 1_000
_CHARACTERS_AT_MOST = 500
_PLAIN = 0.9
_PLAIN_RANGES: Ranges = ((ord("0"), ord("9")), (ord("A"), ord("Z")), (ord("a"), ord("z")))
_OTHER_RANGES: tuple[Ranges, ...] = (
    ((ord(" "), ord("~")),),
    ((0x00A1, 0x024F), (0x0391, 0x03C9), (0x0410, 0x044F)),
    ANYTHING,
)


class Texts:
    """The texts of a term that are between `least` and `most` characters long.

    The term speaks of texts between the marks BEGIN and END. Raises TooComplex.
    """

    def __init__(self, terms: Terms, term: Term, least: int = 0, most: int | None = None) -> None:
        self._terms = terms
        self._start = term
        self._steps: dict[Term, tuple[tuple[Ranges, Term], ...]] = {}
        self._sets: dict[Ranges, tuple[str, str]] = {}
        self._open: dict[tuple[Term, int], list[tuple[tuple[str, str], Term]]] = {}
        self._explore(least, most)
        wanted = ((1 << (self._limit + 1)) - 1) >> (least + 2) << (least + 2)
        self._ends = self._lengths_to_end()
        allowed = self._ends.get(term, 0) & wanted
        self.lengths = [each - 2 for each in range(allowed.bit_length()) if allowed >> each & 1]

    def draw(self, random: Random, length: int) -> str:
        """One text of a length that is among `lengths`."""
        term, text = self._start, []
        chance = random.random
        for left in range(length + 1, -1, -1):
            steps = self._open.get((term, left)) or self._opened(term, left)
            (plain, others), term = steps[int(chance() * len(steps))]
            characters = others if not plain or (others and chance() > _PLAIN) else plain
            text.append(characters[int(chance() * len(characters))] if characters else "")
        return "".join(text)

    def _opened(self, term: Term, left: int) -> list[tuple[tuple[str, str], Term]]:
        """The steps after which exactly so many characters may follow, each with its characters."""
        steps = [
            (self._sets.get(ranges) or self._sets.setdefault(ranges, _characters(ranges)), after)
            for ranges, after in self._steps[term]
            if self._ends.get(after, 0) >> left & 1
        ]
        self._open[term, left] = steps
        return steps

    def _explore(self, least: int, most: int | None) -> None:
        """Every state that a text may lead to, as far as texts of the wanted lengths go."""
        bounded = most is not None and most <= _LONGEST
        self._limit = HIGHEST if most is None else most + 2
        pending = deque([(self._start, 0)])
        self._steps[self._start] = self._terms.steps(self._start)
        while pending and pending[0][1] <= self._limit:
            term, depth = pending.popleft()
            if term.nullable and depth >= least + 2 and not bounded:
                self._limit = min(self._limit, depth + _LONGER_THAN_LEAST)
            for _, after in self._steps[term]:
                if after not in self._steps:
                    self._steps[after] = self._terms.steps(after)
                    pending.append((after, depth + 1))
            if len(self._steps) > _STATES_AT_MOST:
                raise TooComplex
        self._limit = min(self._limit, least + len(self._steps) + _LONGER_THAN_LEAST)

    def _lengths_to_end(self) -> dict[Term, int]:
        """For each state the lengths of what may still follow, as the bits of a number."""
        every = (1 << (self._limit + 1)) - 1
        leading: dict[Term, list[Term]] = {term: [] for term in self._steps}
        for term, steps in self._steps.items():
            for _, after in steps:
                if after in leading:
                    leading[after].append(term)
        ends = dict.fromkeys(self._steps, 0)
        pending = deque(term for term in self._steps if term.nullable)
        ends.update(dict.fromkeys(pending, 1))
        while pending:
            after = pending.popleft()
            for term in leading[after]:
                lengths = ends[term] | (ends[after] << 1 & every)
                if lengths != ends[term]:
                    ends[term] = lengths
                    pending.append(term)
        return ends


def _characters(ranges: Ranges) -> tuple[str, str]:
    """Letters and digits of a set, and others of it, from the most usual ranges that have any."""
    rest = difference(ranges, _PLAIN_RANGES)
    others = next((found for each in _OTHER_RANGES if (found := intersection(rest, each))), ())
    return _listed(intersection(ranges, _PLAIN_RANGES)), _listed(others)


def _listed(ranges: Ranges) -> str:
    each_at_most = _CHARACTERS_AT_MOST // max(len(ranges), 1) + 1
    return "".join(
        chr(code) for low, high in ranges for code in range(max(low, 0), min(high, low + each_at_most) + 1)
    )
