"""The highest arrival rate that a service takes within its objectives: which rates to try, and what
they tell. Sends nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import sqrt

import msgspec

from load.judgement.backlog import behind
from load.judgement.objectives import ALL, ERROR_RATE, RATE, Objective, outcomes
from load.judgement.verdict import limits
from load.measurements.findings import Fault
from load.measurements.results import Results
from load.measurements.run_records import CapacityRecord, TrialRecord

# Tried rates are narrowed in on until the one that holds and the one that does not are so close.
PRECISION = 0.03
# A service that answers no more than this share of what it is asked for needs no second look.
_CLEARLY_BEHIND = 0.9
_RAISED_BY = 2.0
_SECOND_LOOKS = 1


@dataclass(frozen=True)
class Trial:
    """A rate (arrivals/s) that was tried: the throughput (answers/s), the response times (ms), why it is not
    within the objectives, and why the load itself could not go that far.
    """

    rate: float
    throughput: float
    median_ms: float
    p95_ms: float
    p99_ms: float
    failures: int
    broken: str = ""
    invalid: str = ""

    @property
    def holds(self) -> bool:
        """Whether the service is within its objectives."""
        return not self.broken and not self.invalid

    def __str__(self) -> str:
        told = self.broken or self.invalid or "within the objectives"
        return (
            f"{self.rate:8.1f}/s: {self.throughput:.1f} answers/s, median {self.median_ms:.1f} ms, "
            f"p95 {self.p95_ms:.1f} ms, p99 {self.p99_ms:.1f} ms: {told}"
        )


def trial_of(rate: float, results: Results, objectives: list[Objective], names: Mapping[str, str]) -> Trial:
    """What a run at a rate (arrivals/s) tells; `names` of operations by label."""
    total = results.total
    is_slow = any(each.is_slow for each in results.generators.values())
    return Trial(
        rate=rate,
        throughput=total.rate(results.measured_s),
        median_ms=total.percentile_ms(50),
        p95_ms=total.percentile_ms(95),
        p99_ms=total.percentile_ms(99),
        failures=total.failures,
        broken="" if is_slow else next(_broken(results, objectives, names), ""),
        invalid=next(limits(results), "") if is_slow else "",
    )


def _broken(results: Results, objectives: list[Objective], names: Mapping[str, str]) -> Iterator[str]:
    """Why a rate is not within the objectives."""
    if throttling := results.throttling:
        yield f"the service throttles beyond {throttling.taken:.0f}/s: {'; '.join(throttling.answers)}"
    stated = (each for each in objectives if each.measure != RATE)
    for outcome in outcomes(stated, results):
        objective = outcome.objective
        if outcome.figure is not None and outcome.is_broken:
            where = f" of {names.get(objective.label) or objective.label}"
            passes = f"passes {objective.shown(objective.limit)}, it was {objective.shown(outcome.figure)}"
            yield f"{objective.measure}{where} {passes}"
    if left := behind(results):
        yield str(left)
    promised = {each.label for each in objectives if each.measure == ERROR_RATE}
    for label, each in results.operations.items():
        if {label, ALL} & promised:
            continue
        for finding, count in each.findings.items():
            if finding.fault in (Fault.SERVER_ERROR, Fault.NETWORK):
                yield f"{names.get(label) or label}: {finding.fault}, {count} times"


@dataclass
class Search:
    """Raises the rate (arrivals/s) from the lowest until a trial does not hold, or the highest does, then
    narrows in. A rate that only just does not hold is tried once more, lest a hiccup be taken for a limit.
    """

    lowest: float
    highest: float
    trials: list[Trial] = field(default_factory=list)
    best: Trial | None = None
    worst: Trial | None = None
    _doubted: list[Trial] = field(default_factory=list)

    @property
    def next_rate(self) -> float | None:
        """What to try next; None when the answer is known."""
        if self._doubted:
            return self._doubted[0].rate
        if self.worst is None:
            if self.best is None:
                return self.lowest
            return None if self.best.rate >= self.highest else min(self.best.rate * _RAISED_BY, self.highest)
        if self.best is None or self.worst.rate <= self.best.rate * (1 + PRECISION):
            return None
        return _rounded(_between(self.best.rate, self.worst))

    def learn(self, trial: Trial) -> None:
        """Take a trial into account."""
        self.trials.append(trial)
        self._doubted.append(trial)
        if trial.holds:
            self.best = trial
        elif len(self._doubted) > _SECOND_LOOKS or trial.throughput < trial.rate * _CLEARLY_BEHIND:
            self.worst = trial
        else:
            return
        self._doubted = []

    @property
    def answer(self) -> str:
        """The answer in words."""
        if self.best is None:
            if self.worst is None:
                return "no rate was tried"
            why = f"{self.worst.broken or self.worst.invalid}; begin lower with --from"
            return f"not even {_shown(self.worst.rate)} is within the objectives: {why}"
        within = f"{_shown(self.best.rate)} within the objectives"
        if self.worst is None:
            return f"at least {within}; nothing higher was tried"
        if self.worst.invalid:
            return f"at least {within}; beyond, {self.worst.invalid}"
        return f"{within}; at {_shown(self.worst.rate)} {self.worst.broken}"

    def recorded(self) -> CapacityRecord:
        """The answer and all trials, by rate."""
        return CapacityRecord(
            answer=self.answer,
            rate=self.best.rate if self.best else None,
            trials=[
                msgspec.convert(each, TrialRecord, from_attributes=True)
                for each in sorted(self.trials, key=lambda it: it.rate)
            ],
        )


def _shown(rate: float) -> str:
    return f"{rate:.0f}/s" if rate >= 10 else f"{rate:.1f}/s"


def _between(low: float, worst: Trial) -> float:
    """The rate to try next. What a service answers when it is asked for far too much is about what it can."""
    apart = 1 + PRECISION / 3
    if worst.throughput < worst.rate * _CLEARLY_BEHIND:
        estimate = worst.throughput / apart
        # Around the estimate, the next step is the last.
        near = estimate if low * apart < estimate else low * (1 + 0.9 * PRECISION)
        if low > worst.throughput * (1 - 2 * PRECISION) or near == estimate:
            return near if near < worst.throughput * (1 + 2 * PRECISION) else sqrt(low * worst.rate)
    return sqrt(low * worst.rate)


def _rounded(rate: float) -> float:
    return float(f"{rate:.3g}")
