"""Regular languages: intersected, negated, and texts of a wanted length drawn from them.

Terms are regular expressions extended by intersection and complement. Their linear forms are
partial derivatives (Antimirov 1996), complements taken by Brzozowski's (1964): the states of an
automaton, made as far as they are needed.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

Ranges = tuple[tuple[int, int], ...]

BEGIN, END = -2, -1
HIGHEST = 0x10FFFF
TEXT: Ranges = ((0, 0xD7FF), (0xE000, HIGHEST))
ANYTHING: Ranges = ((BEGIN, 0xD7FF), (0xE000, HIGHEST))

_STATES_AT_MOST = 20_000
_LONGER_THAN_LEAST = 40
_LONGEST = 1_000
_CHARACTERS_AT_MOST = 500
_PLAIN = 0.9


class TooComplex(Exception):
    """An automaton has more states than are worth making."""


@dataclass(frozen=True, eq=False, slots=True)
class Term:
    """A language; made by Terms, which gives the same object for the same parts."""

    kind: str
    parts: tuple["Term", ...] = ()
    ranges: Ranges = ()
    least: int = 0
    most: int | None = None
    nullable: bool = False


@dataclass
class Terms:
    """Makes terms, each once, simplified as far as the empty and the full language go."""

    _known: dict[object, Term] = field(default_factory=dict)
    _forms: dict[Term, tuple[tuple[Ranges, Term], ...]] = field(default_factory=dict)

    def _term(
        self,
        kind: str,
        parts: tuple[Term, ...] = (),
        ranges: Ranges = (),
        counts: tuple[int, int | None] = (0, None),
        nullable: bool = False,
    ) -> Term:
        key = (kind, frozenset(parts) if kind in ("either", "both") else parts, ranges, counts)
        return self._known.setdefault(key, Term(kind, parts, ranges, *counts, nullable))

    @property
    def nothing(self) -> Term:
        """No text at all."""
        return self._term("nothing")

    @property
    def empty(self) -> Term:
        """The empty text alone."""
        return self._term("empty", nullable=True)

    @property
    def everything(self) -> Term:
        """Every text, with its marks of begin and end or without."""
        return self.repeated(self.characters(ANYTHING), 0, None)

    def characters(self, ranges: Ranges) -> Term:
        """One character of a set."""
        return self._term("characters", ranges=ranges) if ranges else self.nothing

    def then(self, first: Term, second: Term) -> Term:
        """A text of the first, then one of the second."""
        if self.nothing in (first, second):
            return self.nothing
        if first is self.empty:
            return second
        if second is self.empty:
            return first
        if first.kind == "then":
            return self.then(first.parts[0], self.then(first.parts[1], second))
        return self._term("then", (first, second), nullable=first.nullable and second.nullable)

    def either(self, parts: Iterable[Term]) -> Term:
        """A text of any of the parts."""
        flat = dict.fromkeys(
            each for part in parts for each in (part.parts if part.kind == "either" else (part,))
        )
        flat.pop(self.nothing, None)
        if self.everything in flat:
            return self.everything
        if len(flat) < 2:
            return next(iter(flat), self.nothing)
        return self._term("either", tuple(flat), nullable=any(each.nullable for each in flat))

    def both(self, parts: Iterable[Term]) -> Term:
        """A text that is of all parts."""
        flat = dict.fromkeys(
            each for part in parts for each in (part.parts if part.kind == "both" else (part,))
        )
        flat.pop(self.everything, None)
        if self.nothing in flat:
            return self.nothing
        if len(flat) < 2:
            return next(iter(flat), self.everything)
        return self._term("both", tuple(flat), nullable=all(each.nullable for each in flat))

    def other_than(self, term: Term) -> Term:
        """Every text that is not of this one."""
        if term.kind == "not":
            return term.parts[0]
        if term is self.nothing:
            return self.everything
        if term is self.everything:
            return self.nothing
        return self._term("not", (term,), nullable=not term.nullable)

    def repeated(self, term: Term, least: int, most: int | None) -> Term:
        """So many texts of a term in a row; `most` None is without limit."""
        if most == 0 or term is self.empty:
            return self.empty
        if term is self.nothing:
            return self.empty if least == 0 else self.nothing
        if (least, most) == (1, 1):
            return term
        if term.kind == "repeated" and term.least == 0 and term.most is None and least <= 1:
            return term
        least = 0 if term.nullable else least
        return self._term("repeated", (term,), counts=(least, most), nullable=least == 0)

    def steps(self, term: Term) -> tuple[tuple[Ranges, Term], ...]:
        """What may come first in a text of the term, and what then follows."""
        if term not in self._forms:
            merged: dict[Term, Ranges] = {}
            for ranges, after in self._steps(term):
                if ranges and after is not self.nothing:
                    merged[after] = union(merged.get(after, ()), ranges)
            self._forms[term] = tuple((ranges, after) for after, ranges in merged.items())
        return self._forms[term]

    def _steps(self, term: Term) -> Iterator[tuple[Ranges, Term]]:
        match term.kind:
            case "characters":
                yield term.ranges, self.empty
            case "either":
                for part in term.parts:
                    yield from self.steps(part)
            case "then":
                first, second = term.parts
                for ranges, after in self.steps(first):
                    yield ranges, self.then(after, second)
                if first.nullable:
                    yield from self.steps(second)
            case "repeated":
                most = None if term.most is None else term.most - 1
                rest = self.repeated(term.parts[0], max(term.least - 1, 0), most)
                for ranges, after in self.steps(term.parts[0]):
                    yield ranges, self.then(after, rest)
            case "both":
                yield from self._steps_of_both(term.parts)
            case "not":
                yield from self._steps_of_other(term.parts[0])

    def _steps_of_both(self, parts: Sequence[Term]) -> Iterable[tuple[Ranges, Term]]:
        found: list[tuple[Ranges, Term]] = [(ANYTHING, self.everything)]
        for part in parts:
            found = [
                (shared, self.both((before, after)))
                for ranges, before in found
                for others, after in self.steps(part)
                if (shared := intersection(ranges, others))
            ]
        return found

    def _steps_of_other(self, term: Term) -> Iterator[tuple[Ranges, Term]]:
        apart: list[tuple[Ranges, tuple[Term, ...]]] = [(ANYTHING, ())]
        for ranges, after in self.steps(term):
            split = []
            for others, afters in apart:
                split.append((intersection(others, ranges), (*afters, after)))
                split.append((difference(others, ranges), afters))
            apart = [each for each in split if each[0]]
        for ranges, afters in apart:
            yield ranges, self.other_than(self.either(afters))


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


def union(one: Ranges, other: Ranges) -> Ranges:
    """The characters of either set."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted((*one, *other)):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return tuple(merged)


def intersection(one: Ranges, other: Ranges) -> Ranges:
    """The characters of both sets."""
    if other in (one, ANYTHING):
        return one
    return tuple(
        (max(low, least), min(high, most))
        for low, high in one
        for least, most in other
        if max(low, least) <= min(high, most)
    )


def difference(one: Ranges, other: Ranges) -> Ranges:
    """The characters of one set that are not in the other."""
    rest = list(one)
    for least, most in other:
        rest = [
            part
            for low, high in rest
            for part in ((low, min(high, least - 1)), (max(low, most + 1), high))
            if part[0] <= part[1]
        ]
    return tuple(rest)


_PLAIN_RANGES: Ranges = ((ord("0"), ord("9")), (ord("A"), ord("Z")), (ord("a"), ord("z")))
_OTHER_RANGES: tuple[Ranges, ...] = (
    ((ord(" "), ord("~")),),
    ((0x00A1, 0x024F), (0x0391, 0x03C9), (0x0410, 0x044F)),
    ANYTHING,
)


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
