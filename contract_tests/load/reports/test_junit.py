"""The JUnit file of a run."""

from pathlib import Path
from xml.etree import ElementTree

from contract_tests.support.judged_runs import IT, RUN, verdict_of
from load.judgement.run_record import make_record
from load.measurements import results_file
from load.measurements.findings import Fault, Finding
from load.reports import junit


def test_a_run_is_a_junit_test_suite(tmp_path: Path) -> None:
    broken = Finding(Fault.BROKEN_CONTRACT, "200 body", "type", "1 is \x07 odd")
    run = make_record(RUN, *verdict_of([30.0] * 9, [broken]))
    results_file.write(tmp_path / "results.json", run)
    assert results_file.read(tmp_path) == run
    junit.write(tmp_path / "junit.xml", results_file.read(tmp_path))
    suite = ElementTree.parse(tmp_path / "junit.xml").getroot()
    failed = {
        case.get("name"): case.findtext("failure") for case in suite if case.find("failure") is not None
    }
    assert failed.keys() == {f"{IT.label}: p95 ≤ 20 ms", IT.label}
    assert r"1 is \x07 odd" in (failed[IT.label] or "")
    assert (suite.get("tests"), suite.get("failures")) == ("6", "2")
