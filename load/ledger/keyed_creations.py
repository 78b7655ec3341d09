"""Creations that were sent more than once under the same key, and whether they were carried out once."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from load.calls.call import Call
from load.journeys.entities import Values
from load.journeys.step import Step
from load.measurements.findings import Fault, Finding
from load.planning.producers import Producer
from load.representations.envelopes import unwrapped
from load.representations.equivalence import shows
from load.representations.values import is_distinctive
from openapi.contract import Json
from openapi.expressions import Exchange

_RULE = "Idempotency-Key"
CREATED_TWICE, CREATED_AGAIN, ANSWERED_OTHERWISE = "created twice", "created again", "another answer"


@dataclass(frozen=True, eq=False)
class KeyedCreation:
    """A creation that was sent more than once under its key. `own` are the properties that it sent and nobody
    else can have sent, `acknowledged` the addresses that its answers have shown.
    """

    call: Call
    own: Mapping[str, Json]
    acknowledged: set[Values] = field(default_factory=set)

    @classmethod
    def of(cls, step: Step, is_own: Callable[[Json], bool]) -> "KeyedCreation":
        """A creation as it was sent."""
        sent = unwrapped(step.call.payload, ())
        properties = sent.items() if isinstance(sent, dict) else ()
        own = {name: value for name, value in properties if isinstance(value, str) and is_own(value)}
        return cls(step.call, own)

    @property
    def label(self) -> str:
        """The label of its operation."""
        return self.call.operation.label


class ShownCreations:
    """Looks for creations among the entities that lists show."""

    def __init__(self, creations: Iterable[KeyedCreation]) -> None:
        self._creations = {
            (name, value): creation for creation in creations for name, value in creation.own.items()
        }
        self._shown: defaultdict[KeyedCreation, dict[Values, None]] = defaultdict(dict)
        self._listed: set[Values] = set()

    @property
    def findable(self) -> int:
        """How many of the creations can be told from others."""
        return len({*self._creations.values()})

    def add(self, values: Values, item: Json) -> None:
        """A list has shown an entity with this address."""
        self._listed.add(values)
        for name, value in item.items() if isinstance(item, dict) else ():
            creation = self._creations.get((name, value)) if isinstance(value, str) else None
            if creation is not None:
                self._shown[creation][values] = None

    def twice(self, known: Set[Values]) -> Iterator[tuple[KeyedCreation, Finding]]:
        """The creations that are there more than once. What lists and answers say of addresses is comparable
        if lists have shown some that are `known` from answers.
        """
        is_comparable = bool(self._listed & known)
        for creation, shown in self._shown.items():
            there = {**dict.fromkeys(creation.acknowledged if is_comparable else ()), **shown}
            if len(there) > 1:
                name, value = next(iter(creation.own.items()))
                addresses = " and ".join("/".join(map(str, values)) for values in there)
                detail = f"sent under one key, and created as {addresses}, with the {name} {value!r}"
                yield creation, Finding(Fault.NOT_AS_ACKNOWLEDGED, CREATED_TWICE, _RULE, detail)


def addresses_in(producers: Iterable[Producer], exchange: Exchange) -> list[Values]:
    """The addresses of what a call has created, as its answer shows them."""
    return [values for producer in producers for values in producer.entities(exchange)]


def contradiction(producers: Sequence[Producer], first: Exchange, second: Exchange) -> list[Finding]:
    """What is wrong with the second of two answers to the same creation, while nobody else knows of what it
    has created: it shows another entity, or another value than was sent and the first one has shown.
    """
    one, other = addresses_in(producers, first), addresses_in(producers, second)
    if one and other and one != other:
        detail = f"{first.status} for {_text(one)} at first, then {second.status} for {_text(other)}"
        return [Finding(Fault.NOT_AS_ACKNOWLEDGED, CREATED_AGAIN, _RULE, detail)]
    sent = unwrapped(first.request_body, ())
    if not isinstance(sent, dict):
        return []
    was, now = unwrapped(first.response_body, sent), unwrapped(second.response_body, sent)
    if not isinstance(was, dict) or not isinstance(now, dict):
        return []
    return [
        Finding(
            Fault.NOT_AS_ACKNOWLEDGED,
            f"{ANSWERED_OTHERWISE} /{name}",
            _RULE,
            f"{value!r} was sent and shown, the second answer shows {now[name]!r}",
        )
        for name, value in sent.items()
        if is_distinctive(value) and name in was and shows(value, was[name])
        if now.get(name) is not None and not shows(value, now[name])
    ]


def _text(addresses: Iterable[Values]) -> str:
    return ", ".join("/".join(map(str, values)) for values in addresses)
