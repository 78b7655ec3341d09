"""Texts: lifelike where something is known about them, built to their rules where it is not."""

from collections.abc import Callable, Iterator, Sequence
from random import Random
from uuid import UUID

import jsonschema_rs

from openapi.contract import Json
from openapi.payloads.constraints import Facts
from openapi.payloads.realistic_values import POOL_SIZE, Realism
from openapi.payloads.regex.matching_strings import Matching
from openapi.payloads.regex.parser import Unmatchable
from openapi.payloads.unbuildable import Unbuildable

_TRIALS = 200
_LONGEST_VISITED = 1_000
_CHARACTERS_AT_MOST = 100_000
_DISTINCT_AT_LEAST = 1_000
_DRAWS = 20
_FEW = 20
_SEEDS_TO_BUILT = 4
# The share of its texts that differ, above which a language is taken for vast; of those drawn from it, the
# share that was drawn before or is an example.
_VAST = 0.97
_KNOWN = 0.04

Text = Callable[[], str]


class Texts:
    """Makes sources of texts that share their pools."""

    def __init__(self, random: Random, realism: Realism, token: Callable[[], str]) -> None:
        self._random = random
        self._realism = realism
        self._token = token
        self._pools: dict[object, Sequence[str] | Unbuildable] = {}
        self._vast: set[object] = set()

    def source(self, facts: Facts, name: str, place: str) -> Text:
        """A source of texts for facts; unique ones where they ask for it. Raises Unbuildable."""
        if not facts.unique:
            pool = self._pool(facts, name, place)
            is_vast = (name, _rules_of(facts)) in self._vast
            return self._mostly_fresh(facts, pool, place) if is_vast else self._any_of(pool)
        if "uuid" in facts.formats:
            return lambda: str(UUID(int=self._random.getrandbits(128), version=4))
        try:
            return self._with_token(facts, name, place)
        except Unbuildable:
            if not facts.patterns:
                raise
            return self._unseen(facts, place)

    def _any_of(self, pool: Sequence[str]) -> Text:
        chance, size = self._random.random, len(pool)
        return lambda: pool[int(chance() * size)]

    def _mostly_fresh(self, facts: Facts, pool: Sequence[str], place: str) -> Text:
        """Of a language so large that texts need not repeat: numbers, codes, hashes."""
        texts, fits, known = _language(facts, place), fitting(facts), self._any_of(pool)
        chance = self._random.random

        def draw() -> str:
            text = known() if chance() < _KNOWN else texts.draw(self._random)
            return text if fits(text) else known()

        return draw

    def _pool(self, facts: Facts, name: str, place: str) -> Sequence[str]:
        """Valid texts from the most lifelike source that has any, and the contract's own examples."""
        key = (name, _rules_of(facts))
        if key not in self._pools:
            try:
                self._pools[key] = self._made_pool(facts, name, place)
            except Unbuildable as reason:
                self._pools[key] = reason
        found = self._pools[key]
        if isinstance(found, Unbuildable):
            raise found
        return found

    def _made_pool(self, facts: Facts, name: str, place: str) -> Sequence[str]:
        fits = fitting(facts)
        seeds = [each for each in facts.seeds if isinstance(each, str) and fits(each)]
        for source in self._lifelike(facts, name):
            pool = [each for each in source if fits(each)]
            if pool:
                return [*pool, *_repeated(seeds, len(pool))]
        pool = [each for each in self._worded(facts) if fits(each)]
        if facts.patterns or facts.barred_patterns:
            size = _FEW if len(pool) > POOL_SIZE // 4 else POOL_SIZE
            matching = self._matching(facts, fits, size, place)
            if not pool and len({*matching}) > _VAST * POOL_SIZE:
                self._vast.add((name, _rules_of(facts)))
            pool += matching
        if not pool and not seeds:
            raise Unbuildable(f"{place}: no text is known that satisfies all of its rules")
        return [*pool, *_repeated(seeds, _SEEDS_TO_BUILT * len(pool) or 1)]

    def _lifelike(self, facts: Facts, name: str) -> Iterator[Sequence[str]]:
        yield self._realism.by_name(name)
        for each in facts.formats:
            yield self._realism.by_format(each)
            yield self._realism.by_name(each)
        for each in facts.formats:
            yield self._realism.uncommon(each)
        for each in facts.formats:
            yield [self._stretched(text, facts) for text in self._realism.by_format(each)]

    def _stretched(self, text: str, facts: Facts) -> str:
        """Longer, where a format leaves room for that: before an address's @, behind anything else."""
        missing = facts.min_length - len(text)
        if missing <= 0:
            return text
        local, at, domain = text.partition("@")
        if at:
            return f"{local}{'x' * min(missing, 60 - len(local))}@{'long.' * (missing // 5 + 1)}{domain}"
        return text + "x" * missing

    def _matching(self, facts: Facts, fits: Callable[[str], bool], size: int, place: str) -> list[str]:
        texts = _language(facts, place)
        size = max(2, min(size, _CHARACTERS_AT_MOST // (len(texts.draw(self._random)) + 1)))
        pool: list[str] = []
        for _ in range(_DRAWS * size):
            text = texts.draw(self._random)
            if fits(text):
                pool.append(text)
            if len(pool) == size:
                break
        return pool

    def _worded(self, facts: Facts) -> list[str]:
        """Words, as many as the length asks for, and texts of the very shortest and longest length."""
        least, most = facts.min_length, facts.max_length
        words = self._realism.words if least <= _LONGEST_VISITED else self._realism.words[:_FEW]
        pool = [self._filled(word, least)[:most] for word in words]
        if least:
            pool += [self._filled("", least)[:least] for _ in range(_FEW)]
        if most is not None and most <= _LONGEST_VISITED:
            pool += [self._filled("", most)[:most] for _ in range(_FEW)]
        return [f"{each[:-1]}x" if each.endswith(" ") else each for each in pool]

    def _filled(self, text: str, least: int) -> str:
        words = [text] if text else []
        length = len(text)
        while length < least:
            words.append(self._random.choice(self._realism.words))
            length += len(words[-1]) + (length > 0)
            if length > _LONGEST_VISITED:
                return " ".join(words * (least // length + 1))
        return " ".join(words)

    def _with_token(self, facts: Facts, name: str, place: str) -> Text:
        texts = self._pool(facts, name, place)
        fits = fitting(facts)
        most = facts.max_length if facts.max_length is not None else _CHARACTERS_AT_MOST
        is_address = bool({"email", "idn-email"} & {*facts.formats}) or all("@" in each for each in texts)

        def suffixed() -> str:
            text, token = self._random.choice(texts), self._token()
            if is_address:
                local, _, domain = text.partition("@")
                return f"{local[: 63 - len(token)]}.{token}@{domain}"
            return f"{text[: most - len(token) - 1]}-{token}"

        if all(fits(suffixed()) for _ in range(_TRIALS)):
            return suffixed
        raise Unbuildable(f"{place}: its rules leave no room for a part that makes it unique")

    def _unseen(self, facts: Facts, place: str) -> Text:
        """Texts never drawn before; fine where there are so many that others hardly draw the same."""
        texts = _language(facts, place)
        fits = fitting(facts)
        seen: set[str] = set()

        def draw() -> str:
            for _ in range(_TRIALS):
                text = texts.draw(self._random)
                if text not in seen and fits(text):
                    seen.add(text)
                    return text
            raise Unbuildable(f"{place}: its values are used up")

        drawn = [texts.draw(self._random) for _ in range(_DISTINCT_AT_LEAST)]
        if len(set(drawn)) < _DISTINCT_AT_LEAST:
            raise Unbuildable(f"{place}: its rules allow too few values for each to be unique")
        return draw


def _repeated(seeds: Sequence[str], times: int) -> list[str]:
    """The seeds over and over, so many texts in all."""
    return [seeds[index % len(seeds)] for index in range(times)] if seeds else []


def _language(facts: Facts, place: str) -> Matching:
    try:
        return Matching(facts.patterns, facts.barred_patterns, facts.min_length, facts.max_length)
    except Unmatchable as reason:
        raise Unbuildable(f"{place}: {reason}") from None


def _rules_of(facts: Facts) -> tuple[object, ...]:
    seeds = tuple(each for each in facts.seeds if isinstance(each, str))
    barred = tuple(each for each in facts.barred_values if isinstance(each, str))
    lengths = (facts.min_length, facts.max_length)
    patterns = (facts.patterns, facts.barred_patterns, facts.formats, facts.barred_formats)
    return (*lengths, *patterns, seeds, barred)


def fitting(facts: Facts) -> Callable[[str], bool]:
    """Whether a text satisfies facts about texts. Raises Unbuildable when they cannot be compiled."""
    rules: list[Json] = [{"minLength": facts.min_length}]
    if facts.max_length is not None:
        rules.append({"maxLength": facts.max_length})
    rules += [{"pattern": each} for each in facts.patterns]
    rules += [{"format": each} for each in facts.formats]
    rules += [{"not": {"pattern": each}} for each in facts.barred_patterns]
    rules += [{"not": {"format": each}} for each in facts.barred_formats]
    if facts.barred_values:
        rules.append({"not": {"enum": [*facts.barred_values]}})
    try:
        return jsonschema_rs.Draft202012Validator({"allOf": rules}, validate_formats=True).is_valid
    except ValueError as error:
        raise Unbuildable(str(error).splitlines()[0]) from None
