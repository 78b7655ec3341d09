"""Runs of one operation, with the objectives of its document, and their verdicts."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser

from contract_tests.support.documents import operation
from load.calls.connection import Reply
from load.calls.response_checks import findings, network
from load.errors import LoadError
from load.judgement.capacity import Search, Trial
from load.judgement.objectives import promised, stated
from load.judgement.recorded import Run, recorded
from load.judgement.verdict import judge
from load.measurements import results_file
from load.measurements.findings import Fault, Finding
from load.measurements.losses import Absence
from load.measurements.results import Results
from load.options.workload import Workload
from load.reports import junit
from load.reports.page import write_page
from load.reports.summary import summary
from openapi.operations import Operation


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
RUN = Run(
    "Things", "things.yaml", "http://127.0.0.1:1", "mixed", 3, Workload(), {"other": "no link tells id"}
)


def verdict_of(latencies: list[float], wrong: Any = (), its: Any = IT) -> Any:
    results = Results.of([its.label])
    for latency in latencies:
        results.record(its.label, 200, latency / 1000, latency / 1000, [])
    for finding in wrong:
        results.record(its.label, 500, 0.001, 0.001, [finding])
    return results, judge(promised([its]), results)
