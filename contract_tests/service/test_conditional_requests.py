"""ETags, and requests that depend on them (RFC 9110, section 13); merge patches (RFC 7396)."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2 as httpx
import pytest

from contract_tests.conftest import Student, new_student
from students_service.rows.merge_patch import merged
from students_service.rows.preconditions import entity_tag, is_known, strong_tags

MERGE_PATCH = {"Content-Type": "application/merge-patch+json"}


@pytest.fixture
def created(client: httpx.Client) -> httpx.Response:
    """The answer to the creation of a student."""
    return client.post("/students", json=new_student(gpa=3.5))


def changed(client: httpx.Client, where: str, patch: Any, **headers: str) -> httpx.Response:
    return client.patch(where, json=patch, headers={**MERGE_PATCH, **headers})


def test_an_etag_is_that_of_the_student_as_it_is(client: httpx.Client, created: httpx.Response) -> None:
    where = created.headers["location"]
    tag = created.headers["etag"]
    assert client.get(where).headers["etag"] == tag
    assert client.head(where).headers["etag"] == tag
    replaced = client.put(where, json=new_student())
    assert replaced.headers["etag"] not in (tag, "")
    assert client.get(where).headers["etag"] == replaced.headers["etag"]


def test_what_is_known_is_not_sent_again(client: httpx.Client, created: httpx.Response) -> None:
    where, tag = created.headers["location"], created.headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = client.get(where, headers={"If-None-Match": known})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
    assert client.get(where, headers={"If-None-Match": '"other"'}).status_code == 200
    assert client.get("/students/9223372036854775807", headers={"If-None-Match": "*"}).status_code == 404


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_write_depends_on_what_its_writer_has_seen(
    client: httpx.Client, created: httpx.Response, method: str
) -> None:
    where, tag = created.headers["location"], created.headers["etag"]
    body = {"PUT": new_student(), "PATCH": {"year": 3}, "DELETE": None}[method]

    def write(if_match: str, target: str = where) -> httpx.Response:
        headers = {"If-Match": if_match, **(MERGE_PATCH if method == "PATCH" else {})}
        return client.request(method, target, json=body, headers=headers)

    for wrong in ('"other"', f"W/{tag}", tag.strip('"')):
        refused = write(wrong)
        assert refused.status_code == 412
        assert refused.json()["detail"]
    assert client.get(where).headers["etag"] == tag
    assert write(tag, "/students/9223372036854775807").status_code == 404
    assert write(f'"other", {tag}').status_code in (200, 204)
    assert write(tag).status_code in (404, 412)


def test_any_student_will_do_for_a_star(client: httpx.Client, created: httpx.Response) -> None:
    where = created.headers["location"]
    assert client.delete(where, headers={"If-Match": "*"}).status_code == 204
    assert client.delete(where, headers={"If-Match": "*"}).status_code == 404


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_of_writers_that_have_seen_the_same_one_is_first(
    client: httpx.Client, created: httpx.Response, method: str
) -> None:
    where, tag = created.headers["location"], created.headers["etag"]

    def write(number: int) -> int:
        body = {"PUT": new_student(), "PATCH": {"given_name": f"Ada {number}"}, "DELETE": None}[method]
        headers = {"If-Match": tag, **(MERGE_PATCH if method == "PATCH" else {})}
        return client.request(method, where, json=body, headers=headers).status_code

    with ThreadPoolExecutor(8) as writers:
        statuses = [*writers.map(write, range(24))]
    assert statuses.count(204 if method == "DELETE" else 200) == 1
    assert statuses.count(404 if method == "DELETE" else 412) >= 1
    assert {*statuses} <= {200, 204, 404, 412}


def test_patches_of_different_fields_do_not_undo_each_other(
    client: httpx.Client, created: httpx.Response
) -> None:
    where = created.headers["location"]
    patches: list[dict[str, Any]] = [
        {"year": 7},
        {"course": "Physics"},
        {"family_name": "King"},
        {"status": "suspended"},
    ]
    with ThreadPoolExecutor(8) as writers:
        answers = [*writers.map(lambda patch: changed(client, where, patch).status_code, patches * 8)]
    assert {*answers} == {200}
    student = client.get(where).json()
    assert {**student, **{name: value for patch in patches for name, value in patch.items()}} == student


def test_null_clears_and_what_is_absent_stays(client: httpx.Client, created: httpx.Response) -> None:
    where, before = created.headers["location"], created.json()
    after = changed(client, where, {"gpa": None}).json()
    assert after == {**before, "gpa": None, "updated_at": after["updated_at"]}
    unchanged = changed(client, where, {}).json()
    assert unchanged == {**after, "updated_at": unchanged["updated_at"]}


@pytest.mark.parametrize(
    "patch", [{"year": None}, {"year": 9}, {"unknown": 1}, {"id": 1}, {"email": "nobody"}, [], None, "x"]
)
def test_a_patch_keeps_the_rules(client: httpx.Client, created: httpx.Response, patch: Any) -> None:
    where = created.headers["location"]
    assert changed(client, where, patch).status_code == 400
    assert client.get(where).headers["etag"] == created.headers["etag"]


def test_a_patch_is_no_plain_json(client: httpx.Client, created: httpx.Response) -> None:
    assert client.patch(created.headers["location"], json={"year": 3}).status_code == 415


def test_a_patch_cannot_take_the_address_of_another(
    client: httpx.Client, created: httpx.Response, student: Student
) -> None:
    other = client.post("/students", json=student)
    taken = created.json()["email"].upper()
    assert changed(client, other.headers["location"], {"email": taken}).status_code == 409


def test_addresses_that_differ_in_case_are_the_same(client: httpx.Client, created: httpx.Response) -> None:
    address = created.json()["email"].swapcase()
    assert client.post("/students", json=new_student(email=address)).status_code == 409
    (found,) = client.get("/students", params={"email": address}).json()["students"]
    assert found == created.json()


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "foo"}, None, None),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_merge_patches_of_the_rfc(target: Any, patch: Any, result: Any) -> None:
    assert merged(target, patch) == result


def test_entity_tags_are_read() -> None:
    assert strong_tags(None) is None
    assert strong_tags(" * ") is None
    assert strong_tags('"a", W/"b" ,"c,d"') == ["a", "c,d"]
    assert strong_tags("a") == []
    assert is_known(f'"x",{entity_tag("row")}', "row")
    assert not is_known('"x"', "row")
