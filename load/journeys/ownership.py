"""Whether a POST has made what it is answered with, or found it: a service may look for what is there already
by a name that others use too, as that of a label, and answer with that, whatever status it gives.
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus

from load.journeys.entities import Entities, Values
from load.journeys.representations import OTHERWISE, change, is_distinctive, shows, unwrapped
from load.planning.identifiers import outline
from load.planning.schema_search import request_schema
from openapi.contract import Json
from openapi.expressions import Exchange
from openapi.operations import Operation

# A text of several words and so many characters is hardly written twice by chance, nor is one of letters and
# digits that is not quite short.
_LONG, _MIXED = 16, 6
# Of two values that others may have written too, a service can have looked for one only by the other.
_SEVERAL = 2
# Of how many answers of operations that have not been seen to make things something is remembered.
_REMEMBERED = 100_000

Pair = tuple[str, str]


class Ownership:
    """What one process knows of how operations make things, by label: which have been seen to find them, and
    by which properties they do not, as two calls that were alike in one have made two things. `is_own` tells
    whether a value is of this run alone.
    """

    def __init__(self, is_own: Callable[[Json], bool]) -> None:
        self._is_own = is_own
        self._finding: set[str] = set()
        self._making: set[tuple[str, str]] = set()
        self._answered: dict[tuple[str, Values], frozenset[Pair]] = {}
        self._alike: dict[tuple[str, Pair], Values] = {}
        self._compared: tuple[Exchange | None, Values] = None, ()
        self._few: dict[str, frozenset[str]] = {}

    def has_made(self, operation: Operation, exchange: Exchange, home: Entities, values: Values) -> bool:
        """Whether a call has made a thing of `home`, which it was answered with."""
        sent, label = unwrapped(exchange.request_body, ()), operation.label
        if operation.method != "post" or not isinstance(sent, dict):
            return True
        few = self._few_valued(operation)
        borrowed = frozenset(
            (name, each)
            for name, each in sent.items()
            if self._may_be_others(each) or (isinstance(each, str) and name in few)
        )
        if not borrowed:
            return True
        units = self._units(operation, borrowed)
        makes = all((label, name) in self._making for name, _ in units)
        if not makes and (exchange is not self._compared[0] or values != self._compared[1]):
            # The same answer may tell of the thing in several ways.
            self._compare(label, borrowed, home, values)
            self._compare_alike(label, units, home, values)
            self._compared = exchange, values
            makes = all((label, name) in self._making for name, _ in units)
        return label not in self._finding and (makes or self._is_shown(operation, sent, exchange))

    def _units(self, operation: Operation, borrowed: frozenset[Pair]) -> frozenset[Pair]:
        """What a service may find things by: each text alone, and all with one of a few values together."""
        few = self._few_valued(operation)
        together = sorted((name, value) for name, value in borrowed if name in few)
        alone = frozenset((name, value) for name, value in borrowed if name not in few)
        return alone | ({("", repr(together))} if together else frozenset())

    def _compare(self, label: str, borrowed: frozenset[Pair], home: Entities, values: Values) -> None:
        """The same thing again, for what has something in common, was found, unless it was deleted since."""
        if self._answered.get((label, values), frozenset()) & borrowed and home.knows(values):
            self._finding.add(label)
        if len(self._answered) < _REMEMBERED:
            self._answered[label, values] = borrowed

    def _compare_alike(self, label: str, units: frozenset[Pair], home: Entities, values: Values) -> None:
        """Two different things for what is alike were made."""
        for name, value in units:
            former = self._alike.get((label, (name, value)), values)
            if former != values and home.knows(former):
                self._making.add((label, name))
            if len(self._alike) < _REMEMBERED:
                self._alike[label, (name, value)] = values

    def _is_shown(self, operation: Operation, sent: Mapping[str, Json], exchange: Exchange) -> bool:
        """Whether an answer shows what was sent, so that nothing else can have been found. Of one that shows
        nothing of it, 201 is believed where several values can hardly all be others' too.
        """
        shown, few = unwrapped(exchange.response_body, sent), self._few_valued(operation)
        telling = {name: each for name, each in sent.items() if name not in few and is_distinctive(each)}
        if not isinstance(shown, dict) or not shown.keys() & sent.keys():
            return exchange.status == HTTPStatus.CREATED and len(telling) >= _SEVERAL
        both = {name: each for name, each in sent.items() if name in shown and name not in few}
        kept = [each for name, each in both.items() if is_distinctive(each) and shows(each, shown[name])]
        if any(isinstance(each, str) and not self._may_be_others(each) for each in kept):
            return True
        if any(
            isinstance(each, str) and change(each, shown[name]) == OTHERWISE for name, each in both.items()
        ):
            return False
        return len(kept) >= _SEVERAL

    def _may_be_others(self, value: Json) -> bool:
        """Whether others may have written the same text."""
        if not isinstance(value, str) or self._is_own(value):
            return False
        is_mixed = any(map(str.isdigit, value)) and any(map(str.isalpha, value)) and "@" not in value
        return not (len(value) >= _LONG and " " in value) and not (len(value) >= _MIXED and is_mixed)

    def _few_valued(self, operation: Operation) -> frozenset[str]:
        """The properties that may have one of a few values only."""
        if operation.label not in self._few:
            schema = request_schema(operation)
            facts = outline(schema.translated, schema.translated) if schema else {}
            properties = facts.get("properties", {})
            self._few[operation.label] = frozenset(
                name
                for name, each in properties.items()
                if isinstance(each, dict) and ({"enum", "const"} & {*each} or each.get("type") == "boolean")
            )
        return self._few[operation.label]
