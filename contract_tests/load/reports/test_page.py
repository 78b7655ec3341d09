"""The page of a run, in a browser."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from contract_tests.support.judged_runs import RUN, verdict_of
from load.judgement.capacity import Search
from load.judgement.run_record import make_record
from load.measurements.findings import Fault, Finding
from load.measurements.run_records import Trial
from load.reports.page import write_page

# The number of series in every plot.
LINES = "plots => plots.map(plot => plot.querySelectorAll('.series :is(path, circle)').length)"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_works_from_disk(browser: Browser, tmp_path: Path, scheme: Any) -> None:
    results, verdict = verdict_of(
        [10.0] * 9, [Finding(Fault.BROKEN_CONTRACT, "200 body", "type", "<b>1</b> is odd")]
    )
    search = Search(10, 100)
    search.add(Trial(10, 10, 1, 2, 3, 0))
    search.add(Trial(20, 12, 1, 2, 3, 0, "too slow"))
    page_path = write_page(tmp_path / "report.html", make_record(RUN, results, verdict, search.record()))
    page = browser.new_page(viewport={"width": 375, "height": 700}, color_scheme=scheme)
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "request", lambda request: errors.append(request.url) if not request.url.startswith("file:") else None
    )
    page.goto(page_path.as_uri())
    assert page_path.stat().st_size < 100_000
    assert page.locator("#verdict").inner_text() == "✗ Failed"
    assert "<b>1</b> is odd" in page.locator("body").inner_text()
    assert "no link tells id" in page.locator("body").inner_text()
    assert page.locator("#operations tbody tr").count() == 1
    assert "10/s within the objectives; at 20/s too slow" in page.locator("#capacity").inner_text()
    drawn = page.locator(".plot:visible").evaluate_all(LINES)
    assert len(drawn) == 5
    assert 0 not in drawn
    page.locator("#operation").select_option("GET /things/{id}")
    assert 0 not in page.locator(".plot:visible").evaluate_all(LINES)
    assert "GET /things/{id}: percentiles per second" in page.locator("body").inner_text()
    response = page.locator(".plot:visible").nth(3)
    response.hover()
    assert "s since the start" in response.locator("output").inner_text()
    assert "\np99: 10" in response.locator("output").inner_text()
    text = page.locator(".plot:visible text").first.evaluate("element => getComputedStyle(element).fill")
    assert text == page.locator("body").evaluate("element => getComputedStyle(element).color")
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    assert errors == []
    page.close()
