"""A run as JUnit XML, which continuous integration shows as tests."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

from load.measurements.results_file import RunRecord
from load.measurements.run_records import Kind
from load.printable import printable
from load.reports.summary import findings

FILE = "junit.xml"


def write(path: Path, run: RunRecord) -> None:
    """Write a run as a suite: a case for each objective, each operation that was called, and the run."""
    cases = [*_objectives(run), *_operations(run), ("run", "counts", [*run.invalid])]
    skipped = {each.told for each in run.objectives if not each.judged}
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
        # Printable is what XML 1.0 allows, too (section 2.2).
        if problems and problems[0] in skipped:
            ET.SubElement(case, "skipped", message=printable(problems[0]))
        elif problems:
            failure = ET.SubElement(case, "failure", message=printable(problems[0]))
            failure.text = "\n".join(printable(each) for each in problems)
    ET.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)


def _objectives(run: RunRecord) -> Iterator[tuple[str, str, list[str]]]:
    for each in run.objectives:
        told = [] if each.holds else [each.told]
        yield "objectives", f"{each.operation}: {each.objective}", told


def _operations(run: RunRecord) -> Iterator[tuple[str, str, list[str]]]:
    """What made the verdict fail, with every finding of the operation; what has no operation is the run's."""
    failures = [each for each in run.failures if each.kind is not Kind.OBJECTIVE]
    for label, each in run.operations.items():
        own = [str(reason) for reason in failures if reason.operation == label]
        if each.requests:
            shown = (line for head, lines in findings({label: each}) for line in (head, *lines))
            yield "operations", label, [*own, *shown] if own else []
    yield "run", "is whole", [str(each) for each in failures if each.operation not in run.operations]
