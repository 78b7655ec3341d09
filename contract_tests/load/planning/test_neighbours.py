"""Producers and references on paths that are next to those of a resource."""

import pytest

from contract_tests.support.path_items import ID, TEXT, a_list, an_object, does, on
from contract_tests.support.plans import THING, needed, planned


def test_what_is_shown_of_an_entity_elsewhere_is_found_by_the_name_it_was_created_under() -> None:
    feature = an_object(name=TEXT, kind=TEXT, project=TEXT)
    _, plan = planned(
        on("/projects", post=does(THING, THING)),
        on("/projects/{id}/features", "id", post=does(feature, an_object(name=TEXT))),
        on("/projects/{id}/features/{name}", "id", "name", kind=TEXT, get=does(feature)),
        on("/metrics/features/{name}", "name", kind=TEXT, get=does(an_object(yes=ID, no=ID, hour=TEXT))),
    )
    assert needed(plan, "GET /metrics/features/{name}") == {"{name}": ["POST /projects/{id}/features"]}


@pytest.mark.parametrize("method", ["put", "post"])
def test_a_path_creates_nothing_under_the_name_of_what_is_created_elsewhere(method: str) -> None:
    label = f"{method.upper()} /archive/revive/{{featureName}}"
    feature = an_object(name=TEXT)
    _, plan = planned(
        on("/features", post=does(feature, feature)),
        on("/features/{name}", "name", kind=TEXT, get=does(feature)),
        on("/archive/revive/{featureName}", "featureName", kind=TEXT, **{method: does()}),
    )
    assert needed(plan, label) == {"{featureName}": ["POST /features"]}


def test_a_collection_may_be_called_in_the_plural_by_its_list_alone() -> None:
    _, plan = planned(
        on("/tags", get=does(a_list(THING))),
        on("/tag", post=does(THING, THING, "201")),
        on("/tag/{id}", "id", get=does(THING)),
    )
    assert needed(plan, "GET /tag/{id}") == {"{id}": ["POST /tag", "GET /tags"]}


def test_collections_whose_names_end_alike_are_not_one() -> None:
    _, plan = planned(
        on("/feature-types", get=does(a_list(THING))),
        on("/tag-types", post=does(THING, THING, "201"), get=does(a_list(THING))),
        on("/tag-types/{id}", "id", get=does(THING)),
    )
    assert needed(plan, "GET /tag-types/{id}") == {"{id}": ["POST /tag-types", "GET /tag-types"]}


def test_what_a_collection_has_itself_is_not_looked_for_beside_it() -> None:
    schedules, schedule = "/jobs/{id}/schedules", "/jobs/{id}/schedules/{schedule_id}"
    _, plan = planned(
        on("/jobs", post=does(THING, THING, "201")),
        on("/jobs/{id}/schedule", "id", post=does({})),
        on(schedules, "id", post=does(a_list(THING), a_list(THING), "201"), get=does(a_list(THING))),
        on(schedule, "id", "schedule_id", get=does(THING)),
    )
    assert {*needed(plan, f"GET {schedule}")["{schedule_id}"]} == {f"POST {schedules}", f"GET {schedules}"}


@pytest.mark.parametrize(
    ("method", "status"), [("put", "200"), ("put", "204"), ("post", "200"), ("post", "201")]
)
def test_what_a_path_names_may_be_created_there(method: str, status: str) -> None:
    named = {method: does(None, THING, status), "delete": does(status="204")}
    _, plan = planned(on("/groups/{name}", "name", kind=TEXT, **named))
    (producer,) = plan.producers[f"{method.upper()} /groups/{{name}}"]
    assert producer.creates
    assert needed(plan, "DELETE /groups/{name}") == {"{name}": [f"{method.upper()} /groups/{{name}}"]}


@pytest.mark.parametrize("method", ["put", "post"])
@pytest.mark.parametrize("status", ["200", "201", "204"])
def test_an_association_takes_its_other_side_from_where_that_is_created(method: str, status: str) -> None:
    member = on("/groups/{id}/members/{user_id}", "id", "user_id", kind=TEXT, get=does(THING), delete=does(),
                **{method: does(status=status)})  # fmt: skip
    _, plan = planned(
        on("/groups", post=does(THING, THING, "201")),
        on("/users", post=does(THING, THING, "201")),
        on("/groups/{id}/members", "id", kind=TEXT, get=does(a_list(THING))),
        member,
    )
    label = f"{method.upper()} /groups/{{id}}/members/{{user_id}}"
    assert needed(plan, label) == {"{id}": ["POST /groups"], "{user_id}": ["POST /users"]}
    assert label in needed(plan, "DELETE /groups/{id}/members/{user_id}")["{user_id}"]


def test_a_link_between_two_entities_is_not_one_of_them() -> None:
    link = an_object(id=ID, model_id=ID, run_id=ID, place=ID)
    run = an_object(id=ID, status=TEXT, began=TEXT, config=TEXT)
    _, plan = planned(
        on("/model_runs", post=does(link, an_object(run_id=ID), "201")),
        on("/runs", get=does(a_list(run))),
        on("/runs/{run_id}", "run_id", get=does(run)),
    )
    assert needed(plan, "GET /runs/{run_id}") == {"{run_id}": ["GET /runs"]}
