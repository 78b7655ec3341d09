"""What schemas say of the properties of values."""

from load.planning.schema_properties import outline


def test_alternatives_that_lead_back_to_themselves_are_read_once() -> None:
    alternatives = [{"$ref": "#/$defs/A"}, {"properties": {"a": {"type": "string"}}}]
    root = {"$defs": {"A": {"anyOf": alternatives}}}
    assert outline({"$ref": "#/$defs/A"}, root)["properties"] == {"a": {"type": "string"}}
