"""What schemas say of the properties of values."""

from contract_tests.support.documents import schema
from load.planning.schema_properties import outline_of


def test_alternatives_that_lead_back_to_themselves_are_read_once() -> None:
    reference = {"$ref": "#/components/schemas/A"}
    alternatives = [reference, {"properties": {"a": {"type": "string"}}}]
    recursive = schema(reference, A={"anyOf": alternatives})
    assert outline_of(recursive.node, recursive)["properties"] == {"a": {"type": "string"}}
