"""How an operation lists the rows of a resource, by its parameters and its links."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from openapi.near_words import did_you_mean
from openapi.operations import Operation
from openapi.parameters import Parameter
from students_service.document.actions import Action
from students_service.errors import ServiceError

_BODY = "$response.body#/"


@dataclass(frozen=True)
class Listing:
    """The parameters of an operation that lists rows: `limit` says how many at most, `cursor` where a page
    begins, and `filters` have the column of each other one. `next_cursor` is the property of a page that says
    where the next one begins. What there is none of is empty.
    """

    limit: str
    cursor: str
    next_cursor: str
    filters: Mapping[str, str]


def listing_of(action: Action) -> Listing:
    """How an operation lists rows. Raises ServiceError if it has a parameter that means nothing."""
    operation = action.operation
    columns = action.resource.table.c
    cursor, next_cursor = next(_next_pages(operation), ("", ""))
    others = [parameter for parameter in operation.parameters if parameter.location in ("path", "query")]
    filters = {parameter.name: parameter.name for parameter in others if parameter.name in columns}
    rest = [parameter for parameter in others if parameter.name not in filters and parameter.name != cursor]
    limits = [parameter.name for parameter in rest if _is_count(parameter)]
    for parameter in rest:
        if parameter.name != next(iter(limits), ""):
            raise ServiceError(
                f"{operation.label}: parameter {parameter.name!r} is neither a property of "
                f"{action.resource.schema} to filter by, nor the number of rows, nor the cursor of a link to "
                f"the next page{did_you_mean(parameter.name, columns.keys())}"
            )
    return Listing(next(iter(limits), ""), cursor, next_cursor, filters)


def _next_pages(operation: Operation) -> Iterator[tuple[str, str]]:
    """The parameters that get a property of an answer by a link from an operation to itself, with the
    property.
    """
    for response in operation.successes:
        for link in response.links:
            if link.target == operation.operation_id:
                for (_, name), value in link.parameters.items():
                    if isinstance(value, str) and value.startswith(_BODY):
                        yield name, value.removeprefix(_BODY)


def _is_count(parameter: Parameter) -> bool:
    types = parameter.schema.facts.types
    return parameter.location == "query" and "integer" in types and "string" not in types
