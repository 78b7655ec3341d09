"""What reads leave open: nobody can tell whether it was lost."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from load.journeys.history import Write
from load.journeys.records import Record
from load.measurements.losses import Account


@dataclass
class Unknowns:
    """How often things were gone: those that had `expired` by their own word, those that may be `hidden`, by
    the reason, and those that a call may have taken away (`taken`), by its label.
    """

    expired: int = 0
    hidden: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)

    def record_gone_after(self, write: Write) -> None:
        """A thing was gone after a write that may have had to do with it. What a deletion takes along is no
        question, and neither is what ends by itself.
        """
        method, _, path = write.label.partition(" ")
        if path.startswith("/") and method != "DELETE":
            self.taken[write.label] += 1

    def report(self, account: Account, records: Iterable[Record]) -> None:
        """Add it all to an account. What may be hidden may be lost as well: nothing passes with it."""
        overtaken = sum(each.delays.overtaken for each in records)
        if overtaken:
            told = "reads showed what was out of date until something else was written: whether what was due"
            account.note(f"{told} was late or lost is unknown", overtaken)
        for label, count in self.taken.items():
            told = f"things were gone after {label}: whether it took them away or they were lost is unknown"
            account.note(told, count)
        if self.expired:
            account.note("things had expired by their own word, or were answered 410 Gone", self.expired)
        account.untraced.update(self.hidden)
