"""A second resource comes from the document alone."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
import yaml

from contract_tests.conftest import new_database, new_student
from contract_tests.support.processes import Serve, Service, run
from openapi.contract import students_document

COURSES = str(students_document().with_name("courses.overlay.yaml"))


@pytest.fixture(scope="module")
def school(postgres: str) -> Iterator[Service]:
    """A service with courses, and 150 rows in each table."""
    options = ("--database-url", new_database(postgres), "--overlay", COURSES)
    seeded = run("students-service", "seed", "--count", "150", *options)
    assert [line for line in seeded.lines if "added" in line] == [
        "150 rows added to courses",
        "150 rows added to students",
    ]
    started = Service(*options)
    yield started
    assert started.end() == 0
    assert [line for line in started.lines if '"level": "ERROR"' in line] == []


@pytest.fixture
def api(school: Service) -> Iterator[httpx.Client]:
    """An HTTP client of the service with courses."""
    with httpx.Client(base_url=school.url) as client:
        yield client


def test_a_course_lives_like_a_student(api: httpx.Client) -> None:
    created = api.post("/courses", json={"code": "PHY00001", "title": "Optics"})
    where, course = created.headers["location"], created.json()
    assert (created.status_code, where) == (201, f"/courses/{course['id']}")
    assert (course["term"], course["seats"]) == ("autumn", None)
    assert api.post("/courses", json={"code": "PHY00001", "title": "Optics"}).status_code == 409
    assert api.post("/courses", json={"code": "phy1", "title": "Optics"}).status_code == 400
    assert api.get(where, headers={"If-None-Match": created.headers["etag"]}).status_code == 304
    replaced = api.put(where, json={"code": "PHY00002", "title": "Optics II", "seats": 20})
    assert replaced.json()["seats"] == 20
    headers = {"Content-Type": "application/merge-patch+json", "If-Match": replaced.headers["etag"]}
    patched = api.patch(where, json={"seats": None, "term": "spring"}, headers=headers)
    assert (patched.json()["seats"], patched.json()["term"]) == (None, "spring")
    assert api.delete(where, headers=headers).status_code == 412
    assert api.delete(where).status_code == 204
    assert api.get(where).status_code == 404


def test_courses_are_listed_in_pages_and_filtered(api: httpx.Client) -> None:
    first = api.get("/courses", params={"limit": 100}).json()
    rest = api.get("/courses", params={"limit": 500, "cursor": first["next_cursor"]}).json()
    courses = first["courses"] + rest["courses"]
    assert len(first["courses"]) == 100
    assert len({course["id"] for course in courses}) == len(courses) >= 150
    spring = api.get("/courses", params={"term": "spring", "limit": 500}).json()["courses"]
    assert spring == [course for course in courses if course["term"] == "spring"]


def test_a_student_takes_a_course_that_exists(api: httpx.Client) -> None:
    course = api.post("/courses", json={"code": "BIO00001", "title": "Botany"})
    missing = 9223372036854775807
    refused = api.post("/students", json=new_student(course_id=missing))
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/course_id"
    student = api.post("/students", json=new_student(course_id=course.json()["id"]))
    where = student.headers["location"]
    assert api.put(where, json=new_student(course_id=missing)).status_code == 422
    used = api.delete(course.headers["location"])
    assert (used.status_code, "students refer to it" in used.json()["detail"]) == (409, True)
    assert api.delete(where).status_code == 204
    assert api.delete(course.headers["location"]).status_code == 204


def test_seeded_students_take_seeded_courses(api: httpx.Client) -> None:
    students = api.get("/students", params={"limit": 500}).json()["students"]
    taken = {student["course_id"] for student in students} - {None}
    assert len(taken) > 20


def test_a_function_of_ones_own_answers(
    serve: Serve, database: str, edited: Callable[[Callable[[dict[str, Any]], object]], str]
) -> None:
    def add(document: dict[str, Any]) -> None:
        home = document["paths"]["/"]["get"]
        greeting = {"type": "object", "required": ["greeting"], "additionalProperties": {"maxLength": 20}}
        names = (("name", "path", {"type": "string"}), ("times", "query", {"type": "integer"}))
        document["paths"]["/greetings/{name}"] = {
            "get": {
                **home,
                "operationId": "contract_tests.support.greetings.greet",
                "parameters": [
                    {"name": name, "in": place, "required": place == "path", "schema": schema}
                    for name, place, schema in names
                ],
                "responses": {
                    **home["responses"],
                    "200": {
                        **home["responses"]["200"],
                        "content": {"application/json": {"schema": greeting}},
                    },
                },
            }
        }

    found = {"PYTHONPATH": str(Path(__file__).parents[2])}
    url = serve("--database-url", database, "--contract", edited(add), environment=found).url
    assert httpx.get(f"{url}/greetings/Ada").json() == {"greeting": "Hello Ada!"}
    assert httpx.get(f"{url}/greetings/Ada?times=x").status_code == 400
    assert httpx.get(f"{url}/greetings/Ada?times=2").status_code == 500


def test_one_key_does_not_stand_for_two_creations(api: httpx.Client) -> None:
    headers = {"Idempotency-Key": "same"}
    course = api.post("/courses", json={"code": "ART00001", "title": "Painting"}, headers=headers)
    student = api.post("/students", json=new_student(), headers=headers)
    assert (course.status_code, student.status_code) == (201, 201)


def test_the_second_resource_is_fuzzed_and_loaded(school: Service, tmp_path: Path) -> None:
    document = tmp_path / "school.yaml"
    document.write_text(yaml.safe_dump(httpx.get(f"{school.url}/openapi.json").json()))
    fuzzed = run(
        *("schemathesis", "run", str(document), "--url", school.url, "--no-color"),
        *("--phases", "examples,coverage", "--include-tag", "courses"),
    )
    assert fuzzed.process.returncode == 0, fuzzed.output
    loaded = run(
        *("contract-load", "run", str(document), "--host", school.url, "--users", "2", "--run-time", "4s"),
        *("--profile", "write-heavy", "--output", str(tmp_path / "out"), "--objective", "p99 < 60000ms"),
    )
    for line in ("POST /courses", "PATCH /courses/{course_id}", "DELETE /courses/{course_id}"):
        assert line in loaded.output
    assert "refused although valid" not in loaded.output, loaded.output
