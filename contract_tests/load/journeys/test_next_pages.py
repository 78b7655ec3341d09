"""Pages after the first, which only the pages before announce."""

from collections.abc import Callable
from typing import Any

import pytest

from contract_tests.support.documents import contract
from contract_tests.support.path_items import ID, TEXT, a_list, an_object, does, on
from contract_tests.support.plans import THING, planned
from contract_tests.support.simulation import Simulation
from load.journeys.step import Step
from openapi.expressions import Exchange
from openapi.operation_reader import read_operations

Announcement = Callable[[int], tuple[dict[str, str], dict[str, Any]]]
PAGE = an_object(items=a_list(THING), next_cursor=TEXT)


def queries(
    paths: dict[str, Any], announce: Announcement, parameter: str, steps: int = 60
) -> list[dict[str, Any]]:
    """The queries of the calls to a list of five pages; `announce` gives the header and the facts of the page
    at an index.
    """
    simulation = Simulation(read_operations(contract(paths)))
    seen = []
    for _ in range(steps):
        step = simulation.journeys.next_step()
        query = step.call.query
        seen.append({**query, "path": step.call.operation.path})
        index = int(str(query.get(parameter, 0)).removeprefix("after"))
        headers, facts = announce(index)
        body = {"items": [{"id": index, "name": "x"}], **facts}
        simulation.journeys.complete(step, _exchange(step, headers, body))
    return seen


def _exchange(step: Step, headers: dict[str, str], body: Any) -> Exchange:
    return Exchange("GET", step.call.target, step.call.path, step.call.query, {}, None, 200, headers, body)


def _cursor(index: int) -> tuple[dict[str, str], dict[str, Any]]:
    return {}, {"meta": {"nextCursor": f"after{index + 1}" if index < 4 else None}}


def _link(index: int) -> tuple[dict[str, str], dict[str, Any]]:
    url = f'<http://other/things?limit=1&from={index + 1}>; rel="next"'
    return {"link": f'</things?from=0>; rel="first", {url}' if index < 4 else ""}, {}


def _href(index: int) -> tuple[dict[str, str], dict[str, Any]]:
    return {}, {"_links": {"next": {"href": f"/things?from={index + 1}"}}} if index < 4 else {}


def _total(index: int) -> tuple[dict[str, str], dict[str, Any]]:
    return {}, {"total": 5}


@pytest.mark.parametrize(
    ("parameter", "kind", "announce"),
    [
        ("cursor", TEXT, _cursor),
        ("from", ID, _link),
        ("from", ID, _href),
        ("offset", ID, _total),
    ],
)
def test_lists_are_read_page_by_page(parameter: str, kind: Any, announce: Announcement) -> None:
    if parameter == "from":
        kind = {**kind, "enum": [0, 1, 2, 3, 4]}
    listed = does(PAGE, parameters=[{"name": parameter, "schema": {**kind, "default": 0}}])
    if parameter == "cursor":
        listed = does(PAGE, parameters=[{"name": parameter}])
    seen = {query.get(parameter) for query in queries(on("/things", get=listed), announce, parameter)}
    assert {int(str(value).removeprefix("after")) for value in seen if value is not None} >= {1, 2, 3, 4}


def test_the_next_page_keeps_the_filters_of_the_one_before() -> None:
    parameters = [{"name": "cursor"}, {"name": "colour", "required": True}]
    paths = on("/things", get=does(PAGE, parameters=parameters))
    simulation = Simulation(read_operations(contract(paths)))
    colours: dict[str, str] = {}
    for number in range(60):
        step = simulation.journeys.next_step()
        query = step.call.query
        if "cursor" in query:
            assert colours[query["cursor"]] == query["colour"]
        colours[f"after{number}"] = query["colour"]
        simulation.journeys.complete(
            step, _exchange(step, {}, {"items": [], "next_cursor": f"after{number}"})
        )


def test_page_numbers_go_no_further_than_the_answers_say() -> None:
    listed = does(PAGE, parameters=[{"name": "page", "schema": {"type": "integer", "minimum": 1}}])
    pages = {
        query.get("page")
        for query in queries(on("/things", get=listed), lambda _: ({}, {"total_pages": 3}), "page", 200)
    }
    assert pages == {None, 1, 2, 3}


def test_a_required_cursor_comes_from_another_list() -> None:
    paths = on("/things", get=does(PAGE)) | on(
        "/things/more", get=does(PAGE, parameters=[{"name": "cursor", "required": True}])
    )
    seen = queries(paths, _cursor, "cursor")
    assert {query["cursor"] for query in seen if query["path"] == "/things/more"} >= {"after1", "after2"}
    assert all(query["cursor"].startswith("after") for query in seen if "cursor" in query)


def test_a_required_cursor_that_nothing_shows_is_not_made_up() -> None:
    _, plan = planned(
        on("/things", get=does(a_list(THING))),
        on("/more", get=does(PAGE, parameters=[{"name": "page_token", "required": True}])),
    )
    assert plan.uncovered == {
        "GET /more": "no operation shows a value for query page_token, which is never made up"
    }
