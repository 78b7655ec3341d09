"""Derivatives of regular languages: what may follow the first character of a string.

They are partial derivatives (Antimirov 1996); complements are taken by those of Brzozowski (1964).
"""

from collections.abc import Iterator, Sequence

from openapi.payloads.regex.characters import ANYTHING, Ranges, difference, intersection, union
from openapi.payloads.regex.languages import Language, Languages

# Characters, and the language of what follows one of them.
Step = tuple[Ranges, Language]


class Derivatives:
    """Computes the derivatives of languages, each once."""

    def __init__(self, languages: Languages) -> None:
        self._languages = languages
        self._steps: dict[Language, tuple[Step, ...]] = {}

    def steps(self, language: Language) -> tuple[Step, ...]:
        """The characters that strings of a language may begin with, and what may follow them."""
        if language not in self._steps:
            merged: dict[Language, Ranges] = {}
            for ranges, rest in self._derive(language):
                if ranges and rest is not self._languages.nothing:
                    merged[rest] = union(merged.get(rest, ()), ranges)
            self._steps[language] = tuple((ranges, rest) for rest, ranges in merged.items())
        return self._steps[language]

    def _derive(self, language: Language) -> Iterator[Step]:
        match language.kind:
            case "characters":
                yield language.ranges, self._languages.empty
            case "union":
                for part in language.parts:
                    yield from self.steps(part)
            case "concatenation":
                first, second = language.parts
                for ranges, rest in self.steps(first):
                    yield ranges, self._languages.concatenation(rest, second)
                if first.has_empty:
                    yield from self.steps(second)
            case "repetition":
                most = None if language.most is None else language.most - 1
                repeated = self._languages.repetition(language.parts[0], max(language.least - 1, 0), most)
                for ranges, rest in self.steps(language.parts[0]):
                    yield ranges, self._languages.concatenation(rest, repeated)
            case "intersection":
                yield from self._of_intersection(language.parts)
            case "complement":
                yield from self._of_complement(language.parts[0])

    def _of_intersection(self, parts: Sequence[Language]) -> list[Step]:
        steps: list[Step] = [(ANYTHING, self._languages.everything)]
        for part in parts:
            steps = [
                (shared, self._languages.intersection((rest, other_rest)))
                for ranges, rest in steps
                for other_ranges, other_rest in self.steps(part)
                if (shared := intersection(ranges, other_ranges))
            ]
        return steps

    def _of_complement(self, language: Language) -> Iterator[Step]:
        """Steps by disjoint sets of characters, each with all that may follow in the language itself."""
        disjoint: list[tuple[Ranges, tuple[Language, ...]]] = [(ANYTHING, ())]
        for ranges, rest in self.steps(language):
            split = []
            for characters, rests in disjoint:
                split.append((intersection(characters, ranges), (*rests, rest)))
                split.append((difference(characters, ranges), rests))
            disjoint = [(characters, rests) for characters, rests in split if characters]
        for characters, rests in disjoint:
            yield characters, self._languages.complement(self._languages.union(rests))
