"""Wrong requests of every kind are refused, also those that Connexion accepts by default."""

import json
import socket
from http.client import HTTPConnection
from typing import Any

import httpx2 as httpx
import pytest

from contract_tests.conftest import Student, new_student
from contract_tests.support.processes import Service

JSON = {"Content-Type": "application/json"}


def problem(response: httpx.Response, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    content: dict[str, Any] = response.json()
    assert content["status"] == status
    assert content["request_id"] == response.headers["x-request-id"]
    assert "Traceback" not in response.text
    return content


def test_a_created_student_is_found_at_its_location(client: httpx.Client, student: Student) -> None:
    created = client.post("/students", json=student)
    assert created.status_code == 201
    stored = created.json()
    assert {name: stored[name] for name in student} == student
    assert (stored["status"], stored["gpa"], stored["date_of_birth"]) == ("active", None, None)
    assert stored["created_at"] == stored["updated_at"]
    assert client.get(created.headers["location"]).json() == stored


def test_put_replaces_and_resets_omitted_fields_to_their_defaults(client: httpx.Client) -> None:
    first = client.post(
        "/students", json=new_student(gpa=3.5, status="graduated", date_of_birth="1999-02-28")
    ).json()
    replaced = client.put(f"/students/{first['id']}", json=new_student(course="Physics"))
    assert replaced.status_code == 200
    after = replaced.json()
    assert (after["course"], after["gpa"], after["status"], after["date_of_birth"]) == (
        "Physics",
        None,
        "active",
        None,
    )
    assert after["created_at"] == first["created_at"]
    assert after["updated_at"] > first["updated_at"]


def test_a_deleted_student_is_gone(client: httpx.Client, student: Student) -> None:
    where = client.post("/students", json=student).headers["location"]
    deleted = client.delete(where)
    assert deleted.status_code == 204
    assert "content-type" not in deleted.headers
    for method in ("GET", "DELETE"):
        problem(client.request(method, where), 404)
    problem(client.put(where, json=student), 404)


def test_a_duplicate_is_reported_with_its_field(client: httpx.Client, student: Student) -> None:
    client.post("/students", json=student)
    content = problem(client.post("/students", json=student), 409)
    assert content["errors"][0]["pointer"] == "/email"
    other = client.post("/students", json=new_student()).json()
    assert (
        problem(client.put(f"/students/{other['id']}", json=student), 409)["errors"][0]["pointer"] == "/email"
    )


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b"{", ""),
        (b'{"year": NaN}', ""),
        (b'{"year": 1, "year": 2}', ""),
        (b'{"given_name": "\xff"}', ""),
        (b'{"gpa": 1e999}', ""),
        (b'{"given_name": "\\ud800"}', ""),
        (b"[" * 2000 + b"]" * 2000, ""),
        (b"[" * 300 + b"]" * 300, ""),
        (b'{"given_name":' + b"[" * 1000 + b"]" * 1000 + b"}", ""),
        (b"", ""),
        (b"[]", ""),
    ],
    ids=[
        "invalid",
        "nan",
        "duplicate",
        "utf-8",
        "infinite",
        "surrogate",
        "deep",
        "less deep",
        "deep name",
        "empty",
        "array",
    ],
)
def test_bodies_that_are_no_student_are_refused(client: httpx.Client, body: bytes, pointer: str) -> None:
    content = problem(client.post("/students", content=body, headers=JSON), 400)
    assert content["errors"][0]["in"] == "body"
    assert content["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"date_of_birth": "2000-13-45"}, "/date_of_birth"),
        ({"date_of_birth": "0000-01-01"}, "/date_of_birth"),
        ({"given_name": "a\x00b"}, "/given_name"),
        ({"given_name": "a\n"}, "/given_name"),
        ({"email": "nobody"}, "/email"),
        ({"year": 9}, "/year"),
        ({"year": "2"}, "/year"),
        ({"gpa": 4.1}, "/gpa"),
        ({"status": "sleeping"}, "/status"),
        ({"status": None}, "/status"),
        ({"id": 1}, "/id"),
        ({"nickname": "x"}, ""),
    ],
    ids=lambda value: json.dumps(value) if isinstance(value, dict) else None,
)
def test_fields_that_break_a_rule_are_named(client: httpx.Client, fields: Student, pointer: str) -> None:
    content = problem(client.post("/students", json=new_student(**fields)), 400)
    assert {error["pointer"] for error in content["errors"]} == {pointer}


def test_all_faults_are_named_at_once(client: httpx.Client) -> None:
    content = problem(client.post("/students", json={"year": 0}), 400)
    assert {error["detail"] for error in content["errors"]} >= {'"email" is a required property'}
    assert len(content["errors"]) == 5


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/json; charset=latin-1"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
    ids=["none", "text", "latin-1", "gzip"],
)
def test_unsupported_media_types_are_refused(
    client: httpx.Client, headers: dict[str, str], student: Student
) -> None:
    problem(client.post("/students", content=json.dumps(student).encode(), headers=headers), 415)


def test_json_with_a_charset_is_accepted(client: httpx.Client, student: Student) -> None:
    headers = {"Content-Type": "application/json; charset=UTF-8"}
    assert client.post("/students", content=json.dumps(student).encode(), headers=headers).status_code == 201


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/students"),
        ("PUT", "/students/1"),
        ("GET", "/students"),
        ("DELETE", "/students/1"),
        ("GET", "/"),
    ],
)
def test_a_body_of_two_megabytes_is_refused_and_the_answer_arrives(
    client: httpx.Client, method: str, path: str
) -> None:
    problem(client.request(method, path, content=b" " * 2_000_000, headers=JSON), 413)


