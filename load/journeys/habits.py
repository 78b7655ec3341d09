"""What a service does with a property as a rule, and what happens to it now and then."""

from collections import Counter
from dataclasses import dataclass, field

from load.journeys.alterations import Alteration
from load.measurements.losses import DROPPED, Account, Loss
from load.planning.names import words
from openapi.contract import Json

# A property that comes back otherwise than written in a larger share of writes is one that the service has a
# mind of its own about. Of fewer writes, nobody can tell.
SPORADIC_AT_MOST = 0.1
# The same for what answers have shown as it was sent.
SPORADIC_OF_SHOWN = 0.5
FEW_WRITES = 20
# What stands in the place of a text that somebody has taken away.
_REDACTED = frozenset(
    {"removed", "moderated", "moderation", "moderator", "redacted", "censored", "hidden", "deleted",
     "withheld", "masked", "anonymised", "anonymized", "blocked"}
)  # fmt: skip


@dataclass
class Habit:
    """Of one property as one operation writes it: how often it was kept, and what became of it otherwise,
    with losses that it would be if that is no habit of the service. `signs` are all characters of texts that
    were kept, `changed` the texts that were not, each with what became of it; `longest` is the longest text
    that was kept (characters), `cuts` those of which a part was, with their length (bytes).
    """

    kept: int = 0
    signs: set[str] = field(default_factory=set)
    changed: list[tuple[str, str]] = field(default_factory=list)
    changes: Counter[Alteration] = field(default_factory=Counter)
    example: str = ""
    losses: list[Loss] = field(default_factory=list)
    shown: int = 0
    longest: int = 0
    cuts: list[tuple[Loss, int]] = field(default_factory=list)

    def lose(self, loss: Loss, is_shown: bool) -> None:
        """Count a loss, of what an answer has shown as it was sent or not."""
        self.losses.append(loss)
        self.shown += is_shown

    @property
    def sporadic_at_most(self) -> float:
        """In which share of writes something may happen that is no habit: what a service has shown to know
        better, it does not do by design.
        """
        return SPORADIC_OF_SHOWN if self.losses and self.shown == len(self.losses) else SPORADIC_AT_MOST

    def keep(self, value: Json, is_kept: bool) -> None:
        """Count a value, if it was kept."""
        self.kept += is_kept
        if is_kept and isinstance(value, str):
            self.signs.update(value)
            self.longest = max(self.longest, len(value))

    @property
    def is_by_rule(self) -> bool:
        """Whether a service changes texts by a rule of its own: all that were changed have characters that
        none has that was kept, as where texts are escaped, or all were taken away, as where they are
        moderated.
        """
        return bool(self.changed) and (
            all({*written} - self.signs for written, _ in self.changed)
            or all(is_redaction(found) for _, found in self.changed)
        )

    def tell(self, label: str, name: str, account: Account) -> None:
        """What a service does with a property as a rule is a note; what happens now and then, a loss."""
        changed = self.changes.total()
        total = self.kept + changed
        if not self.losses:
            # As long a text was kept: there is no limit that would explain it.
            self.losses = [loss for loss, length in self.cuts if length <= self.longest]
        is_sporadic = changed <= self.sporadic_at_most * total and not self.is_by_rule
        if total >= FEW_WRITES and is_sporadic and self.losses:
            account.losses += self.losses
            changed -= len(self.losses)
            for how in (Alteration.DROPPED, Alteration.IGNORED):
                self.changes.pop(how, 0)
        dropped = self.changes.pop(Alteration.DROPPED, 0) + self.changes.pop(Alteration.IGNORED, 0)
        if dropped:
            found = Loss(f"{DROPPED} {name}", label, "", self.example, "", 0.0, 0.0, 0.0, count=dropped)
            account.losses.append(found)
        if changed > dropped:
            told = ", ".join(f"{count} times {change}" for change, count in self.changes.most_common())
            account.note(
                f"{label}: {name} is not as written: {told}; at first {self.example}", changed - dropped
            )


def is_redaction(text: str) -> bool:
    """Whether a text says that there was another one, or says nothing, as ***."""
    return not any(map(str.isalnum, text)) or bool(_REDACTED & {*words(text)})
