"""Documents as bytes: YAML 1.2 and JSON, and what both are refused for."""

import json
from typing import Any

import pytest

from openapi.document_parser import parse_document
from openapi.errors import ContractError


def parsed(text: str, name: str = "it.yaml") -> Any:
    return parse_document(name, text.encode())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[no, on, yes, off, y, n, NO]", ["no", "on", "yes", "off", "y", "n", "NO"]),
        ("[true, False, null, ~, ]", [True, False, None, None]),
        ("[12:30:45, 1_000, 2024-02-29]", ["12:30:45", "1_000", "2024-02-29"]),
        ("[=, 0b1, 1e, ., -, -0x1]", ["=", "0b1", "1e", ".", "-", "-0x1"]),
        ("[0755, 0o17, 0x1F, -7, +7]", [755, 15, 31, -7, 7]),
        ("[1.10, .5, 1., 1e3, -1E-2]", [1.1, 0.5, 1.0, 1000.0, -0.01]),
        ("['404', \"no\", !!str 404, !!int '7', !!timestamp 2020]", ["404", "no", "404", 7, "2020"]),
        ("{no: 1, null: 2, 404: 3, 1.10: 4, ~: 5}", {"no": 1, "null": 2, "404": 3, "1.10": 4, "~": 5}),
        ("a: &a {b: 1, c: 2}\nd: {<<: *a, c: 3}", {"a": {"b": 1, "c": 2}, "d": {"b": 1, "c": 3}}),
        ("a: |\n  x\n  y\n", {"a": "x\ny\n"}),
        ("", None),
    ],
)  # fmt: skip
def test_yaml_is_read_by_the_core_schema_of_1_2(text: str, value: Any) -> None:
    read = parsed(text)
    assert read == value
    assert json.dumps(read) == json.dumps(value)


def test_infinity_and_nan() -> None:
    assert str(parsed("[.inf, -.INF, .nan]")) == "[inf, -inf, nan]"


def test_an_alias_is_the_object_of_its_anchor() -> None:
    value = parsed("a: &a {b: [1]}\nc: *a")
    assert value["a"] is value["c"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("name", "text"),
    [("it.yaml", "a: ü\nb: 1\n"), ("it.json", '{"a": "ü",\n"b": 1}\n'), ("it", '{"a": "ü", "b": 1}')],
)
def test_encodings_and_line_ends(name: str, text: str, line_end: str, encoding: str) -> None:
    assert parse_document(name, text.replace("\n", line_end).encode(encoding)) == {"a": "ü", "b": 1}


BOMB = "a0: &a0 [1, 1, 1]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.yaml", "a:\n\tb: 1", "a.yaml, line 2, column 1: not YAML"),
        ("a.yaml", "a: &a [*a]", "a.yaml, line 1, column 8: the alias *a stands within its own anchor"),
        ("a.yaml", "a: *b", "a.yaml, line 1, column 4: the alias *b has no anchor before it"),
        ("a.yaml", "? [a]\n: 1", "line 1, column 3: a key must be text"),
        ("a.yaml", "a: !include b.yaml", "line 1, column 4: the tag '!include' is not known"),
        ("a.yaml", "a: {<<: 1}", "<< takes over mappings only"),
        ("a.yaml", "--- a\n--- b", "line 2, column 1: a second document begins here"),
        ("a.yaml", "[" * 1_000, "nested more than 200 levels deep"),
        ("a.json", "[" * 500 + "]" * 500, "nested more than 200 levels deep"),
        ("a.json", "[" * 100_000 + "]" * 100_000, "nested more than 200 levels deep"),
        ("a.json", "[" + "9" * 5_000 + "]", "a number cannot be read"),
        ("a.yaml", "[" + "9" * 5_000 + "]", "a number has too many digits"),
        ("a.json", "[" + "1," * 4_000_001 + "1]", "there are more than 4,000,000 values"),
        ("a.yaml", BOMB, "aliases stand for more than 1,000,000 values"),
    ],
    ids=range(14),
)
def test_what_is_refused_is_named_with_its_place(name: str, text: str, message: str) -> None:
    with pytest.raises(ContractError) as refused:
        parse_document(name, text.encode())
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize(
    ("name", "text", "key", "first", "second"),
    [
        ("a.yaml", "a: 1\nb: 2\n'a': 3", "a", "line 1, column 1", "line 3, column 1"),
        ("a.yaml", "p:\n  404: 1\n  '404': 3", "404", "line 2, column 3", "line 3, column 3"),
        ("a.json", '{"b": {"a": "{", "c": [{"a": 1}],\n "\\u0061": 2}}', "a", "line 1, column 8",
         "line 2, column 2"),
        ("a", '{"a": 1, "a": 2}', "a", "line 1, column 2", "line 1, column 10"),
    ],
    ids=range(4),
)  # fmt: skip
def test_a_key_that_is_there_twice(name: str, text: str, key: str, first: str, second: str) -> None:
    with pytest.raises(ContractError) as refused:
        parse_document(name, text.encode())
    assert str(refused.value) == f"{name}, {second}: the key '{key}' is there twice; the first is in {first}"


def test_what_is_not_unicode_is_refused_with_its_line() -> None:
    with pytest.raises(ContractError, match=r"a\.yaml, line 2: not utf-8"):
        parse_document("a.yaml", "a: 1\nb: ä".encode("latin-1"))
