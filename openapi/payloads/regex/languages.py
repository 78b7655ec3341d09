"""Regular languages: sets of strings, put together from smaller ones."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from openapi.payloads.regex.characters import ANYTHING, Ranges


class TooComplex(Exception):
    """An automaton has more states than are worth making."""


@dataclass(frozen=True, eq=False, slots=True)
class Language:
    """A regular language. `kind` says how it is put together of `parts`; `has_empty` whether the empty string
    belongs to it. Languages makes the same object of the same parts, so that they are compared by identity.
    """

    kind: str
    parts: tuple["Language", ...] = ()
    ranges: Ranges = ()
    least: int = 0
    most: int | None = None
    has_empty: bool = False


class Languages:
    """Makes languages, each once, and simplifies those that are empty or have every string."""

    def __init__(self) -> None:
        self._languages: dict[Hashable, Language] = {}
        self.nothing = self._language("nothing")
        """The language without any string."""
        self.empty = self._language("empty", has_empty=True)
        """The language of the empty string alone."""
        self.everything = self.repetition(self.characters(ANYTHING), 0, None)
        """The language of every string, with its marks of begin and end or without."""

    def characters(self, ranges: Ranges) -> Language:
        """The strings of one character of a set."""
        return self._language("characters", ranges=ranges) if ranges else self.nothing

    def concatenation(self, first: Language, second: Language) -> Language:
        """The strings that are one of the first language followed by one of the second."""
        if self.nothing in (first, second):
            return self.nothing
        if first is self.empty:
            return second
        if second is self.empty:
            return first
        if first.kind == "concatenation":
            return self.concatenation(first.parts[0], self.concatenation(first.parts[1], second))
        return self._language(
            "concatenation", (first, second), has_empty=first.has_empty and second.has_empty
        )

    def union(self, languages: Iterable[Language]) -> Language:
        """The strings of any of the languages."""
        parts = _flattened("union", languages)
        parts.pop(self.nothing, None)
        if self.everything in parts:
            return self.everything
        if len(parts) < 2:
            return next(iter(parts), self.nothing)
        return self._language("union", tuple(parts), has_empty=any(part.has_empty for part in parts))

    def intersection(self, languages: Iterable[Language]) -> Language:
        """The strings that belong to all languages."""
        parts = _flattened("intersection", languages)
        parts.pop(self.everything, None)
        if self.nothing in parts:
            return self.nothing
        if len(parts) < 2:
            return next(iter(parts), self.everything)
        return self._language("intersection", tuple(parts), has_empty=all(part.has_empty for part in parts))

    def complement(self, language: Language) -> Language:
        """Every string that does not belong to a language."""
        if language.kind == "complement":
            return language.parts[0]
        if language is self.nothing:
            return self.everything
        if language is self.everything:
            return self.nothing
        return self._language("complement", (language,), has_empty=not language.has_empty)

    def repetition(self, language: Language, least: int, most: int | None) -> Language:
        """At least and at most so many strings of a language in a row; `most` None is without limit."""
        if most == 0 or language is self.empty:
            return self.empty
        if language is self.nothing:
            return self.empty if least == 0 else self.nothing
        if (least, most) == (1, 1):
            return language
        if language.kind == "repetition" and language.least == 0 and language.most is None and least <= 1:
            return language
        least = 0 if language.has_empty else least
        return self._language("repetition", (language,), counts=(least, most), has_empty=least == 0)

    def _language(
        self,
        kind: str,
        parts: tuple[Language, ...] = (),
        ranges: Ranges = (),
        counts: tuple[int, int | None] = (0, None),
        has_empty: bool = False,
    ) -> Language:
        is_unordered = kind in ("union", "intersection")
        key = (kind, frozenset(parts) if is_unordered else parts, ranges, counts)
        return self._languages.setdefault(key, Language(kind, parts, ranges, *counts, has_empty))


def _flattened(kind: str, languages: Iterable[Language]) -> dict[Language, None]:
    """The languages in their order, with those of the same kind replaced by their parts."""
    return dict.fromkeys(
        part for language in languages for part in (language.parts if language.kind == kind else (language,))
    )
