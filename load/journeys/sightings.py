"""What reads have found of things: how they were, how often, and which have told that they are gone."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from load.journeys.deletion_marks import is_in_deleted_state, is_marked_deleted
from load.journeys.envelopes import ENVELOPES
from load.journeys.equivalence import shows
from load.journeys.history import State
from load.journeys.living_states import LivingStates
from load.journeys.properties import Properties
from load.journeys.records import Record
from load.journeys.values import EMPTY
from load.measurements.losses import Account, Loss
from openapi.contract import Json

# How many found things are looked at for their states.
_LOOKED_AT = 5_000
# Where at least so many deleted things were gone, and so many times as many as were there, it is no design
# that some are there.
_MANY, _TIMES = 5, 4


class Sightings:
    """What reads of one process have found."""

    def __init__(self, properties: Properties) -> None:
        self._properties = properties
        # By resource, the values of properties with a few of them, such as states, of things that were found.
        self._found: defaultdict[str, set[tuple[str, Json]]] = defaultdict(set)
        self._looked = 0
        self._lives = LivingStates()
        # The operations that have shown something.
        self._showing: set[str] = set()
        # The resources of which a thing was found twice; by resource and operation, what was found once only.
        self._found_twice: set[str] = set()
        self._found_once: defaultdict[tuple[str, str], list[Loss]] = defaultdict(list)
        # How often an operation has shown anything of what was written, or nothing of it.
        self._shown: Counter[tuple[str, bool]] = Counter()
        # By resource, how many deleted things were gone, and those that were there as they had been, though
        # nothing of them is so rare that it could not have come about otherwise.
        self._gone: Counter[str] = Counter()
        self._there: defaultdict[str, list[Loss]] = defaultdict(list)

    def add(self, record: Record, body: Mapping[str, Json]) -> None:
        """A thing was found, as it was written."""
        record.reads += 1
        if record.reads > 1:
            self._found_twice.add(record.entity.resource)
        if self._looked < _LOOKED_AT:
            self._looked += 1
            write, resource = record.writes[-1], record.entity.resource
            self._found[resource].update(self._properties.states(write))
            self._lives.observe(resource, unwritten(record, body))

    def is_nothing(self, label: str, body: Json) -> bool:
        """Whether a body shows nothing at all, where the same operation has shown things."""
        shown = [body]
        if isinstance(body, dict):
            shown = [each for name, each in body.items() if len(body) == 1 or name in ENVELOPES] or shown
        is_nothing = all(each in EMPTY for each in shown)
        if not is_nothing:
            self._showing.add(label)
        return is_nothing and label in self._showing

    def is_marked(self, record: Record, body: Mapping[str, Json]) -> bool:
        """Whether a thing that was deleted says so itself, or is otherwise than those that live."""
        resource = record.entity.resource
        new = self._lives.unusual_properties(resource, unwritten(record, body))
        is_new = bool(new) and (self._lives.has_seen_enough(resource) or is_marked_deleted(new))
        return is_new or is_in_deleted_state(body)

    def hiding(self, record: Record) -> str:
        """Why a thing may be hidden, though it is there: no other in the same state was ever found."""
        found = self._found[record.entity.resource]
        states = {
            name: (value, each.label)
            for each in record.writes
            for name, value in self._properties.states(each)
        }
        for name, (value, label) in states.items():
            if (name, value) not in found:
                return f"nothing that {label} left with {name} {value!r} was ever found"
        return ""

    def may_be_used_up(self, record: Record) -> bool:
        """Whether a thing may have been there for a single read, as a secret is: none was found twice yet."""
        return record.reads == 1 and record.entity.resource not in self._found_twice

    def found_once(self, record: Record, label: str, loss: Loss) -> None:
        """A thing is gone after a single read: a loss, unless that is so of all."""
        self._found_once[record.entity.resource, label].append(loss)

    def missed(self, record: Record) -> None:
        """A read has found nothing; of things that were deleted, that is counted."""
        self._gone[record.entity.resource] += record.writes[-1].leaves is State.GONE

    def found_deleted(self, record: Record, loss: Loss) -> None:
        """A deleted thing of common values is there as it was: a loss, where others are gone."""
        self._there[record.entity.resource].append(loss)

    def compared(self, label: str, is_shown: bool) -> None:
        """An operation has shown anything of what was written, or nothing of it."""
        self._shown[label, is_shown] += 1

    def settle(self, account: Account) -> None:
        """Add to an account what only all reads together tell."""
        for (resource, label), losses in self._found_once.items():
            if resource in self._found_twice:
                account.losses += losses
            else:
                told = f"{label} has found no thing twice: reading may use it up, or it was lost"
                account.untraced[told] = len(losses)
        for resource, losses in self._there.items():
            if self._gone[resource] >= max(_MANY, _TIMES * len(losses)):
                account.losses += losses
            else:
                account.note("deleted things can be read, as they were or by default", len(losses))
        self._tell_blind(account)

    def _tell_blind(self, account: Account) -> None:
        """Where reads showed nothing of what was written, nothing compares; where others did, people must
        look at it before anything passes.
        """
        for (label, is_shown), count in self._shown.items():
            if not is_shown:
                told = f"{label} showed none of the properties that were written"
                if self._shown[label, True]:
                    account.untraced[told] = count
                else:
                    account.note(f"{told}, so whether they were kept is unknown", count)


def unwritten(record: Record, body: Mapping[str, Json]) -> dict[str, Json]:
    """What a body tells that no write has set so, also within its objects."""
    return _unwritten(body, [each.properties for each in record.writes])


def _unwritten(body: Mapping[str, Json], written: Sequence[Mapping[str, Json]]) -> dict[str, Json]:
    rest: dict[str, Json] = {}
    for name, value in body.items():
        before = [each[name] for each in written if name in each]
        if isinstance(value, dict):
            within = _unwritten(value, [each for each in before if isinstance(each, dict)])
            rest |= {name: within} if within else {}
        elif not any(shows(each, value) for each in before):
            rest[name] = value
    return rest
