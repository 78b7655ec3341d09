"""What may be wrong with answers."""

from enum import StrEnum

import msgspec

from load.measurements.secret_mask import HIDDEN, Mask


class Fault(StrEnum):
    """The kinds of failure. All but the last three are faults of the service, as calls are valid by
    construction; checks of the user's own say what else is one. A service may ask for fewer calls
    (throttled), and the credentials that were given may not allow a call (forbidden).
    """

    BROKEN_CONTRACT = "broken contract"
    SERVER_ERROR = "server error"
    REFUSED = "refused although valid"
    LOST = "lost"
    NOT_AS_ACKNOWLEDGED = "not as acknowledged"
    DROPPED = "dropped value"
    OWN_CHECK = "own check"
    NETWORK = "network"
    FORBIDDEN = "forbidden"
    THROTTLED = "throttled"
    INTERNAL = "fault of the load itself"


class Finding(msgspec.Struct, frozen=True, eq=False):
    """Something wrong with answers of an operation: the kind of fault, the place, and the rule that was
    broken. Findings that have these three in common are equal, and are counted together. The rest is the
    example: what was expected and found, the start of the answer, and a command that repeats the call.
    """

    fault: Fault
    place: str
    rule: str
    detail: str = ""
    expected: str = ""
    found: str = ""
    answer: str = ""
    sample: str = ""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Finding):
            return NotImplemented
        return self.place == other.place and self.rule == other.rule and self.fault is other.fault

    def __hash__(self) -> int:
        return hash((self.fault, self.place, self.rule))

    def __str__(self) -> str:
        """Fault, place and rule: the same text for equal findings."""
        return f"{self.fault}: {self.place} ({self.rule})" if self.rule else f"{self.fault}: {self.place}"

    def masked(self, mask: Mask) -> "Finding":
        """The same without credentials, and printable."""
        hides = mask.names_secret(self.place)
        return msgspec.structs.replace(
            self,
            place=mask(self.place),
            detail=self.rule if hides and self.found else mask.answer(self.detail),
            expected=mask.answer(self.expected),
            found=HIDDEN if hides and self.found else mask.answer(self.found),
            answer=mask.answer(self.answer),
            sample=mask(self.sample),
        )


class FindingRecord(Finding, frozen=True, kw_only=True):
    """A finding in the results file: with its message, and how often it was made. One field per column."""

    message: str = msgspec.field(name="told")
    count: int

    @classmethod
    def of(cls, finding: Finding, count: int) -> "FindingRecord":
        """The record of a finding that was made so often."""
        return cls(
            fault=finding.fault,
            place=finding.place,
            rule=finding.rule,
            detail=finding.detail,
            expected=finding.expected,
            found=finding.found,
            answer=finding.answer,
            sample=finding.sample,
            message=str(finding),
            count=count,
        )
