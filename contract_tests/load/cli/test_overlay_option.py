"""`--overlay` adds to a document of somebody else what the load can use."""

import json
import re
from pathlib import Path

import pytest

from contract_tests.support.processes import UNHURRIED, Service, free_port, run
from contract_tests.support.students_runs import LOCUST

OVERLAY = """
overlay: 1.0.0
info: {title: Ours, version: '1'}
actions:
  - target: $.paths['/students'].get
    update: {x-objectives: {p95_ms: 1}}
  - target: $.components.schemas.StudentFields.properties.family_name
    update: {x-unique: true, example: Overlaid}
  - target: $.paths['/nowhere']
    update: {x: 1}
"""


def written(tmp_path: Path, text: str = OVERLAY) -> str:
    path = tmp_path / "ours.overlay.yaml"
    path.write_text(text)
    return str(path)


@pytest.mark.process
def test_workers_get_the_document_with_its_overlays(service: Service, tmp_path: Path) -> None:
    port = str(free_port())
    done = run(
        *(*LOCUST, "--headless", "-u", "2", "-r", "2", "-t", "3s", "--host", service.url, *UNHURRIED),
        *("--overlay", written(tmp_path), "--output", str(tmp_path)),
        *("--processes", "2", "--master-bind-port", port, "--master-port", port),
    )
    assert "ours.overlay.yaml, action 3" in done.output, done.output
    assert re.search(r"^GET /students +.*p95 ≤ 1 ms", done.output, re.MULTILINE), done.output


@pytest.mark.process
def test_the_projects_own_service_has_the_overlays_too(tmp_path: Path) -> None:
    arguments = ("--users", "2", "--run-time", "3s", "--output", str(tmp_path))
    done = run("contract-load", "run", *arguments, "--overlay", "openapi/courses.overlay.yaml")
    operations = json.loads((tmp_path / "results.json").read_text())["operations"]
    assert operations["POST /courses"]["statuses"]["201"] > 0, done.output


@pytest.mark.process
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("overlay: 2.0.0", "ours.overlay.yaml"),
        ("actions: [", "ours.overlay.yaml"),
        (
            OVERLAY.replace("$.paths['/nowhere']", "paths"),
            "ours.overlay.yaml, action 3: target 'paths' is no JSONPath",
        ),
    ],
)
def test_an_overlay_that_cannot_be_applied_is_one_line(tmp_path: Path, text: str, message: str) -> None:
    done = run("contract-load", "run", "--show-plan", "--overlay", written(tmp_path, text))
    assert done.process.returncode == 1
    assert len(done.output.strip().splitlines()) == 1, done.output
    assert message in done.output
