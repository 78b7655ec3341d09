"""A document as the service uses it: its operations and the resources that they store.

Knows no web framework: seeding a database needs none, and starts sooner without.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from openapi.contract import Contract, ContractError, load_contract
from openapi.operation_reader import read_operations
from openapi.operations import Operation
from openapi.requests import RequestCheck
from openapi.responses import unchecked_responses
from students_service.document.actions import Action, actions
from students_service.document.tables import TABLE, Resource, resources
from students_service.document.vocabulary import check_links, check_words
from students_service.errors import ServiceError
from students_service.rows.idempotency import keys_table

IDEMPOTENCY_KEY = "idempotency-key"


@dataclass(frozen=True)
class Api:
    """A document with its operations and what they do to which resource, both by operationId, its tables and
    its resources in the order in which they can be filled. `keys` is the table of idempotency keys, if any
    operation takes one.
    """

    contract: Contract
    operations: Mapping[str, Operation]
    actions: Mapping[str, Action]
    metadata: sa.MetaData
    resources: tuple[Resource, ...]
    keys: sa.Table | None


def read_contract(source: str, overlays: Sequence[str] = ()) -> Contract:
    """Read a document with overlays, of the OpenAPI version that Connexion supports. Raises ContractError."""
    contract = load_contract(source, overlays=overlays)
    if contract.version != (3, 0):
        raise ContractError(f"{source}: the service needs OpenAPI 3.0; Connexion does not support 3.1 yet")
    contract.check_references()
    return contract


def compile_api(contract: Contract) -> Api:
    """Compile all rules of a document.

    Raises ContractError if a rule is invalid, ServiceError if the document does not say what is stored.
    """
    check_words(contract)
    by_id = {operation.operation_id: operation for operation in read_operations(contract)}
    for operation in by_id.values():
        RequestCheck(operation).compile()
        for reason in unchecked_responses(operation):
            raise ContractError(reason)
    check_links(contract, by_id)
    metadata, stored = resources(contract)
    if not stored:
        raise ServiceError(f"{contract.source}: no schema has {TABLE}, so there is nothing to store")
    by_table = {resource.table: resource for resource in stored}
    ordered = tuple(by_table[table] for table in metadata.sorted_tables)
    has_keys = any(_takes_key(operation) for operation in by_id.values())
    return Api(
        contract=contract,
        operations=by_id,
        actions=actions(contract, by_id.values(), stored),
        metadata=metadata,
        resources=ordered,
        keys=keys_table(metadata) if has_keys else None,
    )


def _takes_key(operation: Operation) -> bool:
    return any(
        parameter.location == "header" and parameter.name.lower() == IDEMPOTENCY_KEY
        for parameter in operation.parameters
    )
