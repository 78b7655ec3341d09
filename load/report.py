"""Results and verdict, for people: in the terminal, and as a page that opens from disk."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from load.checks import Finding
from load.objectives import Objective, Verdict
from load.results import OperationResults, Results

PAGE = "report.html"
DATA = "results.json"


@dataclass(frozen=True)
class Run:
    """What was run: `seconds` is how long users called, `uncovered` maps operations to reasons."""

    title: str
    document: str
    host: str
    profile: str
    users: int
    seconds: float
    uncovered: Mapping[str, str]


@dataclass(frozen=True)
class _Row:
    label: str
    results: OperationResults
    objectives: tuple[Objective, ...]
    failed: bool

    def cells(self, seconds: float) -> tuple[str, ...]:
        each = self.results
        latencies = (each.percentile_ms(50), each.percentile_ms(95), each.percentile_ms(99), each.max_ms)
        rate = each.requests / seconds if seconds else 0.0
        return (
            self.label,
            str(each.requests),
            str(each.failures),
            f"{rate:.1f}",
            *(f"{latency:.1f}" for latency in latencies),
            ", ".join(str(objective) for objective in self.objectives) or "none",
            self.verdict,
        )

    @property
    def verdict(self) -> str:
        if not self.results.requests:
            return "not called"
        if self.failed:
            return "FAILED"
        return "ok" if self.objectives else "no objective"


_WITHOUT_SUCCESS_SHOWN = 10
HEADINGS = (
    "operation",
    "requests",
    "failures",
    "req/s",
    "median",
    "p95",
    "p99",
    "max",
    "objective",
    "verdict",
)


def summary(
    results: Results, verdict: Verdict, uncovered: Mapping[str, str], seconds: float | None = None
) -> str:
    """Table, coverage, findings and verdict as text; response times in ms, `seconds` the length of the run,
    `uncovered` why operations are not called.
    """
    length = seconds if seconds is not None else results.seconds
    known = len(results.operations.keys() | uncovered.keys())
    without = [*_without_success(results, uncovered)]
    shown = without if len(without) <= _WITHOUT_SUCCESS_SHOWN + 1 else without[:_WITHOUT_SUCCESS_SHOWN]
    lines = [
        "",
        *_table(results, verdict, length),
        "",
        f"{known - len(without)} of {known} operations succeeded",
        *(f"    {line}" for line in shown),
        *([f"    and {len(without) - len(shown)} more without success"] if len(shown) < len(without) else []),
        "",
        *(line for head, lines in _findings(results) for line in (head, *(f"    {each}" for each in lines))),
        "PASSED" if verdict.passed else "FAILED",
        *(f"  {reason}" for reason in verdict.reasons),
    ]
    return "\n".join(lines)


def write(directory: Path, run: Run, results: Results, verdict: Verdict) -> Path:
    """Write results and page; gives the page's path."""
    directory.mkdir(parents=True, exist_ok=True)
    data = _data(run, results, verdict)
    (directory / DATA).write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
    page = directory / PAGE
    page.write_text(_page(run, results, verdict), encoding="utf-8")
    return page


def _rows(results: Results, verdict: Verdict) -> list[_Row]:
    rows = [
        _Row(
            label,
            each,
            verdict.objectives.get(label, ()),
            any(reason.startswith(f"{label}: ") for reason in verdict.reasons),
        )
        for label, each in results.operations.items()
    ]
    return [*rows, _Row("all operations", results.total, (), failed=not verdict.passed)]


def _table(results: Results, verdict: Verdict, seconds: float) -> Iterator[str]:
    cells = [HEADINGS, *(row.cells(seconds) for row in _rows(results, verdict))]
    cells[-1] = (*cells[-1][:-2], "", "")
    widths = [max(len(row[column]) for row in cells) for column in range(len(HEADINGS))]
    numeric = range(1, 8)
    for row in cells:
        padded = (
            cell.rjust(width) if column in numeric else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(padded).rstrip()


def _without_success(results: Results, uncovered: Mapping[str, str]) -> Iterator[str]:
    """The operations that never answered with a 2xx, each with the reason."""
    for label, each in results.operations.items():
        if not any(HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES for status in each.statuses):
            answers = ", ".join(
                f"{count} times {status or 'no answer'}" for status, count in sorted(each.statuses.items())
            )
            yield f"{label}: {uncovered.get(label) or answers or 'there was nothing to call it with'}"
    yield from (
        f"{label}: {reason}" for label, reason in uncovered.items() if label not in results.operations
    )


def _findings(results: Results) -> Iterator[tuple[str, list[str]]]:
    """Each finding and, line by line, how it showed."""
    for label, each in results.operations.items():
        for finding, count in each.findings.most_common():
            share = f", {count / each.requests:.1%} of its calls" if each.requests else ""
            yield f"{label}: {finding}, {count} times{share}", [*_described(finding)]


def _described(finding: Finding) -> Iterator[str]:
    """How a finding showed the first time, line by line."""
    if finding.expected or finding.found:
        yield f"expected {finding.expected or 'nothing'}, found {finding.found or 'nothing'}"
    elif finding.detail:
        yield " ".join(finding.detail.split())
    if finding.answer:
        yield f"answered {finding.answer}"
    if finding.sample:
        yield finding.sample


def _data(run: Run, results: Results, verdict: Verdict) -> dict[str, Any]:
    return {
        "title": run.title,
        "document": run.document,
        "host": run.host,
        "profile": run.profile,
        "users": run.users,
        "began": datetime.fromtimestamp(results.began, UTC).isoformat(),
        "seconds": run.seconds,
        "passed": verdict.passed,
        "reasons": list(verdict.reasons),
        "uncovered": dict(run.uncovered),
        "operations": {
            row.label: {
                "requests": row.results.requests,
                "failures": row.results.failures,
                "statuses": {str(status): count for status, count in sorted(row.results.statuses.items())},
                "median_ms": row.results.percentile_ms(50),
                "p95_ms": row.results.percentile_ms(95),
                "p99_ms": row.results.percentile_ms(99),
                "max_ms": row.results.max_ms,
                "verdict": row.verdict,
                "objectives": [
                    {"name": each.name, "limit": each.limit, "figure": each.figure, "holds": each.holds}
                    for each in row.objectives
                ],
                "findings": [
                    {
                        "fault": each.fault,
                        "place": each.place,
                        "rule": each.rule,
                        "count": count,
                        "detail": each.detail,
                        "expected": each.expected,
                        "found": each.found,
                        "answer": each.answer,
                        "sample": each.sample,
                    }
                    for each, count in row.results.findings.most_common()
                ],
                "histogram": row.results.histogram.encode().decode("ascii"),
            }
            for row in _rows(results, verdict)[:-1]
        },
    }


def _page(run: Run, results: Results, verdict: Verdict) -> str:
    rows = _rows(results, verdict)
    source = (files("load") / "report.html.j2").read_text(encoding="utf-8")
    template = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True).from_string(source)
    return template.render(
        run=run,
        verdict=verdict,
        began=datetime.fromtimestamp(results.began, UTC).strftime("%Y-%m-%d %H:%M UTC"),
        headings=HEADINGS,
        rows=[(row.verdict, row.cells(run.seconds)) for row in rows[:-1]],
        total=rows[-1].cells(run.seconds)[:-2],
        findings=list(_findings(results)),
        without_success=list(_without_success(results, run.uncovered)),
    )
