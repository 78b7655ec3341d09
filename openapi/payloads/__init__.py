"""Random values that are valid for a schema: request bodies, parameters and their parts."""

from openapi.payloads.constraints import UNIQUE
from openapi.payloads.factory import PayloadFactory, PayloadGenerator
from openapi.payloads.unbuildable import Unbuildable

__all__ = ["UNIQUE", "PayloadFactory", "PayloadGenerator", "Unbuildable"]
