"""What became of the writes that a service has acknowledged."""

import msgspec

from load.measurements.losses import DroppedProperty, Loss, LossRecord

_LOSSES_AT_MOST = 100


class AccountFigures(msgspec.Struct, kw_only=True):
    """How many entities were followed, passed over as the ledger was full or they may be foreign, and read
    back; how many could not be, as nobody answered (`unread`) or the answer was neither the entity nor 404
    (`unreadable`); how many losses there are; how many reads were late, and by how much at most (s). `notes`
    are what the service seems to do by design, `untraced` the creations of which nothing could be found, each
    with how often.

    Larger than usual: it has one field per column of the file.
    """

    followed: int = 0
    passed_over: int = 0
    read: int = 0
    unread: int = 0
    unreadable: int = 0
    lost: int = 0
    late: int = 0
    late_s: float = 0.0
    notes: dict[str, int] = {}
    untraced: dict[str, int] = {}

    @property
    def unknown(self) -> int:
        """How many entities were followed of which it is not known what became of them."""
        return self.followed - self.read - self.unread - self.unreadable

    def note(self, text: str, count: int) -> None:
        """Count something that people should know."""
        self.notes[text] = self.notes.get(text, 0) + count

    def add(self, other: "AccountFigures") -> None:
        """Add the figures of another account; what it has of single losses is not added."""
        self.followed += other.followed
        self.passed_over += other.passed_over
        self.read += other.read
        self.unread += other.unread
        self.unreadable += other.unreadable
        self.lost += other.lost
        self.late += other.late
        self.late_s = max(self.late_s, other.late_s)
        self.add_texts(other)

    def add_texts(self, other: "AccountFigures") -> None:
        """Add the notes and untraced creations of another account."""
        for text, count in other.notes.items():
            self.note(text, count)
        for text, count in other.untraced.items():
            self.untraced[text] = self.untraced.get(text, 0) + count


class Account(AccountFigures, kw_only=True):
    """What reads show of acknowledged writes, with each loss and each property that is never kept. These are
    counted when they are recorded in the results.
    """

    losses: list[Loss] = []
    dropped: list[DroppedProperty] = []


class LedgerRecord(AccountFigures, kw_only=True):
    """What became of the acknowledged writes of a run, in the results and their file, with the first hundred
    losses. One field per column of the file.
    """

    losses: list[LossRecord] = []

    def record_loss(self, loss: Loss) -> None:
        """Count a loss, which must be masked."""
        self.lost += 1
        if len(self.losses) < _LOSSES_AT_MOST:
            self.losses.append(LossRecord.of(loss))

    def merge(self, other: "LedgerRecord") -> None:
        """Add that of another process."""
        self.add(other)
        self.losses += other.losses
