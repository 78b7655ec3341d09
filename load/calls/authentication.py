"""Whether a service still accepts the credentials of a run, as opposed to what they do not permit."""

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus

from load.calls.connection import Reply
from load.calls.response_checks import UNAUTHORISED
from load.measurements.findings import Finding
from openapi.operations import Operation

# Refusals in a row, with no success in between, after which the credentials must be the reason: when the
# service calls the token invalid (RFC 6750, section 3.1); when they come from several operations; when they
# come from one, or when one is a 403.
_INVALID_TOKEN_REFUSALS = 3
_REFUSALS_OF_SEVERAL = 5
_REFUSALS_OF_ONE = 20

Judge = Callable[[str, list[Finding]], None]


@dataclass
class Refusal:
    """An answer that may refuse the credentials of its call. `began` and `ended` are when the call was sent
    and answered (s since the start); `findings` are those of the answer if it is about something else.
    """

    operation: Operation
    reply: Reply
    began: float
    ended: float
    findings: list[Finding]


@dataclass
class Acceptance:
    """Whether the service accepts the credentials of one process's calls.

    As long as this is unclear, refusals are withheld. `judge` gets the findings of those that turn out to be
    about something else. Once it is clear, `reason` says why credentials are not accepted `since` when
    (s since the start), and `refused` counts the refusals.
    """

    judge: Judge
    reason: str = ""
    since: float = 0.0
    refused: int = 0
    _succeeded: set[str] = field(default_factory=set)
    _withheld: list[Refusal] = field(default_factory=list)
    _last_change: str = ""
    _change_before: str = ""

    def record_change(self, label: str) -> None:
        """An operation that changes something has succeeded."""
        self._last_change = label

    def record_success(self, operation: Operation, began: float) -> None:
        """A call with credentials, sent at a time (s), has succeeded."""
        self._succeeded.add(operation.label)
        if self._withheld and not self.reason and began >= self.since and self._is_proof(operation):
            self._release()

    def withhold(self, refusal: Refusal) -> bool:
        """Withhold a refusal that is, or may be, about the credentials. False when it is about something
        else.
        """
        reply, label = refusal.reply, refusal.operation.label
        if reply.status not in UNAUTHORISED or _is_throttled(reply):
            return False
        if self.reason:
            self.refused += 1
            return True
        if reply.status == HTTPStatus.FORBIDDEN and label not in self._succeeded:
            return False
        if not self._withheld:
            self.since, self._change_before = refusal.ended, self._last_change
        self._withheld.append(refusal)
        if self._is_certain():
            self._conclude_refused()
        return True

    def take_refused(self) -> int:
        """How many calls were refused since this was last called."""
        count, self.refused = self.refused, 0
        return count

    def settle(self) -> None:
        """Decide at the end of the run. Refusals that are still withheld are about the credentials if these
        were accepted before, and never again.
        """
        is_refused = any(refusal.reply.status == HTTPStatus.UNAUTHORIZED for refusal in self._withheld)
        if is_refused and self._succeeded and not self.reason:
            self._conclude_refused()
        elif not self.reason:
            self._release()

    def _is_proof(self, operation: Operation) -> bool:
        """Whether success proves that credentials are accepted; open operations succeed without them."""
        if operation.security:
            return all(operation.security)
        return any(refusal.operation.label == operation.label for refusal in self._withheld)

    def _is_certain(self) -> bool:
        refusals = self._withheld
        if self._succeeded:
            refusals = [refusal for refusal in refusals if refusal.operation.label in self._succeeded]
        is_of_several = len({refusal.operation.label for refusal in refusals}) > 1
        if any(refusal.reply.status == HTTPStatus.FORBIDDEN for refusal in refusals):
            return is_of_several and len(refusals) >= _REFUSALS_OF_ONE
        if self._succeeded and all(_is_invalid_token(refusal.reply) for refusal in refusals):
            return len(refusals) >= _INVALID_TOKEN_REFUSALS
        enough = _REFUSALS_OF_SEVERAL if is_of_several and self._succeeded else _REFUSALS_OF_ONE
        return len(refusals) >= enough

    def _conclude_refused(self) -> None:
        succeeded_before = (
            refusal for refusal in self._withheld if refusal.operation.label in self._succeeded
        )
        first = next(succeeded_before, self._withheld[0])
        answer = f"{first.operation.label} was answered {first.reply.status}"
        if not self._succeeded:
            self.reason = f"the credentials that were given are not accepted: {answer}, and no call succeeded"
        else:
            after = f", after {self._change_before}" if self._change_before else ""
            self.reason = f"since {self.since:.1f} s credentials are no longer accepted: {answer}{after}"
        self.refused = len(self._withheld)
        self._withheld = []

    def _release(self) -> None:
        withheld, self._withheld = self._withheld, []
        for refusal in withheld:
            self.judge(refusal.operation.label, refusal.findings)


def _is_invalid_token(reply: Reply) -> bool:
    return "invalid_token" in reply.headers.get("www-authenticate", "")


def _is_throttled(reply: Reply) -> bool:
    """Whether a service refuses calls because there were too many; some do that with 403."""
    remaining = [value for name, value in reply.headers.items() if name.endswith("ratelimit-remaining")]
    return "retry-after" in reply.headers or "0" in remaining
