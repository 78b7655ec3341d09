"""Which branches the values of a discriminator lead to (OpenAPI 3.0.3, Discriminator Object)."""

from openapi.contract import Contract, ContractError, Json, JsonObject
from openapi.references import last_name


def names_and_branches(contract: Contract, schema: JsonObject) -> tuple[str, dict[str, str | None]]:
    """The property of a discriminator, and what its values lead to; empty when it cannot be read."""
    told = schema["discriminator"]
    if not isinstance(told, dict) or not isinstance(told.get("propertyName"), str):
        return "", {}
    stated = told.get("mapping")
    mapped = stated.items() if isinstance(stated, dict) else ()
    pointers = {str(name): _mapped(contract, value) for name, value in mapped}
    for pointer in known_branches(schema) or _heirs(contract, schema):
        if pointer not in pointers.values():
            pointers[last_name(pointer)] = pointer
    return told["propertyName"], pointers


def known_branches(schema: JsonObject) -> list[str]:
    """The references to the alternatives of a schema."""
    branches = [*schema.get("oneOf", ()), *schema.get("anyOf", ())]
    return [each["$ref"] for each in branches if isinstance(each, dict) and "$ref" in each]


def are_all_named(contract: Contract, schema: JsonObject, listed: list[str]) -> bool:
    """Whether every branch has a name, so that no other value can be right."""
    branches = [*schema.get("oneOf", ()), *schema.get("anyOf", ())]
    others = [each for each in branches if not (isinstance(each, dict) and "$ref" in each)]
    targets = [contract.resolve(contract.at(each)) for each in listed]
    return all(isinstance(each, dict) and each.get("type") == "null" for each in others) and not any(
        isinstance(each, dict) and {"oneOf", "anyOf"} & {*each} for each in targets
    )


def own_names(contract: Contract, base: JsonObject) -> list[str]:
    """The names under which a document has a schema."""
    schemas = (contract.document.get("components") or {}).get("schemas") or {}
    return [name for name, schema in schemas.items() if schema is base]


def _mapped(contract: Contract, value: Json) -> str | None:
    try:
        contract.at(str(value))
    except ContractError:
        return None
    return str(value)


def _heirs(contract: Contract, base: JsonObject) -> list[str]:
    """References to the named schemas that are all of a base and something more, their heirs too."""
    schemas = (contract.document.get("components") or {}).get("schemas") or {}
    heirs: dict[str, None] = {}
    pending = [base]
    while pending:
        parent = pending.pop()
        for name, schema in schemas.items():
            pointer = f"#/components/schemas/{name.replace('~', '~0').replace('/', '~1')}"
            if pointer not in heirs and schema is not base and _is_heir(contract, schema, parent):
                heirs[pointer] = None
                pending.append(schema)
    return [*heirs]


def _is_heir(contract: Contract, schema: Json, base: JsonObject) -> bool:
    parts = schema.get("allOf") if isinstance(schema, dict) else None
    return any(
        isinstance(part, dict) and "$ref" in part and contract.resolve(part) is base
        for part in (parts if isinstance(parts, list) else ())
    )


def tags(name: str) -> list[Json]:
    """What stands for a name in an answer: a number, too, where the name is one."""
    return [name, int(name)] if name.isdecimal() else [name]
