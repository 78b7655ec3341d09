"""Writes that a service has acknowledged and that later reads contradict."""

from enum import Enum, StrEnum

import msgspec

from load.measurements.findings import Fault, Finding
from load.measurements.secret_mask import Mask

NOT_READ_BACK = "is not read back, so whether it was kept is unknown"
BY_A_CACHE = "was answered by a cache (Age): what it shows is judged as of then"


class Absence(Enum):
    """Why an entity is not there: no write claims otherwise, the service may still be about to show it, it is
    lost, or nothing is known of it.
    """

    EXPLAINED = "explained"
    LATE = "late"
    LOST = "lost"
    UNKNOWN = "unknown"


class LossKind(StrEnum):
    """How a read contradicts a write: the entity is gone, or is there again after its deletion; a property
    has an earlier value, or one that was never written; or the answer to the change showed the former value.
    """

    LOST = "lost"
    UNDELETED = "undeleted"
    STALE = "stale"
    ALTERED = "altered"
    IGNORED = "ignored"


class LossFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The write (its operation, when it was sent and acknowledged) and the read that contradicts it (its
    target, when it was made, what was expected and found). Times are in s since the start of the run; `age`
    is for how long (s) what was found had been out of date by then.
    """

    label: str
    target: str
    expected: str
    found: str
    sent: float
    acknowledged: float
    read: float
    age: float = 0.0


class Loss(LossFigures, frozen=True, kw_only=True):
    """An acknowledged write that a later read contradicts; `name` is the property, if it is about one."""

    kind: LossKind
    name: str = ""

    @property
    def title(self) -> str:
        """The kind with the property, such as "altered name"."""
        return f"{self.kind} {self.name}" if self.name else str(self.kind)

    @property
    def place(self) -> str:
        """The place of its finding, such as "altered /name"."""
        return f"{self.kind} /{self.name}" if self.name else str(self.kind)

    def __str__(self) -> str:
        return (
            f"{self.target}: {self.label} was sent at {self.sent:.3f} s and acknowledged at "
            f"{self.acknowledged:.3f} s; read at {self.read:.3f} s: expected {self.expected}, "
            f"found {self.found}"
        )

    def masked(self, mask: Mask) -> "Loss":
        """The same without credentials, and printable."""
        return msgspec.structs.replace(
            self,
            target=mask(self.target),
            expected=mask.answer(self.expected),
            found=mask.answer(self.found),
        )

    def finding(self, sample: str) -> Finding:
        """The finding of the operation whose write was lost; `sample` is a command that shows it."""
        return Finding(Fault.NOT_AS_ACKNOWLEDGED, self.place, "", str(self), sample=sample)


class LossRecord(LossFigures, frozen=True, kw_only=True):
    """A loss in the results file, in words: `kind` with the property, such as "altered name"."""

    kind: str
    count: int = 1
    message: str = msgspec.field(name="told")

    @classmethod
    def of(cls, loss: Loss) -> "LossRecord":
        """The record of a loss."""
        return cls(
            kind=loss.title,
            label=loss.label,
            target=loss.target,
            expected=loss.expected,
            found=loss.found,
            sent=loss.sent,
            acknowledged=loss.acknowledged,
            read=loss.read,
            age=loss.age,
            message=str(loss),
        )


class DroppedProperty(msgspec.Struct, frozen=True):
    """A property that a service never keeps of what an operation writes: how often, an example, and the path
    of an entity that shows it, if one does.
    """

    label: str
    name: str
    example: str
    count: int
    target: str = ""

    def finding(self, sample: str) -> Finding:
        """The finding of the operation that writes it; `sample` is a command that shows it."""
        return Finding(Fault.DROPPED, f"/{self.name} is not kept", "", self.example, sample=sample)
