"""An archived run as JUnit XML, which continuous integration shows as tests."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from load.printable import printable
from load.reports.summary import findings

FILE = "junit.xml"


def write(path: Path, run: Mapping[str, Any]) -> None:
    """Write a run as a suite: a case for each objective, each operation that was called, and the run."""
    cases = [*_objectives(run), *_operations(run), ("run", "counts", [*run["invalid"]])]
    skipped = {each["told"] for each in run["objectives"] if not each["judged"]}
    failed = sum(bool(problems) and problems[0] not in skipped for _, _, problems in cases)
    suite = ET.Element(
        "testsuite",
        name=printable(f"{run['title']} under load"),
        timestamp=run["began"],
        time=f"{run['seconds']:.3f}",
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


def _objectives(run: Mapping[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    for each in run["objectives"]:
        told = [] if each["holds"] else [each["told"]]
        yield "objectives", f"{each['operation']}: {each['objective']}", told


def _operations(run: Mapping[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    """What made the verdict fail, with every finding of the operation; what has no operation is the run's."""
    stated = {each["told"] for each in run["objectives"]}
    reasons = [each for each in run["reasons"] if each not in stated]
    for label, each in run["operations"].items():
        own = [reason for reason in reasons if reason.startswith(f"{label}: ")]
        reasons = [reason for reason in reasons if reason not in own]
        if each["requests"]:
            shown = (
                line for head, lines in findings({"operations": {label: each}}) for line in (head, *lines)
            )
            yield "operations", label, [*own, *shown] if own else []
    yield "run", "is whole", reasons
