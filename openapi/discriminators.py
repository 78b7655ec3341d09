"""Discriminators: which branch of a schema each value of a property stands for (OpenAPI 3.0.3, Discriminator
Object).
"""

from openapi.applicators import all_in_place
from openapi.contract import Contract, ContractError, Json, JsonObject
from openapi.references import last_name

# The branches of a discriminator, in a translated schema.
BRANCHES = "x-branches"


def read_discriminator(contract: Contract, schema: JsonObject) -> tuple[str, dict[str, str | None]]:
    """The property of a schema's discriminator, and for each of its values the reference to a branch, None if
    that leads nowhere. Both are empty when the discriminator cannot be read.
    """
    discriminator = schema["discriminator"]
    if not isinstance(discriminator, dict) or not isinstance(discriminator.get("propertyName"), str):
        return "", {}
    mapping = discriminator.get("mapping")
    mapped = mapping.items() if isinstance(mapping, dict) else ()
    references = {str(name): _valid_reference(contract, target) for name, target in mapped}
    for reference in branch_references(schema) or _heirs(contract, schema):
        if reference not in references.values():
            references[last_name(reference)] = reference
    return discriminator["propertyName"], references


def branch_references(schema: JsonObject) -> list[str]:
    """The references among the branches of `oneOf` and `anyOf`."""
    branches = [*schema.get("oneOf", ()), *schema.get("anyOf", ())]
    return [
        branch["$ref"]
        for branch in branches
        if isinstance(branch, dict) and isinstance(branch.get("$ref"), str)
    ]


def are_all_named(contract: Contract, schema: JsonObject, references: list[str]) -> bool:
    """Whether every branch has a name, so that a value without a branch is wrong. `null` needs no name; a
    branch that is a choice itself may have branches whose names are unknown.
    """
    branches = [*schema.get("oneOf", ()), *schema.get("anyOf", ())]
    unnamed = [branch for branch in branches if not (isinstance(branch, dict) and "$ref" in branch)]
    if any(not isinstance(branch, dict) or branch.get("type") != "null" for branch in unnamed):
        return False
    try:
        targets = [contract.resolve(contract.at(reference)) for reference in references]
    except ContractError:
        return False
    return not any(isinstance(target, dict) and {"oneOf", "anyOf"} & {*target} for target in targets)


def is_discriminated(contract: Contract, schema: Json) -> bool:
    """Whether a schema, or a subschema for the same value, has a discriminator."""
    return any("discriminator" in each for each in all_in_place(contract, schema))


def component_names(contract: Contract, schema: JsonObject) -> list[str]:
    """The names of a schema in the components of the document."""
    return [name for name, component in _components(contract).items() if component is schema]


def tags(name: str) -> list[Json]:
    """The values that may stand for a name: the name, and a number where it is one."""
    return [name, int(name)] if name.isdecimal() else [name]


def discriminator_check(
    property_name: str, branches: dict[str, JsonObject | None], all_named: bool
) -> JsonObject:
    """The schema of objects whose property names a branch that they fit. Where all branches are named, other
    values of the property are wrong.
    """
    checks: list[Json] = [
        {
            "if": {
                "type": "object",
                "required": [property_name],
                "properties": {property_name: {"enum": tags(name)}},
            },
            "then": branch,
        }
        for name, branch in branches.items()
        if branch
    ]
    check: JsonObject = {BRANCHES: {"propertyName": property_name, "names": branches}, "allOf": checks}
    if all_named:
        values = [tag for name in branches for tag in tags(name)]
        check["if"] = {"type": "object", "required": [property_name]}
        check["then"] = {"properties": {property_name: {"enum": values}}}
    return check


def _components(contract: Contract) -> JsonObject:
    return contract.object_at("components", "schemas")


def _valid_reference(contract: Contract, reference: Json) -> str | None:
    try:
        contract.at(str(reference))
    except ContractError:
        return None
    return str(reference)


def _heirs(contract: Contract, base: JsonObject) -> list[str]:
    """References to the components that have a base, or an heir of it, in their `allOf`."""
    heirs: dict[str, None] = {}
    pending = [base]
    while pending:
        parent = pending.pop()
        for name, schema in _components(contract).items():
            reference = f"#/components/schemas/{name.replace('~', '~0').replace('/', '~1')}"
            if reference not in heirs and schema is not base and _is_heir(contract, schema, parent):
                heirs[reference] = None
                pending.append(schema)
    return [*heirs]


def _is_heir(contract: Contract, schema: Json, base: JsonObject) -> bool:
    parts = schema.get("allOf") if isinstance(schema, dict) else None
    return any(
        isinstance(part, dict) and "$ref" in part and contract.resolved(part) is base
        for part in (parts if isinstance(parts, list) else ())
    )
