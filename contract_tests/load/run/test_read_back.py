"""Runs whose service loses, delays or keeps what it has acknowledged."""

import json
import signal
import time
from pathlib import Path

import httpx2 as httpx
import pytest

from contract_tests.support.processes import (
    START_TIMEOUT_S,
    Start,
    StartService,
    free_port,
    run,
    running_service,
)

RESTARTS = 10
CALLS_BETWEEN_KILLS = 200


def wait_for_calls(url: str) -> None:
    """Wait until a service has answered some calls."""
    with httpx.Client() as client:
        deadline = time.monotonic() + START_TIMEOUT_S
        while client.get(f"{url}/count").json() < CALLS_BETWEEN_KILLS:
            assert time.monotonic() < deadline, "nobody calls"


@pytest.mark.parametrize(
    ("fault", "label", "place"),
    [
        ("creation dropped", "POST /things", "lost"),
        ("replacement dropped", "PUT /things/{thing_id}", "stale /name"),
        ("deletion dropped", "DELETE /things/{thing_id}", "undeleted"),
        ("stale read", "PUT /things/{thing_id}", "stale /name"),
        ("name changed", "", "altered /name"),
    ],
)
def test_lost_writes_are_reported(
    fault: str, label: str, place: str, adjustable_service: StartService, tmp_path: Path
) -> None:
    url = adjustable_service("--fault", fault, "--delay-ms", "5")
    options = ("-u", "3", "-t", "4s", "--warm-up", "0", "-o", str(tmp_path), "--consistency", "0s")
    done = run("contract-load", "run", f"{url}/openapi.json", "--host", url, *options)
    assert done.process.returncode == 1
    results = json.loads((tmp_path / "results.json").read_text())
    called = [label] if label else results["operations"]
    messages = {finding["told"] for name in called for finding in results["operations"][name]["findings"]}
    lost = {
        finding["told"].partition(":")[0]
        for finding in results["operations"]["GET /things/{thing_id}"]["findings"]
    }
    assert f"not as acknowledged: {place}" in messages or (place == "lost" and "lost" in lost)
    assert results["ledger"]["lost"] > 0
    first = results["ledger"]["losses"][0]
    assert first["target"].startswith("/things/")
    assert 0 <= first["sent"] <= first["acknowledged"] <= first["read"]


def test_a_service_that_keeps_everything_is_not_blamed(
    adjustable_service: StartService, tmp_path: Path
) -> None:
    url = adjustable_service("--delay-ms", "2")
    options = ("-u", "3", "-t", "2s", "--warm-up", "0", "-o", str(tmp_path), "--consistency", "0s")
    run("contract-load", "run", f"{url}/openapi.json", "--host", url, *options)
    ledger = json.loads((tmp_path / "results.json").read_text())["ledger"]
    assert ledger["followed"] == ledger["read"] > 50
    assert (ledger["lost"], ledger["notes"], ledger["late"]) == (0, {}, 0)


def test_the_delay_of_a_late_service_is_reported(adjustable_service: StartService, tmp_path: Path) -> None:
    url = adjustable_service("--lag", "0.3")
    late = ("--objective", "late < 1s", "--objective", "late < 100ms")
    options = ("-t", "3s", "--rate", "60", "--warm-up", "0", "-o", str(tmp_path), *late)
    done = run("contract-load", "run", f"{url}/openapi.json", "--host", url, *options)
    results = json.loads((tmp_path / "results.json").read_text())
    ledger = results["ledger"]
    assert (ledger["lost"], ledger["unread"]) == (0, 0)
    assert ledger["late"] > 10
    assert 0.2 < ledger["late_s"] < 0.5
    assert "reads were stale by up to" in done.output
    assert [objective["holds"] for objective in results["objectives"]] == [True, False], done.output
    assert "all operations: late ≤ 100 ms does not hold, it was " in done.output
    assert done.process.returncode == 1, done.output


def test_the_age_header_of_a_cache_is_respected(adjustable_service: StartService, tmp_path: Path) -> None:
    url = adjustable_service("--lag", "1.8", "--cache")
    options = ("-t", "5s", "--rate", "100", "--warm-up", "0", "-o", str(tmp_path), "--consistency", "1s")
    done = run("contract-load", "run", f"{url}/openapi.json", "--host", url, *options)
    results = json.loads((tmp_path / "results.json").read_text())
    ledger = results["ledger"]
    assert (ledger["lost"], ledger["late"], results["reasons"]) == (0, 0, []), done.output
    assert any("was answered by a cache (Age)" in note for note in ledger["notes"])


def test_no_loss_is_reported_while_a_durable_service_is_killed(start: Start, tmp_path: Path) -> None:
    port = free_port()
    kept = ("--port", str(port), "--file", str(tmp_path / "things"), "--delay-ms", "5")
    arguments = ("-t", "5m", "--warm-up", "0", "-o", str(tmp_path), "--objective", "error rate < 100%")
    with running_service("adjustable_service", *kept) as url:
        load = start("contract-load", "run", f"{url}/openapi.json", "--host", url, *arguments)
        wait_for_calls(url)
    for _ in range(RESTARTS - 1):
        with running_service("adjustable_service", *kept) as url:
            wait_for_calls(url)
    with running_service("adjustable_service", *kept):
        assert load.end(signal.SIGINT) == 130
    results = json.loads((tmp_path / "results.json").read_text())
    assert results["ledger"]["followed"] == results["ledger"]["read"] > RESTARTS
    assert results["ledger"]["lost"] == 0
    assert any("0" in operation["statuses"] for operation in results["operations"].values())
