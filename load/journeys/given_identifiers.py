"""Identifiers given to what calls create: new ones, those of existing entities, and the same one twice."""

from collections import Counter, defaultdict

from load.journeys.entities import Entity
from load.journeys.equivalence import shows
from load.journeys.evidence import address, existence
from load.journeys.habits import SPORADIC_AT_MOST
from load.journeys.history import State
from load.journeys.properties import FEW_VALUES, Properties
from load.journeys.records import Record
from load.journeys.step import Step
from load.journeys.values import EMPTY, is_free_text, scalars
from load.journeys.writes import has_intact_parents
from load.measurements.losses import Account, Loss
from openapi.contract import Json

_GIVEN_BEFORE = (
    "was answered 201 with the identifier of something that was there before; "
    "whether anything was made is unknown"
)
_MAYBE_FOUND = "may have found what others have made: what it was answered with is read, and not changed"


class GivenIdentifiers:
    """What operations, by their labels, have given identifiers to."""

    def __init__(self, properties: Properties, consistency: float) -> None:
        self._properties, self._consistency = properties, consistency
        # How often what was answered with had been there before, and how often it may have been.
        self._before: Counter[str] = Counter()
        self._doubtful: Counter[str] = Counter()
        # How often something was made, and the losses of what had its identifier before.
        self._made: Counter[str] = Counter()
        self._twice: defaultdict[str, list[Loss]] = defaultdict(list)

    def record_foreign(self, label: str, thing: Entity) -> None:
        """A creation was answered with a thing that was there before, or may have been."""
        (self._doubtful if thing.origin.may_be_foreign else self._before)[label] += 1

    def record_given(
        self,
        record: Record,
        thing: Entity,
        step: Step,
        body: Json,
        at: tuple[float, float],
        is_new: bool,
    ) -> bool:
        """A thing was given an identifier, by a call that was sent and answered at these times (s), and is
        new by its answer. Gives whether another had it, and must have been there.
        """
        label = step.call.operation.label
        self._made[label] += 1
        loss = self._replaced(record, thing, step, body, at) if is_new else None
        if loss is not None:
            self._twice[label].append(loss)
        return loss is not None

    def report(self, account: Account) -> None:
        """Add to an account what was lost as its identifier was given again, and what was not made. A service
        that gives identifiers again as a rule keeps no more by design.
        """
        for label, losses in self._twice.items():
            if len(losses) <= SPORADIC_AT_MOST * self._made[label]:
                account.losses += losses
            else:
                account.note(f"{label} gives identifiers again that it has given before", len(losses))
        for label, count in self._before.items():
            account.note(f"{label} {_GIVEN_BEFORE}", count)
        for label, count in self._doubtful.items():
            if count > SPORADIC_AT_MOST * (self._made[label] + count):
                account.note(f"{label} {_MAYBE_FOUND}", count)

    def _replaced(
        self, record: Record, thing: Entity, step: Step, body: Json, at: tuple[float, float]
    ) -> Loss | None:
        """The loss of what was at an address, when another thing was given it while that must have been
        there: by an identifier of the service's own, with none of the texts that were written before.
        """
        if not record.writes or not isinstance(body, dict) or is_named(thing, step):
            return None
        if not has_intact_parents(record.entity) or at[1] >= record.expires - self._consistency:
            return None
        age, former = record.age_of(State.GONE, *at), record.last_write(State.THERE)
        texts = [
            name
            for name, value in former.properties.items()
            if is_free_text(value)
            and name in body
            and len(self._properties.values[former.label, name]) > FEW_VALUES
        ]
        # What both have alike may be what the service knows it by.
        known = [each for each in former.properties.items() if each[1] not in (*EMPTY, thing.values[-1])]
        alike = any(name in body and shows(value, body[name]) for name, value in known)
        if not age or not texts or alike:
            return None
        record.is_lost = True
        loss = existence(record, address(thing), State.THERE, at[1], age)
        loss.found = f"another thing, which {step.call.operation.label} made"
        return loss


def is_named(thing: Entity, step: Step) -> bool:
    """Whether a call may have named what it made itself."""
    call = step.call
    told = {str(each) for each in scalars([call.payload, *call.path.values(), *call.query.values()])}
    return str(thing.values[-1]) in told
