"""Whether a service still accepts the credentials that calls carry: told from what it forbids by design."""

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus

from load.calls.connection import Reply
from load.calls.response_checks import UNAUTHORISED
from load.measurements.findings import Finding
from openapi.operations import Operation

# So many refusals in a row, with nothing accepted in between, leave no other explanation: where the service
# calls the token invalid (RFC 6750, section 3.1); of several operations; of one, or where it forbids.
_SAID_INVALID = 3
_OF_SEVERAL = 5
_OF_ONE = 20

Judge = Callable[[str, list[Finding]], None]


@dataclass
class Refusal:
    """The answer to a call that carried credentials, which was sent and answered at times (s since the
    start), and what would be wrong with it otherwise.
    """

    operation: Operation
    reply: Reply
    began: float
    ended: float
    found: list[Finding]


@dataclass
class Acceptance:
    """What one process's calls tell of the credentials that they carry. While it is not clear whether these
    are accepted, refusals are held back; `judge` gets the findings of those that turn out to be for
    something else.
    """

    judge: Judge
    reason: str = ""
    since: float = 0.0
    refused: int = 0
    _worked: set[str] = field(default_factory=set)
    _held: list[Refusal] = field(default_factory=list)
    _change: str = ""
    _change_before: str = ""

    def changed(self, label: str) -> None:
        """A call that changes something was acknowledged."""
        self._change = label

    def accepted(self, operation: Operation, began: float) -> None:
        """A call with credentials that was sent at a time (s) has succeeded."""
        self._worked.add(operation.label)
        if self._held and not self.reason and began >= self.since and self._tells(operation):
            self._release()

    def refuses(self, call: Refusal) -> bool:
        """Whether an answer is about the credentials, or may be; then nothing is said of it for now."""
        if call.reply.status not in UNAUTHORISED or _is_throttled(call.reply):
            return False
        if self.reason:
            self.refused += 1
            return True
        if call.reply.status == HTTPStatus.FORBIDDEN and call.operation.label not in self._worked:
            return False
        if not self._held:
            self.since, self._change_before = call.ended, self._change
        self._held.append(call)
        if self._is_certain():
            self._give_up()
        return True

    def take_refused(self) -> int:
        """How many calls were refused since this was last called."""
        count, self.refused = self.refused, 0
        return count

    def settle(self) -> None:
        """The run is over: what was held back is about the credentials if those had been accepted before, and
        never were again.
        """
        unknown = [each for each in self._held if each.reply.status == HTTPStatus.UNAUTHORIZED]
        if unknown and self._worked and not self.reason:
            self._give_up()
        elif not self.reason:
            self._release()

    def _tells(self, operation: Operation) -> bool:
        """Whether success tells that credentials are accepted: operations that are open succeed anyway."""
        if operation.security:
            return all(operation.security)
        return any(each.operation.label == operation.label for each in self._held)

    def _is_certain(self) -> bool:
        of_known = [each for each in self._held if each.operation.label in self._worked]
        refused = of_known if self._worked else self._held
        several = len({each.operation.label for each in refused}) > 1
        if any(each.reply.status == HTTPStatus.FORBIDDEN for each in refused):
            return several and len(refused) >= _OF_ONE
        if self._worked and all(_is_said_invalid(each.reply) for each in refused):
            return len(refused) >= _SAID_INVALID
        return len(refused) >= (_OF_SEVERAL if several and self._worked else _OF_ONE)

    def _give_up(self) -> None:
        first = next((each for each in self._held if each.operation.label in self._worked), self._held[0])
        answer = f"{first.operation.label} was answered {first.reply.status}"
        if not self._worked:
            self.reason = f"the credentials that were given are not accepted: {answer}, and no call succeeded"
        else:
            after = f", after {self._change_before}" if self._change_before else ""
            self.reason = f"since {self.since:.1f} s credentials are no longer accepted: {answer}{after}"
        self.refused = len(self._held)
        self._held = []

    def _release(self) -> None:
        held, self._held = self._held, []
        for each in held:
            self.judge(each.operation.label, each.found)


def _is_said_invalid(reply: Reply) -> bool:
    return "invalid_token" in reply.headers.get("www-authenticate", "")


def _is_throttled(reply: Reply) -> bool:
    """Whether a service forbids calls because there were too many: some do that by 403."""
    remaining = [value for name, value in reply.headers.items() if name.endswith("ratelimit-remaining")]
    return "retry-after" in reply.headers or "0" in remaining
