"""The results file is read back as it was written."""

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


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "cannot read"), ("{", "it is not JSON"), ("{}", "not a file of results of this version")],
)
def test_a_file_that_is_no_run(content: str | None, told: str, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "results.json").write_text(content)
    with pytest.raises(LoadError, match=told):
        results_file.read(tmp_path)
