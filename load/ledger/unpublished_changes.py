"""Changes that may not show until another operation publishes them."""

from collections import Counter
from collections.abc import Iterable, Mapping

from load.ledger.deviations import Deviation
from load.ledger.records import Record
from load.measurements.ledger_account import Account


class Drafts:
    """Counts changes that do not show yet. `published_by` has the label of the operation that publishes
    changes, by resource.
    """

    def __init__(self, published_by: Mapping[str, str]) -> None:
        self._published_by = published_by
        self._counts: Counter[tuple[str, str]] = Counter()

    def may_include(self, record: Record, deviations: Iterable[Deviation]) -> bool:
        """Whether a read shows an earlier state because later changes are not published yet."""
        return record.entity.resource in self._published_by and all(
            deviation.is_stale for deviation in deviations
        )

    def add(self, record: Record, label: str) -> None:
        """Count a change by an operation that does not show."""
        self._counts[label, self._published_by[record.entity.resource]] += 1

    def report(self, account: Account) -> None:
        """Add a note for each operation whose changes did not show."""
        for (label, publisher), count in self._counts.items():
            account.note(f"what {label} changed did not show; it may do so only after {publisher}", count)
