"""The lines of a plan say what is called, with which identifiers, and why not."""

from contract_tests.support.path_items import TEXT, a_list, an_object, does, on
from contract_tests.support.plans import THING, planned


def test_uncovered_operations_are_listed_with_the_reason() -> None:
    free = {"name": "currency", "in": "path", "schema": TEXT, "example": "USD"}
    _, plan = planned(
        on("/things/{id}", "id", get=does(THING)),
        on("/things/{id}/parts", "id", get=does(a_list(THING))),
        on(
            "/rates/{currency}",
            get={**does(THING), "parameters": [{"name": "currency", "in": "path", **free}]},
        ),
    )
    assert plan.uncovered == {
        "GET /things/{id}": "no operation produces a value for {id}",
        "GET /things/{id}/parts": "no operation produces a value for {id}",
    }


def test_guessed_identifiers_are_listed() -> None:
    guess = {"responses": {"200": {"description": "fine"}}}
    _, plan = planned(
        on("/greetings/{person}", "person", kind=TEXT, get=guess),
        on("/views/{view}", "view", kind=TEXT, get=does(THING)),
    )
    assert plan.guessed_parameters == {"GET /greetings/{person}": ("person",)}
    assert [*plan.uncovered] == ["GET /views/{view}"]
    assert "guessed" in [*plan.lines(["GET /greetings/{person}"])][1]


def test_uuids_without_a_producer_are_listed() -> None:
    uuid = {"type": "string", "format": "uuid"}
    task = an_object(id=uuid, name=TEXT, depends_on=a_list(uuid), parent=uuid, owner_ref=uuid)
    task["required"] = ["id", "name", "parent"]
    _, plan = planned(on("/tasks", post=does(THING, task, "201")))
    assert [str(slot) for slot in plan.empty_slots["POST /tasks"]] == ["body /depends_on", "body /owner_ref"]
    assert "    body /parent <- made up: required, and no operation lists the valid values" in [
        *plan.lines(["POST /tasks"])
    ]


def test_the_plan_says_why_a_producer_was_chosen() -> None:
    _, plan = planned(
        on("/things", post=does(THING, THING), get=does(a_list(THING))),
        on("/things/{id}", "id", get=does(THING)),
    )
    assert list(plan.lines(["GET /things/{id}"])) == [
        "GET /things/{id}",
        "    {id} <- POST /things: creates it: /id of its answer; GET /things: lists it: /0/id",
    ]
