"""Whether a read shows what was written to another entity."""

from collections.abc import Mapping

from load.ledger.addresses import Addresses
from load.ledger.deviations import Deviation
from load.ledger.records import Record
from load.representations.equivalence import shows, shows_all
from load.representations.values import is_distinctive
from openapi.contract import Json

# A search goes through all records, so there are only a few.
_SEARCHES_AT_MOST = 50


class OtherEntities:
    """Searches the records of one process for the entity that a wrong value belongs to."""

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses
        self._searches = 0

    def are_shown(self, record: Record, body: Mapping[str, Json]) -> bool:
        """Whether a body has all distinctive values of another entity of the same resource, and none that was
        written to a record itself.
        """
        own = {name: value for name, value in record.writes[-1].properties.items() if is_distinctive(value)}
        if any(name in body and shows(value, body[name]) for name, value in own.items()):
            return False
        self._searches += 1
        return self._searches <= _SEARCHES_AT_MOST and any(
            other is not record
            and other.entity.pool is record.entity.pool
            and shows_all(other.writes[-1].properties, body)
            for other in self._addresses.records.values()
            if other.writes
        )

    def have_value(self, deviation: Deviation) -> bool:
        """Whether the same operation has written a deviating value to this property of any entity."""
        self._searches += 1
        return self._searches <= _SEARCHES_AT_MOST and any(
            write.label == deviation.write.label and write.properties.get(deviation.name) == deviation.actual
            for record in self._addresses.records.values()
            for write in record.writes
        )
