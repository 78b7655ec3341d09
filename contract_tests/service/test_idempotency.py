"""Creations with an Idempotency-Key are carried out once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import httpx2 as httpx
import psycopg2
import pytest

from contract_tests.conftest import Student, new_student
from contract_tests.support.processes import Serve

Post = Callable[..., httpx.Response]


@pytest.fixture
def post(client: httpx.Client) -> Post:
    """Creates a student under a key."""

    def send(student: Student, key: str) -> httpx.Response:
        return client.post("/students", json=student, headers={"Idempotency-Key": key})

    return send


@pytest.fixture
def sql(database: str) -> Iterator[Callable[[str], None]]:
    """Executes a statement on the database of the test."""
    with closing(psycopg2.connect(database)) as connection:
        connection.autocommit = True
        yield connection.cursor().execute


def test_a_repeated_creation_gets_the_same_answer(post: Post, client: httpx.Client) -> None:
    student = new_student()
    first = post(student, student["email"])
    where = first.headers["location"]
    client.put(where, json=new_student())
    again = post(dict(reversed(student.items())), student["email"])
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["location"] == where
    assert again.headers["etag"] == first.headers["etag"]
    assert client.delete(where).status_code == 204
    assert post(student, student["email"]).content == first.content
    assert client.get(where).status_code == 404


def test_a_key_is_for_one_body(post: Post, client: httpx.Client) -> None:
    student = new_student()
    first = post(student, student["email"])
    for other in (new_student(), {**student, "year": 3}):
        refused = post(other, student["email"])
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["in"] == "header"
    assert client.get(first.headers["location"]).json() == first.json()


def test_what_was_refused_may_be_sent_again(post: Post, client: httpx.Client) -> None:
    taken = client.post("/students", json=new_student())
    student = new_student(email=taken.json()["email"])
    assert post(student, student["email"]).status_code == 409
    client.delete(taken.headers["location"])
    assert post(student, student["email"]).status_code == 201


@pytest.mark.parametrize("key", ["", "a b", "x" * 65])
def test_a_key_has_a_form(post: Post, key: str) -> None:
    assert post(new_student(), key).status_code == 400


def test_of_simultaneous_creations_one_is_carried_out(post: Post, client: httpx.Client) -> None:
    student = new_student()
    with ThreadPoolExecutor(8) as senders:
        answers = [*senders.map(lambda _: post(student, student["email"]), range(24))]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    found = client.get("/students", params={"email": student["email"]}).json()["students"]
    assert found == [answers[0].json()]


def test_keys_last_a_day_and_then_go(serve: Serve, database: str, sql: Callable[[str], Any]) -> None:
    url = f"{serve('--database-url', database).url}/students"

    def send(key: str, student: Student) -> httpx.Response:
        return httpx.post(url, json=student, headers={"Idempotency-Key": key})

    student = new_student()
    assert send("old", student).status_code == 201
    sql("UPDATE idempotency_keys SET stored_at = stored_at - interval '23 hours 59 minutes'")
    assert send("old", new_student()).status_code == 422
    sql("UPDATE idempotency_keys SET stored_at = stored_at - interval '1 minute'")
    assert send("old", student).status_code == 409
    sql("TRUNCATE students")
    with ThreadPoolExecutor(8) as senders:
        answers = [*senders.map(lambda _: send("old", student), range(8))]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    for number in range(4):
        assert send(f"older {number}".replace(" ", "-"), new_student()).status_code == 201
    sql("UPDATE idempotency_keys SET stored_at = stored_at - interval '25 hours'")
    for number in range(3):
        assert send(f"new-{number}", new_student()).status_code == 201
    with closing(psycopg2.connect(database)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM idempotency_keys")
        assert cursor.fetchone() == (3,)


def test_a_repeated_creation_has_the_form_of_an_edited_document(
    serve: Serve, database: str, edited: Callable[[Callable[[dict[str, Any]], object]], str]
) -> None:
    def add(document: dict[str, Any]) -> None:
        schemas = document["components"]["schemas"]
        schemas["StudentFields"]["properties"]["badge"] = {
            "type": "string",
            "pattern": "^[A-Z]+$",
            "default": "A",
        }
        schemas["StoredStudent"]["allOf"][1]["required"].append("badge")

    student, headers = new_student(), {"Idempotency-Key": "before"}
    before = serve("--database-url", database)
    first = httpx.post(f"{before.url}/students", json=student, headers=headers)
    assert before.end() == 0
    after = serve("--database-url", database, "--contract", edited(add))
    again = httpx.post(f"{after.url}/students", json=student, headers=headers)
    assert (again.status_code, again.json()) == (201, {**first.json(), "badge": "A"})
    httpx.delete(f"{after.url}{again.headers['location']}")
    assert httpx.post(f"{after.url}/students", json=student, headers=headers).status_code == 422


def test_a_student_is_not_stored_without_its_key(
    serve: Serve, database: str, sql: Callable[[str], Any]
) -> None:
    url = f"{serve('--database-url', database).url}/students"
    sql("ALTER TABLE idempotency_keys ADD CONSTRAINT none CHECK (idempotency_key <> 'bad')")
    student = new_student()
    assert httpx.post(url, json=student, headers={"Idempotency-Key": "bad"}).status_code == 500
    assert httpx.get(url).json() == {"students": []}
    assert httpx.post(url, json=student, headers={"Idempotency-Key": "good"}).status_code == 201
