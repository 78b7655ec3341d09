"""Swagger UI, used as somebody does who explores the API by hand."""

from playwright.sync_api import Browser, expect

from contract_tests.conftest import new_student
from contract_tests.support.processes import Service


def test_a_student_can_be_created_in_swagger_ui(browser: Browser, service: Service) -> None:
    page = browser.new_page()
    requests: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(f"{service.url}/ui")
    operation = page.locator("#operations-students-create_student")
    operation.locator("button.opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    body = operation.locator("textarea.body-param__text")
    expect(body).to_contain_text("ada.lovelace@example.org")
    body.fill(body.input_value().replace("ada.lovelace@example.org", new_student()["email"]))
    operation.get_by_role("button", name="Execute").click()
    answer = operation.locator(".live-responses-table .response")
    expect(answer.locator(".response-col_status")).to_contain_text("201")
    expect(answer).to_contain_text("location: /students/")
    assert [url for url in requests if not url.startswith((service.url, "data:", "blob:"))] == []
    assert errors == []
    page.close()
