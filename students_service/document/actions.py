"""What the operations of a document do to its resources."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from openapi.contract import Contract, ContractError, Json, JsonObject
from openapi.operations import Operation
from students_service.document.tables import Resource

_SCHEMAS = "#/components/schemas/"


class Kind(StrEnum):
    """What an operation does to a resource."""

    LIST = "list"
    CREATE = "create"
    READ = "read"
    REPLACE = "replace"
    PATCH = "patch"
    DELETE = "delete"


@dataclass(frozen=True)
class Action:
    """What one operation does to one resource.

    `key` is the path parameter with the key of a row, and empty where there is none. `items` is the property
    of a page that has its rows, and empty where an answer is the rows alone.
    """

    operation: Operation
    kind: Kind
    resource: Resource
    key: str = ""
    items: str = ""


def actions(
    contract: Contract, operations: Iterable[Operation], stored: Iterable[Resource]
) -> Mapping[str, Action]:
    """The actions of those operations that work on a resource, by operationId.

    The schemas of a body and of an answer say which resource that is. Nothing says so for what has neither,
    such as most deletions: it works on the resource of the other operations of its path.
    """
    schemas = _Schemas(contract, {f"{_SCHEMAS}{resource.schema}": resource for resource in stored})
    by_id: dict[str, Action] = {}
    by_path: dict[str, Resource] = {}
    for operation in operations:
        if action := _by_schemas(operation, schemas):
            by_id[operation.operation_id] = action
            by_path.setdefault(operation.path, action.resource)
    for operation in operations:
        resource = by_path.get(operation.path)
        if operation.method == "delete" and resource is not None and _key(operation):
            by_id[operation.operation_id] = Action(operation, Kind.DELETE, resource, _key(operation))
    return by_id


@dataclass(frozen=True)
class _Schemas:
    """Finds the resources whose rows schemas describe."""

    contract: Contract
    resources: Mapping[str, Resource]

    def row(self, schemas: Iterable[Json]) -> Resource | None:
        """The resource whose rows one of these schemas describes, which refers to it or is made of it."""
        return next(
            (self.resources[pointer] for schema in schemas for pointer in self._pointers(schema)), None
        )

    def rows(self, schemas: Iterable[Json]) -> tuple[str, Resource] | None:
        """The property of a page that has rows, and their resource; the property is empty where a schema is
        that of a list of rows.
        """
        for part in (part for schema in schemas for part in self._parts(schema)):
            for name, node in {"": part, **part.get("properties", {})}.items():
                listed = self.contract.resolve(node)
                items = listed.get("items") if isinstance(listed, dict) else None
                if resource := self.row([items]):
                    return name, resource
        return None

    def _pointers(self, schema: Json) -> Iterator[str]:
        for part in self._parts(schema):
            if part.get("$ref") in self.resources:
                yield part["$ref"]

    def _parts(self, schema: Json) -> Iterator[JsonObject]:
        """A schema, what it refers to, and the parts of both (`allOf`)."""
        visited: set[int] = set()
        pending = [schema]
        while pending:
            current = pending.pop()
            if isinstance(current, dict) and id(current) not in visited:
                visited.add(id(current))
                yield current
                if "$ref" in current:
                    pending.append(self.contract.at(current["$ref"]))
                pending.extend(current.get("allOf", ()))


def _by_schemas(operation: Operation, schemas: _Schemas) -> Action | None:
    """What an operation does by its method and its schemas."""
    key = _key(operation)
    answers = [schema.source for response in operation.successes for schema in response.content.values()]
    body = operation.request_body
    bodies = [schema.source for schema in body.content.values()] if body else []
    rows = schemas.rows(answers)
    if operation.method == "get" and rows is not None:
        return Action(operation, Kind.LIST, rows[1], items=rows[0])
    row = schemas.row([*bodies, *answers])
    if row is None:
        return None
    answered = schemas.row(answers)
    if answered not in (None, row):
        raise ContractError(
            f"{operation.label}: its body is a {row.schema} and its answer a {answered.schema}"
        )
    match operation.method, bool(key), bool(bodies):
        case "post", False, True:
            return Action(operation, Kind.CREATE, row)
        case "get", True, False:
            return Action(operation, Kind.READ, row, key)
        case "put", True, True:
            return Action(operation, Kind.REPLACE, row, key)
        case "patch", True, True:
            return Action(operation, Kind.PATCH, row, key)
        case "delete", True, False:
            return Action(operation, Kind.DELETE, row, key)
    return None


def _key(operation: Operation) -> str:
    """The parameter at the end of a path, if that is its only one."""
    names = operation.path_names
    return names[0] if len(names) == 1 and operation.path.endswith("}") else ""
