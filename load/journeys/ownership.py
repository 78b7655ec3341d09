"""Whether a POST has made what it is answered with, or found it: a service may look for what is there already
by a name that others use too, as that of a label, and answer with that, or change it, whatever status it
gives.

An answer that shows what nobody else can have written proves that nothing was found as it was. Whether
something was found and changed, only two calls tell: where they are alike in all that others may have
written too, and have made two things, nothing is found by that. So such a call is made once more before
anything that it made is changed or deleted.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from http import HTTPStatus

from load.calls.checks import REFUSING
from load.calls.repetition import Repetition
from load.journeys.entities import Entities, Values
from load.journeys.representations import OTHERWISE, change, is_distinctive, shows, unwrapped
from load.journeys.step import Step
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
# A service that has refused so many repetitions does not answer them with what is there.
_REFUSED_AT_MOST = 5
# All properties with one of a few values, which a service may find things by together.
_TOGETHER = ""
# Keywords by which a schema shows values to everyone who reads it.
_SHARED = frozenset({"enum", "const", "example", "examples", "default"})

Pair = tuple[str, str]


class Ownership:
    """What one process knows of how operations make things, by label: which have been seen to find them, and
    by which properties they do not, as two calls that were alike in one have made two things. `is_own` tells
    whether a value is of this run alone.
    """

    def __init__(self, is_own: Callable[[Json], bool]) -> None:
        self._is_own = is_own
        self._finding: set[str] = set()
        self._replacing: set[str] = set()
        self._making: set[tuple[str, str]] = set()
        self._answered: dict[tuple[str, Values], tuple[frozenset[Pair], Mapping[str, Json]]] = {}
        self._alike: dict[tuple[str, Pair], Values] = {}
        self._compared: tuple[Exchange | None, Values] = None, ()
        self._few: dict[str, frozenset[str]] = {}
        # What is to be repeated; what was refused is first to be replaced by what another call has sent.
        self._repetitions: dict[str, Repetition] = {}
        self._outworn: set[str] = set()
        self._refused: Counter[str] = Counter()

    @property
    def replacing(self) -> frozenset[str]:
        """The operations that have been seen to change what they find."""
        return frozenset(self._replacing)

    def is_open(self, label: str) -> bool:
        """Whether an operation is still to show whether it finds what is there."""
        return label in self._repetitions

    def repetition(self, label: str) -> Repetition | None:
        """What the next call of an operation is to repeat, so that this shows."""
        return None if label in self._outworn else self._repetitions.get(label)

    def refused(self, label: str, status: int) -> None:
        """A repetition was answered with a status that is no success."""
        self._refused[label] += 1
        self._outworn.add(label)
        is_settled = status in REFUSING and self._refused[label] >= _REFUSED_AT_MOST
        if status == HTTPStatus.CONFLICT or is_settled:
            self._tells_apart(label)

    def tried(self, label: str) -> None:
        """Another call was refused: what was to be repeated may be repeated again."""
        self._outworn.discard(label)

    def found(self, operation: Operation, exchange: Exchange) -> None:
        """A repetition was answered with what was there, as its status says: then 201 can be believed.
        Where it shows what was sent, it has changed what was found.
        """
        self._tells_apart(operation.label)
        sent = unwrapped(exchange.request_body, ())
        if isinstance(sent, dict) and self._shows_own(sent, unwrapped(exchange.response_body, sent)):
            self._replacing.add(operation.label)

    def has_made(self, step: Step, exchange: Exchange, home: Entities, values: Values) -> bool:
        """Whether a call has made a thing of `home`, which it was answered with."""
        operation = step.call.operation
        sent, label = unwrapped(exchange.request_body, ()), operation.label
        if operation.method != "post" or not isinstance(sent, dict):
            return True
        borrowed = self._borrowed(step, sent)
        if not borrowed:
            return True
        units = self._units(operation, borrowed)
        if exchange is not self._compared[0] or values != self._compared[1]:
            # The same answer may tell of the thing in several ways.
            if not self._makes(label, units):
                self._compare(label, units, exchange, home, values)
                self._compare_alike(label, units, home, values)
            self._compared = exchange, values
        makes = self._makes(label, units)
        if makes or label in self._finding:
            self._repetitions.pop(label, None)
        elif sent is exchange.request_body and (label not in self._repetitions or label in self._outworn):
            self._repetitions[label] = Repetition(sent, sent.keys() - {name for name, _ in borrowed})
            self._outworn.discard(label)
        return label not in self._finding and (makes or self._is_shown(operation, sent, exchange))

    def _makes(self, label: str, units: frozenset[Pair]) -> bool:
        return all((label, name) in self._making for name, _ in units)

    def _tells_apart(self, label: str) -> None:
        """By what was to be repeated, an operation does not find things without saying so."""
        known = self._repetitions.pop(label, None)
        if known is not None:
            self._making |= {(label, name) for name in (*known.sent, _TOGETHER)}

    def _borrowed(self, step: Step, sent: Mapping[str, Json]) -> frozenset[Pair]:
        """The texts, numbers and flags that others may have sent, too."""
        few = self._few_valued(step.call.operation)
        known = [each.values[-1] for each in step.leases if each.owned]
        return frozenset(
            (name, repr(each))
            for name, each in sent.items()
            if isinstance(each, (str, int, float)) and each not in known
            if self._may_be_others(each) or (name in few and not self._is_own(each))
        )

    def _units(self, operation: Operation, borrowed: frozenset[Pair]) -> frozenset[Pair]:
        """What a service may find things by: each value alone, and all with one of a few values together."""
        few = self._few_valued(operation)
        together = sorted((name, value) for name, value in borrowed if name in few)
        alone = frozenset((name, value) for name, value in borrowed if name not in few)
        return alone | ({(_TOGETHER, repr(together))} if together else frozenset())

    def _compare(
        self, label: str, units: frozenset[Pair], exchange: Exchange, home: Entities, values: Values
    ) -> None:
        """The same thing again, for what has something in common, was found, unless it was deleted since."""
        sent = unwrapped(exchange.request_body, ())
        former, told = self._answered.get((label, values), (frozenset(), {}))
        if former & units and home.knows(values):
            self._finding.add(label)
            home.disown(label)
            fresh = {name: each for name, each in sent.items() if each != told.get(name)}
            if self._shows_own(fresh, unwrapped(exchange.response_body, sent)):
                self._replacing.add(label)
        if len(self._answered) < _REMEMBERED:
            self._answered[label, values] = units, sent

    def _compare_alike(self, label: str, units: frozenset[Pair], home: Entities, values: Values) -> None:
        """Two different things for what is alike were made."""
        for name, value in units:
            former = self._alike.get((label, (name, value)), values)
            if former != values and home.knows(former):
                self._making.add((label, name))
            if len(self._alike) < _REMEMBERED:
                self._alike[label, (name, value)] = values

    def _shows_own(self, sent: Mapping[str, Json], shown: Json) -> bool:
        """Whether an answer shows any text that nobody else can have sent."""
        return isinstance(shown, dict) and any(
            isinstance(each, str) and not self._may_be_others(each) and shows(each, shown.get(name))
            for name, each in sent.items()
        )

    def _is_shown(self, operation: Operation, sent: Mapping[str, Json], exchange: Exchange) -> bool:
        """Whether an answer shows what was sent, so that nothing else can have been found. Of one that shows
        nothing of it, 201 is believed where several values can hardly all be others' too.
        """
        shown, few = unwrapped(exchange.response_body, sent), self._few_valued(operation)
        sent = {name: each for name, each in sent.items() if name not in few or self._is_own(each)}
        telling = [each for each in sent.values() if is_distinctive(each)]
        if not isinstance(shown, dict) or not shown.keys() & sent.keys():
            return exchange.status == HTTPStatus.CREATED and len(telling) >= _SEVERAL
        both = {name: each for name, each in sent.items() if name in shown}
        kept = [each for name, each in both.items() if is_distinctive(each) and shows(each, shown[name])]
        if any(isinstance(each, str) and not self._may_be_others(each) for each in kept):
            return True
        if any(
            isinstance(each, str) and change(each, shown[name]) == OTHERWISE for name, each in both.items()
        ):
            return False
        return len(kept) >= _SEVERAL

    def _may_be_others(self, value: Json) -> bool:
        """Whether others may have written the same value."""
        if not isinstance(value, str):
            return True
        if self._is_own(value):
            return False
        is_mixed = any(map(str.isdigit, value)) and any(map(str.isalpha, value)) and "@" not in value
        return not (len(value) >= _LONG and " " in value) and not (len(value) >= _MIXED and is_mixed)

    def _few_valued(self, operation: Operation) -> frozenset[str]:
        """The properties that may have one of a few values only, or one that the document shows."""
        if operation.label not in self._few:
            schema, body = request_schema(operation), operation.request_body
            facts = outline(schema.translated, schema.translated) if schema else {}
            properties = facts.get("properties", {})
            examples = [each for found in (body.examples.values() if body else ()) for each in found]
            self._few[operation.label] = frozenset(
                name
                for name, each in properties.items()
                if isinstance(each, dict) and (_SHARED & {*each} or each.get("type") == "boolean")
            ) | {name for each in examples if isinstance(each, dict) for name in each}
        return self._few[operation.label]
