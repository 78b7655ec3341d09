"""What compilers of arrays and objects need for the schemas inside them."""

from typing import Protocol

from openapi.contract import Json
from openapi.payloads.value_generator import ValueGenerator


class SubschemaCompiler(Protocol):
    """Compiles subschemas. `unique_names` are the names of properties whose strings must be unique."""

    unique_names: frozenset[str]

    def generator(self, schemas: tuple[Json, ...], name: str, place: str, nesting: int) -> ValueGenerator:
        """The generator of values that satisfy schemas together. `name` is that of the property or parameter,
        `place` the path that messages give, and `nesting` the number of schemas around it. Raises
        Unbuildable.
        """
