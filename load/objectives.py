"""Objectives of the contract, held against results."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from load.checks import Fault
from load.results import OperationResults, Results
from openapi.operations import Operation

_PERCENTILE = re.compile(r"p(\d+(?:\.\d+)?)_ms")
ERROR_RATE = "error_rate"
REFUSED_AT_MOST = 0.5


@dataclass(frozen=True)
class Objective:
    """One promise and how it was kept: `limit` and `figure` in ms, or as a share of calls."""

    name: str
    limit: float
    figure: float

    @property
    def holds(self) -> bool:
        """Whether the promise was kept."""
        return self.figure <= self.limit

    def __str__(self) -> str:
        if self.name == ERROR_RATE:
            return f"error rate ≤ {self.limit:.2%}"
        return f"{self.name.removesuffix('_ms')} ≤ {self.limit:g} ms"


@dataclass(frozen=True)
class Verdict:
    """The judgement of a run: objectives by the label of their operation, and why it did not pass."""

    objectives: Mapping[str, tuple[Objective, ...]]
    reasons: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether every objective holds and nothing broke the contract."""
        return not self.reasons


def judge(operations: Mapping[str, Operation], results: Results, incomplete: Sequence[str] = ()) -> Verdict:
    """The verdict on a run; `operations` by label. `incomplete` tells why results are missing."""
    objectives = {
        label: tuple(_objectives(operations[label].objectives, each))
        for label, each in results.operations.items()
        if each.requests and label in operations
    }
    return Verdict(objectives, (*incomplete, *_reasons(objectives, results)))


def _objectives(stated: Mapping[str, float], results: OperationResults) -> Iterator[Objective]:
    for name, limit in stated.items():
        percentile = _PERCENTILE.fullmatch(name)
        if percentile:
            yield Objective(name, float(limit), results.percentile_ms(float(percentile[1])))
        elif name == ERROR_RATE:
            yield Objective(name, float(limit), results.error_rate)


def _refusals(results: Results) -> Iterator[str]:
    """Refusals alone are for people to judge; a run that saw little else has judged nothing."""
    calls = sum(each.requests for each in results.operations.values())
    refused = sum(
        count
        for each in results.operations.values()
        for finding, count in each.findings.items()
        if finding.fault is Fault.REFUSED
    )
    if refused > calls * REFUSED_AT_MOST:
        yield f"{refused} of {calls} calls were refused although valid: too many to say how the service does"


def _reasons(objectives: Mapping[str, tuple[Objective, ...]], results: Results) -> Iterator[str]:
    if not any(each.requests for each in results.operations.values()):
        yield "no call was made"
    yield from _refusals(results)
    for label, promised in objectives.items():
        for objective in promised:
            if not objective.holds:
                figure = (
                    f"{objective.figure:.2%}"
                    if objective.name == ERROR_RATE
                    else f"{objective.figure:.1f} ms"
                )
                yield f"{label}: {objective} does not hold, it was {figure}"
    for label, each in results.operations.items():
        stated = {objective.name for objective in objectives.get(label, ())}
        # Without a promise about errors, only refusals are left for people to judge.
        excused = (
            {Fault.SERVER_ERROR, Fault.NETWORK, Fault.REFUSED} if ERROR_RATE in stated else {Fault.REFUSED}
        )
        faults = Counter[Fault]()
        for finding, count in each.findings.items():
            faults[finding.fault] += count
        for fault, count in faults.items():
            if fault not in excused:
                yield f"{label}: {fault}, {count} times"
