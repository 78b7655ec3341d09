"""Everything that a service does wrong on the wire is a finding, the same one however the load is run."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract_tests.support.processes import UNHURRIED, run
from contract_tests.support.strange_service import FOUND, document, strange_service

LOCUST = ("locust", "-f", "load/locustfile.py", "--headless", "-u", "4", "-r", "4", "-t", "8s", *UNHURRIED)


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    with strange_service() as url:
        yield url


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("strange") / "strange.yaml"
    path.write_text(document())
    return str(path)


def findings_in(output: str) -> set[str]:
    """The findings in an output, shortened to the expected text if they start with it."""
    messages = re.findall(r"^([A-Z]+ /\S*: .*), \d+ times, [\d.]+% of its calls$", output, re.MULTILINE)
    return {next((expected for expected in FOUND if line.startswith(expected)), line) for line in messages}


@pytest.mark.parametrize("workers", [(), ("--processes", "2")], ids=["alone", "workers"])
def test_locust_finds_every_fault(service: str, described: str, workers: tuple[str, ...]) -> None:
    done = run(*LOCUST, *workers, "--host", service, "--document", described)
    assert findings_in(done.output) == FOUND
    assert done.process.returncode == 1
    assert "Traceback (most" not in done.output


def test_contract_load_finds_every_fault(service: str, described: str, tmp_path: Path) -> None:
    done = run(
        *("contract-load", "run", described, "--host", service, "-u", "4", "-t", "8s"),
        *("-o", str(tmp_path), *UNHURRIED),
    )
    assert findings_in(done.output) == FOUND
    assert done.process.returncode == 1
    assert "Traceback (most" not in done.output
    results = json.loads((tmp_path / "results.json").read_text())["operations"]
    assert results["GET /fine"]["statuses"].keys() == {"200"}
    (wrong,) = results["GET /wrong"]["findings"]
    assert wrong["count"] == results["GET /wrong"]["requests"]
    assert (wrong["expected"], wrong["found"]) == ('type: "boolean"', '"yes"')
    assert wrong["sample"] == f"curl -i -X GET {service}/wrong -H 'Accept: application/json'"
    assert wrong["answer"].startswith("200 (application/json, ")
    assert '"yes"' in wrong["answer"]
    (redirect,) = results["GET /elsewhere"]["findings"]
    assert redirect["detail"].endswith("it leads to /fine")
    assert "expected 200, found 307; it leads to /fine" in done.output


def test_a_tls_failure_is_reported_in_one_line(service: str, described: str, tmp_path: Path) -> None:
    url = service.replace("http:", "https:")
    done = run("contract-load", "run", described, "--host", url, "-o", str(tmp_path))
    assert done.process.returncode == 1
    (line,) = done.lines
    assert line.startswith(f"contract-load: cannot reach {url}: ")
    locust = run(*LOCUST, "--host", url, "--document", described)
    assert f"cannot reach {url}: " in locust.output
    assert locust.process.returncode == 1


def test_credentials_reach_the_service_but_no_output(described: str, service: str, tmp_path: Path) -> None:
    secrets = {"CONTRACT_HEADER": "X-Own: se-cret", "CONTRACT_BEARER": "se-cret"}
    for command in (
        ("contract-load", "run", described, "-t", "2s", "-o", str(tmp_path)),
        (*LOCUST, "-t", "2s", "--document", described),
    ):
        done = run(*command, "--host", service, "--include", "/wrong", environment=secrets)
        assert "GET /wrong: broken contract" in done.output
        assert '-H "$CONTRACT_HEADER"' in done.output
        assert "se-cret" not in done.output
    assert "se-cret" not in (tmp_path / "results.json").read_text() + (tmp_path / "report.html").read_text()


@pytest.mark.process
def test_the_plan_is_shown_without_a_service(described: str) -> None:
    for command in (
        ("contract-load", "run", described),
        ("locust", "-f", "load/locustfile.py", "--document", described),
    ):
        done = run(*command, "--show-plan", "--exclude", "/wrong")
        assert done.process.returncode == 0
        assert "GET /fine" in done.lines
        assert "GET /wrong: not called: --exclude /wrong" in done.lines
