"""What may be wrong with an answer, and how it is told."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from load.measurements.masks import HIDDEN, Mask


class Fault(StrEnum):
    """The kinds of failure. Each but the last three is a fault of the service: calls are valid by
    construction. A service that asks for fewer calls may do so, and one that forbids a call may not have been
    given credentials that allow it.
    """

    BROKEN_CONTRACT = "broken contract"
    SERVER_ERROR = "server error"
    REFUSED = "refused although valid"
    LOST = "lost"
    NOT_AS_ACKNOWLEDGED = "not as acknowledged"
    DROPPED = "dropped value"
    NETWORK = "network"
    FORBIDDEN = "forbidden"
    THROTTLED = "throttled"
    INTERNAL = "fault of the load itself"


@dataclass(frozen=True)
class Finding:
    """What is wrong with a response: the kind of fault, the place and the rule, which make it the same as
    others; and how it showed the first time: what was expected and found, the start of the answer, and a
    command that repeats the call.
    """

    fault: Fault
    place: str
    rule: str
    detail: str = field(default="", compare=False)
    expected: str = field(default="", compare=False)
    found: str = field(default="", compare=False)
    answer: str = field(default="", compare=False)
    sample: str = field(default="", compare=False)

    def __str__(self) -> str:
        """The same for each repetition, so that failures can be counted."""
        return f"{self.fault}: {self.place} ({self.rule})" if self.rule else f"{self.fault}: {self.place}"

    def masked(self, mask: Mask) -> "Finding":
        """The same for people: without credentials, and printable."""
        hides = mask.names_secret(self.place)
        return replace(
            self,
            place=mask(self.place),
            detail=self.rule if hides and self.found else mask.answer(self.detail),
            expected=mask.answer(self.expected),
            found=HIDDEN if hides and self.found else mask.answer(self.found),
            answer=mask.answer(self.answer),
            sample=mask(self.sample),
        )
