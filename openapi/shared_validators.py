"""Validators of all schemas that are translated together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import jsonschema_rs

from openapi.contract import Json, JsonObject
from openapi.definitions import bundle
from openapi.formats import STRING_FORMATS

# The steps at the begin of an error's path in the value, and of its path in the schema, that lead to the
# schema within those that are compiled with it.
VALUE_STEPS = 1
SCHEMA_STEPS = 2


class TranslatedSchema(Protocol):
    """A schema that can be compiled."""

    @property
    def node(self) -> Json:
        """Its JSON Schema."""


@dataclass(frozen=True)
class SchemaValidator:
    """Checks values by one of the schemas in `document`, the one under the property `key`. The paths of
    errors begin in the document: VALUE_STEPS and SCHEMA_STEPS say how many steps come before the schema.
    """

    document: JsonObject
    key: str
    compiled: jsonschema_rs.Validator

    def is_valid(self, value: Json) -> bool:
        """Whether a value is valid."""
        return self.compiled.is_valid({self.key: value})

    def iter_errors(self, value: Json) -> Iterator[jsonschema_rs.ValidationError]:
        """The errors of a value."""
        return iter(self.compiled.iter_errors({self.key: value}))


class SharedValidators:
    """Compiles schemas together, as properties of one document: each of a hundred responses that refer to the
    same definitions would otherwise keep a copy of those, which takes gigabytes for large documents.

    `definitions` are the `$defs` that they refer to.
    """

    def __init__(self, definitions: Mapping[str, Json]) -> None:
        self._definitions = definitions
        self._waiting: list[TranslatedSchema] = []
        self._compiled: dict[int, tuple[TranslatedSchema, SchemaValidator | ValueError]] = {}

    def add(self, schema: TranslatedSchema) -> None:
        """Compile a schema with the next one that is asked for."""
        self._waiting.append(schema)

    def of(self, schema: TranslatedSchema) -> SchemaValidator:
        """The validator of a schema. Raises ValueError when the schema is not valid."""
        if id(schema) not in self._compiled:
            waiting, self._waiting = self._waiting, []
            self._compile([other for other in (*waiting, schema) if id(other) not in self._compiled])
        validator = self._compiled[id(schema)][1]
        if isinstance(validator, ValueError):
            raise validator
        return validator

    def _compile(self, schemas: Sequence[TranslatedSchema]) -> None:
        """Compile schemas together, equal ones once; if one of them is not valid, each half on its own."""
        keys = {id(schema.node): f"schema{index}" for index, schema in enumerate(schemas)}
        nodes = {keys[id(schema.node)]: schema.node for schema in schemas}
        document = bundle({"properties": nodes, "additionalProperties": False}, self._definitions)
        try:
            compiled = jsonschema_rs.Draft202012Validator(
                document, validate_formats=True, formats=STRING_FORMATS
            )
        except ValueError as error:
            if len(schemas) == 1:
                self._compiled[id(schemas[0])] = (schemas[0], error)
                return
            middle = len(schemas) // 2
            self._compile(schemas[:middle])
            self._compile(schemas[middle:])
            return
        validators = {key: SchemaValidator(document, key, compiled) for key in nodes}
        for schema in schemas:
            self._compiled[id(schema)] = (schema, validators[keys[id(schema.node)]])
