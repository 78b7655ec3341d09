"""Which operations, statuses, parameters and properties a run has exercised."""

from typing import Any

import msgspec

from contract_tests.support.documents import operation
from contract_tests.support.judged_runs import HOST, MIXED
from contract_tests.support.path_items import TEXT
from load.judgement.run_record import Run, make_record
from load.judgement.verdict import judge
from load.measurements.coverage_records import Counts, State
from load.measurements.results import Results, ResultsMessage
from load.measurements.results_file import RunRecord
from load.reports.page import page
from load.reports.summary import summary


def described(path: str, *statuses: str, **more: Any) -> Any:
    return operation(path, responses={status: {"description": "it"} for status in statuses}, **more)


QUERY = [{"name": name, "in": "query", "required": name == "a", "schema": TEXT} for name in ("a", "b", "c")]
READ = described("/read", "200", "4XX", "default", parameters=QUERY)
REFUSED = described("/refused", "200", "422")
UNCALLED = described("/uncalled", "200", "404")
OPERATIONS = {it.label: it for it in (READ, REFUSED, UNCALLED)}
REASONS = {UNCALLED.label: "asks for a token", "GET /unreadable": "no schema"}


def recorded(sent: set[str]) -> Results:
    results = Results.of(OPERATIONS)
    for label, status in (
        (READ.label, 200),
        (READ.label, 404),
        *[(REFUSED.label, 422)] * 3,
        (REFUSED.label, 400),
    ):
        results.record(label, status, 0.001, 0.001, [])
    results.operations[READ.label].sent |= sent
    results.record_lessons(REFUSED.label, {"body kind": "is always sent"})
    return results


def record_of(results: Results) -> RunRecord:
    run = Run("Things", "things.yaml", "0123", HOST, 3, MIXED, REASONS, OPERATIONS)
    return make_record(run, results, judge([], results))


def test_operations_statuses_and_parts_are_counted() -> None:
    record = record_of(recorded({"query a", "query b"}))
    covered = {label: figures.coverage for label, figures in record.operations.items()}
    read, refused, uncalled = covered.values()
    assert read is not None
    assert refused is not None
    assert uncalled is not None
    assert (read.state, read.reason, read.unseen) == (State.REACHED, "", ["query c"])
    assert (read.statuses_seen, read.statuses_not_seen) == (["200", "4XX"], ["default"])
    assert read.parameters == Counts(described=3, seen=2, optional=2, optional_seen=1)
    assert (refused.state, refused.reason) == (State.NOT_REACHED, "3 of 4 calls: 422")
    assert refused.lessons == ["body kind is always sent"]
    assert (uncalled.state, uncalled.reason) == (State.NOT_CALLED, "asks for a token")
    total = record.coverage
    assert total is not None
    assert (total.operations, total.reached, total.not_reached, total.not_called) == (4, 1, 1, 2)
    assert total.statuses == Counts(described=7, seen=3)
    assert total.success_statuses == Counts(described=3, seen=1)


def test_summary_and_page_tell_it() -> None:
    record = record_of(recorded({"query a", "query b"}))
    text = summary(record)
    assert "1 of 4 operations succeeded" in text
    assert "\n3 of 7 documented statuses were seen, 1 of 3 of 2xx\n" in text
    assert "\nseen in calls: 2 of 3 parameters (1 of 2 optional ones)\n" in text
    assert "\nnot seen in calls:\n    GET /read: query c\n" in text
    assert "\nlearned from refusals:\n    GET /refused: body kind is always sent\n" in text
    shown = page(record)
    assert "Of 4 operations, 1 reached (answered with a 2xx), 1 not reached, 2 not called." in shown
    assert "<li>GET /refused: body kind is always sent</li>" in shown


def test_what_workers_have_seen_is_put_together() -> None:
    total = Results.of(OPERATIONS)
    for sent in ({"query a"}, {"query a", "query c"}):
        packed = msgspec.to_builtins(recorded(sent).message(), builtin_types=(bytes,))
        total.merge(msgspec.convert(packed, ResultsMessage, builtin_types=(bytes,)))
    covered = record_of(total).operations[READ.label].coverage
    assert covered is not None
    assert covered.parameters.seen == 2
    assert covered.unseen == ["query b"]
    assert record_of(total).coverage == record_of(recorded({"query a", "query c"})).coverage
