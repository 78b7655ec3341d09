"""What is not as a service acknowledged it, and the account of the ledger that found it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

DROPPED = "dropped"
NOT_READ_BACK = "is not read back, so whether it was kept is unknown"
BY_A_CACHE = "was answered by a cache (Age): what it shows is judged as of then"


class Absence(Enum):
    """Why a thing is not there: no write claims otherwise, the service may still be about to show it, it is
    lost, or nothing is known of it.
    """

    EXPLAINED = "explained"
    LATE = "late"
    LOST = "lost"
    UNKNOWN = "unknown"


@dataclass(slots=True)
class Loss:
    """Something that is not as acknowledged: of which thing, by which call; when that was sent and
    acknowledged and the thing was read (s since the start of the run); how long (s) what was found had been
    out of date by then; and how often it was seen, where one stands for many.
    """

    kind: str
    label: str
    target: str
    expected: str
    found: str
    sent: float
    acknowledged: float
    read: float
    age: float = 0.0
    count: int = 1

    def __str__(self) -> str:
        """For people."""
        return (
            f"{self.target}: {self.label} was sent at {self.sent:.3f} s and acknowledged at "
            f"{self.acknowledged:.3f} s; read at {self.read:.3f} s: expected {self.expected}, "
            f"found {self.found}"
        )


@dataclass
class Account:
    """What became of the ledger: how many things it followed, passed over for want of room, read back, could
    not read as nobody answered (`unread`) or as the answer was neither the thing nor 404 (`unreadable`); how
    many losses there are, and the first of them; how many reads showed a state that was
    out of date, and by how much at most (s), and were right afterwards; what the service seems to do by
    design, and which creations led to nothing that could be found, for people.
    """

    followed: int = 0
    passed_over: int = 0
    read: int = 0
    unread: int = 0
    unreadable: int = 0
    lost: int = 0
    late: int = 0
    late_s: float = 0.0
    losses: list[Loss] = field(default_factory=list)
    notes: dict[str, int] = field(default_factory=dict)
    untraced: dict[str, int] = field(default_factory=dict)

    @property
    def untold(self) -> int:
        """Of how many things that were followed nothing says what became of them."""
        return self.followed - self.read - self.unread - self.unreadable

    def note(self, text: str, count: int) -> None:
        """Count something to tell people."""
        self.notes[text] = self.notes.get(text, 0) + count

    def add(self, other: "Account") -> None:
        """Add that of another process."""
        self.followed += other.followed
        self.passed_over += other.passed_over
        self.read += other.read
        self.unread += other.unread
        self.unreadable += other.unreadable
        self.lost += other.lost
        self.late += other.late
        self.late_s = max(self.late_s, other.late_s)
        self.losses += other.losses
        for text, count in other.notes.items():
            self.note(text, count)
        for text, count in other.untraced.items():
            self.untraced[text] = self.untraced.get(text, 0) + count

    @classmethod
    def told(cls, message: Mapping[str, Any]) -> "Account":
        """An account as `dataclasses.asdict` gave it to another process."""
        losses = [Loss(**each) for each in message["losses"]]
        return cls(**{**message, "losses": losses})
