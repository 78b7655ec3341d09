"""In which ways the calls of an operation are built, and which of them the service accepts."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from random import Random

# Refusals without a success after which calls are varied, and for every success after which they are again.
PATIENCE = 2
_REFUSALS_PER_SUCCESS = 4
# How often each variant is tried before the next ones are drawn at random.
_ROUNDS = 3
# The share of the calls of a varied operation that are built in the way that works best.
_PREFERRED = 0.7
# A way of building calls is preferred to those after it when its share of successes is this much of the best.
_GOOD_ENOUGH = 0.7
# The share of calls without a body that may be left out, and how often it may be refused before it never is.
_BODYLESS = 0.05
_BODYLESS_REFUSALS = 2


class Variant(StrEnum):
    """A way of building calls; those with more in them come first."""

    USUAL = "as usual"
    MENDED = "as the refusals ask"
    FULL = "with everything optional"
    EXAMPLE = "with an example of the document"
    MINIMAL = "with nothing optional"
    BODYLESS = "without a body"

    # That of enumerations is slow, and every call looks some up.
    __hash__ = str.__hash__


# Looking it up in its class takes longer.
USUAL = Variant.USUAL
# The order in which variants have their turns.
_TURNS = (
    Variant.MENDED, Variant.MINIMAL, Variant.EXAMPLE, Variant.FULL, Variant.BODYLESS, Variant.USUAL,
)  # fmt: skip
# Built with what is known of the fields.
MENDED_VARIANTS = frozenset({Variant.MENDED, Variant.FULL, Variant.MINIMAL})


@dataclass(slots=True)
class _Tries:
    """How often a variant was answered, and how often with success."""

    answers: int = 0
    successes: int = 0

    @property
    def share(self) -> float:
        """The share of successes."""
        return self.successes / self.answers if self.answers else 0.0


class Variation:
    """Chooses how the calls of one operation are built. `is_varied` once calls that are built as usual keep
    being refused: then each variant has its turns, and the one that works is preferred. `leaves_out_body`
    when that is done now and then, whether or not calls succeed.
    """

    def __init__(self, variants: Iterable[Variant], random: Random) -> None:
        self._random = random
        self._tries = {variant: _Tries() for variant in Variant if variant in {Variant.USUAL, *variants}}
        self.is_varied = False
        self.leaves_out_body = Variant.BODYLESS in self._tries
        self._preferred: Variant | None = None

    def choose(self) -> Variant:
        """How the next call is built."""
        if self.is_varied:
            return self._choose_varied()
        if self.leaves_out_body and self._random.random() < _BODYLESS:
            return Variant.BODYLESS
        return USUAL

    def for_repetition(self, chosen: Variant, is_of_nothing: bool) -> Variant:
        """How the repetition of an earlier call is built: without a body if that had none."""
        if is_of_nothing and Variant.BODYLESS in self._tries:
            return Variant.BODYLESS
        return Variant.USUAL if chosen is Variant.BODYLESS else chosen

    def mend(self) -> None:
        """More is known of the fields: what is built with that is tried anew."""
        self._tries = {
            variant: _Tries() if variant in MENDED_VARIANTS else self._tries[variant]
            for variant in Variant
            if variant in self._tries or variant is Variant.MENDED
        }
        self._preferred = None

    def record(self, variant: Variant, succeeded: bool) -> bool:
        """Count an answer. Gives whether a variant has succeeded first where the usual calls have not."""
        tries = self._tries[variant]
        tries.answers += 1
        tries.successes += succeeded
        if succeeded and not self.is_varied:
            return False
        return self._review(variant, succeeded)

    def _review(self, variant: Variant, succeeded: bool) -> bool:
        bodyless = self._tries.get(Variant.BODYLESS)
        if bodyless and bodyless.answers >= _BODYLESS_REFUSALS and not bodyless.successes:
            self.leaves_out_body = False
        usual = self._tries[Variant.USUAL]
        refusals = usual.answers - usual.successes
        was_first = succeeded and self._preferred is None and not usual.successes
        self._preferred = self._best()
        is_refused = refusals >= PATIENCE + _REFUSALS_PER_SUCCESS * usual.successes
        self.is_varied = is_refused or (self.is_varied and self._preferred is not Variant.USUAL)
        return was_first and variant is not Variant.USUAL

    def _best(self) -> Variant | None:
        """The variant with the most in it of those that are accepted about as often as any."""
        best = max(tries.share for tries in self._tries.values())
        acceptable = (variant for variant, tries in self._tries.items() if tries.share >= _GOOD_ENOUGH * best)
        return next(acceptable) if best else None

    def _choose_varied(self) -> Variant:
        if self._preferred is not None and self._random.random() < _PREFERRED:
            return self._preferred
        possible = [
            variant
            for variant in _TURNS
            if variant in self._tries and (self.leaves_out_body or variant is not Variant.BODYLESS)
        ]
        next_one = min(possible, key=lambda variant: self._tries[variant].answers)
        return next_one if self._tries[next_one].answers < _ROUNDS else self._random.choice(possible)
