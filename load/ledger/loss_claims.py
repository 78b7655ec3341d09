"""Which deviations may be reported as losses."""

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping

from load.ledger.deviations import Deviation, shows_nothing_of
from load.ledger.history import Write
from load.ledger.records import Record
from load.ledger.unpublished_changes import Drafts
from load.ledger.written_values import WrittenValues
from load.representations.alterations import Alteration, alteration, is_derived
from load.representations.values import EMPTY, is_distinctive, is_free_text, is_number, is_time
from load.representations.volatility import changes_by_itself, is_event_time
from openapi.contract import Json

# Services do these to texts by design.
_BY_DESIGN = (Alteration.CUT, Alteration.TRIMMED, Alteration.RECASED)


class Claims:
    """Decides which deviations may be reported as losses. Others may be the work of the service, by design,
    or of other calls. Entities of `independent` resources are changed by no call for anything else.
    """

    def __init__(self, values: WrittenValues, drafts: Drafts, independent: Container[str]) -> None:
        self._values, self._drafts, self._independent = values, drafts, independent

    def lost_writes(
        self, record: Record, body: Mapping[str, Json], deviations: Mapping[str, Deviation]
    ) -> Iterator[list[Deviation]]:
        """The deviations of each write that does not show at all, where the earlier state shows for certain:
        by one distinctive value, or by two of any kind.
        """
        by_write: defaultdict[Write, list[Deviation]] = defaultdict(list)
        for deviation in deviations.values():
            by_write[deviation.write].append(deviation)
        for write, group in by_write.items():
            if all(write.value_of(deviation.name) in EMPTY for deviation in group):
                continue
            if self._drafts.may_include(record, group):
                self._drafts.add(record, write.label)
                continue
            is_certain = len(group) > 1 or any(map(self._is_distinctive, group))
            is_stale = all(deviation.is_stale for deviation in group)
            if is_certain and is_stale and shows_nothing_of(record, write, body, deviations):
                yield group

    def is_claimable(self, record: Record, deviation: Deviation) -> bool:
        """Whether neither the service by design nor other calls can have caused a deviation. It may still be
        a habit of the service.
        """
        if self._drafts.may_include(record, [deviation]):
            return False
        if deviation.is_stale:
            return self._is_distinctive(deviation)
        written, actual = deviation.write.value_of(deviation.name), deviation.actual
        if self._values.has_few(deviation.write.label, deviation.name) and not is_number(written):
            # The service may have set another one of a few states.
            return False
        how, is_confirmed = alteration(written, actual), deviation.name in deviation.write.confirmed
        if how is Alteration.DROPPED or (how in _BY_DESIGN and is_confirmed):
            # An answer that has shown a text as it was sent says that it is kept so.
            return is_free_text(written)
        if is_number(written) and is_number(actual):
            resource = record.entity.resource
            is_stable = resource in self._independent and not changes_by_itself(deviation.name, resource)
            return is_stable and is_confirmed
        if is_time(written) and is_time(actual):
            return is_confirmed and not is_event_time(deviation.name)
        return is_free_text(written) and is_free_text(actual) and not is_derived(written, actual)

    def _is_distinctive(self, deviation: Deviation) -> bool:
        """Whether the value that was read is unlikely to be there unless it had been written before."""
        is_one_of_few = self._values.has_few(deviation.write.label, deviation.name)
        return is_distinctive(deviation.actual) and not is_one_of_few
