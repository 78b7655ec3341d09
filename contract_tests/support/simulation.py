"""The journeys of one process, compiled from operations, without a service."""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

from contract_tests.support.documents import contract
from load.journeys.compiled_operations import compile_operations
from load.journeys.coverage import select_operations
from load.journeys.journeys import Journeys
from load.journeys.knowledge import Knowledge
from load.journeys.step import Step
from load.options.options import Options
from load.options.scenario_file import load_scenario
from openapi.expressions import Exchange
from openapi.operation_reader import read_operations
from openapi.operations import Operation
from openapi.payloads import PayloadFactory
from openapi.security import SecurityScheme


class Simulation:
    """Compiled operations, the knowledge of their service, and the journeys through it."""

    def __init__(
        self,
        operations: Sequence[Operation],
        options: Options | None = None,
        seed: int = 1,
        schemes: Mapping[str, SecurityScheme] | None = None,
    ) -> None:
        options = options or Options(load_scenario("mixed"))
        payloads, random, schemes = PayloadFactory(seed), Random(seed), schemes or {}
        covered = select_operations(operations, options, schemes, payloads)
        self.compiled = compile_operations(covered, options, payloads, random, schemes)
        self.knowledge = Knowledge(self.compiled)
        self.journeys = Journeys(self.compiled, self.knowledge, random)


OF_THE_REST = {"get": 200, "put": 200, "patch": 200, "delete": 204}
Answer = tuple[int, Any]


def simulated(
    paths: dict[str, Any], answer: Callable[[Step], Answer], steps: int = 300, seed: int = 1
) -> Simulation:
    """A simulation that has made `steps` calls, one after another, of a service that `answer` stands for."""
    simulation = Simulation(read_operations(contract(paths)), seed=seed)
    for _ in range(steps):
        step = simulation.journeys.next_step()
        status, body = answer(step)
        call = step.call
        if status >= 400:
            simulation.journeys.record_refusal(step, status)
        exchange = Exchange(
            call.operation.method.upper(),
            call.target,
            call.path,
            call.query,
            {},
            call.payload,
            status,
            {},
            body,
        )
        simulation.journeys.complete(step, exchange if status < 300 else None, status < 300)
    return simulation
