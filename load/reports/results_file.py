"""A run as a file of results, which reports and comparisons are made of at any later time."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from load.errors import LoadError
from load.judgement.objectives import ALL, Outcome
from load.judgement.slowest import slowest
from load.judgement.verdict import Verdict
from load.measurements.operation_results import OperationResults
from load.measurements.results import Results
from load.measurements.times import Times
from load.options.workload import Workload

FILE = "results.json"
FORMAT = 4


@dataclass(frozen=True)
class Run:
    """What was run; `uncovered` maps operations to the reason why they were not called."""

    title: str
    document: str
    host: str
    profile: str
    users: int
    workload: Workload
    uncovered: Mapping[str, str]


def archived(
    run: Run,
    results: Results,
    verdict: Verdict,
    capacity: Mapping[str, Any] | None = None,
    explained: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Everything that is known of a run, as JSON has it: times in ms, rates in calls per s, lengths in s.
    That of a search for the capacity is its best trial.
    """
    total, throttling, longest = results.total, results.throttling, slowest(results)
    return {
        "format": FORMAT,
        "title": run.title,
        "document": run.document,
        "host": run.host,
        "profile": run.profile,
        "users": run.users if run.workload.rate is None else None,
        "workload": {**asdict(run.workload), "manner": run.workload.manner},
        "began": datetime.fromtimestamp(results.began, UTC).isoformat(),
        "seconds": results.length,
        "measured_seconds": results.measured_s,
        "passed": verdict.passed,
        "verdict": verdict.word,
        "reasons": list(verdict.reasons),
        "invalid": list(verdict.invalid),
        "notes": list(verdict.notes),
        "throttling": throttling and {**asdict(throttling), "told": str(throttling)},
        "objectives": [_outcome(each) for each in verdict.outcomes],
        "uncovered": dict(run.uncovered),
        "capacity": capacity,
        "explained": explained,
        "slowest": longest and {**asdict(longest), "told": str(longest)},
        "total": _figures(ALL, total, results, verdict),
        "operations": {
            label: {**_figures(label, each, results, verdict), "findings": _findings(each)}
            for label, each in results.operations.items()
        },
        "ledger": {
            **{key: each for key, each in asdict(results.account).items() if key != "losses"},
            "losses": [{**asdict(each), "told": str(each)} for each in results.account.losses],
        },
        "beside": dict(results.beside),
        "closed": dict(results.closed),
        "generators": {
            name or "this process": {
                "cpu": seen.cpu,
                "loop_lag_p99_ms": seen.lag.percentile_ms(99),
                "late": seen.late,
                "lateness_p99_ms": seen.lateness.percentile_ms(99),
                "dropped": seen.dropped,
                "late_as_answers_came_at_once": seen.held_up,
                "stood_still_s": seen.halted_s,
            }
            for name, seen in results.generators.items()
        },
    }


def write(path: Path, data: Mapping[str, Any]) -> None:
    """Write a run to a file."""
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def read(path: Path) -> dict[str, Any]:
    """The run of a file, or of the file of results in a folder. Raises LoadError when there is none."""
    file = path / FILE if path.is_dir() else path
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise LoadError(f"cannot read {file}: {error.strerror}; give a {FILE} or its folder") from None
    except ValueError:
        raise LoadError(f"{file}: not a file of results: it is not JSON") from None
    found = data.get("format") if isinstance(data, dict) else None
    if found != FORMAT:
        raise LoadError(f"{file}: not a file of results of this version: format {found}, not {FORMAT}")
    return dict(data)


def _figures(label: str, each: OperationResults, results: Results, verdict: Verdict) -> dict[str, Any]:
    measured = each.measured
    return {
        "requests": each.requests,
        "failures": each.failures,
        "measured_requests": measured.requests,
        "rate": each.rate(results.measured_s),
        "statuses": {str(status): count for status, count in sorted(each.statuses.items())},
        **_times(measured.response),
        "service": _times(measured.service),
        "verdict": state(label, each, verdict),
        "seconds": [
            {
                "at": at,
                "requests": second.requests,
                "failures": second.failures,
                "answers": second.answers,
                **_times(second.response),
                "service": _times(second.service),
            }
            for at, second in each.seconds
        ],
    }


def state(label: str, each: OperationResults, verdict: Verdict) -> str:
    """The verdict on one operation, in a word or two."""
    if not each.requests:
        return "not called"
    if any(reason.startswith(f"{label}: ") for reason in verdict.reasons):
        return "FAILED"
    stated = verdict.of(label)
    if any(each.is_broken for each in stated):
        return "does not hold"
    unjudged = sum(not each.is_judged for each in stated)
    if not unjudged:
        return "ok" if stated else "no objective"
    return "not judged" if unjudged == len(stated) else f"ok, {unjudged} not judged"


def _times(times: Times) -> dict[str, Any]:
    return {
        "mean_ms": times.mean_ms,
        "median_ms": times.percentile_ms(50),
        "p95_ms": times.percentile_ms(95),
        "p99_ms": times.percentile_ms(99),
        "p99.9_ms": times.percentile_ms(99.9),
        "max_ms": times.max_ms,
        "histogram": times.encoded(),
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    objective = outcome.objective
    return {
        "operation": objective.label,
        "objective": str(objective),
        "measure": objective.measure,
        "limit": objective.limit,
        "figure": outcome.figure,
        "shown": "no call" if outcome.figure is None else objective.shown(outcome.figure),
        "calls": outcome.calls,
        "judged": outcome.is_judged,
        "holds": outcome.holds,
        "margin": outcome.margin,
        "told": str(outcome),
    }


def _findings(each: OperationResults) -> list[dict[str, Any]]:
    return [
        {**asdict(finding), "fault": str(finding.fault), "told": str(finding), "count": count}
        for finding, count in each.findings.most_common()
    ]
