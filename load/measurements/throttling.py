"""How a service put calls off: by 429, or 503 with Retry-After."""

import statistics
from collections import Counter
from collections.abc import Container, Iterator

import msgspec

from load.measurements.findings import Fault
from load.measurements.results import Results
from load.measurements.timeline import Second


class Throttling(msgspec.Struct, frozen=True, kw_only=True):
    """From when until when calls were put off (s since the start), how many calls/s the service accepted
    meanwhile (`taken`), how many of all calls it put off, and by which answers. It was `unavailable` when it
    carried out none of the operations of which it put calls off. `message` says the same in words.
    """

    since: float
    until: float
    unavailable: bool
    taken: float
    throttled: int
    calls: int
    answers: tuple[str, ...]
    message: str = msgspec.field(default="", name="told")

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "message", self._message())

    def _message(self) -> str:
        put_off = f"{self.throttled} of {self.calls} calls were put off ({'; '.join(self.answers)})"
        if self.unavailable:
            return f"unavailable from {self.since:.0f} s to {self.until:.0f} s: {put_off}"
        return f"throttled beyond {self.taken:.0f}/s: from {self.since:.0f} s on, {put_off}"

    def __str__(self) -> str:
        return self.message


def throttling_of(results: Results) -> Throttling | None:
    """How the service put calls off in a run; None when it did not."""
    total, length = results.total, results.clock.length
    put_off = [(at, second) for at, second in total.seconds if second.throttled]
    if not put_off:
        return None
    first, last = put_off[0][0], put_off[-1][0]
    return Throttling(
        since=float(first),
        until=min(last + 1.0, length),
        unavailable=_is_unavailable(results, {at for at, _ in put_off[1:-1]}),
        taken=_accepted_rate(put_off, length),
        throttled=sum(second.throttled for _, second in put_off),
        calls=total.requests,
        answers=tuple(dict.fromkeys(_answers(results))),
    )


def _accepted_rate(put_off: list[tuple[int, Second]], length: float) -> float:
    """How many calls/s were accepted in the seconds in which others were put off."""
    first = put_off[0][0]
    # Seconds that were cut off have fewer calls than their rate.
    complete = [second for at, second in put_off if at + 1 <= length and at > first]
    seconds = complete or [second for _, second in put_off]
    return statistics.median(second.requests - second.throttled for second in seconds)


def _answers(results: Results) -> Iterator[str]:
    for operation in results.operations.values():
        for finding in operation.findings:
            if finding.fault is Fault.THROTTLED:
                yield f"{finding.place}, {finding.detail}" if finding.detail else finding.place


def _is_unavailable(results: Results, times: Container[int]) -> bool:
    """Whether, in most of these seconds, nothing was answered of operations that were put off then."""
    answers = Counter[int]()
    for operation in results.operations.values():
        seconds = [(at, second) for at, second in operation.seconds if at in times]
        if any(second.throttled for _, second in seconds):
            answers.update({at: second.answers for at, second in seconds})
    return bool(answers) and not statistics.median(answers.values())
