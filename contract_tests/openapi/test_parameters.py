"""Parameters in all styles: the table of the specification, row by row."""

import json
from typing import Any
from urllib.parse import parse_qsl, unquote

import pytest

from contract_tests.support.documents import operation, schema
from openapi.parameters import Parameter
from openapi.payloads import PayloadFactory

OF_NUMBERS = {"type": "object", "properties": {"a": {"type": "integer"}}}
TEXT = "blue"
LIST = ["blue", "black", "brown"]
OBJECT = {"R": 100, "G": 200, "B": 150}


def parameter(location: str, style: str, explode: bool, source: Any, **described: Any) -> Parameter:
    return Parameter("color", location, True, style, explode, schema(source, (3, 1)), **described)


@pytest.mark.parametrize(
    ("location", "style", "explode", "text", "array", "properties"),
    [
        ("path", "matrix", False, ";color=blue", ";color=blue,black,brown", ";color=R,100,G,200,B,150"),
        ("path", "matrix", True, ";color=blue", ";color=blue;color=black;color=brown",
         ";R=100;G=200;B=150"),
        ("path", "label", False, ".blue", ".blue,black,brown", ".R,100,G,200,B,150"),
        ("path", "label", True, ".blue", ".blue.black.brown", ".R=100.G=200.B=150"),
        ("query", "form", False, "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"),
        ("query", "form", True, "color=blue", "color=blue&color=black&color=brown", "R=100&G=200&B=150"),
        ("path", "simple", False, "blue", "blue,black,brown", "R,100,G,200,B,150"),
        ("header", "simple", True, "blue", "blue,black,brown", "R=100,G=200,B=150"),
        ("cookie", "form", False, "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"),
        ("query", "spaceDelimited", False, None, "color=blue%20black%20brown",
         "color=R%20100%20G%20200%20B%20150"),
        ("query", "pipeDelimited", False, None, "color=blue%7Cblack%7Cbrown",
         "color=R%7C100%7CG%7C200%7CB%7C150"),
        ("query", "deepObject", True, None, None, "color[R]=100&color[G]=200&color[B]=150"),
    ],
)  # fmt: skip
def test_styles(
    location: str, style: str, explode: bool, text: str | None, array: str | None, properties: str
) -> None:
    it = parameter(location, style, explode, {})
    for value, expected in ((TEXT, text), (LIST, array), (OBJECT, properties)):
        assert expected is None or it.write(value) == expected


def test_reserved_characters_of_a_url_are_encoded() -> None:
    assert parameter("query", "form", True, {}).write("a b&c=d/é") == "color=a%20b%26c%3Dd%2F%C3%A9"
    assert parameter("path", "simple", False, {}).write("a/b?") == "a%2Fb%3F"
    assert (
        parameter("query", "form", True, {}, allow_reserved=True).write("a/b?c#d&e") == "color=a/b?c%23d%26e"
    )
    nested = parameter("query", "deepObject", True, {})
    assert nested.write({"a b": [1, {"c": True}]}) == "color[a%20b]=1&color[a%20b][c]=true"
    assert (
        parameter("query", "form", True, {}, media_type="application/json").write({"a": 1})
        == "color=%7B%22a%22%3A1%7D"
    )
    assert parameter("query", "form", True, {}).write([]) == ""


@pytest.mark.parametrize(
    ("location", "style", "explode", "source", "text", "value"),
    [
        ("path", "simple", False, {"type": "integer"}, "5", 5),
        ("query", "form", False, {"type": "array", "items": {"type": "integer"}}, "1,2", [1, 2]),
        ("header", "simple", False, OF_NUMBERS, "a,1", {"a": 1}),
        ("header", "simple", True, OF_NUMBERS, "a=1", {"a": 1}),
        ("query", "form", True, {"type": "boolean"}, "true", True),
        ("query", "form", True, {}, "true", "true"),
    ],
)  # fmt: skip
def test_texts_are_read_by_the_types_of_the_schema(
    location: str, style: str, explode: bool, source: Any, text: str, value: Any
) -> None:
    assert parameter(location, style, explode, source).read([text]) == value


def test_content_is_read_and_written_as_its_media_type() -> None:
    it = parameter("header", "simple", False, {}, media_type="application/json")
    assert it.read([it.write({"a": [1]})]) == {"a": [1]}


