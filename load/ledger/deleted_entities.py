"""What reads show of entities that were deleted."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from load.ledger.history import State
from load.ledger.living_states import LivingStates
from load.ledger.records import Record
from load.measurements.ledger_account import Account
from load.measurements.losses import Loss
from load.representations.deletion_marks import is_in_deleted_state, is_marked_deleted
from load.representations.equivalence import shows
from openapi.contract import Json

# That some deleted entities are there is no design of the service where at least so many were gone, and so
# many times as many as were there.
_MANY_GONE, _TIMES_AS_MANY = 5, 4


class DeletedEntities:
    """Compares deleted entities with living ones, and with other deleted entities of the same resource."""

    def __init__(self) -> None:
        self._living = LivingStates()
        # By resource, how many deleted entities were gone; and those that were there as they had been, though
        # none of their values is distinctive.
        self._gone: Counter[str] = Counter()
        self._there: defaultdict[str, list[Loss]] = defaultdict(list)

    def observe_living(self, record: Record, body: Mapping[str, Json]) -> None:
        """Learn from a read what the service itself adds to an entity that lives."""
        self._living.observe(record.entity.resource, _unwritten(record, body))

    def is_marked(self, record: Record, body: Mapping[str, Json]) -> bool:
        """Whether a deleted entity that is shown says that it is deleted, or differs from all that live."""
        resource = record.entity.resource
        unusual = self._living.unusual_properties(resource, _unwritten(record, body))
        differs = self._living.has_seen_enough(resource) or is_marked_deleted(unusual)
        return (bool(unusual) and differs) or is_in_deleted_state(body)

    def add_gone(self, record: Record) -> None:
        """Count an entity that is gone, if it was deleted."""
        self._gone[record.entity.resource] += record.writes[-1].leaves is State.GONE

    def add_there(self, record: Record, loss: Loss) -> None:
        """Add a deleted entity without distinctive values that is there as it was. It is a loss where others
        are gone.
        """
        self._there[record.entity.resource].append(loss)

    def report(self, account: Account) -> None:
        """Add the deleted entities that are there to an account, as losses or as a note."""
        for resource, losses in self._there.items():
            if self._gone[resource] >= max(_MANY_GONE, _TIMES_AS_MANY * len(losses)):
                account.losses += losses
            else:
                account.note("deleted entities can be read, as they were or by default", len(losses))


def _unwritten(record: Record, body: Mapping[str, Json]) -> dict[str, Json]:
    """The properties of a body that no write has set so, also within its objects."""
    return _without_written(body, [write.properties for write in record.writes])


def _without_written(body: Mapping[str, Json], written: Sequence[Mapping[str, Json]]) -> dict[str, Json]:
    rest: dict[str, Json] = {}
    for name, value in body.items():
        values = [properties[name] for properties in written if name in properties]
        if isinstance(value, dict):
            nested = _without_written(value, [item for item in values if isinstance(item, dict)])
            rest |= {name: nested} if nested else {}
        elif not any(shows(item, value) for item in values):
            rest[name] = value
    return rest
