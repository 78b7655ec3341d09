"""A document as the service uses it: its operations and the resource that they store.

Knows no web framework: seeding a database needs none, and starts sooner without.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from openapi.contract import Contract, ContractError, load_contract
from openapi.operation_reader import read_operations
from openapi.operations import Operation
from openapi.requests import RequestCheck
from openapi.responses import unchecked_responses
from students_service.errors import ServiceError
from students_service.tables import Resource, resources


@dataclass(frozen=True)
class Api:
    """A document with its operations by operationId, its tables and the resource that it stores."""

    contract: Contract
    operations: Mapping[str, Operation]
    metadata: sa.MetaData
    resource: Resource


def read_contract(source: str) -> Contract:
    """Read a document of the OpenAPI version that Connexion supports. Raises ContractError."""
    contract = load_contract(source)
    if contract.version != (3, 0):
        raise ContractError(f"{source}: the service needs OpenAPI 3.0; Connexion does not support 3.1 yet")
    contract.check_references()
    return contract


def compile_api(contract: Contract) -> Api:
    """Compile all rules of a document.

    Raises ContractError if a rule is invalid, ServiceError if the document does not say what is stored.
    """
    by_id = {operation.operation_id: operation for operation in read_operations(contract)}
    for operation in by_id.values():
        RequestCheck(operation).compile()
        for reason in unchecked_responses(operation):
            raise ContractError(reason)
    metadata, stored = resources(contract)
    if len(stored) != 1:
        raise ServiceError(
            f"{contract.source}: one schema with x-table is expected, but there are {len(stored)}"
        )
    return Api(contract, by_id, metadata, stored[0])
