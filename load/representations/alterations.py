"""What a service made of a value that was written: cut it, rounded it, dropped it."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from enum import StrEnum
from math import isclose

from load.representations.equivalence import shows
from load.representations.values import EMPTY, is_number, scalars_of_items
from openapi.contract import Json

# Numbers within this relative distance are the same number, stored with fewer bits.
_FEWER_BITS = 1e-6


class Alteration(StrEnum):
    """How the value that was read differs from the one that was written, in words for people."""

    DROPPED = "dropped"
    CUT = "cut"
    TRIMMED = "trimmed"
    RECASED = "in another case"
    ROUNDED = "rounded"
    OTHER = "another value"
    # A change was answered, or read, with the value from before it.
    IGNORED = "as it was before"
    STALE = "as before"


# A service may do these by design.
_BY_DESIGN = (Alteration.CUT, Alteration.TRIMMED, Alteration.RECASED, Alteration.ROUNDED)


def alteration(written: Json, actual: Json) -> Alteration | None:
    """How a value differs from the one that was written; None when it does not."""
    if shows(written, actual):
        return None
    if actual in EMPTY:
        return Alteration.DROPPED
    if isinstance(written, str) and isinstance(actual, str):
        return _alteration_of_text(written, actual)
    if is_number(written) and is_number(actual):
        return Alteration.ROUNDED if _is_rounded(written, actual) else Alteration.OTHER
    return Alteration.OTHER


def is_derived(written: Json, actual: Json) -> bool:
    """Whether a value is the written one, or the service may have made it from that one by design."""
    how = alteration(written, actual)
    return how is None or how in _BY_DESIGN


def nearest(text: Json, items: Iterable[Json]) -> Json:
    """A text among those of a list, or else one that the service may have made from it by design; None when
    there is neither.
    """
    texts = [*scalars_of_items(items)]
    return text if text in texts else next((other for other in texts if is_derived(text, other)), None)


def _alteration_of_text(written: str, actual: str) -> Alteration:
    if written.strip() == actual.strip():
        return Alteration.TRIMMED
    if written.casefold() == actual.casefold():
        return Alteration.RECASED
    if actual in _mangled(written):
        return Alteration.DROPPED
    shortened = actual.rstrip().removesuffix("…").removesuffix("...").rstrip()
    if shortened and written.strip().casefold().startswith(shortened.casefold()):
        return Alteration.CUT
    return Alteration.OTHER


def _mangled(text: str) -> Iterator[str]:
    """What becomes of a text whose characters beyond ASCII are lost or are read in another encoding."""
    if text.isascii():
        return
    for encoding in ("ascii", "latin-1"):
        for errors in ("replace", "ignore"):
            yield text.encode(encoding, errors).decode(encoding)
    for encoding in ("latin-1", "cp1252"):
        yield text.encode().decode(encoding, "replace")
    yield "".join(character if character.isascii() else "\ufffd" for character in text)


def _is_rounded(written: float, actual: float) -> bool:
    """Whether a number is another one with fewer digits or fewer bits, rounded in any direction."""
    if isclose(written, actual, rel_tol=_FEWER_BITS):
        return True
    places = _decimal_places(actual)
    if places >= _decimal_places(written):
        return False
    return abs(Decimal(str(written)) - Decimal(str(actual))) < Decimal(10) ** -places


def _decimal_places(number: float) -> int:
    """How many decimal places a number has; negative where a whole number ends in zeros, -2 for 1200."""
    exponent = Decimal(str(number)).normalize().as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0
