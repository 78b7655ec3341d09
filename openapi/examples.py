"""Examples beside a schema (OpenAPI 3.0.3, Media Type Object and Parameter Object)."""

from openapi.contract import Contract, Json, JsonObject


def read_examples(contract: Contract, node: JsonObject) -> tuple[Json, ...]:
    """The values of `example` and `examples`."""
    values = [node["example"]] if "example" in node else []
    named = node.get("examples")
    for reference in (named or {}).values() if isinstance(named, dict) else ():
        example = contract.resolved(reference)
        values += [example["value"]] if isinstance(example, dict) and "value" in example else []
    return tuple(values)
