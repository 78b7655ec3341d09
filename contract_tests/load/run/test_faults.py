"""Ten faults of a service are reported by name, and none is reported for the service without faults."""

import json
import signal
import time
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from contract_tests.support.processes import (
    START_TIMEOUT_S,
    UNHURRIED,
    Start,
    free_port,
    run,
    running_service,
)

pytestmark = pytest.mark.process

LOST = {
    "not as acknowledged: lost",
    "lost: status 404 for something that nobody has deleted",
}
# By fault: the message that has to be reported, and messages that may follow from it.
FAULTS: list[tuple[str, str, set[str]]] = [
    ("drops a field", "dropped value: /colour is not kept", set()),
    ("loses writes", "not as acknowledged: lost", {*LOST, "refused although valid: status 404"}),
    (
        "shows what it cached",
        "not as acknowledged: stale /name",
        {"not as acknowledged: stale /size", "not as acknowledged: stale /colour", *LOST}
        | {"not as acknowledged: undeleted"},
    ),
    ("deletions come back", "not as acknowledged: undeleted", set()),
    ("wrong discriminator", "broken contract: 200 body (discriminator)", set()),
    ("throttles", "throttled: status 429", set()),
    ("changes the id", "not as acknowledged: lost", {*LOST, "refused although valid: status 404"}),
    ("fails on a value", "server error: status 500", set()),
]


def loaded(url: str, folder: Path, *options: str) -> Any:
    arguments = ("--warm-up", "0s", "--consistency", "1s", "-o", str(folder), *UNHURRIED, *options)
    done = run(
        "contract-load", "run", f"{url}/openapi.json", "--host", url, "-u", "4", "-t", "5s", *arguments
    )
    return json.loads((folder / "results.json").read_text()), done


def findings(results: Any) -> set[str]:
    return {finding["told"] for finding in every(results)}


def every(results: Any) -> list[Any]:
    return [finding for one in results["operations"].values() for finding in one["findings"]]


def test_a_service_without_a_fault_is_not_blamed(tmp_path: Path) -> None:
    with running_service("faulty_service") as url:
        results, done = loaded(url, tmp_path)
    assert findings(results) == set(), done.output
    assert (results["ledger"]["lost"], results["ledger"]["notes"]) == (0, {})


@pytest.mark.parametrize(("fault", "message", "also_expected"), FAULTS, ids=[fault[0] for fault in FAULTS])
def test_a_fault_is_reported_by_its_name(
    fault: str, message: str, also_expected: set[str], tmp_path: Path
) -> None:
    with running_service("faulty_service", "--fault", fault) as url:
        results, done = loaded(url, tmp_path)
    named = findings(results)
    assert message in named, done.output
    assert named <= {message, *also_expected}, done.output
    assert all("curl" in finding["sample"] for finding in every(results)), done.output
    assert results["passed"] is (fault in ("drops a field", "throttles")), done.output


def test_a_slow_operation_behind_a_lock_is_named(tmp_path: Path) -> None:
    with running_service("faulty_service", "--fault", "slow behind a lock") as url:
        results, done = loaded(url, tmp_path, "--rate", "40")
    assert findings(results) == set()
    assert "GET /things/{thing_id}/report" in done.output.partition("slowest operation: ")[2][:40], (
        done.output
    )


def test_writes_answered_before_they_are_stored_are_lost_after_a_kill(start: Start, tmp_path: Path) -> None:
    port = str(free_port())
    kept = ("--fault", "answers before it writes", "--port", port, "--file", str(tmp_path / "things.json"))
    arguments = ("-t", "5m", "--warm-up", "0s", "--consistency", "0s", "-o", str(tmp_path))
    with running_service("faulty_service", *kept) as url:
        load = start("contract-load", "run", f"{url}/openapi.json", "--host", url, "-u", "2", *arguments)
        deadline = time.monotonic() + START_TIMEOUT_S
        while httpx.get(f"{url}/count").json() < 200:
            assert time.monotonic() < deadline, "nobody calls"
    with running_service("faulty_service", *kept):
        assert load.end(signal.SIGINT) == 130
    results = json.loads((tmp_path / "results.json").read_text())
    assert any("lost" in finding for finding in findings(results)), load.output
    assert results["ledger"]["lost"] > 0
