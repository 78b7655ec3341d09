"""Where values of path parameters come from when no operation produces them."""

from enum import Enum

from load.planning.message_schemas import GIVEN_VALUES
from load.planning.names import is_identifier
from load.planning.schema_properties import outline_of
from openapi.operations import Operation
from openapi.parameters import Parameter

# A number with fewer possible values than this can be guessed.
_FEW_VALUES = 100
_NOT_FOUND_STATUSES = ("404", "410", "4XX")
_CHOICES = ("enum", "const")


class PathValues(Enum):
    """The values of a path parameter: any that the schema allows, or a guess, which may address nothing that
    exists, or none that could be known.
    """

    ANY = "any"
    GUESSED = "guessed"
    UNKNOWN = "unknown"


def path_values(parameter: Parameter, operation: Operation) -> PathValues:
    """The values of a path parameter that no operation produces."""
    facts = outline_of(parameter.schema.node, parameter.schema)
    documents_absence = any(status in operation.responses for status in _NOT_FOUND_STATUSES)
    # Where the document has a 404, a valid value may address nothing.
    valid = PathValues.GUESSED if documents_absence else PathValues.ANY
    if any(key in facts for key in _CHOICES) or facts.get("type") == "boolean":
        return valid
    if parameter.examples or any(key in facts for key in GIVEN_VALUES):
        # One of the examples may exist, but generated values like them do not.
        return PathValues.GUESSED
    if facts.get("format") in ("date", "date-time"):
        return valid
    if facts.get("maximum", _FEW_VALUES) - facts.get("minimum", 0) < _FEW_VALUES:
        return valid
    is_read = operation.method in ("get", "head")
    if is_identifier(parameter.name) or documents_absence or not is_read:
        return PathValues.UNKNOWN
    return PathValues.GUESSED
