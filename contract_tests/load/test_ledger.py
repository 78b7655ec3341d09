"""Nothing that was acknowledged may be lost: on services that lose some, and on one that is killed."""

import json
import signal
import time
from math import inf
from pathlib import Path

import httpx2 as httpx
import pytest

from contract_tests.processes import START_TIMEOUT_S, Start, free_port, run, served
from load.entities import Entities, Entity
from load.ledger import Record, State, Write

RESTARTS = 10
CALLS_BETWEEN_KILLS = 200
THING = Entity(Entities("/things/{}"), (1,), owned=True)


def wait_for_calls(url: str) -> None:
    """Until a service has answered some."""
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
def test_what_a_service_forgets_is_reported(fault: str, label: str, place: str, tmp_path: Path) -> None:
    with served("things", "--fault", fault, "--delay-ms", "5") as url:
        options = ("-t", "6s", "--warm-up", "0", "-o", str(tmp_path))
        done = run("contract-load", "run", f"{url}/openapi.json", "--host", url, *options)
    assert done.process.returncode == 1
    results = json.loads((tmp_path / "results.json").read_text())
    called = [label] if label else results["operations"]
    told = {each["told"] for name in called for each in results["operations"][name]["findings"]}
    assert f"not as acknowledged: {place}" in told
    assert results["ledger"]["lost"] > 0
    first = results["ledger"]["losses"][0]
    assert first["target"].startswith("/things/")
    assert 0 <= first["sent"] <= first["acknowledged"] <= first["read"]


def test_a_service_that_keeps_all_is_not_blamed(tmp_path: Path) -> None:
    with served("things", "--delay-ms", "2") as url:
        options = ("-t", "2s", "--warm-up", "0", "-o", str(tmp_path))
        run("contract-load", "run", f"{url}/openapi.json", "--host", url, *options)
    ledger = json.loads((tmp_path / "results.json").read_text())["ledger"]
    assert ledger["followed"] == ledger["read"] > 50
    assert (ledger["lost"], ledger["notes"]) == (0, {})


def test_the_ledger_stays_clean_while_a_service_is_killed(start: Start, tmp_path: Path) -> None:
    port = free_port()
    kept = ("--port", str(port), "--file", str(tmp_path / "things"), "--delay-ms", "5")
    told = ("-t", "5m", "--warm-up", "0", "-o", str(tmp_path), "--objective", "error rate < 100%")
    with served("things", *kept) as url:
        load = start("contract-load", "run", f"{url}/openapi.json", "--host", url, *told)
        wait_for_calls(url)
    for _ in range(RESTARTS - 1):
        with served("things", *kept) as url:
            wait_for_calls(url)
    with served("things", *kept):
        assert load.end(signal.SIGINT) == 130
    results = json.loads((tmp_path / "results.json").read_text())
    assert results["ledger"]["followed"] == results["ledger"]["read"] > RESTARTS
    assert results["ledger"]["lost"] == 0
    assert any("0" in each["statuses"] for each in results["operations"].values())


FIRST = Write("POST /things", 1.0, {"name": "a", "colour": "red"}, whole=True, acknowledged=2.0)


@pytest.mark.parametrize(
    ("others", "since", "until", "found", "wrong"),
    [
        ([], 3, 4, {"name": "a"}, []),
        ([], 3, 4, {"name": "b"}, ["altered"]),
        # What was replaced may be read until the replacement is acknowledged, not after.
        ([Write("PUT", 5.0, {"name": "b"}, whole=True, acknowledged=6.0)], 5.5, 7, {"name": "a"}, []),
        ([Write("PUT", 5.0, {"name": "b"}, whole=True, acknowledged=6.0)], 6.5, 7, {"name": "a"}, ["stale"]),
        # What a replacement does not name may be anything; what a change does not name stays.
        ([Write("PUT", 5.0, {"name": "b"}, whole=True, acknowledged=6.0)], 7, 8, {"colour": "blue"}, []),
        (
            [Write("PATCH", 5.0, {"name": "b"}, whole=False, acknowledged=6.0)],
            7,
            8,
            {"colour": "blue"},
            ["altered"],
        ),
        # A write whose answer never came may be there, or not, for ever.
        ([Write("PUT", 5.0, {"name": "b"}, whole=True, acknowledged=inf)], 70, 80, {"name": "a"}, []),
        ([Write("PUT", 5.0, {"name": "b"}, whole=True, acknowledged=inf)], 70, 80, {"name": "b"}, []),
        # Of two at the same time, either may be the last.
        (
            [
                Write("PUT", 5.0, {"name": "b"}, whole=True, acknowledged=7.0),
                Write("PUT", 6.0, {"name": "c"}, whole=True, acknowledged=8.0),
            ],
            9,
            10,
            {"name": "b"},
            [],
        ),
    ],
)
def test_what_a_read_may_show(
    others: list[Write], since: float, until: float, found: dict[str, str], wrong: list[str]
) -> None:
    record = Record(THING, [FIRST, *others])
    assert [kind for _, kind, _ in record.wrong(found, since, until)] == wrong


def test_whether_a_thing_may_be_there() -> None:
    record = Record(THING, [FIRST])
    assert (record.may_be(State.THERE, 3, 4), record.may_be(State.GONE, 3, 4)) == (True, False)
    deletion = Write("DELETE", 5.0, None, whole=True)
    record.add(deletion)
    assert (record.may_be(State.THERE, 6, 7), record.may_be(State.GONE, 6, 7)) == (True, True)
    deletion.acknowledged = 8.0
    assert (record.may_be(State.THERE, 9, 10), record.may_be(State.GONE, 9, 10)) == (False, True)
