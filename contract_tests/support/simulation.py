"""The journeys of one process, compiled from operations, without a service."""

from collections.abc import Mapping, Sequence
from random import Random

from load.journeys.compiled_operations import compile_operations
from load.journeys.coverage import select_operations
from load.journeys.journeys import Journeys
from load.journeys.knowledge import Knowledge
from load.options.options import Options
from load.options.profile import load_profile
from openapi.operations import Operation
from openapi.payloads import PayloadFactory
from openapi.security import SecurityScheme


class Simulation:
    """What is compiled of operations, what is known of their service, and the journeys through it."""

    def __init__(
        self,
        operations: Sequence[Operation],
        options: Options | None = None,
        seed: int = 1,
        schemes: Mapping[str, SecurityScheme] | None = None,
    ) -> None:
        options = options or Options(load_profile("mixed"))
        payloads, random, schemes = PayloadFactory(seed), Random(seed), schemes or {}
        covered = select_operations(operations, options, schemes, payloads)
        self.compiled = compile_operations(covered, options, payloads, random, schemes)
        self.known = Knowledge(self.compiled)
        self.journeys = Journeys(self.compiled, self.known, random)
