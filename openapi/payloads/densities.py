"""How many of their optional properties objects have: none, all, or any share of them."""

from collections.abc import Callable
from random import Random

from openapi.contract import Json
from openapi.payloads.tuning import ALL_OR_NONE


class Densities:
    """Chooses the probability with which an object has each of its optional properties. Services fail on both
    corner cases, so the first payloads have none of them and all of them.
    """

    def __init__(self, random: Random) -> None:
        self._chance = random.random
        self.imposed: float | None = None
        """The density of all objects of the payload that is drawn now; None for one of each object's own."""

    def next(self) -> float:
        """The density of another object."""
        if self.imposed is not None:
            return self.imposed
        drawn = self._chance()
        if drawn < ALL_OR_NONE:
            return 0.0
        return 1.0 if drawn < 2 * ALL_OR_NONE else self._chance()

    def extremes_first(
        self, draw: Callable[[], Json], generate: Callable[[], Json], is_valid: Callable[[Json], bool]
    ) -> Callable[[], Json]:
        """A function that first draws a payload with the fewest properties and one with the most."""
        pending = [1.0, 0.0]

        def generate_next() -> Json:
            while pending:
                value = self._with(pending.pop(), draw)
                if is_valid(value):
                    return value
            return generate()

        return generate_next

    def _with(self, density: float, draw: Callable[[], Json]) -> Json:
        self.imposed = density
        try:
            return draw()
        finally:
            self.imposed = None
