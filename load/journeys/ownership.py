"""Whether a POST has made what it is answered with, or found it: a service may look for what is there already
by a name that others use too, as that of a label, and answer with that, or change it, whatever status it
gives.

An answer that shows what nobody else can have written proves that nothing was found as it was. Whether
something was found and changed, only two calls tell: where they are alike in all that others may have
written too, and have made two things, nothing is found by that. So such a call is made once more before
anything that it made is changed or deleted.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus

from load.calls.repetition import Repetition, scalars_of
from load.calls.response_checks import REFUSING
from load.journeys.alterations import Alteration, alteration
from load.journeys.entities import EntityPool, Values
from load.journeys.envelopes import unwrapped
from load.journeys.equivalence import shows
from load.journeys.step import Step
from load.journeys.values import is_distinctive
from load.planning.message_schemas import request_schema
from load.planning.plan import Slot
from load.planning.schema_properties import outline, schema_properties
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
# Where so many calls were taken, and each refused when it was repeated, nothing is found by what is alike.
_REFUSED_AT_MOST = 2
# Keywords by which a schema shows values to everyone who reads it.
_SHARED = frozenset({"enum", "const", "example", "examples", "default"})
_PLACE = re.compile(r"/\d+(?=/|$)")

# Where a value stood, a pointer into the body or the name of a parameter, and the value.
Pair = tuple[str, str]


class Ownership:
    """What one process knows of how operations make things, by label: which have been seen to find them, and
    by which values they do not, as two calls that were alike in them have made two things. `is_own` tells
    whether a value is of this run alone.
    """

    def __init__(self, is_own: Callable[[Json], bool]) -> None:
        self._is_own = is_own
        self._finding: set[str] = set()
        self._replacing: set[str] = set()
        # By label, where values stood by which nothing is found.
        self._making: defaultdict[str, set[str]] = defaultdict(set)
        self._answered: dict[tuple[str, Values], tuple[frozenset[Pair], Mapping[str, Json]]] = {}
        self._alike: dict[tuple[str, frozenset[Pair]], Values] = {}
        self._compared: tuple[Exchange | None, Values] = None, ()
        self._few: dict[str, frozenset[str]] = {}
        # What is to be repeated. Once it was refused, it is replaced by what another call has sent, before a
        # refusal counts again.
        self._repetitions: dict[str, Repetition] = {}
        self._proving: dict[str, frozenset[str]] = {}
        self._outworn: set[str] = set()
        self._counted: set[str] = set()
        self._refused: Counter[str] = Counter()

    @property
    def overwriting(self) -> frozenset[str]:
        """The operations that have been seen to change what they find."""
        return frozenset(self._replacing)

    def is_unproven(self, label: str) -> bool:
        """Whether an operation is still to show whether it finds what is there."""
        return label in self._repetitions

    def repetition(self, label: str) -> Repetition | None:
        """What the next call of an operation is to repeat, so that this shows."""
        return None if label in self._outworn else self._repetitions.get(label)

    def record_refused_repetition(self, label: str, status: int) -> None:
        """A repetition was answered with a status that is no success."""
        self._outworn.add(label)
        if status not in REFUSING or label in self._counted:
            return
        self._counted.add(label)
        self._refused[label] += 1
        if self._refused[label] >= _REFUSED_AT_MOST:
            self._tells_apart(label)

    def allow_repetition(self, label: str) -> None:
        """Another call was refused: what was to be repeated may be repeated again."""
        self._outworn.discard(label)

    def record_found(self, operation: Operation, exchange: Exchange) -> None:
        """A repetition was answered with what was there, as its status says: then 201 can be believed.
        Where it shows what was sent, it has changed what was found.
        """
        self._tells_apart(operation.label)
        sent = unwrapped(exchange.request_body, ())
        if isinstance(sent, dict) and self._shows_own(sent, unwrapped(exchange.response_body, sent)):
            self._replacing.add(operation.label)

    def has_created(self, step: Step, exchange: Exchange, home: EntityPool, values: Values) -> bool:
        """Whether a call has made a thing of `home`, which it was answered with."""
        label, sent = step.call.operation.label, unwrapped(exchange.request_body, ())
        borrowed = self._borrowed(step) if step.call.operation.method == "post" else frozenset()
        if not borrowed:
            return True
        if isinstance(sent, list):
            # Which of several things is found, and by what, nothing tells.
            return False
        properties = sent if isinstance(sent, dict) else {}
        if exchange is not self._compared[0] or values != self._compared[1]:
            # The same answer may tell of the thing in several ways.
            if not self._makes(label, borrowed):
                self._compare(step, borrowed, properties, exchange, home, values)
                self._compare_alike(label, borrowed, home, values)
            self._compared = exchange, values
        makes = self._makes(label, borrowed)
        if makes or label in self._finding:
            self._repetitions.pop(label, None)
        elif label not in self._repetitions or label in self._outworn:
            self._repeat(step, borrowed)
        return label not in self._finding and (
            makes or self._is_shown(step.call.operation, properties, exchange)
        )

    def _makes(self, label: str, borrowed: frozenset[Pair]) -> bool:
        return {place for place, _ in borrowed} <= self._making[label]

    def _repeat(self, step: Step, borrowed: frozenset[Pair]) -> None:
        """A call is to be made once more, alike in all that is borrowed."""
        call, label = step.call, step.call.operation.label
        alike = frozenset(place for place, _ in borrowed)
        own = frozenset(pointer for pointer, _ in scalars_of(call.payload)) - alike
        free = {slot: value for slot, value in _parameters(step) if str(slot) in alike}
        self._repetitions[label] = Repetition(call.payload, own, free)
        self._proving[label] = alike
        self._outworn.discard(label)
        self._counted.discard(label)

    def _tells_apart(self, label: str) -> None:
        """By what was to be repeated, an operation does not find things without saying so."""
        if self._repetitions.pop(label, None) is not None:
            self._making[label] |= self._proving[label]

    def _borrowed(self, step: Step) -> frozenset[Pair]:
        """The texts, numbers and flags that others may have sent, too."""
        few = self._few_valued(step.call.operation)
        known = [each.values[-1] for each in step.leases if each.is_own]
        told = [*scalars_of(step.call.payload), *((str(slot), value) for slot, value in _parameters(step))]
        return frozenset(
            (place, repr(each))
            for place, each in told
            if isinstance(each, (str, int, float)) and each not in known
            if self._may_be_others(each) or (_PLACE.sub("/0", place) in few and not self._is_own(each))
        )

    def _compare(
        self,
        step: Step,
        borrowed: frozenset[Pair],
        sent: Mapping[str, Json],
        exchange: Exchange,
        home: EntityPool,
        values: Values,
    ) -> None:
        """The same thing again, for what has something in common, was found, unless it was deleted since. One
        of a few values may be alike by chance.
        """
        label, few = step.call.operation.label, self._few_valued(step.call.operation)
        former, told = self._answered.get((label, values), (frozenset(), {}))
        is_alike = former == borrowed or any(
            _PLACE.sub("/0", place) not in few for place, _ in former & borrowed
        )
        if is_alike and values in home.entities:
            self._finding.add(label)
            home.disown(label)
            fresh = {name: each for name, each in sent.items() if each != told.get(name)}
            if self._shows_own(fresh, unwrapped(exchange.response_body, sent)):
                self._replacing.add(label)
        if len(self._answered) < _REMEMBERED:
            self._answered[label, values] = borrowed, sent

    def _compare_alike(self, label: str, borrowed: frozenset[Pair], home: EntityPool, values: Values) -> None:
        """Two different things for what is alike were made."""
        former = self._alike.get((label, borrowed), values)
        if former != values and former in home.entities:
            self._making[label] |= {place for place, _ in borrowed}
        if len(self._alike) < _REMEMBERED:
            self._alike[label, borrowed] = values

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
        shown = unwrapped(exchange.response_body, sent)
        few = {pointer.rpartition("/")[2] for pointer in self._few_valued(operation)}
        sent = {name: each for name, each in sent.items() if name not in few or self._is_own(each)}
        telling = [each for each in sent.values() if is_distinctive(each)]
        if not isinstance(shown, dict) or not shown.keys() & sent.keys():
            return exchange.status == HTTPStatus.CREATED and len(telling) >= _SEVERAL
        both = {name: each for name, each in sent.items() if name in shown}
        kept = [each for name, each in both.items() if is_distinctive(each) and shows(each, shown[name])]
        if any(isinstance(each, str) and not self._may_be_others(each) for each in kept):
            return True
        if any(
            isinstance(each, str) and alteration(each, shown[name]) is Alteration.OTHER
            for name, each in both.items()
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
        """Where a call has one of a few values only, or one that the document shows: parameters, and pointers
        into the body. What is in a list stands at its first place.
        """
        if operation.label not in self._few:
            schema, body = request_schema(operation), operation.request_body
            examples = [each for found in (body.examples.values() if body else ()) for each in found]
            shown = {_PLACE.sub("/0", pointer) for each in examples for pointer, _ in scalars_of(each)}
            told = {
                each.pointer
                for each in (schema_properties(schema) if schema else ())
                if schema and _is_of_few(outline(each.node, schema.translated))
            }
            # What a path leads to, which is no thing of this run, others know as well.
            parameters = {
                str(Slot(each.location, each.name))
                for each in operation.parameters
                if each.location == "path"
                or _is_of_few(outline(each.schema.translated, each.schema.translated))
            }
            self._few[operation.label] = frozenset(shown | told | parameters)
        return self._few[operation.label]


def _is_of_few(facts: Mapping[str, Json]) -> bool:
    return bool(_SHARED & {*facts}) or facts.get("type") == "boolean"


def _parameters(step: Step) -> Iterator[tuple[Slot, Json]]:
    """The values in path and query that identify none of the things that a call works on."""
    known = {str(value) for each in step.leases for value in each.values}
    for location, values in (("path", step.call.path), ("query", step.call.query)):
        for name, value in values.items():
            if str(value) not in known:
                yield Slot(location, name), value
