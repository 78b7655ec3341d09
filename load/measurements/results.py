"""What was measured: exact times, answers and findings per operation and second. Knows nothing of Locust."""

import statistics
import time
from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from load.measurements.findings import Fault, Finding
from load.measurements.generator import Generator
from load.measurements.losses import DROPPED, Account, Loss
from load.measurements.masks import Mask
from load.measurements.operation_results import OperationResults, Outcome, named
from load.measurements.silence import Silence, together

# What becomes of calls whose connection the service closes as they are sent.
REPEATED = "repeated on a new one"
UNKNOWN = "not repeated, as nobody knows whether they were carried out"
_LOSSES_AT_MOST = 100
# A service that has answered nothing for so long is not there.
GONE_S = 1.0


@dataclass(frozen=True)
class Throttling:
    """A service that put calls off: from when until when (s since the start), how many calls/s it took
    meanwhile, how many of all calls it put off, and by which answers. It was `unavailable` when it carried
    out none of the operations of which it put calls off.
    """

    since: float
    until: float
    unavailable: bool
    taken: float
    throttled: int
    calls: int
    answers: tuple[str, ...]

    def __str__(self) -> str:
        put_off = f"{self.throttled} of {self.calls} calls were put off ({'; '.join(self.answers)})"
        if self.unavailable:
            return f"unavailable from {self.since:.0f} s to {self.until:.0f} s: {put_off}"
        return f"throttled beyond {self.taken:.0f}/s: from {self.since:.0f} s on, {put_off}"


