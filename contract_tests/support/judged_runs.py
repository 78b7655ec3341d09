"""Results of one operation that has objectives in its document, and the verdict on them."""

from typing import Any

from contract_tests.support.documents import operation
from load.judgement.objectives import promised_objectives
from load.judgement.run_record import Run
from load.judgement.verdict import judge
from load.measurements.results import Results
from load.options.options import Options
from load.options.scenario_file import load_scenario

IT = operation(
    "/things/{id}",
    responses={
        "200": {"content": {"application/json": {"schema": {"type": "array", "items": {"maximum": 1}}}}},
        "404": {"description": "gone"},
        "409": {"description": "taken"},
        "503": {"description": "busy"},
    },
    objectives={"p95_ms": 20, "p99.9_ms": 100, "error_rate": 0.1},
)
HOST = "http://127.0.0.1:1"
MIXED = Options(load_scenario("mixed"), label="after the index", commit="5c9673c")
RUN = Run("Things", "things.yaml", "0123", HOST, 3, MIXED, {"other": "no link tells id"})


def verdict_of(latencies: list[float], wrong: Any = (), its: Any = IT) -> Any:
    results = Results.of([its.label])
    for latency in latencies:
        results.record(its.label, 200, latency / 1000, latency / 1000, [])
    for finding in wrong:
        results.record(its.label, 500, 0.001, 0.001, [finding])
    return results, judge(promised_objectives([its]), results)