@pytest.mark.parametrize(
    ("accept", "status"), [("text/html", 406), ("application/*;q=0.1", 200), ("*/*", 200)]
)
def test_the_accept_header_is_respected(client: httpx.Client, accept: str, status: int) -> None:
    assert client.get("/students", headers={"Accept": accept}).status_code == status


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nowhere", 404),
        ("/students/", 404),
        ("/students/abc", 400),
        ("/students/1%0A", 400),
        ("/students/+1", 400),
        ("/students/01", 400),
        ("/students/0", 400),
        ("/students/-1", 400),
        ("/students/9223372036854775807", 404),
        ("/students/9223372036854775808", 400),
        (f"/students/{'9' * 5000}", 400),
        ("/students?limit=0", 400),
        ("/students?limit=2001", 400),
        ("/students?limit=ten", 400),
        ("/students?limit=1&limit=2", 400),
        ("/students?cursor=x", 400),
        ("/students?course=%FF", 400),
        ("/students?course=%00", 400),
        ("/students?status=asleep", 400),
        ("/students?curse=Law", 400),
        ("/?x=1", 400),
    ],
)
def test_wrong_paths_and_parameters_are_refused(client: httpx.Client, path: str, status: int) -> None:
    problem(client.get(path), status)


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        ("/", "GET, HEAD, OPTIONS"),
        ("/students", "GET, HEAD, OPTIONS, POST"),
        ("/students/1", "DELETE, GET, HEAD, OPTIONS, PATCH, PUT"),
    ],
)
def test_unsupported_methods_get_the_allow_header(client: httpx.Client, path: str, allow: str) -> None:
    refused = client.request("PURGE", path)
    problem(refused, 405)
    answer = client.options(path)
    assert answer.status_code == 204
    assert refused.headers["allow"] == answer.headers["allow"] == allow
    problem(client.options("/nowhere"), 404)


def test_pages_besides_the_operations_can_be_read(client: httpx.Client) -> None:
    assert client.options("/openapi.json").headers["allow"] == "GET, HEAD, OPTIONS"
    assert client.post("/ui/").headers["allow"] == "GET, HEAD, OPTIONS"


def test_an_accept_header_on_two_lines_is_joined(client: httpx.Client) -> None:
    headers = [("Accept", "application/json"), ("Accept", "text/html")]
    assert client.get("/students", headers=headers).status_code == 200


def test_head_is_get_without_its_body(client: httpx.Client, student: Student) -> None:
    where = client.post("/students", json=student).headers["location"]
    head, get = client.head(where), client.get(where)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == get.headers["content-length"] == str(len(get.content))
    assert client.head("/students/9223372036854775807").status_code == 404


def test_a_well_formed_request_id_is_kept(client: httpx.Client) -> None:
    assert client.get("/", headers={"X-Request-Id": "abc.1"}).headers["x-request-id"] == "abc.1"
    assert client.get("/", headers={"X-Request-Id": "a b"}).headers["x-request-id"] != "a b"


def test_every_request_is_logged_with_its_id(service: Service) -> None:
    httpx.get(f"{service.url}/students/0", headers={"X-Request-Id": "find-me"})
    line = json.loads(service.wait_for("find-me")[0] and service.lines[-1])
    assert (line["request_id"], line["status"], line["method"], line["path"]) == (
        "find-me",
        400,
        "GET",
        "/students/0",
    )


def test_a_client_that_disconnects_mid_body_does_no_harm(service: Service, client: httpx.Client) -> None:
    connection = HTTPConnection("127.0.0.1", service.port)
    connection.putrequest("POST", "/students")
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", "1000")
    connection.endheaders(b"{")
    assert isinstance(connection.sock, socket.socket)
    connection.close()
    assert client.get("/health").status_code == 200


def test_pages_contain_every_student_once(client: httpx.Client) -> None:
    created = {client.post("/students", json=new_student(course="Paging")).json()["id"] for _ in range(7)}
    identifiers: list[int] = []
    parameters: dict[str, Any] = {"course": "Paging", "limit": 3}
    while True:
        page = client.get("/students", params=parameters).json()
        identifiers += [student["id"] for student in page["students"]]
        if "next_cursor" not in page:
            break
        assert len(page["students"]) == 3
        parameters["cursor"] = page["next_cursor"]
    assert identifiers == sorted(created)
    assert client.get("/students", params={"course": "Nobody studies this"}).json() == {"students": []}


def test_filters_can_be_combined(client: httpx.Client) -> None:
    wanted = client.post("/students", json=new_student(course="Filters", status="graduated")).json()
    client.post("/students", json=new_student(course="Filters"))
    assert client.get("/students", params={"course": "Filters", "status": "graduated"}).json()[
        "students"
    ] == [wanted]
    assert client.get("/students", params={"email": wanted["email"]}).json()["students"] == [wanted]


def test_every_well_formed_cursor_is_accepted(client: httpx.Client) -> None:
    for cursor in ("0" * 16, "f" * 16, "9e3779b97f4a7c15"):
        assert client.get("/students", params={"cursor": cursor}).status_code == 200
