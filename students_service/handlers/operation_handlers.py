"""Which function answers which operation."""

import importlib
import inspect
from collections.abc import Callable, Iterable
from typing import Any

from openapi.errors import ContractError
from openapi.message_type import MessageType
from openapi.near_words import did_you_mean
from openapi.operations import Operation
from openapi.schema import Schema
from openapi.schema_translator import SchemaTranslator
from students_service.api import Api
from students_service.document.actions import Action, Kind
from students_service.document.promises import check_promises
from students_service.errors import ServiceError
from students_service.handlers.resource_handlers import Handlers
from students_service.handlers.service_handlers import ServiceHandlers
from students_service.rows.executor import Executor
from students_service.rows.kept_creations import Keys
from students_service.rows.storage import Storage


def handlers(api: Api, executor: Executor, about: ServiceHandlers) -> Callable[[str], Callable[..., Any]]:
    """Finds the function that answers an operation by its operationId.

    That is a function of one's own if the operationId names one as `package.module.function`, a method of
    ServiceHandlers of that name, or else a handler of the resource that the operation works on.
    """
    keys = Keys(api.keys, api.contract.fingerprint) if api.keys is not None else None
    by_resource = {
        resource.schema: Handlers(
            Storage(executor, resource, keys),
            _rules(api, resource.schema),
            _reading(api.actions.values(), resource.schema),
        )
        for resource in api.resources
    }
    found: dict[str, Callable[..., Any]] = {}
    for operation_id in api.operations:
        if operation_id in _names_of_service_handlers():
            found[operation_id] = getattr(about, operation_id)
        elif "." in operation_id:
            found[operation_id] = _imported(api, api.operations[operation_id])
        else:
            action = api.actions[operation_id]
            found[operation_id] = by_resource[action.resource.schema].handler(action)
    return found.__getitem__


def check_handlers(api: Api) -> None:
    """Check that there is a function for each operation, and that each may answer as it will.

    Raises ServiceError and ContractError if not.
    """
    for operation_id, operation in api.operations.items():
        if operation_id in api.actions or operation_id in _names_of_service_handlers():
            continue
        if "." not in operation_id:
            raise ServiceError(f"{api.contract.source}: {_no_handler(operation)}")
        _imported(api, operation)
    try:
        check_promises(api.operations, api.actions)
    except (ContractError, ServiceError) as error:
        raise ServiceError(f"{api.contract.source}: {error}") from None


def _no_handler(operation: Operation) -> str:
    names = _names_of_service_handlers()
    return (
        f"{operation.label}: nothing answers operationId {operation.operation_id!r}"
        f"{did_you_mean(operation.operation_id, names)}. It is none of {', '.join(sorted(names))}; neither "
        f"its body nor its 2xx answer is a schema with x-table or a list of such, or its method and path do "
        f"not fit; and it names no function of one's own, as 'package.module.function' would"
    )


def _names_of_service_handlers() -> set[str]:
    return {name for name, _ in inspect.getmembers(ServiceHandlers, callable) if not name.startswith("_")}


def _reading(actions: Iterable[Action], schema: str) -> Operation | None:
    """The operation that reads one row."""
    return next(
        (
            action.operation
            for action in actions
            if action.kind is Kind.READ and action.resource.schema == schema
        ),
        None,
    )


def _rules(api: Api, schema: str) -> Schema:
    """The rules of a row that is sent."""
    translator = SchemaTranslator(api.contract, MessageType.REQUEST)
    return Schema(translator, {"$ref": f"#/components/schemas/{schema}"})


def _imported(api: Api, operation: Operation) -> Callable[..., Any]:
    """A function of one's own. Raises ServiceError if there is none."""
    module, _, name = operation.operation_id.rpartition(".")
    try:
        function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise ServiceError(
            f"{api.contract.source}: {operation.label}: no function {operation.operation_id}: {error}"
        ) from None
    return function
