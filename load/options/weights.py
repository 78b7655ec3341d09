"""How often operations are called, in proportion to each other."""

from collections import Counter
from collections.abc import Mapping, Sequence

from load.errors import LoadError
from load.options.operation_keys import OperationKeys
from load.options.scenario import Scenario
from openapi.operations import Operation


def weights_of(weights: Mapping[str, float], operations: Sequence[Operation]) -> dict[str, float]:
    """The weight of each operation that has one, by its label. The weight of a key that names several is
    shared equally by those of them that no more specific key names.
    """
    keys = OperationKeys(operations).assigned(weights)
    sharing = Counter(keys.values())
    return {label: weights[key] / sharing[key] for label, key in keys.items()}


def shares_of(weights: Mapping[str, float], operations: Sequence[Operation]) -> dict[str, float]:
    """Which part of all calls each operation gets that has a weight above 0, by its label."""
    shared = {label: weight for label, weight in weights_of(weights, operations).items() if weight > 0}
    total = sum(shared.values())
    return {label: weight / total for label, weight in shared.items()}


def never_called(scenario: Scenario, operations: Sequence[Operation]) -> dict[str, str]:
    """Why operations are never called, by label: their weight is 0. Raises LoadError when a key or
    pattern of the scenario names no operation, or no operation has a weight above 0.
    """
    keys = OperationKeys(operations)
    keys.check(scenario.weights, f"scenario {scenario.name}: weights")
    keys.check(scenario.wait_after, f"scenario {scenario.name}: wait_after")
    keys.check_patterns(scenario.include, f"scenario {scenario.name}: include:")
    keys.check_patterns(scenario.exclude, f"scenario {scenario.name}: exclude:")
    weights = weights_of(scenario.weights, operations)
    if operations and not any(weights.values()):
        raise LoadError(f"scenario {scenario.name}: weights: no operation of the document has one above 0")
    return {
        label: f"its weight in scenario {scenario.name} is 0"
        for label, weight in weights.items()
        if not weight
    }
