"""A locustfile whose processes write each call down, beside what they count of it: its operation and response
time (s), into a file of their own in the folder that RECORDS names.
"""

import os
from pathlib import Path

from load.locustfile import ContractUser
from load.measurements.findings import Finding
from load.measurements.results import Results

__all__ = ["ContractUser"]

_record = Results.record


def _written(
    self: Results, label: str, status: int, response_s: float, service_s: float, findings: list[Finding]
) -> None:
    with (Path(os.environ["RECORDS"]) / str(os.getpid())).open("a") as file:
        file.write(f"{label}\t{response_s!r}\n")
    _record(self, label, status, response_s, service_s, findings)


Results.record = _written  # type: ignore[method-assign] # beside what it does
