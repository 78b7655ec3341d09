"""What a service does to a property every time, such as rounding it, and not just now and then."""

from collections import Counter
from dataclasses import dataclass, field

from load.ledger.history import State
from load.ledger.loss_evidence import example
from load.ledger.text_changes import TextChanges
from load.measurements.ledger_account import Account
from load.measurements.losses import DroppedProperty, Loss
from load.representations.alterations import Alteration
from openapi.contract import Json

# What happens in a larger share of writes is a habit of the service. Of fewer writes nobody can tell.
SPORADIC_AT_MOST = 0.1
# The same for values that an answer showed as they were sent: the service knew them, and rarely changes them
# by design.
SPORADIC_OF_CONFIRMED = 0.5
FEW_WRITES = 20


@dataclass
class Habit:
    """What became of one property as one operation writes it: how often it was kept, how often it was changed
    in which way, the last example, the same of its texts, and the `losses` that the changes are unless they
    are a habit. An example is what was written, what was shown, and the path of the entity. `confirmed`
    counts the losses of values that an answer had shown as they were sent.
    """

    kept: int = 0
    changes: Counter[Alteration] = field(default_factory=Counter)
    example: tuple[Json | State, Json, str] = (None, None, "")
    texts: TextChanges = field(default_factory=TextChanges)
    losses: list[Loss] = field(default_factory=list)
    confirmed: int = 0

    def keep(self, value: Json) -> None:
        """Count a value that was kept."""
        self.kept += 1
        if isinstance(value, str):
            self.texts.keep(value)

    def change(self, how: Alteration, written: Json | State, actual: Json, target: str) -> None:
        """Count a value that was changed, as a read of a target or the answer to its write showed."""
        self.changes[how] += 1
        self.example = written, actual, target

    def change_text(self, how: Alteration, written: Json | State, actual: Json) -> None:
        """Keep a text that became another one, or the same in another case."""
        is_other = how in (Alteration.OTHER, Alteration.RECASED)
        if is_other and isinstance(written, str) and isinstance(actual, str):
            self.texts.changed.append((written, actual))

    def lose(self, loss: Loss, is_confirmed: bool) -> None:
        """Add a loss."""
        self.losses.append(loss)
        self.confirmed += is_confirmed

    def report(self, label: str, name: str, account: Account) -> None:
        """Add to an account what is no habit, as losses, and what is one, as a note."""
        losses = self.losses or self.texts.unexplained_cuts
        changed = self.changes.total()
        if losses and self._is_sporadic(losses):
            account.losses += losses
            changed -= len(losses)
            for how in (Alteration.DROPPED, Alteration.IGNORED):
                self.changes.pop(how, 0)
        dropped = self.changes.pop(Alteration.DROPPED, 0) + self.changes.pop(Alteration.IGNORED, 0)
        *values, target = self.example
        shown = f"{target}: {example(*values)}"
        if dropped:
            account.dropped.append(DroppedProperty(label, name, shown, dropped, target))
        if changed > dropped:
            counts = ", ".join(f"{count} times {how}" for how, count in self.changes.most_common())
            account.note(f"{label}: {name} is not as written: {counts}; such as {shown}", changed - dropped)

    def _is_sporadic(self, losses: list[Loss]) -> bool:
        """Whether the changes are too rare to be a habit, and follow no rule."""
        changed = self.changes.total()
        total = self.kept + changed
        at_most = SPORADIC_OF_CONFIRMED if self.confirmed == len(losses) else SPORADIC_AT_MOST
        return total >= FEW_WRITES and changed <= at_most * total and not self.texts.is_by_rule