@pytest.mark.parametrize(
    ("location", "reserved"),
    [("path", "/\\?#% "), ("header", "\n\té"), ("cookie", '; ,"\\'), ("query", "\n\0")],
)
def test_values_have_one_reading(location: str, reserved: str) -> None:
    it = parameter(location, "simple", False, {"type": ["string", "null"]})
    make = PayloadFactory(1).generator(it.schema, it.name, it.rules())
    values = [make() for _ in range(200)]
    assert all(isinstance(value, str) and value and not set(value) & set(reserved) for value in values)
    lists = parameter(location, "simple", False, {"type": "array", "items": {"type": "string"}})
    make = PayloadFactory(1).generator(lists.schema, lists.name, lists.rules())
    assert all(value and not any("," in item for item in value) for value in (make() for _ in range(200)))


WORDS = ["a|b", "c,d", "e f", "g&h", "i=j", "k+l", "m.n", "o;p", "%2C", "q"]
STYLES = [
    ("query", "form", True), ("query", "form", False), ("query", "pipeDelimited", False),
    ("query", "spaceDelimited", False), ("query", "deepObject", True), ("header", "simple", False),
    ("header", "simple", True), ("path", "simple", False), ("path", "label", True), ("path", "matrix", True),
]  # fmt: skip
SOURCES = [
    {"type": "array", "items": {"enum": WORDS}},
    {"type": "array", "items": {"type": ["number", "null", "boolean"]}},
    {"type": "object", "properties": {"a": {"enum": WORDS}, "b": {"enum": WORDS}}, "required": ["a"]},
    {"type": "object", "properties": {
        "a": {"type": ["object", "integer", "null"], "additionalProperties": {"type": "integer"}},
        "[b]": {"type": "integer"}}},
    {"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}, "minItems": 2}]},
]  # fmt: skip


@pytest.mark.parametrize(("location", "style", "explode"), STYLES)
@pytest.mark.parametrize("source", SOURCES, ids=str)
def test_what_is_written_is_read_again(location: str, style: str, explode: bool, source: Any) -> None:
    it = parameter(location, style, explode, source)
    make = PayloadFactory(1).generator(it.schema, it.name, it.rules())
    values = [value for value in (make() for _ in range(60)) if it.fits(value)]
    if style != "deepObject" or "object" in it.schema.types:
        assert values
    for value in values:
        text = it.write(value)
        if location == "query":
            pairs = parse_qsl(text, keep_blank_values=True)
            fields = [field.partition("=") for field in text.split("&")]
            raw: dict[str, list[str]] = {}
            for (name, _), (_, _, part) in zip(pairs, fields, strict=True):
                raw.setdefault(name, []).append(part)
            assert it.read_query(it.occurrences(raw, ())) == value
        else:
            assert it.read([unquote(text) if location == "path" else text]) == value


def test_all_items_that_are_unambiguous_are_written() -> None:
    for style, explode, kept in [
        ("form", True, WORDS),
        ("pipeDelimited", False, WORDS[1:]),
        ("pipeDelimited", True, WORDS),
        ("spaceDelimited", False, [word for word in WORDS if " " not in word]),
    ]:
        it = parameter("query", style, explode, {"type": "array", "items": {"enum": WORDS}})
        make = PayloadFactory(1).generator(it.schema, it.name, it.rules())
        assert {item for _ in range(300) for item in make()} == {*kept}


def test_properties_of_an_exploded_object_are_parameters_in_every_style() -> None:
    it = parameter("query", "pipeDelimited", True, OF_NUMBERS)
    assert it.write({"a": 1}) == "a=1"
    assert it.read_query(it.occurrences({"a": ["1"]}, ())) == {"a": 1}


def test_parameters_that_the_specification_ignores() -> None:
    ignored: list[Any] = [
        {"name": name, "in": "header", "schema": {}} for name in ("Accept", "Content-Type", "Authorization")
    ]
    assert operation(parameters=ignored).parameters == ()


def test_examples_of_a_parameter_are_drawn() -> None:
    described = {"name": "station", "in": "query", "schema": {"type": "string"},
                 "examples": {"a": {"value": "Paris-Est"}}}  # fmt: skip
    (it,) = operation(parameters=[described]).parameters
    make = PayloadFactory(1).generator(it.schema, it.name, it.rules())
    assert sum(make() == "Paris-Est" for _ in range(100)) > 50


@pytest.mark.parametrize(
    ("location", "value", "text"),
    [
        ("header", "plain; text, with %20", "plain; text, with %20"),
        ("header", "日本", "%E6%97%A5%E6%9C%AC"),
        ("header", "a\r\nX-B: c", "a%0D%0AX-B:%20c"),
        ("header", "100% é", "100%25%20%C3%A9"),
        ("header", " a", "%20a"),
        ("header", ["é", "b"], "%C3%A9,b"),
        ("cookie", "a;b c", "color=a%3Bb%20c"),
        ("cookie", "é", "color=%C3%A9"),
    ],
)
def test_characters_that_a_field_cannot_have_are_encoded(location: str, value: Any, text: str) -> None:
    style = "simple" if location == "header" else "form"
    assert parameter(location, style, False, {}).write(value) == text


def test_json_in_a_header_is_ascii() -> None:
    it = parameter("header", "simple", False, {}, media_type="application/json")
    text = it.write({"k": "日本\x7f\r\n"})
    assert text == '{"k":"\\u65e5\\u672c\\u007f\\r\\n"}'
    assert json.loads(text) == {"k": "日本\x7f\r\n"}
    assert it.fits({"k": "日本"})


@pytest.mark.parametrize(
    ("location", "style", "value", "fits"),
    [
        ("path", "simple", "..", False),
        ("path", "simple", ".", False),
        ("path", "simple", "", False),
        ("path", "simple", None, False),
        ("path", "simple", [], False),
        ("path", "simple", [".."], False),
        ("path", "simple", "...", True),
        ("path", "simple", "a/b", True),
        ("path", "simple", 0, True),
        ("path", "label", "", False),
        ("path", "label", ".", False),
        ("path", "label", "a", True),
        ("path", "matrix", "..", True),
        ("header", "simple", "é", False),
        ("header", "simple", {"a": "é"}, False),
        ("header", "simple", {"a": 1}, True),
        ("cookie", "form", "a b", False),
        ("query", "pipeDelimited", ["a|b"], False),
        ("query", "pipeDelimited", ["a", ""], False),
        ("query", "spaceDelimited", {"a b": "c"}, False),
        ("query", "form", ["a,b"], True),
        ("query", "deepObject", {"a": {"b": 1}}, True),
        ("query", "deepObject", {"a": {}}, False),
        ("query", "deepObject", {"a]": 1}, False),
        ("header", "simple", ["a,b"], False),
        ("query", "form", "é\n", True),
    ],
)
def test_values_that_a_location_changes(location: str, style: str, value: Any, fits: bool) -> None:
    assert parameter(location, style, False, {}).fits(value) is fits


@pytest.mark.parametrize(
    ("path", "values", "target"),
    [
        ("/sp ace/ü", {}, "/sp%20ace/%C3%BC"),
        ("/a%20b/50%", {}, "/a%20b/50%25"),
        ("/h#frag", {}, "/h"),
        ("/h/{id}#frag/{id}", {"id": "a#b"}, "/h/a%23b"),
        ("/q?op=x&é", {}, "/q?op=x&%C3%A9"),
        ("no-slash", {}, "/no-slash"),
        ("/t/", {}, "/t/"),
        ("/f/{b}.{c}", {"b": "x", "c": "y z"}, "/f/x.y%20z"),
        ("/v:{verb}", {"verb": "go"}, "/v:go"),
    ],
)
def test_paths_are_encoded_once(path: str, values: dict[str, Any], target: str) -> None:
    assert operation(path).url(values) == target


@pytest.mark.parametrize("expression", ["path:.*", "path+", "*path"])
def test_expressions_of_routers_name_parameters(expression: str) -> None:
    declared = [{"name": "path", "in": "path", "required": True, "schema": {"type": "string"}}]
    it = operation(f"/files/{{{expression}}}", parameters=declared)
    assert it.path_names == ["path"]
    assert it.url({"path": "a b"}) == "/files/a%20b"
    assert operation(f"/files/{{{expression}}}").path_names == [expression]
