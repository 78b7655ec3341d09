"""Editing the document is enough to change service, fuzzing and load: no Python code names its fields."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2 as httpx
from playwright.sync_api import Browser, expect

from contract_tests.conftest import new_student
from contract_tests.support.processes import Serve, run

Edited = Callable[[Callable[[dict[str, Any]], object]], str]


def widened(document: dict[str, Any]) -> None:
    student = document["components"]["schemas"]["StudentFields"]["properties"]
    student["badge"] = {"type": "string", "pattern": "^[A-Z]{2}[0-9]{4}$", "description": "Opens doors."}
    document["components"]["schemas"]["Status"]["enum"].append("on_leave")
    student["year"]["maximum"] = 12


def check_the_new_limits(url: str, old: Any) -> None:
    """A student of before the edit is unchanged, and new ones follow the edited schema."""
    with httpx.Client(base_url=url) as client:
        assert client.get(f"/students/{old['id']}").json() == old
        new = client.post("/students", json=new_student(badge="AB1234", status="on_leave", year=12)).json()
        assert (new["badge"], new["status"], new["year"]) == ("AB1234", "on_leave", 12)
        assert client.get(f"/students/{new['id']}").json() == new
        for wrong in ({"badge": "ab1234"}, {"badge": None}, {"year": 13}):
            assert client.post("/students", json=new_student(**wrong)).status_code == 400
        replaced = client.put(f"/students/{new['id']}", json=new_student()).json()
        assert "badge" not in replaced


def all_students(url: str) -> list[Any]:
    """The students of all pages."""
    students: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        listed = httpx.get(f"{url}/students", params={"limit": "2000", **cursor}).json()
        students += listed["students"]
        if "next_cursor" not in listed:
            return students
        cursor = {"cursor": listed["next_cursor"]}


def test_an_edited_document_changes_service_fuzzing_and_load(
    edited: Edited, database: str, serve: Serve, browser: Browser, tmp_path: Path
) -> None:
    before = serve("--database-url", database)
    old = httpx.post(f"{before.url}/students", json=new_student()).json()
    assert before.end() == 0
    run("students-service", "seed", "--database-url", database)

    document = edited(widened)
    service = serve("--database-url", database, "--contract", document)
    check_the_new_limits(service.url, old)
    page = browser.new_page()
    page.goto(f"{service.url}/ui/")
    page.locator("#model-StudentFields .model-toggle").first.click()
    page.locator("#model-StudentFields").get_by_role("row").filter(has_text="badge").get_by_role(
        "button"
    ).first.click()
    expect(page.locator("#model-StudentFields")).to_contain_text("Opens doors.")
    page.close()

    fuzzed = run(
        "schemathesis", "run", document, "--url", service.url, "--phases", "examples,coverage", "--no-color"
    )
    assert fuzzed.process.returncode == 0, fuzzed.output

    fuzzed_up_to = httpx.post(f"{service.url}/students", json=new_student()).json()["id"]
    loaded = run(
        *("contract-load", "run", document, "--host", service.url, "--users", "2", "--run-time", "5s"),
        *("--profile", "write-heavy", "--output", str(tmp_path / "out")),
    )
    results = json.loads((tmp_path / "out" / "results.json").read_text())["operations"]
    assert sum(operation["failures"] for operation in results.values()) == 0, loaded.output
    students = [student for student in all_students(service.url) if student["id"] > fuzzed_up_to]
    assert any("badge" in student for student in students)
    assert max(student["year"] for student in students) > 8
    assert any(student["status"] == "on_leave" for student in students)


def test_a_changed_type_is_refused_at_start(edited: Edited, database: str) -> None:
    run("students-service", "upgrade", "--database-url", database)

    def change(document: dict[str, Any]) -> None:
        document["components"]["schemas"]["StudentFields"]["properties"]["year"] = {
            "type": "string",
            "maxLength": 9,
        }

    done = run(
        "students-service", "serve", "--port", "0", "--database-url", database, "--contract", edited(change)
    )
    assert done.process.returncode == 1
    assert done.lines[-1] == (
        "students-service: column students.year is INTEGER in the database and TEXT in the contract; if that "
        "is wanted, review and run: ALTER TABLE students ALTER COLUMN year TYPE TEXT USING year::TEXT; "
        "nothing was changed"
    )
