"""Checks that what a document says of answers can be kept: the service never sends one that breaks it, so a
slip would only show when it has to refuse its own answer.
"""

from collections.abc import Iterable, Iterator, Mapping

from openapi.contract import ContractError, Json, JsonObject
from openapi.flat_schema import flatten_schema
from openapi.near_words import did_you_mean
from openapi.operations import Operation
from students_service.document.actions import Action, Kind
from students_service.document.listing import Listing, listing_of
from students_service.document.tables import Resource

# What every operation may be answered with, and why.
_OF_ALL = {
    400: "a request breaks the document",
    405: "a path has no such method",
    406: "Accept allows no answer",
    408: "a body does not arrive in time",
    413: "a body is too large",
    500: "a fault of the service",
    503: "the database does not answer",
}


def check_promises(operations: Mapping[str, Operation], actions: Mapping[str, Action]) -> None:
    """Check that operations document the answers that they will get. Raises ContractError with all that is
    missing, or the first thing that cannot be kept.
    """
    for operation in operations.values():
        _check_path(operation)
    for action in actions.values():
        _check_success(action)
    missing = [
        f"{operation.label}: {', '.join(lacking)}"
        for operation in operations.values()
        if (lacking := [*_lacking(operation, actions)])
    ]
    if missing:
        raise ContractError(f"responses are missing that the service may send: {'; '.join(missing)}")


def _check_path(operation: Operation) -> None:
    for parameter in operation.parameters:
        if parameter.location == "path" and parameter.name not in operation.path_names:
            raise ContractError(
                f"{operation.label}: the parameter {parameter.name!r} is not in the path, which has "
                f"{', '.join(operation.path_names) or 'none'}"
            )


def _lacking(operation: Operation, actions: Mapping[str, Action]) -> Iterator[str]:
    action = actions.get(operation.operation_id)
    tables = {each.resource.table.name: each.resource for each in actions.values()}
    reasons = {**_OF_ALL, **(dict(_statuses(action, tables.values())) if action else {})}
    for status, reason in sorted(reasons.items()):
        if operation.response(status) is None:
            yield f"{status} ({reason})"


def _statuses(action: Action, resources: Iterable[Resource]) -> Iterator[tuple[int, str]]:
    """The statuses that an operation on a resource may be answered with, beside those of all, and why."""
    resource, operation = action.resource, action.operation
    headers = {parameter.name.lower() for parameter in operation.parameters}
    if operation.request_body:
        yield 415, "a body of another media type"
        if resource.unique:
            yield 409, f"x-unique: {', '.join(resource.unique.values())}"
        if resource.references:
            yield 422, f"x-references: {', '.join(resource.references)}"
    if action.key:
        yield 404, "there is no such row"
    users = [other.table.name for other in resources if resource.table.name in other.references.values()]
    if action.kind is Kind.DELETE and users:
        yield 409, f"{', '.join(users)} refer to it"
    if action.kind is Kind.CREATE and "idempotency-key" in headers:
        yield 422, "an Idempotency-Key came before with another body"
    if action.kind is Kind.READ and "if-none-match" in headers:
        yield 304, "If-None-Match"
    if action.kind in (Kind.REPLACE, Kind.PATCH, Kind.DELETE) and "if-match" in headers:
        yield 412, "If-Match"


def _check_success(action: Action) -> None:
    """Check that the answer of success is what the handler sends."""
    operation = action.operation
    statuses = [status for status in operation.responses if status.startswith("2")]
    if action.kind is Kind.DELETE:
        if "204" not in statuses:
            raise ContractError(f"{operation.label}: 204 must be documented, which the service answers with")
        return
    if len(statuses) != 1 or not statuses[0].isdigit():
        raise ContractError(
            f"{operation.label}: one 2xx status is expected, not {', '.join(statuses) or 'none'}"
        )
    for schema in operation.responses[statuses[0]].content.values():
        root: Json = schema.translated
        answer = flatten_schema(root, root)
        if action.kind is Kind.LIST:
            listing = listing_of(action)
            if action.items:
                _check_page(action, answer, listing)
                answer = flatten_schema(answer["properties"][action.items], root)
            answer = flatten_schema(answer.get("items", {}), root)
            _check_filters(action, listing, answer, root)
        _check_row(action, answer)


def _check_filters(action: Action, listing: Listing, row: JsonObject, root: Json) -> None:
    """Check that filters are of the types of their properties: PostgreSQL would refuse other values."""
    for parameter in action.operation.parameters:
        if parameter.name in listing.filters:
            facts = flatten_schema(row.get("properties", {}).get(parameter.name, {}), root)
            types = facts.get("type", [])
            allowed = {types} if isinstance(types, str) else {*types}
            if "number" in allowed:
                allowed.add("integer")
            if allowed and not parameter.schema.facts.types <= allowed:
                raise ContractError(
                    f"{action.operation.label}: parameter {parameter.name!r} is of type "
                    f"{', '.join(sorted(parameter.schema.facts.types))}, and the property of "
                    f"{action.resource.schema} of type {', '.join(sorted(allowed - {'null'}))}"
                )


def _check_page(action: Action, page: JsonObject, listing: Listing) -> None:
    label = action.operation.label
    properties = page.get("properties", {})
    if listing.next_cursor and listing.next_cursor not in properties:
        raise ContractError(
            f"{label}: its link to the next page takes {listing.next_cursor!r}, which a page does not have"
            f"{did_you_mean(listing.next_cursor, properties)}"
        )
    for name in page.get("required", ()):
        if name != action.items:
            raise ContractError(
                f"{label}: a page requires {name!r}, which the service does not send with every page; it "
                f"sends {action.items!r}"
            )


def _check_row(action: Action, answer: JsonObject) -> None:
    """Check that a row fits the schema of an answer, whatever is NULL in it."""
    resource, label = action.resource, action.operation.label
    columns = resource.table.c
    shown = {column.name for column in columns if not column.nullable or column.name in resource.nullable}
    for name in answer.get("required", ()):
        if name not in columns:
            raise ContractError(
                f"{label}: its answer requires {name!r}, which {resource.schema} does not have"
            )
        if name not in shown:
            raise ContractError(
                f"{label}: its answer requires {name!r}, which {resource.schema} may lack: require it there, "
                f"too, or give it a default or, next to its type, nullable: true"
            )
    properties = answer.get("properties", {})
    if answer.get("additionalProperties") is False:
        for name in columns.keys() - properties.keys():
            raise ContractError(f"{label}: its answer has no property {name!r}, which {resource.schema} has")


def promises_not_kept(actions: Iterable[Action]) -> Iterator[str]:
    """What the document allows in bodies and PostgreSQL cannot store: texts with the character NUL."""
    for action in actions:
        if action.kind is Kind.CREATE and action.operation.request_body:
            for schema in action.operation.request_body.content.values():
                root: Json = schema.translated
                for name, node in flatten_schema(root, root).get("properties", {}).items():
                    facts = flatten_schema(node, root)
                    is_free = not facts.keys() & {"pattern", "enum", "const", "format", "readOnly"}
                    if is_free and "string" in facts.get("type", ()):
                        yield (
                            f"schema {action.resource.schema}, property {name}: the document allows the "
                            f"character NUL, which PostgreSQL does not store; it is refused with 400. Say so "
                            f"with a pattern, such as '^[^\\u0000]*$'"
                        )
