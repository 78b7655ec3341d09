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


def test_a_dropped_value_is_no_loss_but_differs() -> None:
    results, verdict = verdict_of([10.0] * 9, [Finding(Fault.DROPPED, "/name is not kept", "")])
    results.account.followed = results.account.read = 9
    told = "9 of 9 written entities were read back; none differs from what was acknowledged"
    assert f"{told}, apart from dropped values\n" in summary(make_record(RUN, results, verdict))
