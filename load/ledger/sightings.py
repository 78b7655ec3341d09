"""What reads have found: in which states entities were found, how often, and whether reads show anything."""

from collections import Counter, defaultdict
from collections.abc import Mapping

from load.ledger.deleted_entities import DeletedEntities
from load.ledger.records import Record
from load.ledger.written_values import WrittenValues
from load.measurements.ledger_account import Account
from load.measurements.losses import Loss
from load.representations.envelopes import ENVELOPES
from load.representations.values import EMPTY
from openapi.contract import Json

# The states of so many found entities are observed.
_OBSERVED_AT_MOST = 5_000


class Sightings:
    """What the reads of one process have found. `deleted` is the same for deleted entities."""

    def __init__(self, values: WrittenValues) -> None:
        self._values = values
        self.deleted = DeletedEntities()
        # By resource, the states in which entities were found: names of properties with values.
        self._states: defaultdict[str, set[tuple[str, Json]]] = defaultdict(set)
        self._observed = 0
        # The resources of which some entity was found twice; by resource and label, the losses of entities
        # that were found once and then were gone.
        self._found_twice: set[str] = set()
        self._found_once: defaultdict[tuple[str, str], list[Loss]] = defaultdict(list)
        # The labels of operations that have shown something.
        self._showing: set[str] = set()
        # By label, how often a read showed any written property, and how often none.
        self._comparable: Counter[tuple[str, bool]] = Counter()

    def add(self, record: Record, body: Mapping[str, Json]) -> None:
        """Add an entity that a read has found."""
        resource = record.entity.resource
        record.reads += 1
        if record.reads > 1:
            self._found_twice.add(resource)
        if self._observed < _OBSERVED_AT_MOST:
            self._observed += 1
            self._states[resource].update(self._values.states(record.writes[-1]))
            self.deleted.observe_living(record, body)

    def shows_nothing(self, label: str, body: Json) -> bool:
        """Whether a body shows nothing at all, although the same operation has shown something before."""
        shown = [body]
        if isinstance(body, dict):
            shown = [value for name, value in body.items() if len(body) == 1 or name in ENVELOPES] or shown
        is_empty = all(value in EMPTY for value in shown)
        if not is_empty:
            self._showing.add(label)
        return is_empty and label in self._showing

    def reason_hidden(self, record: Record) -> str:
        """Why an entity may be hidden though it exists: no entity in the same state was ever found. Empty
        when there is no such reason.
        """
        known_states = self._states[record.entity.resource]
        states = {
            name: (value, write.label)
            for write in record.writes
            for name, value in self._values.states(write)
        }
        for name, (value, label) in states.items():
            if (name, value) not in known_states:
                return f"nothing that {label} left with {name} {value!r} was ever found: it is lost or hidden"
        return ""

    def may_be_used_up(self, record: Record) -> bool:
        """Whether reading may use an entity up, as it does a one-time secret: it was found once, and no
        entity of the resource was found twice yet.
        """
        return record.reads == 1 and record.entity.resource not in self._found_twice

    def add_used_up(self, record: Record, label: str, loss: Loss) -> None:
        """Add an entity that is gone after a single read: a loss, unless that happens to all."""
        self._found_once[record.entity.resource, label].append(loss)

    def add_comparison(self, label: str, is_comparable: bool) -> None:
        """Count a read that showed any of the written properties, or none."""
        self._comparable[label, is_comparable] += 1

    def report(self, account: Account) -> None:
        """Add to an account what only all reads together show."""
        for (resource, label), losses in self._found_once.items():
            if resource in self._found_twice:
                account.losses += losses
            else:
                text = f"{label} has found nothing twice: either reading uses it up, or it was lost"
                account.untraced[text] = len(losses)
        self.deleted.report(account)
        for (label, is_comparable), count in self._comparable.items():
            if not is_comparable:
                self._report_incomparable(label, count, account)

    def _report_incomparable(self, label: str, count: int, account: Account) -> None:
        """Report reads without any written property. Where other reads by the same operation had some,
        somebody must look at it before the run can pass.
        """
        text = (
            f"{label} showed none of the properties that were written, so whether they were kept is unknown"
        )
        if self._comparable[label, True]:
            account.untraced[text] = count
        else:
            account.note(text, count)
