"""Overlays are applied as the specification says, and broken ones are told in one line."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from openapi.contract import ContractError, load_contract

DOCUMENT: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Things", "version": "1"},
    "servers": [{"url": "https://a", "description": "Dev"}, {"url": "https://b"}, {"url": "https://c"}],
    "tags": [{"name": "things"}],
    "paths": {
        "/things": {
            "get": {"operationId": "list", "tags": ["things"], "responses": {"200": {"description": "all"}}},
            "post": {"operationId": "create", "tags": ["new"], "responses": {"201": {"description": "it"}}},
        },
        "/health": {"get": {"operationId": "health", "responses": {"200": {"description": "ok"}}}},
    },
}


def overlaid(folder: Path, *actions: Any, document: Any = None, **fields: Any) -> Any:
    (folder / "it.yaml").write_text(yaml.safe_dump(document or DOCUMENT, sort_keys=False))
    overlay = {"overlay": "1.0.0", "info": {"title": "x", "version": "1"}, "actions": list(actions), **fields}
    (folder / "overlay.yaml").write_text(yaml.safe_dump(overlay))
    return load_contract(folder / "it.yaml", overlays=[folder / "overlay.yaml"])


def test_objects_are_merged_and_arrays_appended(tmp_path: Path) -> None:
    update = {"info": {"version": "2", "x-new": {"a": [1]}}, "tags": [{"name": "new"}], "x-list": [1]}
    document = overlaid(tmp_path, {"target": "$", "update": update}).document
    assert document["info"] == {"title": "Things", "version": "2", "x-new": {"a": [1]}}
    assert document["tags"] == [{"name": "things"}, {"name": "new"}]
    assert document["x-list"] == [1]
    assert document["paths"] == DOCUMENT["paths"]


def test_actions_are_applied_one_after_another(tmp_path: Path) -> None:
    added = {"target": "$.servers", "update": {"url": "https://d"}}
    removed = {"target": "$.servers[?@.description == 'Dev']", "remove": True, "update": 1}
    changed = {"target": "$.servers[?@.url == 'https://d']", "update": {"description": "new"}}
    servers = overlaid(tmp_path, added, removed, changed).document["servers"]
    assert servers == [{"url": "https://b"}, {"url": "https://c"}, {"url": "https://d", "description": "new"}]


def test_wildcards_select_operations_and_filters_some_of_them(tmp_path: Path) -> None:
    target = "$.paths[*][?@.tags[0] != 'new'].responses"
    added = {"target": target, "update": {"401": {"description": "no"}}}
    document = overlaid(tmp_path, added).document
    statuses = [
        sorted(operation["responses"]) for item in document["paths"].values() for operation in item.values()
    ]
    assert statuses == [["200", "401"], ["201"], ["200", "401"]]
    # One copy each: a later action changes one of them alone.
    alone = {"target": "$.paths['/health'].get.responses['401']", "update": {"description": "alone"}}
    document = overlaid(
        tmp_path, {"target": target, "update": {"401": {"description": "no"}}}, alone
    ).document
    assert document["paths"]["/things"]["get"]["responses"]["401"] == {"description": "no"}


@pytest.mark.parametrize("target", ["$.servers[0,1]", "$.servers[1,0,1]", "$.servers[:2]"])
def test_the_places_that_were_selected_are_removed(tmp_path: Path, target: str) -> None:
    assert overlaid(tmp_path, {"target": target, "remove": True}).document["servers"] == [
        {"url": "https://c"}
    ]


def test_what_is_in_something_that_is_removed_goes_with_it(tmp_path: Path) -> None:
    nested = {"a": {"x": 1, "a": {"a": {}}}, "b": [{"a": {}}]}
    action = {"target": "$['x-it']..a", "remove": True}
    assert overlaid(tmp_path, action, document={**DOCUMENT, "x-it": nested}).document["x-it"] == {"b": [{}]}


def test_aliases_are_changed_only_where_it_is_meant(tmp_path: Path) -> None:
    shared: dict[str, Any] = {"list": []}
    document = {**DOCUMENT, "x-it": {"a": shared, "b": shared}}
    changed = overlaid(tmp_path, {"target": "$['x-it'].a.list", "update": 1}, document=document).document
    assert changed["x-it"] == {"a": {"list": [1]}, "b": {"list": []}}


def test_a_target_that_selects_nothing_is_noted(tmp_path: Path) -> None:
    contract = overlaid(tmp_path, {"target": "$.paths['/thing']", "update": {}})
    overlay = tmp_path / "overlay.yaml"
    assert contract.document == DOCUMENT
    assert contract.notes == (f"{overlay}, action 1: target \"$.paths['/thing']\" selects nothing",)


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (
            {"target": "paths", "update": {}},
            "target 'paths' is no JSONPath (RFC 9535): it must begin",
        ),
        ({"target": "$.a[", "update": {}}, "'$.a[' is no JSONPath (RFC 9535): unexpected end of query"),
        ({"target": "$.info.title", "update": "x"}, "$['info']['title'] is of type string"),
        ({"target": "$.info", "update": [1]}, "$['info'] is of type object, and the update of type array"),
        ({"target": "$", "remove": True}, "it would remove the whole document"),
        ({"target": "$.info"}, "it has neither an 'update' nor 'remove: true'"),
        ({"target": "$.info", "remove": "yes"}, "'remove' must be true or false, not of type string"),
        ({"target": "$.info", "updat": {}}, "'updat' is no field of an action"),
        ({"update": {}}, "an object with a 'target'"),
        ("$.info", "an object with a 'target'"),
    ],
)
def test_a_broken_action_is_one_line(tmp_path: Path, action: Any, words: str) -> None:
    with pytest.raises(ContractError) as refused:
        overlaid(tmp_path, {"target": "$.info", "update": {}}, action)
    assert str(refused.value).startswith(f"{tmp_path / 'overlay.yaml'}, action 2: ")
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"overlay": "2.0.0"}, "overlay 2.0.0 is not supported; 1.0.0 is"),
        ({"actions": []}, "'actions' must be a list with at least one action"),
        ({"actions": {}}, "'actions' must be a list with at least one action"),
    ],
)
def test_a_broken_overlay_is_one_line(tmp_path: Path, fields: Any, words: str) -> None:
    with pytest.raises(ContractError) as refused:
        overlaid(tmp_path, **fields)
    assert str(refused.value) == f"{tmp_path / 'overlay.yaml'}: {words}"


def test_what_is_no_overlay_is_told(tmp_path: Path) -> None:
    (tmp_path / "it.yaml").write_text(yaml.safe_dump(DOCUMENT))
    for overlay, words in (("it.yaml", "not an OpenAPI overlay"), ("nowhere.yaml", "no such file")):
        with pytest.raises(ContractError, match=words):
            load_contract(tmp_path / "it.yaml", overlays=[tmp_path / overlay])
