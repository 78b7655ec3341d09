"""Realistic values, by the name of a property or by its format. They are drawn from Faker once, as its calls
are far slower than a draw from a pool.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from random import Random
from types import MappingProxyType
from typing import TYPE_CHECKING

from openapi.payloads.realistic_formats import BY_FORMAT, Source
from openapi.payloads.realistic_names import NOT_ASCII, name_in_words, source_by_name
from openapi.payloads.string_formats import canonical_format
from openapi.payloads.tuning import REALISTIC_VALUES

if TYPE_CHECKING:
    from faker import Faker


# Makes texts of a user's own, by the name of a property.
Realism = Mapping[str, Callable[[Random], str]]
NOTHING_OF_ONES_OWN: Realism = MappingProxyType({})


class RealisticValues:
    """Pools of realistic values; the same seed gives the same pools, at any time."""

    def __init__(self, random: Random, realism: Realism = NOTHING_OF_ONES_OWN) -> None:
        self._random = random
        self._realism = {name_in_words(name): make for name, make in realism.items()}
        self._own: dict[str, tuple[str, ...]] = {}
        # The names for whose own values there was no use, each with its place.
        self.unfit: list[str] = []
        self._pools: dict[Source, tuple[str, ...]] = {}

    def own(self, name: str) -> tuple[str, ...]:
        """Values of the user's own for a property of this name, if there are any."""
        words = name_in_words(name)
        if words not in self._realism:
            return ()
        if words not in self._own:
            drawn = (self._realism[words](self._random) for _ in range(REALISTIC_VALUES))
            self._own[words] = tuple(dict.fromkeys(drawn))
        return self._own[words]

    def by_name(self, name: str) -> tuple[str, ...]:
        """Values for a property of this name; none when the name says nothing."""
        source, words = source_by_name(name), name_in_words(name)
        usual = self.by_format(source) if isinstance(source, str) else self._pool(source)
        return (
            *usual,
            *next((texts for pattern, texts in NOT_ASCII.items() if pattern.fullmatch(words)), ()),
        )

    def by_format(self, name: str) -> tuple[str, ...]:
        """Values of a format; none when it is unknown, or when its regular expression says all about it."""
        return self._pool(BY_FORMAT.get(canonical_format(name)))

    def unusual(self, name: str) -> tuple[str, ...]:
        """Values of a format in capitals, which serve when no usual one satisfies the other rules."""
        return tuple(value.upper() for value in self.by_format(name))

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Plain words, for strings whose meaning is unknown."""
        return self._pool(_word)

    @cached_property
    def _faker(self) -> "Faker":
        from faker import Faker  # noqa: PLC0415 - it is slow to import, and a plan needs no values

        fake = Faker()
        fake.seed_instance(self._random.getrandbits(64))
        return fake

    def _pool(self, source: Source | None) -> tuple[str, ...]:
        if source is None:
            return ()
        if source not in self._pools:
            drawn = (source(self._faker) for _ in range(REALISTIC_VALUES))
            self._pools[source] = tuple(dict.fromkeys(drawn))
        return self._pools[source]


def _word(fake: "Faker") -> str:
    return str(fake.word())
