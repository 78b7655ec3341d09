"""A run changes only entities that it has created, as a service that records every change shows."""

import json
from pathlib import Path

import pytest

from contract_tests.support.populated_service import populated_service
from contract_tests.support.processes import UNHURRIED, run

pytestmark = pytest.mark.process

SPARED = {
    "PUT /items",
    "PATCH /items",
    "DELETE /items",
    "GET /items/remove",
    "POST /items/remove",
    "GET /items/{item_id}/delete",
    "PUT /me",
    "DELETE /me",
    "POST /me/codes/enable",
    "PATCH /settings",
    "POST /settings",
    "PUT /colours/{name}",
    "DELETE /colours/{name}",
    "PUT /numbers/{number}",
    "DELETE /numbers/{number}",
}


def test_entities_from_before_the_run_are_unchanged(tmp_path: Path) -> None:
    with populated_service() as (url, kept):
        options = ("--host", url, "-u", "4", "-t", "4s", "--warm-up", "0s", "-o", str(tmp_path), *UNHURRIED)
        done = run("contract-load", "run", f"{url}/openapi.json", *options)
    assert sorted(set(kept.damage)) == []
    results = json.loads((tmp_path / "results.json").read_text())
    refused = {label for label, reason in results["uncovered"].items() if "--allow-destructive" in reason}
    assert refused == SPARED, done.output
    assert {label for label in results["operations"] if results["operations"][label]["requests"]} >= {
        "POST /items/update",
        "POST /items/search",
        "PUT /items/{item_id}",
        "PUT /words/{word}",
        "DELETE /words/{word}",
        "DELETE /labels/{label_id}",
        "POST /items/{item_id}/act",
        "GET /items/act",
    }
    messages = [
        f"{label}: {finding['told']}"
        for label, one in results["operations"].items()
        for finding in one["findings"]
    ]
    assert messages == []


def test_allow_destructive_calls_everything(tmp_path: Path) -> None:
    with populated_service() as (url, kept):
        options = (
            "--host",
            url,
            "-u",
            "4",
            "-t",
            "3s",
            "--allow-destructive",
            "-o",
            str(tmp_path),
            *UNHURRIED,
        )
        run("contract-load", "run", f"{url}/openapi.json", *options, *UNHURRIED)
    assert {"PUT /me", "PATCH /settings", "PATCH /items", "PUT /files/report.txt"} <= set(kept.damage)