@dataclass
class Results:
    """The calls of a run, by the label of their operation, and what the processes that made them saw of
    themselves, by name. `began` and `ended` are in s since the epoch, `warm_up` is in s. Calls that were made
    `beside` those that are measured are counted by their purpose; those that `closed` counts are among them:
    the service closed their connection instead of an answer, which is no fault of it where it was idle.
    `unaccepted` tells since when credentials are not accepted (s), and of how many calls nothing is said for
    that. What is kept for people goes through the `mask`.
    """

    operations: dict[str, OperationResults]
    warm_up: float = 0.0
    began: float = field(default_factory=time.time)
    ended: float | None = None
    generators: dict[str, Generator] = field(default_factory=dict)
    account: Account = field(default_factory=Account)
    beside: Counter[str] = field(default_factory=Counter)
    closed: Counter[str] = field(default_factory=Counter)
    silence: Silence = field(default_factory=Silence)
    _silences: dict[str, Silence] = field(default_factory=dict)
    unaccepted: dict[str, tuple[float, int]] = field(default_factory=dict)
    mask: Mask = field(default_factory=Mask, compare=False)
    _origin: float = field(default_factory=time.perf_counter)

    @classmethod
    def of(cls, labels: Iterable[str], warm_up: float = 0.0, origin: float | None = None) -> "Results":
        """No calls yet of these operations, in a run that began at a time of `time.perf_counter`, or now."""
        now = time.perf_counter()
        origin = now if origin is None else origin
        operations = {label: OperationResults(warm_up) for label in labels}
        return cls(operations, warm_up, time.time() - (now - origin), _origin=origin)

    def rest(self) -> "Results":
        """Results of the same run that hold nothing yet."""
        operations = {label: OperationResults(self.warm_up) for label in self.operations}
        return Results(
            operations,
            self.warm_up,
            self.began,
            self.ended,
            silence=self.silence,
            mask=self.mask,
            _origin=self._origin,
        )

    def record(
        self, label: str, status: int, response_s: float, service_s: float, findings: list[Finding]
    ) -> None:
        """Count one call that ends now; status 0 when no answer came."""
        results, at, outcome = self.operations[label], self.elapsed, Outcome.ANSWERED
        if not status:
            outcome = Outcome.UNANSWERED
            self.silence.missed(at - service_s)
        else:
            self.silence.heard(at)
            if findings and any(each.fault is Fault.THROTTLED for each in findings):
                outcome = Outcome.THROTTLED
        results.record(at, response_s, service_s, bool(findings), outcome)
        results.afterwards += self.ended is not None and outcome is Outcome.ANSWERED
        results.statuses[status] += 1
        if findings:
            results.failures += 1
            # Once a call: of many places, those beyond the first are one.
            for finding in dict.fromkeys(self._kept(results.findings, each) for each in findings):
                results.findings[finding] += 1

    @property
    def elapsed(self) -> float:
        """How long ago (s) the run began."""
        return time.perf_counter() - self._origin

    def end(self) -> None:
        """Users are told to leave: from now on only answers are waited for."""
        if self.ended is None:
            self.ended = self.began + self.elapsed

    @property
    def length(self) -> float:
        """How long (s) the run took, or has taken so far."""
        return self.ended - self.began if self.ended is not None else self.elapsed

    @property
    def measured_s(self) -> float:
        """How much of the run (s) the figures are of."""
        return max(self.length - self.warm_up, 0.0)

    @property
    def total(self) -> OperationResults:
        """All operations together."""
        total = OperationResults(self.warm_up)
        for each in self.operations.values():
            total.add(each)
        return total

    @property
    def nobody(self) -> Silence:
        """Since when nobody has answered any process of the load, if nobody does."""
        return together([self.silence, *self._silences.values()])

    @property
    def is_gone(self) -> bool:
        """Whether nobody answered any more when the run ended."""
        return self.nobody.lasts(self.length) > GONE_S

    @property
    def throttling(self) -> Throttling | None:
        """How the service put calls off, if it did."""
        total = self.total
        put_off = [(at, second) for at, second in total.seconds if second.throttled]
        if not put_off:
            return None
        # Seconds that were cut off have fewer calls than their rate.
        whole = [second for at, second in put_off if at + 1 <= self.length and at > put_off[0][0]]
        taken = [each.requests - each.throttled for each in whole or [second for _, second in put_off]]
        return Throttling(
            since=float(put_off[0][0]),
            until=min(put_off[-1][0] + 1.0, self.length),
            unavailable=self._is_unavailable({at for at, _ in put_off[1:-1]}),
            taken=statistics.median(taken),
            throttled=sum(second.throttled for _, second in put_off),
            calls=total.requests,
            answers=tuple(
                dict.fromkeys(
                    f"{finding.place}, {finding.detail}" if finding.detail else finding.place
                    for each in self.operations.values()
                    for finding in each.findings
                    if finding.fault is Fault.THROTTLED
                )
            ),
        )

    def _is_unavailable(self, times: Container[int]) -> bool:
        """Whether, in most of these seconds, nothing was answered of operations that were put off then."""
        answers = Counter[int]()
        for each in self.operations.values():
            seconds = [(at, second) for at, second in each.seconds if at in times]
            if any(second.throttled for _, second in seconds):
                answers.update({at: second.answers for at, second in seconds})
        return bool(answers) and not statistics.median(answers.values())

    def watched(self, name: str, seen: Generator) -> None:
        """Add what a process of the load saw of itself."""
        self.generators.setdefault(name, Generator()).add(seen)

    def judge(self, label: str, findings: list[Finding]) -> None:
        """Add what is wrong with a call that has been counted as a good one."""
        results = self.operations[label]
        results.failures += bool(findings)
        for finding in dict.fromkeys(self._kept(results.findings, each) for each in findings):
            results.findings[finding] += 1

    def unjudged(self, reason: str, since: float, count: int) -> None:
        """Count calls of which nothing is said, for a reason that holds since a time (s)."""
        known = self.unaccepted.get(reason, (since, 0))
        self.unaccepted[reason] = min(known[0], since), known[1] + count

    def _kept(self, known: Counter[Finding], finding: Finding) -> Finding:
        return finding if finding in known else named(known, finding.masked(self.mask))

    def lost(self, loss: Loss, sample: str) -> None:
        """Count something that is not as acknowledged, or a property that a service does not keep as a rule;
        a command shows how it is.
        """
        loss = self._masked(loss)
        kind, _, name = loss.kind.partition(" ")
        if kind == DROPPED:
            place = f"/{name} is not kept"
            dropped = Finding(Fault.DROPPED, place, "", loss.expected, sample=sample)
            habits = self.operations[loss.label].findings
            habits[self._kept(habits, dropped)] += loss.count
            return
        finding = Finding(
            Fault.NOT_AS_ACKNOWLEDGED,
            f"{kind} /{name}" if name else kind,
            "",
            str(loss),
            sample=sample,
        )
        known = self.operations[loss.label].findings
        known[self._kept(known, finding)] += 1
        self._account(loss)

    def missed(self, loss: Loss) -> None:
        """Note a loss that a call has shown, which is a finding of its own."""
        self._account(self._masked(loss))

    def _masked(self, loss: Loss) -> Loss:
        return replace(
            loss,
            target=self.mask(loss.target),
            expected=self.mask.answer(loss.expected),
            found=self.mask.answer(loss.found),
        )

    def _account(self, loss: Loss) -> None:
        self.account.lost += 1
        if len(self.account.losses) < _LOSSES_AT_MOST:
            self.account.losses.append(loss)

    def message(self) -> dict[str, Any]:
        """These results as plain values, for another process."""
        return {
            "operations": {
                label: each.message()
                for label, each in self.operations.items()
                if each.requests or each.findings
            },
            "generators": {name: each.message() for name, each in self.generators.items()},
            "account": asdict(self.account),
            "beside": dict(self.beside),
            "closed": dict(self.closed),
            "silence": asdict(self.silence),
            "unaccepted": [[reason, *each] for reason, each in self.unaccepted.items()],
        }

    def merge(self, message: Mapping[str, Any], process: str = "another") -> None:
        """Add what another process told by `message`."""
        for label, each in message.get("operations", {}).items():
            self.operations.setdefault(label, OperationResults(self.warm_up)).merge(each)
        for name, seen in message.get("generators", {}).items():
            self.watched(name, Generator.told(seen))
        if message.get("account"):
            self.account.add(Account.told(message["account"]))
        self.beside.update(message.get("beside", {}))
        self.closed.update(message.get("closed", {}))
        if message.get("silence"):
            self._silences[process] = Silence(**message["silence"])
        for reason, since, count in message.get("unaccepted", ()):
            self.unjudged(reason, since, count)
