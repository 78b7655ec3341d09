"""Weights of operations: which key holds for which operation, and which share it has."""

import pytest

from contract_tests.support.documents import contract
from contract_tests.support.path_items import a_list, does, on
from contract_tests.support.plans import THING
from load.options.operation_keys import OperationKeys
from load.options.weights import shares_of, weights_of
from openapi.operation_reader import read_operations

LIST, CREATE = "GET /things", "POST /things"
READ, REPLACE, DELETE = "GET /things/{id}", "PUT /things/{id}", "DELETE /things/{id}"
OPERATIONS = read_operations(
    contract(
        on(
            "/things",
            get=does(a_list(THING), operationId="list_things", tags=["shop"]),
            post=does(THING, operationId="create"),
        )
        | on("/things/{id}", "id", get=does(THING), put=does(THING), delete=does())
    )
)


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ({"read": 4, "create": 1}, {READ: 4, CREATE: 1}),
        ({"*": 10, "list_things": 3}, {LIST: 3, CREATE: 2.5, READ: 2.5, REPLACE: 2.5, DELETE: 2.5}),
        # An operation is more specific than its tag, that than its method, and that than its kind.
        ({"list": 1, "get": 2, "shop": 3}, {LIST: 3, READ: 2}),
        ({"GET": 2, "shop": 3, "GET /things": 4}, {LIST: 4, READ: 2}),
        # What a key shares is shared by the operations that it is left with.
        ({"/things/{id}": 6, "GET /things/{id}": 1}, {READ: 1, REPLACE: 3, DELETE: 3}),
        # Of two patterns, the one that names fewer operations.
        ({"*things*": 2, "* /things/{id}": 3}, {LIST: 1, CREATE: 1, READ: 1, REPLACE: 1, DELETE: 1}),
        # The words of kinds are always kinds, whatever the document calls an operation.
        ({"create": 1, "other": 5}, {CREATE: 1}),
        ({"read": 0, "list": 2}, {READ: 0, LIST: 2}),
    ],
)
def test_the_most_specific_key_holds(weights: dict[str, float], expected: dict[str, float]) -> None:
    assert weights_of(weights, OPERATIONS) == expected


def test_shares_are_those_of_what_is_called() -> None:
    assert shares_of({"read": 3, "create": 1, "delete": 0}, OPERATIONS) == {READ: 0.75, CREATE: 0.25}


def test_values_are_found_by_the_same_keys() -> None:
    values = OperationKeys(OPERATIONS).values({"get": "slow", "list_things": "fast"})
    assert values == {LIST: "fast", READ: "slow"}
