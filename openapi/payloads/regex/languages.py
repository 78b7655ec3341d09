"""Regular languages as terms: regular expressions extended by intersection and complement.

Their linear forms are partial derivatives (Antimirov 1996), complements taken by Brzozowski's (1964).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from openapi.payloads.regex.characters import (
    ANYTHING,
    Ranges,
    difference,
    intersection,
    union,
)


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
