"""The choices that a schema leaves: `anyOf`, `oneOf`, `if`, `dependentSchemas` and discriminators."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from openapi.contract import Json, JsonObject
from openapi.payloads.derived_schemas import DerivedSchemas
from openapi.payloads.discriminated_branches import DiscriminatedBranches


class Choices:
    """Lists the choices of schemas. Without `discriminated`, discriminators are ignored. `may_overlap` says
    whether a value may satisfy two schemas.
    """

    def __init__(
        self,
        derived: DerivedSchemas,
        discriminated: DiscriminatedBranches | None,
        may_overlap: Callable[[Json, Json], bool],
    ) -> None:
        self._derived = derived
        self._discriminated = discriminated
        self._may_overlap = may_overlap
        # The branches are kept, too: their id stays their own only as long as they exist.
        self._exclusive: dict[int, tuple[Sequence[Json], list[Json]]] = {}

    def of(self, schema: JsonObject, visited: Iterable[int]) -> Iterator[list[Json]]:
        """The choices of a schema, each a list of branches of which a value satisfies one. `visited` are the
        ids of the schemas on the way here.
        """
        if self._discriminated and "discriminator" in schema and not {"oneOf", "anyOf"} & {*schema}:
            yield self._discriminated.heirs(schema, visited)
        any_of = schema.get("anyOf")
        if any_of is not None:
            yield [self._tagged(schema, branch) for branch in any_of]
        one_of = schema.get("oneOf")
        if one_of is not None:
            yield self._one_of(schema, one_of)
        # Without `then` and `else`, it still decides what unevaluated keywords hold for.
        if "if" in schema:
            yield self._conditional(schema)
        for name, dependent in schema.get("dependentSchemas", {}).items():
            yield [
                self._derived.keep((id(dependent), name), {"required": [name], "allOf": [dependent]}),
                self._derived.keep(("absent", name), {"properties": {name: False}}),
            ]

    def _one_of(self, schema: JsonObject, branches: Sequence[Json]) -> list[Json]:
        """Branches of which exactly one holds: each with a denial of those that may hold with it."""
        if id(branches) not in self._exclusive:
            # A recursive schema comes back here before the answer is known. What it gets then is kept, so
            # that the ids of its parts stay their own.
            assumed = self._excluding(schema, branches, lambda *_: True)
            self._exclusive[id(branches)] = (branches, self._derived.keep(("assumed", id(branches)), assumed))
            exclusive = self._excluding(schema, branches, self._may_overlap)
            self._exclusive[id(branches)] = (branches, exclusive)
        return self._exclusive[id(branches)][1]

    def _excluding(
        self, schema: JsonObject, branches: Sequence[Json], may_overlap: Callable[[Json, Json], bool]
    ) -> list[Json]:
        return [
            {
                "allOf": [
                    self._tagged(schema, branch),
                    *(
                        self._derived.keep(("not", id(other)), {"not": other})
                        for other_index, other in enumerate(branches)
                        if other_index != index and may_overlap(branch, other)
                    ),
                ]
            }
            for index, branch in enumerate(branches)
        ]

    def _conditional(self, schema: JsonObject) -> list[Json]:
        condition = schema["if"]
        then, otherwise = schema.get("then", True), schema.get("else", True)
        return [
            self._derived.keep((id(condition), True), {"allOf": [condition, then]}),
            self._derived.keep((id(condition), False), {"allOf": [{"not": condition}, otherwise]}),
        ]

    def _tagged(self, schema: JsonObject, branch: Json) -> Json:
        return self._discriminated.tagged(schema, branch) if self._discriminated else branch
