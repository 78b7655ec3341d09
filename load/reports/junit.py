"""A run as JUnit XML, which continuous integration shows as tests."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

from load.measurements.results_file import RunRecord
from load.measurements.run_records import ReasonKind
from load.printable import printable
from load.reports.findings import findings
from load.reports.verdict import unchecked, verdict

FILE = "junit.xml"

# The group and the name of a test case, with its problems; one without problems passes.
Case = tuple[str, str, list[str]]


def write(path: Path, run: RunRecord) -> None:
    """Write a run as a test suite: a case per objective, per operation that was called, and for the run."""
    cases = [*_objectives(run), *_operations(run), ("run", "is valid", [*run.invalid])]
    skipped = {outcome.message for outcome in run.objectives if not outcome.judged}
    failed = sum(bool(problems) and problems[0] not in skipped for _, _, problems in cases)
    suite = ET.Element(
        "testsuite",
        name=printable(f"{run.title} under load"),
        timestamp=run.began,
        time=f"{run.seconds:.3f}",
        tests=str(len(cases)),
        failures=str(failed),
        errors="0",
        skipped=str(len(skipped)),
    )
    for group, name, problems in cases:
        case = ET.SubElement(suite, "testcase", classname=group, name=printable(name))
        # What is printable is allowed in XML 1.0, too (section 2.2).
        if problems and problems[0] in skipped:
            ET.SubElement(case, "skipped", message=printable(problems[0]))
        elif problems:
            failure = ET.SubElement(case, "failure", message=printable(problems[0]))
            failure.text = "\n".join(printable(problem) for problem in problems)
    ET.SubElement(suite, "system-out").text = "\n".join(printable(line) for line in _verdict(run))
    ET.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)


def _verdict(run: RunRecord) -> Iterator[str]:
    """The verdict, with the findings, most of which make no case fail when people judge them."""
    yield verdict(run)
    yield from (heading for heading, _ in findings(run.operations))
    yield from unchecked(run)
    yield from (f"not checked: {line}" for line in run.unchecked)


def _objectives(run: RunRecord) -> Iterator[Case]:
    for outcome in run.objectives:
        problems = [] if outcome.holds else [outcome.message]
        yield "objectives", f"{outcome.operation}: {outcome.objective}", problems


def _operations(run: RunRecord) -> Iterator[Case]:
    """What made the verdict fail, with all findings of the operation. Reasons that belong to no operation are
    a case of the run.
    """
    failures = [reason for reason in run.failures if reason.kind is not ReasonKind.OBJECTIVE]
    for label, operation in run.operations.items():
        reasons = [str(reason) for reason in failures if reason.operation == label]
        if operation.requests:
            lines = [line for heading, rest in findings({label: operation}) for line in (heading, *rest)]
            yield "operations", label, [*reasons, *lines] if reasons else []
    yield "run", "is complete", [str(reason) for reason in failures if reason.operation not in run.operations]
