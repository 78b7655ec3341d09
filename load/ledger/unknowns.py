"""What reads cannot decide: whether something was lost or there is another reason."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from load.ledger.history import Write
from load.ledger.records import Record
from load.measurements.ledger_account import Account


@dataclass
class Unknowns:
    """How often entities were gone: those that had `expired` as they had said, those that may be `hidden`, by
    the reason, and those that a call may have `removed`, by its label.
    """

    expired: int = 0
    hidden: Counter[str] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)

    def record_gone_after(self, write: Write) -> None:
        """Count an entity that was gone after a write that may have removed it. What a deletion takes along
        is expected to be gone, and so is what was not written by a call.
        """
        method, _, path = write.label.partition(" ")
        if path.startswith("/") and method != "DELETE":
            self.removed[write.label] += 1

    def report(self, account: Account, records: Iterable[Record]) -> None:
        """Add the counts to an account. Hidden entities may be lost as well, so no run passes with them."""
        overtaken = sum(record.delays.overtaken for record in records)
        if overtaken:
            account.note(
                "reads showed outdated values until these were overwritten: "
                "whether the writes in between were late or lost is unknown",
                overtaken,
            )
        for label, count in self.removed.items():
            account.note(
                f"entities were gone after {label}: whether it removed them or they were lost is unknown",
                count,
            )
        if self.expired:
            account.note(
                "entities were gone that had expired as they said, or were answered 410", self.expired
            )
        account.untraced.update(self.hidden)
