"""A document as the service sees it: its operations, and what they store. Knows no framework: seeding a
database needs none, and is ready sooner without.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from openapi.contract import Contract, ContractError, load_contract
from openapi.operation_reader import read_operations
from openapi.operations import Operation
from openapi.requests import RequestCheck
from openapi.responses import compile_responses
from students_service.errors import ServiceError
from students_service.tables import Resource, resources


@dataclass(frozen=True)
class Api:
    """A document with its operations by id, and what it stores."""

    contract: Contract
    operations: Mapping[str, Operation]
    metadata: sa.MetaData
    resource: Resource


def read_contract(source: str) -> Contract:
    """A document of the version that Connexion takes, whole. Raises ContractError."""
    contract = load_contract(source)
    if contract.version != (3, 0):
        raise ContractError(f"{source}: the service needs OpenAPI 3.0; Connexion does not take 3.1 yet")
    contract.check_references()
    return contract


def api_of(contract: Contract) -> Api:
    """What a document says, with all of its rules compiled.

    Raises ContractError when a rule is none, ServiceError when the document does not say what is stored.
    """
    by_id = {each.operation_id: each for each in read_operations(contract)}
    for operation in by_id.values():
        RequestCheck(operation).compile()
        compile_responses(operation)
    metadata, stored = resources(contract)
    if len(stored) != 1:
        raise ServiceError(f"{contract.source}: one schema with x-table is expected, {len(stored)} are there")
    return Api(contract, by_id, metadata, stored[0])
