"""Identifiers given to what calls create: new ones, those of existing entities, and the same one twice."""

from collections import Counter, defaultdict

from load.journeys.entities import Entity
from load.journeys.step import Step
from load.ledger.history import State
from load.ledger.loss_evidence import address_of, existence_loss
from load.ledger.properties import Properties
from load.ledger.records import Record
from load.ledger.service_habits import SPORADIC_AT_MOST
from load.ledger.writes import has_intact_parents
from load.measurements.ledger_account import Account
from load.measurements.losses import Loss
from load.representations.equivalence import shows
from load.representations.values import EMPTY, is_free_text, scalars
from openapi.contract import Json

_GIVEN_BEFORE = (
    "was answered 201 with an entity that had existed before, by its identifier or its time of creation; "
    "whether anything was created is unknown"
)
_MAY_BE_FOUND = "may have found entities of others: what it was answered with is read, but not changed"
# Where so many creations made nothing that is certain to be new, nothing that needs it can be tested.
_SEVERAL = 5


class GivenIdentifiers:
    """The identifiers that creations were answered with, counted by the label of the operation."""

    def __init__(self, properties: Properties, consistency: float) -> None:
        self._properties, self._consistency = properties, consistency
        # How many of the entities had existed before, and how many may have existed.
        self._existing: Counter[str] = Counter()
        self._maybe_existing: Counter[str] = Counter()
        # How many entities were created, and the losses of those whose identifiers were given again.
        self._created: Counter[str] = Counter()
        self._replaced: defaultdict[str, list[Loss]] = defaultdict(list)

    def record_foreign(self, label: str, entity: Entity) -> None:
        """Count a creation that was answered with an entity that existed before, or may have existed."""
        (self._maybe_existing if entity.origin.may_be_foreign else self._existing)[label] += 1

    def record_given(
        self,
        record: Record,
        entity: Entity,
        step: Step,
        body: Json,
        at: tuple[float, float],
        is_new: bool,
    ) -> bool:
        """Count the creation of an entity by a call that was sent and answered at these times (s since the
        start of the run). `is_new` when its answer says that the entity is new. Returns whether another
        entity had the identifier, and must still have existed.
        """
        label = step.call.operation.label
        self._created[label] += 1
        loss = self._loss_of_replaced(record, entity, step, body, at) if is_new else None
        if loss is not None:
            self._replaced[label].append(loss)
        return loss is not None

    def report(self, account: Account) -> None:
        """Add to an account the entities that were lost because their identifiers were given again, and the
        creations of which nothing is certain. A service that often gives identifiers again does so by design.
        """
        for label, losses in self._replaced.items():
            if len(losses) <= SPORADIC_AT_MOST * self._created[label]:
                account.losses += losses
            else:
                account.note(f"{label} gives identifiers that it has given before", len(losses))
        for label, count in self._existing.items():
            if count >= _SEVERAL and not self._created[label]:
                account.untraced[f"{label} {_GIVEN_BEFORE}"] = count
            else:
                account.note(f"{label} {_GIVEN_BEFORE}", count)
        for label, count in self._maybe_existing.items():
            if count > SPORADIC_AT_MOST * (self._created[label] + count):
                account.note(f"{label} {_MAY_BE_FOUND}", count)

    def _loss_of_replaced(
        self, record: Record, entity: Entity, step: Step, body: Json, at: tuple[float, float]
    ) -> Loss | None:
        """The loss of the entity at an address that was given to another one. None unless the service chose
        the identifier while the first entity must have existed, and the answer shows none of its texts.
        """
        if not record.writes or not isinstance(body, dict) or sends_identifier(step, entity):
            return None
        if not has_intact_parents(record.entity) or at[1] >= record.expires - self._consistency:
            return None
        age, former = record.age_of(State.GONE, *at), record.last_write(State.THERE)
        texts = [
            name
            for name, value in former.properties.items()
            if is_free_text(value)
            and name in body
            and not self._properties.values.has_few(former.label, name)
        ]
        # The service may identify an entity by a value that both have in common.
        has_common = any(
            name in body and shows(value, body[name])
            for name, value in former.properties.items()
            if value not in (*EMPTY, entity.values[-1])
        )
        if not age or not texts or has_common:
            return None
        record.is_lost = True
        instead = f"another entity, which {step.call.operation.label} created"
        return existence_loss(record, address_of(entity), State.THERE, at[1], age, instead)


def sends_identifier(step: Step, entity: Entity) -> bool:
    """Whether a call has sent the identifier of the entity that it created, so that it may have chosen it."""
    call = step.call
    sent = scalars([call.payload, *call.path.values(), *call.query.values()])
    return str(entity.values[-1]) in {str(value) for value in sent}
