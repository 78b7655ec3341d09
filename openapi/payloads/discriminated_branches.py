"""Branches that a discriminator tells apart (OpenAPI 3.0.3, Discriminator Object)."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

from openapi.contract import Json, JsonObject
from openapi.payloads.derived_schemas import DerivedSchemas
from openapi.payloads.tuning import BRANCH_DEPTH, HEIR_DEPTH


class DiscriminatedBranches:
    """Adds the value of the discriminator to branches. `is_satisfiable` says of schemas that must hold
    together whether they contradict each other, looking into required properties to a depth.
    """

    def __init__(
        self, derived: DerivedSchemas, is_satisfiable: Callable[[Sequence[Json], int], bool]
    ) -> None:
        self._derived = derived
        self._is_satisfiable = is_satisfiable
        self._known: dict[Hashable, Any] = {}

    def tagged(self, schema: JsonObject, branch: Json) -> Json:
        """A branch of a schema with the value that its discriminator must have there. The branch itself where
        there is no discriminator, or where the branch does not allow such a value.
        """
        discriminator = schema.get("discriminator")
        if discriminator is None or not isinstance(branch, dict) or "$ref" not in branch:
            return branch
        key = ("branch", id(schema), id(branch))
        if key not in self._known:
            # A recursive schema comes back here before the answer is known.
            self._known[key] = branch
            names = [
                name for name, target in discriminator["mapping"].items() if target["$ref"] == branch["$ref"]
            ]
            tagged = self._with_tag(branch, discriminator["propertyName"], names)
            self._known[key] = tagged if self._is_satisfiable([tagged], BRANCH_DEPTH) else branch
        return self._known[key]

    def heirs(self, schema: JsonObject, visited: Iterable[int]) -> list[Json]:
        """The schemas that a base schema with a discriminator stands for. If one of them is among those
        visited on the way here, it is the only one, as the base is a part of it then.
        """
        discriminator = schema["discriminator"]
        heirs = {
            id(self._derived.target(reference)): (name, reference)
            for name, reference in discriminator["mapping"].items()
        }
        origin = next((heir for heir in visited if heir in heirs and heir != id(schema)), None)
        key = ("heirs", id(schema), origin)
        if key not in self._known:
            self._known[key] = [True]
            wanted = heirs.values() if origin is None else [heirs[origin]]
            tagged = [
                self._with_tag(
                    self._derived.keep(("heir", reference["$ref"]), reference),
                    discriminator["propertyName"],
                    [name],
                )
                for name, reference in wanted
            ]
            possible = [heir for heir in tagged if self._is_satisfiable([heir], HEIR_DEPTH)]
            self._known[key] = possible or [True]
        branches: list[Json] = self._known[key]
        return branches

    def _with_tag(self, branch: Json, property_name: str, values: list[str]) -> Json:
        return self._derived.keep(
            (id(branch), property_name, *values),
            {"allOf": [branch], "required": [property_name], "properties": {property_name: {"enum": values}}},
        )
