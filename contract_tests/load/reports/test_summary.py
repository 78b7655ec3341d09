"""The summary of a run, in a terminal."""

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
from contract_tests.support.judged_runs import IT, RUN, verdict_of


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
    text = summary(recorded(RUN, results, verdict))
    assert "GET /things/{id}: broken contract: 200 body (type), once, 10.0% of its calls" in text
    lines = [
        'expected type: "string", found 1',
        'answered 200 (application/json, 10 bytes): {"name": 1}',
        "curl -i http://it",
    ]
    assert "".join(f"\n    {line}" for line in lines) + "\n" in text
    assert "FAILED" in text
