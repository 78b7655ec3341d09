"""Why a run failed, or does not count: the figures first, and one message made from them."""

from dataclasses import dataclass

from load.judgement.backlog import Behind
from load.judgement.outcomes import Outcome
from load.measurements.findings import Fault
from load.measurements.run_records import ReasonKind, ReasonRecord
from load.measurements.silence import Silence
from load.measurements.throttling import Throttling
from load.quantities import quantity, times


@dataclass(frozen=True)
class ObjectiveMissed:
    """An objective that does not hold, or could not be judged. It is in doubt when the run cannot tell
    whether the service is the reason.
    """

    outcome: Outcome
    in_doubt: bool = False

    def __str__(self) -> str:
        message = self.outcome.message
        return f"{message}, but the service may not be the reason" if self.in_doubt else message


@dataclass(frozen=True)
class NoneJudged:
    """None of the objectives that were requested could be judged; `example` is one of them."""

    example: Outcome

    def __str__(self) -> str:
        return f"none of the requested objectives could be judged: {self.example}"


@dataclass(frozen=True)
class FaultCount:
    """How often a fault was found."""

    fault: Fault
    count: int

    def __str__(self) -> str:
        return f"{self.fault}, {times(self.count)}"


@dataclass(frozen=True)
class RefusedCalls:
    """How many of all calls were refused although valid: most of them, or there were no calls."""

    refused: int
    calls: int

    def __str__(self) -> str:
        if not self.calls:
            return "no call was made"
        share = f"{self.refused} of {self.calls} calls were refused although valid"
        return f"{share}: too many to judge the service"


@dataclass(frozen=True)
class ForbiddenCalls:
    """How many of all calls the credentials did not allow."""

    forbidden: int
    calls: int

    def __str__(self) -> str:
        return (
            f"{self.forbidden} of {self.calls} calls were answered 401 or 403: the given credentials do not "
            f"allow enough calls to judge the service"
        )


@dataclass(frozen=True)
class UnacceptedCalls:
    """Why credentials are no longer accepted, and how many calls were not judged since."""

    reason: str
    calls: int

    def __str__(self) -> str:
        verb = "is" if self.calls == 1 else "are"
        return f"{self.reason}; {quantity(self.calls, 'call')} since then {verb} not judged"


@dataclass(frozen=True)
class ThrottledCalls:
    """A service that put off most calls, or was unavailable for a time."""

    throttling: Throttling

    def __str__(self) -> str:
        message = self.throttling.message
        return message if self.throttling.unavailable else f"{message}: too many to judge the service"


@dataclass(frozen=True)
class UntracedCreations:
    """How often nothing could be found of what was created, as a line for people says."""

    what: str
    count: int

    def __str__(self) -> str:
        return f"{self.what}, {times(self.count)}"


@dataclass(frozen=True)
class UnreadEntities:
    """How many entities that were written are not known to be there, and why."""

    count: int
    why: str

    def __str__(self) -> str:
        return f"{quantity(self.count, 'entity', 'entities')} written, but {self.why}"


# What a reason is about: its text is the message. A run that is judged again from its file has only the text.
Figures = (
    Behind
    | FaultCount
    | ForbiddenCalls
    | NoneJudged
    | ObjectiveMissed
    | RefusedCalls
    | Silence
    | ThrottledCalls
    | UnacceptedCalls
    | UnreadEntities
    | UntracedCreations
    | str
)


@dataclass(frozen=True)
class Reason:
    """Why a run failed, or does not count: the kind, the figures, and the operation if it is about one."""

    kind: ReasonKind
    figures: Figures
    operation: str = ""

    @property
    def message(self) -> str:
        """The reason in words, without the operation."""
        return str(self.figures)

    def __str__(self) -> str:
        return f"{self.operation}: {self.message}" if self.operation else self.message

    def record(self) -> ReasonRecord:
        """The reason in the results file."""
        return ReasonRecord(kind=self.kind, operation=self.operation, message=self.message)

    @classmethod
    def of(cls, record: ReasonRecord) -> "Reason":
        """The reason of a results file."""
        return cls(record.kind, record.message, record.operation)
