"""The summary of a run, in a terminal."""

from contract_tests.support.judged_runs import RUN, verdict_of
from load.judgement.run_record import make_record
from load.measurements.findings import Fault, Finding
from load.reports.summary import summary


def test_the_summary_names_what_failed() -> None:
    broken = Finding(
        Fault.BROKEN_CONTRACT,
        "200 body",
        "type",
        "1 is odd",
        expected='type: "string"',
        found="1",
        answer='200 (application/json, 10 bytes): {"name": 1}',
        sample="curl -i http://it",
    )
    results, verdict = verdict_of([10.0] * 9, [broken])
    text = summary(make_record(RUN, results, verdict))
    assert "GET /things/{id}: broken contract: 200 body (type), once, 10.0% of its calls" in text
    lines = [
        'expected type: "string", found 1',
        'answered 200 (application/json, 10 bytes): {"name": 1}',
        "curl -i http://it",
    ]
    assert "".join(f"\n    {line}" for line in lines) + "\n" in text
    assert "FAILED" in text
