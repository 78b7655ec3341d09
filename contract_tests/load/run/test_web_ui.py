"""Locust's web UI, with the findings and objectives of this project."""

import socket

import pytest
from playwright.sync_api import Browser, expect

from contract_tests.support.processes import (
    Service,
    Start,
    StartService,
    free_port,
    run,
    wait_for_port,
)
from contract_tests.support.students_runs import LOCUST, calls


def test_a_run_starts_and_stops_from_the_web_ui(
    browser: Browser, seeded: tuple[Service, str], start: Start
) -> None:
    port = free_port()
    locust = start(*LOCUST, "--web-port", str(port), "--web-host", "0.0.0.0")
    locust.wait_for("Starting web interface")
    wait_for_port(port)
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{port}")
    expect(page.get_by_label("Host")).to_have_value("http://127.0.0.1:5000")
    page.get_by_label("Host").fill(seeded[0].url)
    page.get_by_label("Number of users").fill("3")
    page.get_by_role("button", name="Start").click()
    row = page.get_by_role("row").filter(has_text="POST")
    expect(row).to_contain_text("/students", timeout=30_000)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="New").first).to_be_visible(timeout=30_000)
    locust.wait_for("^(PASSED|FAILED)")
    page.close()
    locust.end()
    assert calls(locust.output, "POST /students") > 0


def test_the_web_ui_shows_findings_and_objectives(
    browser: Browser, adjustable_service: StartService, start: Start
) -> None:
    url, port = adjustable_service("--fault", "stale read", "--delay-ms", "5"), free_port()
    arguments = ("--document", f"{url}/openapi.json", "--host", url, "--objective", "get_thing p95 < 9s")
    locust = start("locust", "-f", "load/locustfile.py", "--web-port", str(port), *arguments)
    wait_for_port(port)
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{port}")
    page.get_by_label("Number of users").fill("5")
    page.get_by_role("button", name="Start").click()
    page.get_by_role("tab", name="Contract findings").click()
    finding = page.get_by_role("row").filter(has_text="not as acknowledged: stale /name")
    expect(finding.first).to_contain_text("PUT /things/{thing_id}", timeout=30_000)
    page.get_by_role("tab", name="Objectives").click()
    objective = page.get_by_role("row").filter(has_text="p95 ≤ 9000 ms")
    expect(objective).to_contain_text("✓ holds", timeout=30_000)
    page.close()
    locust.end()


@pytest.mark.process
def test_a_used_port_of_the_web_ui_is_reported() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run(*LOCUST, "--web-host", "127.0.0.1", "--web-port", port)
    assert done.process.returncode == 1
    assert done.lines[-1].startswith(f"locustfile: the web UI cannot listen on port {port}: address already")
    assert "Traceback" not in done.output
