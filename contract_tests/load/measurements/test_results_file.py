"""The results file is read back as it was written."""

import json
from datetime import datetime
from pathlib import Path

import jsonschema_rs
import pytest

from contract_tests.support.judged_runs import RUN, verdict_of
from load.errors import LoadError
from load.judgement.rejudging import rejudge
from load.judgement.run_record import make_record
from load.measurements import results_file
from load.measurements.findings import Fault, Finding
from load.measurements.losses import Loss, LossKind
from load.reports.page import page
from load.reports.summary import summary


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "cannot read"), ("{", "it is not JSON"), ("{}", "not a file of results of this version")],
)
def test_a_file_that_is_no_results_file_is_reported(
    content: str | None, message: str, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "results.json").write_text(content)
    with pytest.raises(LoadError, match=message):
        results_file.read(tmp_path)


def test_a_file_of_before_labels_and_coverage_is_read(tmp_path: Path) -> None:
    results, verdict = verdict_of([30.0] * 9)
    results_file.write(tmp_path / "results.json", make_record(RUN, results, verdict))
    run = json.loads((tmp_path / "results.json").read_text())
    for operation in run["operations"].values():
        del operation["coverage"]
    added = {
        "tool",
        "label",
        "commit",
        "fingerprint",
        "ended",
        "coverage",
        "to_judge",
        "omitted",
        "unchecked",
    }
    (tmp_path / "results.json").write_text(json.dumps({key: run[key] for key in run.keys() - added}))
    older = results_file.read(tmp_path)
    assert older.label == ""
    assert older.coverage is None
    assert "documented statuses" not in summary(older)
    assert "Coverage" not in page(older)
    assert "could not be checked" not in page(older)
    assert rejudge(older, []).verdict == older.verdict


def test_the_keys_of_the_file_stay_as_they_are(tmp_path: Path) -> None:
    """Attributes have other names where the field has better words by now."""
    results, verdict = verdict_of([30.0] * 9, [Finding(Fault.BROKEN_CONTRACT, "200 body", "type")])
    (label,) = results.operations
    times = {"sent": 1.0, "acknowledged": 1.1, "read": 9.0}
    loss = Loss(kind=LossKind.ALTERED, name="name", label=label, target="/", expected="a", found="b", **times)
    results.record_loss(loss, "")
    results_file.write(tmp_path / "results.json", make_record(RUN, results, verdict))
    run = json.loads((tmp_path / "results.json").read_text())
    jsonschema_rs.validator_for(results_file.json_schema()).validate(run)
    assert run["tool"].startswith("students-contract ")
    assert (run["label"], run["commit"], run["fingerprint"]) == ("after the index", "5c9673c", "0123")
    taken = datetime.fromisoformat(run["ended"]) - datetime.fromisoformat(run["began"])
    assert taken.total_seconds() == pytest.approx(run["seconds"], abs=0.01)
    assert {"beside", "explained", "reasons", "failures", "invalid", "doubts"} <= {*run}
    assert {*run["failures"][0]} == {"kind", "operation", "told"}
    assert {"told", "count", "fault", "place"} <= {*run["operations"][label]["findings"][0]}
    assert {"asked", "told", "judged"} <= {*run["objectives"][0]}
    (lost,) = run["ledger"]["losses"]
    assert (lost["kind"], lost["count"]) == ("altered name", 1)
    assert lost["told"].startswith(f"/: {label} was sent at 1.000 s")
    assert run["slowest"]["told"].startswith(label)
